package elasticsearch_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
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

var account = elasticsearchtest.Account{AccessKeyID: "STS.key", AccessKeySecret: "the secret", SecurityToken: "token+/=="}

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
		Pace:      new(elasticsearch.Pace),
		Slots:     make(chan struct{}, 64),
	}}
}

func TestDeleteConnectedCluster(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	got, err := client.DeleteConnectedCluster(t.Context(), removal())
	want := connection.Outcome{State: connection.Removed, RequestID: server.Requests()[0].RequestID, Status: 200, Attempts: 1}
	if err != nil || got != want {
		t.Errorf("outcome %+v, %v\n   want %+v", got, err, want)
	}
	if left := server.Connections(); len(left) != 0 {
		t.Errorf("connections left: %v", left)
	}
}

// TestRequest holds what is sent to the facts of the API: the stand-in has
// verified the signature, so here it is the rest.
func TestRequest(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	for range 2 {
		if _, err := client.DeleteConnectedCluster(t.Context(), removal()); err != nil {
			t.Fatal(err)
		}
	}
	first, second := server.Requests()[0], server.Requests()[1]
	if got, want := first.Method+" "+first.Path+"?"+first.Query.Encode(), "DELETE /openapi/instances/"+instance+"/connected-clusters?clientToken="+token+"&connectedInstanceId="+connected; got != want {
		t.Errorf("request:\n got %s\nwant %s", got, want)
	}
	headers := map[string]string{
		"Accept":               "application/json",
		"User-Agent":           "agent/1",
		"X-Acs-Action":         "DeleteConnectedCluster",
		"X-Acs-Version":        "2017-06-13",
		"X-Acs-Security-Token": account.SecurityToken,
		"X-Acs-Accesskey-Id":   account.AccessKeyID,
		"Content-Type":         "",
	}
	for name, want := range headers {
		if got := first.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if a, b := first.Header.Get("X-Acs-Signature-Nonce"), second.Header.Get("X-Acs-Signature-Nonce"); a == b || len(a) < 32 {
		t.Errorf("nonces %q and %q", a, b)
	}
}

// TestClientToken: repeated with the same token, the API does nothing more and
// says the same.
func TestClientToken(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	for range 2 {
		got, err := client.DeleteConnectedCluster(t.Context(), removal())
		if err != nil || got.State != connection.Removed {
			t.Errorf("outcome %+v, %v", got, err)
		}
		server.Connect(instance, connected)
	}
	if !server.Connected(instance, connected) {
		t.Error("a connection made after the first request was removed by the second")
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

// TestRefusedSignature: the stand-in refuses what is not signed right, so the
// other tests can fail.
func TestRefusedSignature(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	client.Credentials.AccessKeySecret = acs3.NewSecret("another secret")
	_, err := client.DeleteConnectedCluster(t.Context(), removal())
	var got *connection.Error
	if !errors.As(err, &got) || got.Kind != connection.Denied || got.Code != "SignatureDoesNotMatch" {
		t.Fatalf("error %v", err)
	}
	if strings.Contains(got.Error(), account.SecurityToken) {
		t.Errorf("the token is in the error: %v", got)
	}
	if !server.Connected(instance, connected) {
		t.Error("the connection is gone")
	}
}

// TestClock: the client's clock dates the request.
func TestClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, client := start(t)
		client.Nonce = func() string { return "n1" }
		if _, err := client.DeleteConnectedCluster(t.Context(), removal()); err != nil {
			t.Fatal(err)
		}
		header := server.Requests()[0].Header
		if date, nonce := header.Get("X-Acs-Date"), header.Get("X-Acs-Signature-Nonce"); date != "2000-01-01T00:00:00Z" || nonce != "n1" {
			t.Errorf("date %s, nonce %s", date, nonce)
		}
	})
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
