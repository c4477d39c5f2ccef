package handler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fc/messages"
	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

const (
	instance  = "es-cn-n6w1o1x0w001c0001"
	connected = "es-cn-09k1rgid9000g0002"
	direct    = `{"instanceId":"` + instance + `","connectedInstanceId":"` + connected + `"}`
	post      = `{"version":"v1","rawPath":"/","body":"{\"instanceId\":\"` + instance + `\",\"connectedInstanceId\":\"` + connected + `\"}","requestContext":{"http":{"method":"POST"}}}`
	event     = `{"specversion":"1.0","id":"e1","source":"s1","type":"t1","data":` + direct + `}`

	// UUIDs of version 5, computed elsewhere, for the request id fc-1 and for
	// the event e1 of s1: a token that changes from one version of the function
	// to the next would make a redelivery a new request.
	requestToken = "25ae6e5a-187f-5a04-ba61-87d9c317be49"
	eventToken   = "2ad38e8a-6d04-5047-afc5-981450e63f5b"
)

// role are the credentials of the function's role, as the tests give them.
var role = fccontext.Credentials{AccessKeyId: "STS.canary-key", AccessKeySecret: "canary-secret", SecurityToken: "canary-token"}

// A stage is a handler over a stand-in API with two connected instances, and
// what it logged.
type stage struct {
	*handler.Handler
	api *elasticsearchtest.Server
	log bytes.Buffer
	all bytes.Buffer // the log at debug level
}

func newStage(t *testing.T) *stage { return stageOver(t, elasticsearchtest.NewTLSServer()) }

// newPlainStage is for another process, which does not know the stand-in's
// certificate.
func newPlainStage(t *testing.T) *stage { return stageOver(t, elasticsearchtest.NewServer()) }

func stageOver(t *testing.T, api *elasticsearchtest.Server) *stage {
	t.Helper()
	s := &stage{api: api}
	t.Cleanup(s.api.Close)
	s.api.AddAccount(elasticsearchtest.Account{AccessKeyID: role.AccessKeyId, AccessKeySecret: role.AccessKeySecret, SecurityToken: role.SecurityToken})
	s.api.AddInstance(instance, connected)
	s.api.Connect(instance, connected)
	t.Cleanup(func() { checkNoCanary(t, s.all.String()) })
	endpoint, err := elasticsearch.ParseEndpoint(s.api.URL)
	if err != nil {
		t.Fatal(err)
	}
	s.Handler = &handler.Handler{
		Config:    handler.Config{Endpoint: endpoint},
		Build:     handler.Build{Version: "v1.2.3", Commit: "abc"},
		Log:       slog.New(slog.NewMultiHandler(slog.NewJSONHandler(&s.log, nil), slog.NewJSONHandler(&s.all, &slog.HandlerOptions{Level: slog.LevelDebug}))),
		Transport: s.api.Transport(),
		Sleep:     func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
	return s
}

// invocation is the context that the FC runtime gives an invocation.
func invocation(t *testing.T, c fccontext.Credentials) context.Context {
	return fccontext.NewContext(t.Context(), &fccontext.FcContext{RequestID: "fc-1", Region: "cn-hangzhou", Credentials: c})
}

// handle returns the reply, or the function error, as the runtime posts it.
func (s *stage) handle(t *testing.T, event string) string {
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
	text, err := json.Marshal(reply)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func removed(token string) string {
	return `{"Result":true,"RequestId":"E5C0FFEE-0000-4000-8000-000000000001","instanceId":"` + instance + `","connectedInstanceId":"` + connected + `","clientToken":"` + token + `","outcome":"removed"}`
}

func TestHandleRemoves(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ event, want string }{
		"direct":      {direct, removed(requestToken)},
		"EventBridge": {event, removed(eventToken)},
		"HTTP": {post, `{"statusCode":200,"headers":{"Content-Type":"application/json"},"isBase64Encoded":false,"body":` +
			quote(t, removed(requestToken)) + `}`},
		"the caller's token": {strings.Replace(direct, "{", `{"clientToken":"t1",`, 1), removed("t1")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			if got := s.handle(t, test.event); got != test.want {
				t.Errorf("reply:\n got %s\nwant %s", got, test.want)
			}
			if left := s.api.Connections(); len(left) != 0 {
				t.Errorf("connections left: %v", left)
			}
		})
	}
}

func quote(t *testing.T, text string) string {
	t.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(quoted)
}

// TestRedelivery: an event delivered twice is one request to the API.
func TestRedelivery(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.handle(t, event)
	s.api.Connect(instance, connected)
	want := strings.Replace(removed(eventToken), "0001\"", "0002\"", 1)
	if second := s.handle(t, event); second != want {
		t.Errorf("second reply:\n got %s\nwant %s", second, want)
	}
	if !s.api.Connected(instance, connected) {
		t.Error("the second delivery removed a connection made after the first")
	}
}

func TestHandleFails(t *testing.T) {
	t.Parallel()
	problem := `{"type":"urn:elasticsearch-disconnect:Absent","title":"There is no such instance or connection","status":404,"detail":"the API answered HTTP 400: InstanceNotFound: m","code":"InstanceNotFound","requestId":"fc-1","apiRequestId":"E5C0FFEE-0000-4000-8000-000000000001"}`
	for name, test := range map[string]struct{ event, want string }{
		"direct": {direct, "Absent " + problem},
		"HTTP": {post, `{"statusCode":404,"headers":{"Content-Type":"application/problem+json"},"isBase64Encoded":false,"body":` +
			quote(t, problem) + `}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.api.Fail(elasticsearchtest.Fault{Answer: elasticsearchtest.Refuse(400, "InstanceNotFound", "m")})
			if got := s.handle(t, test.event); got != test.want {
				t.Errorf("reply:\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestBrake: no event releases the operator's DRY_RUN.
func TestBrake(t *testing.T) {
	t.Parallel()
	for name, event := range map[string]string{
		"direct":             direct,
		"an event that asks": strings.Replace(direct, "{", `{"dryRun":false,`, 1),
		"EventBridge":        event,
		"HTTP":               post,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.Config.DryRun = true
			if got := s.handle(t, event); !strings.Contains(got, "dry-run") {
				t.Errorf("reply %s", got)
			}
			if n := len(s.api.Requests()); n != 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

func TestInfo(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.Config.DryRun = true
	want := `{"statusCode":200,"headers":{"Content-Type":"application/json"},"isBase64Encoded":false,"body":"{\"name\":\"elasticsearch-disconnect\",\"version\":\"v1.2.3\",\"commit\":\"abc\",\"region\":\"cn-hangzhou\",\"dryRun\":true}"}`
	if got := s.handle(t, `{"version":"v1","rawPath":"/","requestContext":{"http":{"method":"GET"}}}`); got != want {
		t.Errorf("reply:\n got %s\nwant %s", got, want)
	}
	if s.log.Len() > 0 || len(s.api.Requests()) > 0 {
		t.Errorf("it logged %s and sent %d requests", &s.log, len(s.api.Requests()))
	}
}

// TestUnforeseen: the text of an error that nobody foresaw is for the log.
func TestUnforeseen(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.Invocation = func(context.Context) handler.Invocation {
		return handler.Invocation{RequestID: "fc-1", Credentials: handler.FailingCredentials}
	}
	want := `Internal {"type":"urn:elasticsearch-disconnect:Internal","title":"The function failed","status":500,"detail":"an unforeseen fault, told in the function's log under this requestId","requestId":"fc-1"}`
	if got := s.handle(t, direct); got != want {
		t.Errorf("reply:\n got %s\nwant %s", got, want)
	}
	if !strings.Contains(s.log.String(), handler.FailingText) {
		t.Errorf("the log does not tell it: %s", &s.log)
	}
}

// TestRegion: the endpoint is the region's of the invocation.
func TestRegion(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		network elasticsearch.Network
		want    string
	}{
		"public": {elasticsearch.Public, "elasticsearch.cn-hangzhou.aliyuncs.com"},
		"VPC":    {elasticsearch.VPC, "elasticsearch-vpc.cn-hangzhou.aliyuncs.com"},
	} {
		s := newStage(t)
		s.Config = handler.Config{Network: test.network}
		host := ""
		s.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
			host = r.URL.Host
			return nil, errors.New("no network here")
		})
		s.handle(t, direct)
		if host != test.want {
			t.Errorf("%s: host %s, want %s", name, host, test.want)
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestNoRegion(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.Config.Endpoint = elasticsearch.Endpoint{}
	reply, err := s.Handle(context.Background(), []byte(direct))
	want := `Internal {"type":"urn:elasticsearch-disconnect:Internal","title":"The function failed","status":500,"detail":"no endpoint without a region: set --region or ALIBABA_CLOUD_REGION_ID","requestId":""}`
	if got := posted(t, reply, err); got != want {
		t.Errorf("reply:\n got %s\nwant %s", got, want)
	}
}

// checkNoCanary: whatever a test is about, no credential is in what it logs at
// debug level, nor in a reply.
func checkNoCanary(t *testing.T, text string) {
	t.Helper()
	for _, canary := range []string{role.AccessKeyId, role.AccessKeySecret, role.SecurityToken, "Signature="} {
		if i := strings.Index(text, canary); i >= 0 && !strings.HasPrefix(text[i:], "Signature=***") {
			t.Errorf("%s is told: …%.200s", canary, text[max(0, i-100):])
		}
	}
}
