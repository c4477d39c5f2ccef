package elasticsearch_test

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

const (
	instance  = "es-cn-n6w1o1x0w001c0001"
	connected = "es-cn-09k1rgid9000g0002"
	token     = "5A2CFF0E-5718-45B5-9D4D-70B3FF000000"
)

var account = elasticsearchtest.Account{AccessKeyID: "STS.NTkey", AccessKeySecret: "the secret", SecurityToken: "token+/=="}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func removal() connection.Removal {
	r := connection.Removal{ClientToken: must(connection.ParseClientToken(token))}
	r.Instance = must(connection.ParseInstanceID(instance))
	r.Connected = must(connection.ParseInstanceID(connected))
	return r
}

// start runs the stand-in API in memory, with two connected instances, and returns
// a client of it. Tests that wait call it in a synctest bubble.
func start(t *testing.T) (*elasticsearchtest.Server, *elasticsearch.Client) {
	t.Helper()
	server := elasticsearchtest.NewMemoryServer()
	transport := elasticsearch.NewTransport("")
	transport.SetDialer(server.Dial)
	return startOver(t, server, transport)
}

// startTLS is start over TLS on a port of this machine.
func startTLS(t *testing.T) (*elasticsearchtest.Server, *elasticsearch.Client) {
	t.Helper()
	server := elasticsearchtest.NewTLSServer()
	transport := elasticsearch.NewTransport("")
	transport.TLSClientConfig = server.Transport().TLSClientConfig
	return startOver(t, server, transport)
}

func startOver(t *testing.T, server *elasticsearchtest.Server, transport *elasticsearch.Transport) (*elasticsearchtest.Server, *elasticsearch.Client) {
	t.Helper()
	t.Cleanup(server.Close)
	server.AddAccount(account)
	server.AddInstance(instance, connected)
	server.Connect(instance, connected)
	return server, clientAt(t, server.URL, transport)
}

func clientAt(t *testing.T, url string, transport *elasticsearch.Transport) *elasticsearch.Client {
	t.Helper()
	t.Cleanup(transport.CloseIdleConnections)
	return &elasticsearch.Client{Reader: elasticsearch.Reader{
		Endpoint: must(elasticsearch.ParseEndpoint(url)),
		Credentials: acs3.Credentials{
			AccessKeyID:     acs3.NewSecret(account.AccessKeyID),
			AccessKeySecret: acs3.NewSecret(account.AccessKeySecret),
			SecurityToken:   acs3.NewSecret(account.SecurityToken),
		},
		UserAgent: "agent/1",
		Transport: transport,
		Nonce:     rand.Text,
		Pace:      new(elasticsearch.Pace),
		Slots:     make(chan struct{}, 64),
	}}
}

// TestRequest holds what is sent to the facts of the API: the stand-in has
// verified the signature, so here it is the rest.
func TestRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, testRequest) // in which the time of signing is known
}

func testRequest(t *testing.T) {
	server, client := start(t)
	drawn := 0
	client.Nonce = func() string { drawn++; return fmt.Sprint("n", drawn) }
	for range 2 {
		if _, err := client.DeleteConnectedCluster(t.Context(), removal()); err != nil {
			t.Fatal(err)
		}
	}
	sent := server.Requests()[0]
	if got, want := sent.Method+" "+sent.Path+"?"+sent.Query.Encode(), "DELETE /openapi/instances/"+instance+"/connected-clusters?clientToken="+token+"&connectedInstanceId="+connected; got != want {
		t.Errorf("request:\n got %s\nwant %s", got, want)
	}
	headers := map[string]string{
		"Accept":               "application/json",
		"User-Agent":           "agent/1",
		"X-Acs-Action":         "DeleteConnectedCluster",
		"X-Acs-Version":        "2017-06-13",
		"X-Acs-Date":           "2000-01-01T00:00:00Z",
		"X-Acs-Security-Token": account.SecurityToken,
		"X-Acs-Accesskey-Id":   account.AccessKeyID,
		"Content-Type":         "",
	}
	for name, want := range headers {
		if got := sent.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	var nonces []string
	for _, r := range server.Requests() {
		nonces = append(nonces, r.Header.Get("X-Acs-Signature-Nonce"))
	}
	if !slices.Equal(nonces, []string{"n1", "n2"}) {
		t.Errorf("nonces %q", nonces)
	}
}

func TestDryRun(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	r := removal()
	r.DryRun = true
	got, err := client.DeleteConnectedCluster(t.Context(), r)
	want := connection.Outcome{State: connection.DryRun, Unsent: &connection.Unsent{
		Method: "DELETE",
		URL:    server.URL + "/openapi/instances/" + instance + "/connected-clusters?clientToken=" + token + "&connectedInstanceId=" + connected,
		SignedHeaders: []string{"host", "x-acs-accesskey-id", "x-acs-action", "x-acs-content-sha256", "x-acs-date",
			"x-acs-security-token", "x-acs-signature-nonce", "x-acs-version"},
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("outcome:\n got %+v, %v\nwant %+v", got, err, want)
	}
	if n := len(server.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestLog: every attempt of every operation is in the log, with its error.
func TestLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, testLog)
}

func testLog(t *testing.T) {
	server, client := start(t)
	server.Latency = 3 * time.Millisecond
	var lines strings.Builder
	client.Log = slog.New(slog.NewJSONHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	gone := must(connection.ParseInstanceID("es-gone"))
	_, _ = client.ListInstance(t.Context(), 1)
	_, _ = client.ListConnectedClusters(t.Context(), removal().Instance)
	_, _ = client.DescribeInstance(t.Context(), gone)
	_, _ = client.DeleteConnectedCluster(t.Context(), removal())
	line := func(n, status int, action, method, path, code, more string) string {
		return fmt.Sprintf(`{"level":"DEBUG","msg":"attempt","action":%q,"method":%q,"path":"/openapi/instances%s","httpStatus":%d,"code":%q,"apiRequestId":"E5C0FFEE-0000-4000-8000-00000000000%d","durationMs":3%s}`+"\n",
			action, method, path, status, code, n, more)
	}
	want := line(1, 200, "ListInstance", "GET", "", "", "") +
		line(2, 200, "ListConnectedClusters", "GET", "/"+instance+"/connected-clusters", "", "") +
		line(3, 400, "DescribeInstance", "GET", "/es-gone", "InstanceNotFound", `,"error":"the API answered HTTP 400: InstanceNotFound: The instance is not found."`) +
		line(4, 200, "DeleteConnectedCluster", "DELETE", "/"+instance+"/connected-clusters", "", "")
	if got := lines.String(); got != want {
		t.Errorf("log:\n got %s\nwant %s", got, want)
	}
}
