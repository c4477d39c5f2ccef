package elasticsearch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
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

// start runs the stand-in API, over TLS, with two connected instances, and
// returns a client of it.
func start(t *testing.T) (*elasticsearchtest.Server, *elasticsearch.Client) {
	t.Helper()
	server := elasticsearchtest.NewTLSServer()
	t.Cleanup(server.Close)
	server.AddAccount(account)
	server.AddInstance(instance, connected)
	server.Connect(instance, connected)
	return server, clientOf(t, server)
}

func clientOf(t *testing.T, server *elasticsearchtest.Server) *elasticsearch.Client {
	t.Helper()
	transport := elasticsearch.NewTransport("")
	transport.TLSClientConfig = server.Transport().TLSClientConfig
	t.Cleanup(transport.CloseIdleConnections)
	return &elasticsearch.Client{Reader: elasticsearch.Reader{
		Endpoint: must(elasticsearch.ParseEndpoint(server.URL)),
		Credentials: acs3.Credentials{
			AccessKeyID:     acs3.NewSecret(account.AccessKeyID),
			AccessKeySecret: acs3.NewSecret(account.AccessKeySecret),
			SecurityToken:   acs3.NewSecret(account.SecurityToken),
		},
		UserAgent: "agent/1",
		Transport: transport,
		Sleep:     func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
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

// answers are what the API may say instead of doing it, and the error that
// tells it. RequestID is of the stand-in's last answer where it is "last".
func answers() map[string]struct {
	answer   http.HandlerFunc
	want     connection.Error
	attempts int
} {
	body := func(status int, body string) http.HandlerFunc {
		return elasticsearchtest.Body(status, "application/json", body)
	}
	header := func(name, value string, then http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(name, value)
			then(w, r)
		}
	}
	throttle := elasticsearchtest.Refuse(400, "Throttling.User", "slow down")
	refused := func(kind connection.Kind, status int, code, what string) connection.Error {
		return connection.Error{Kind: kind, Status: status, Code: code, Message: fmt.Sprintf("the API answered HTTP %d: %s", status, what), RequestID: "last"}
	}
	throttled := func(wait time.Duration) connection.Error {
		e := refused(connection.Throttled, 400, "Throttling.User", "Throttling.User: slow down")
		e.RetryAfter = wait
		return e
	}
	id := func(id string, e connection.Error) connection.Error {
		e.RequestID = id
		return e
	}
	return map[string]struct {
		answer   http.HandlerFunc
		want     connection.Error
		attempts int
	}{
		"Result is false":          {body(200, `{"Result":false,"RequestId":"r"}`), id("r", refused(connection.Upstream, 200, "", "Result is not true")), 1},
		"Result is missing":        {body(200, `{"RequestId":"r"}`), id("r", refused(connection.Upstream, 200, "", "Result is not true")), 1},
		"Result is text":           {body(200, `{"Result":"true"}`), refused(connection.Upstream, 200, "", "Result is not true"), 1},
		"200 with a Code":          {body(200, `{"Result":true,"Code":"X","Message":"m"}`), refused(connection.Upstream, 200, "X", "X: m"), 1},
		"200 with a small code":    {body(200, `{"Code":"","code":"X","message":"m","requestId":"r"}`), id("r", refused(connection.Upstream, 200, "X", "X: m")), 1},
		"the big Code comes last":  {body(400, `{"code":"X","Code":"","message":"m","Message":""}`), refused(connection.Upstream, 400, "X", "X: m"), 1},
		"200 with a page":          {elasticsearchtest.HTML(200), refused(connection.Upstream, 200, "", `the body is "text/html"`), 6},
		"200 with nothing":         {body(200, " "), refused(connection.Upstream, 200, "", "the body is empty"), 6},
		"204":                      {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, refused(connection.Upstream, 204, "", "the body is empty"), 6},
		"200 with half a JSON":     {body(200, `{"Result":true`), refused(connection.Upstream, 200, "", "the body is not the documented JSON"), 6},
		"200 with an array":        {body(200, `[true]`), refused(connection.Upstream, 200, "", `the body is "application/json"`), 6},
		"a Code that is no text":   {body(200, `{"Result":true,"Code":{}}`), refused(connection.Upstream, 200, "", "the body is not the documented JSON"), 6},
		"an endless body":          {body(200, `{"Result":true,"x":"`+strings.Repeat("x", 2<<20)+`"}`), refused(connection.Upstream, 200, "", "the body is more than 1048576 bytes"), 6},
		"a 400 in XML":             {elasticsearchtest.RefuseXML(400, "InstanceNotFound", "no such instance"), refused(connection.NoInstance, 400, "InstanceNotFound", "InstanceNotFound: no such instance"), 1},
		"another XML":              {elasticsearchtest.Body(500, "text/xml", "<x/>"), refused(connection.Upstream, 500, "", "the body is not the documented XML"), 6},
		"502 with a page":          {elasticsearchtest.HTML(502), refused(connection.Upstream, 502, "", `the body is "text/html"`), 6},
		"503 with a page":          {elasticsearchtest.HTML(503), refused(connection.Unavailable, 503, "", `the body is "text/html"`), 6},
		"504 with a page":          {elasticsearchtest.HTML(504), refused(connection.Timeout, 504, "", `the body is "text/html"`), 6},
		"404 with a page":          {elasticsearchtest.HTML(404), refused(connection.Upstream, 404, "", `the body is "text/html"`), 1},
		"404 without a Code":       {body(404, `{}`), refused(connection.Upstream, 404, "", "the body has no Code"), 1},
		"a redirect":               {elasticsearchtest.Redirect(307, "https://example.com/"), refused(connection.Upstream, 307, "", "the body is empty"), 1},
		"throttled, no hint":       {throttle, throttled(0), 6},
		"throttled, milliseconds":  {header("x-acs-retry-after", "1500", header("Retry-After", "9", throttle)), throttled(1500 * time.Millisecond), 6},
		"throttled, seconds":       {header("Retry-After", "2", throttle), throttled(2 * time.Second), 6},
		"throttled, by status":     {body(429, `{}`), refused(connection.Throttled, 429, "", "the body has no Code"), 6},
		"401":                      {elasticsearchtest.Refuse(401, "UserNotOpen", "m"), refused(connection.Denied, 401, "UserNotOpen", "UserNotOpen: m; open Elasticsearch in this account"), 1},
		"403 of an unknown Code":   {elasticsearchtest.Refuse(403, "X", "m"), refused(connection.Denied, 403, "X", "X: m"), 1},
		"busy":                     {elasticsearchtest.Refuse(400, "InstanceActivating", "m"), refused(connection.Conflict, 400, "InstanceActivating", "InstanceActivating: m"), 6},
		"done before":              {elasticsearchtest.Refuse(400, "RepetitionOperationError", "m"), refused(connection.NoConnection, 400, "RepetitionOperationError", "RepetitionOperationError: m"), 1},
		"unavailable, by its Code": {elasticsearchtest.Refuse(500, "ServiceUnavailable", "m"), refused(connection.Unavailable, 500, "ServiceUnavailable", "ServiceUnavailable: m"), 6},
		"an unknown 400":           {elasticsearchtest.Refuse(400, "X", "m"), refused(connection.Upstream, 400, "X", "X: m"), 1},
		"a message with the token": {elasticsearchtest.Refuse(400, "SignatureDoesNotMatch", "sent "+account.SecurityToken+" by "+account.AccessKeyID),
			refused(connection.Denied, 400, "SignatureDoesNotMatch", "SignatureDoesNotMatch: sent *** by ***; check the access key secret at the desk; in Function Compute this is a fault of the function"), 1},
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range answers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, client := start(t)
			for range 6 {
				server.Fail(elasticsearchtest.Fault{Answer: test.answer})
			}
			outcome, err := client.DeleteConnectedCluster(t.Context(), removal())
			var got *connection.Error
			if !errors.As(err, &got) {
				t.Fatalf("error %v (%T)", err, err)
			}
			requests := server.Requests()
			if test.want.RequestID == "last" {
				test.want.RequestID = requests[len(requests)-1].RequestID
			}
			if *got != test.want {
				t.Errorf("error:\n got %+v\nwant %+v", *got, test.want)
			}
			outcome.Uncertain = false // see TestLostAnswers
			if want := (connection.Outcome{Status: got.Status, RequestID: got.RequestID, Attempts: test.attempts}); outcome != want {
				t.Errorf("outcome %+v, want %+v", outcome, want)
			}
			if len(requests) != test.attempts {
				t.Errorf("%d requests, want %d", len(requests), test.attempts)
			}
		})
	}
}

// TestNoAnswer: where there is no answer, the kind says whether it was time or
// the network, and the cause with the host stays for the log.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer   http.HandlerFunc
		kind     connection.Kind
		status   int
		what     string
		attempts int
	}{
		"a reset":           {elasticsearchtest.Reset(), connection.Unavailable, 0, ": the connection failed; outcome unknown; safe to repeat", 6},
		"a truncated body":  {elasticsearchtest.Truncated(), connection.Unavailable, 200, ": the connection failed; outcome unknown; safe to repeat", 6},
		"no end of waiting": {elasticsearchtest.Hang(), connection.Timeout, 0, " in time: outcome unknown; safe to repeat", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, client := start(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			for range 6 {
				server.Fail(elasticsearchtest.Fault{Answer: func(w http.ResponseWriter, r *http.Request) {
					if test.kind == connection.Timeout {
						cancel() // the request has arrived, so the wait for its answer ends now
					}
					test.answer(w, r)
				}})
			}
			outcome, err := client.DeleteConnectedCluster(ctx, removal())
			checkNoAnswer(t, err, test.kind, "no answer from the API"+test.what)
			outcome.Uncertain = false // see TestLostAnswers
			if want := (connection.Outcome{Status: test.status, Attempts: test.attempts}); outcome != want {
				t.Errorf("outcome %+v, want %+v", outcome, want)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	server.Close()
	_, err := client.DeleteConnectedCluster(t.Context(), removal())
	checkNoAnswer(t, err, connection.Unavailable, "no answer from the API: the connection failed; outcome unknown; safe to repeat")
}

func TestWrongCertificate(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	client.Transport = elasticsearch.NewTransport("")
	_, err := client.DeleteConnectedCluster(t.Context(), removal())
	checkNoAnswer(t, err, connection.Unavailable, "the API's certificate is not trusted")
	if n := len(server.Requests()); n != 0 {
		t.Errorf("%d requests reached a server that is not trusted", n)
	}
}

func checkNoAnswer(t *testing.T, err error, kind connection.Kind, message string) {
	t.Helper()
	var got *connection.Error
	if !errors.As(err, &got) || got.Err == nil {
		t.Fatalf("error %v (%T), want a connection.Error with a cause", err, err)
	}
	if got.Kind != kind || got.Message != message {
		t.Errorf("error %s %q\n want %s %q", got.Kind, got.Message, kind, message)
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
		t.Errorf("the error tells the token: %v", got)
	}
	if !server.Connected(instance, connected) {
		t.Error("the connection is gone")
	}
}

// TestClock: the client's clock dates the request.
func TestClock(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	now := time.Date(2023, 10, 26, 10, 22, 32, 0, time.UTC)
	server.Now = func() time.Time { return now }
	client.Now, client.Nonce = server.Now, func() string { return "n1" }
	if _, err := client.DeleteConnectedCluster(t.Context(), removal()); err != nil {
		t.Fatal(err)
	}
	header := server.Requests()[0].Header
	if date, nonce := header.Get("X-Acs-Date"), header.Get("X-Acs-Signature-Nonce"); date != "2023-10-26T10:22:32Z" || nonce != "n1" {
		t.Errorf("date %s, nonce %s", date, nonce)
	}
}
