package handler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/fc-runtime-go-sdk/fc/messages"
	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

type (
	request = elasticsearchtest.Request
	fault   = elasticsearchtest.Fault
	hook    = func(request) fault // of OnRequest
)

const (
	instance  = "es-cn-n6w1o1x0w001c0001"
	connected = "es-cn-09k1rgid9000g0002"
	gone      = connected // where it was released
	direct    = `{"instanceId":"` + instance + `","connectedInstanceId":"` + connected + `"}`
	post      = `{"version":"v1","rawPath":"/","body":"{\"instanceId\":\"` + instance + `\",\"connectedInstanceId\":\"` + connected + `\"}","requestContext":{"http":{"method":"POST"}}}`
	event     = `{"specversion":"1.0","id":"e1","source":"s1","type":"t1","data":` + direct + `}`

	// UUIDs of version 5, computed elsewhere, for the request id fc-1, for the
	// event e1 of s1, and for e1 of acs.elasticsearch: a token that changes from
	// one version of the function to the next would make a redelivery a new
	// request.
	requestToken  = "25ae6e5a-187f-5a04-ba61-87d9c317be49"
	eventToken    = "2ad38e8a-6d04-5047-afc5-981450e63f5b"
	releasedToken = "e9a5a461-242e-5b54-a078-f261a73e98c9"
)

// role has the credentials of the function's role.
var role = fccontext.Credentials{AccessKeyId: "STS.canary-key", AccessKeySecret: "canary-secret", SecurityToken: "canary-token"}

func accountOf(c fccontext.Credentials) elasticsearchtest.Account {
	return elasticsearchtest.Account{AccessKeyID: c.AccessKeyId, AccessKeySecret: c.AccessKeySecret, SecurityToken: c.SecurityToken}
}

// A fixture is a handler over a stand-in API with two connected instances, and its log.
type fixture struct {
	*handler.Handler
	api *elasticsearchtest.Server
	log bytes.Buffer
	all bytes.Buffer // the log at debug level
}

// The stand-in is in memory, so a test that waits runs in a synctest bubble.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	s := fixtureOver(t, elasticsearchtest.NewMemoryServer())
	transport := elasticsearch.NewTransport("")
	transport.DialContext = s.api.Dial
	t.Cleanup(transport.CloseIdleConnections)
	s.Transport = transport
	return s
}

// newPlainFixture is for another process.
func newPlainFixture(t *testing.T) *fixture { return fixtureOver(t, elasticsearchtest.NewServer()) }

func fixtureOver(t *testing.T, api *elasticsearchtest.Server) *fixture {
	t.Helper()
	s := &fixture{api: api}
	t.Cleanup(s.api.Close)
	s.api.AddAccount(accountOf(role))
	s.api.AddInstance(instance, connected)
	s.api.Connect(instance, connected)
	t.Cleanup(func() { checkNoCanary(t, s.all.String()) })
	endpoint, err := elasticsearch.ParseEndpoint(s.api.URL)
	if err != nil {
		t.Fatal(err)
	}
	s.Handler = &handler.Handler{
		Config:     handler.Config{Endpoint: endpoint},
		Build:      handler.Build{Version: "v1.2.3", Commit: "abc"},
		Log:        slog.New(slog.NewMultiHandler(slog.NewJSONHandler(&s.log, nil), slog.NewJSONHandler(&s.all, &slog.HandlerOptions{Level: slog.LevelDebug}))),
		Transport:  s.api.Transport(),
		Invocation: handler.FunctionCompute,
	}
	return s
}

// newBatch is a fixture with each of the survivors connected to each released.
func newBatch(t *testing.T, survivors, released []string) *fixture {
	t.Helper()
	s := newFixture(t)
	s.api.Reset()
	s.api.AddInstance(survivors...)
	for _, a := range survivors {
		for _, b := range released {
			s.api.Connect(a, b)
		}
	}
	return s
}

// survivors names n instances of an account in their order.
func survivors(n int) (ids []string) {
	for i := range n {
		ids = append(ids, survivor(i))
	}
	return ids
}

func survivor(i int) string { return fmt.Sprintf("es-%04d", i) }

// invocation is the context that the FC runtime gives an invocation.
func invocation(t *testing.T, c fccontext.Credentials) context.Context {
	return fccontext.NewContext(t.Context(), &fccontext.FcContext{RequestID: "fc-1", Region: "cn-hangzhou", AccountId: "1234567890984321", Credentials: c})
}

// handle returns the reply, or the function error, as the runtime posts it.
func (s *fixture) handle(t *testing.T, event string) string {
	t.Helper()
	reply, err := s.Handle(invocation(t, role), []byte(event))
	return posted(t, reply, err)
}

func posted(t *testing.T, reply any, err error) string {
	t.Helper()
	checkNoCanary(t, fmt.Sprintf("%+v %v", reply, err))
	if err != nil {
		var failure messages.InvokeResponse_Error
		if !errors.As(err, &failure) {
			t.Fatalf("error of type %T: %v", err, err)
		}
		return failure.Type + " " + failure.Message
	}
	return encode(t, reply)
}

func encode(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func decode[Text ~string | ~[]byte](t *testing.T, text Text, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
}

// checkNoCanary checks that no credential is in a log at debug level or in a reply: every test
// of a fixture does.
func checkNoCanary(t *testing.T, text string) {
	t.Helper()
	for _, canary := range []string{role.AccessKeyId, role.AccessKeySecret, role.SecurityToken, "Signature="} {
		if i := strings.Index(text, canary); i >= 0 && !strings.HasPrefix(text[i:], "Signature=***") {
			t.Errorf("%s is in …%.200s", canary, text[max(0, i-100):])
		}
	}
}

// Who released an instance, as the type of the event says.
const (
	byAPI     = "ApiCall"
	byConsole = "ConsoleOperation"
)

// releaseOf is the event about a release.
func releaseOf(id, by, deleteType string) string {
	return `{"specversion":"1.0","id":"e1","source":"acs.elasticsearch","type":"elasticsearch:ActionTrail:` + by + `","data":{"eventName":"DeleteInstance","requestParameters":{"InstanceId":"` + id + `"` + deleteType + `}}}`
}

// released is the event about a release that cannot be cancelled.
func released(id string) string { return releaseOf(id, byAPI, `,"deleteType":"immediate"`) }

// all is a request for every connection of an instance, even if it exists.
func all(id string) string { return `{"instanceId":"` + id + `","all":true,"force":true}` }

// pair is a direct event for one connection.
func pair(a, b string) string {
	return `{"instanceId":"` + a + `","connectedInstanceId":"` + b + `"}`
}

func batch(events ...string) string { return "[" + strings.Join(events, ",") + "]" }

// posts is the event of POST / with a body.
func posts(t *testing.T, body string) string {
	return `{"version":"v1","rawPath":"/","body":` + encode(t, body) + `,"requestContext":{"http":{"method":"POST"}}}`
}

// carrying is a CloudEvent with data.
func carrying(data string) string { return strings.Replace(event, direct, data, 1) }

// checkCalls checks the requests to the API, in order.
func checkCalls(t *testing.T, api *elasticsearchtest.Server, want ...string) {
	t.Helper()
	var got []string
	for _, r := range api.Requests() {
		got = append(got, r.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("calls:\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

// removed is the report of a pair that the API's answer of the given number removed.
func removed(number int, a, b, token string) string {
	return fmt.Sprintf(`{"Result":true,"RequestId":"E5C0FFEE-0000-4000-8000-%012X","instanceId":"%s","connectedInstanceId":"%s","regionId":"cn-hangzhou","clientToken":"%s","outcome":"removed"}`, number, a, b, token)
}

// cleaned is the report of a cleanup.
func cleaned(id string, scanned int, results ...string) string {
	return fmt.Sprintf(`{"instanceId":"%s","regionId":"cn-hangzhou","outcome":"cleaned","scanned":%d,"results":[%s]}`, id, scanned, strings.Join(results, ","))
}

// at makes an answer of the API fail, each time that a call is made.
func at(call string, f fault) hook {
	return elasticsearchtest.At(call, func(int) fault { return f })
}

// refuse is a fault that refuses with a code, before anything is done.
func refuse(status int, code string) fault {
	return fault{Answer: elasticsearchtest.Refuse(status, code, "m")}
}

// answering is a fault that answers so, before anything is done.
func answering(answer http.HandlerFunc) fault { return fault{Answer: answer} }

// done is the same fault after the request was carried out.
func done(f fault) fault { return fault{AfterEffect: true, Answer: f.Answer} }

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
