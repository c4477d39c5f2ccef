package handler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// newBenched makes a handler as main does, for the API at a URL. The transport
// of a stand-in knows its certificate, and here keeps all connections.
func newBenched(b *testing.B, url string, transport *http.Transport) *handler.Handler {
	b.Helper()
	endpoint, err := elasticsearch.ParseEndpoint(url)
	if err != nil {
		b.Fatal(err)
	}
	transport.MaxIdleConnsPerHost = 64
	b.Cleanup(transport.CloseIdleConnections)
	return &handler.Handler{
		Config:     handler.Config{Endpoint: endpoint, Concurrency: 8},
		Build:      handler.Build{Version: "v1.2.3", Commit: "abc"},
		Log:        slog.New(slog.NewJSONHandler(io.Discard, nil)),
		Transport:  transport,
		Invocation: handler.FunctionCompute,
	}
}

// handleFor serves an event as often as the benchmark asks.
func handleFor(b *testing.B, h *handler.Handler, event, want string) {
	ctx := fccontext.NewContext(b.Context(), &fccontext.FcContext{RequestID: "fc-1", Region: "cn-hangzhou", AccountId: "1234567890984321", Credentials: role})
	b.ReportAllocs()
	for b.Loop() {
		handleOnce(b, ctx, h, event, want)
	}
}

// handleOnce serves an event, and encodes the reply as the FC runtime does. A
// reply without want in it ends the benchmark: what is fast has to be done, too.
func handleOnce(b *testing.B, ctx context.Context, h *handler.Handler, event, want string) {
	b.Helper()
	reply, err := h.Handle(ctx, []byte(event))
	if err != nil {
		b.Fatal(err)
	}
	if text, err := json.Marshal(reply); err != nil || !bytes.Contains(text, []byte(want)) {
		b.Fatalf("reply %s, %v", text, err)
	}
}

// BenchmarkHandle is one removal over TLS on loopback. The API answers the same
// to all, and checks nothing; it runs in this process, so its part is in the
// figures: see BenchmarkRoundTrip.
func BenchmarkHandle(b *testing.B) {
	for _, shape := range []struct{ name, event string }{{"direct", direct}, {"HTTP", post}, {"CloudEvent", event}} {
		b.Run(shape.name, func(b *testing.B) {
			api := constantAPI(b)
			handleFor(b, newBenched(b, api.URL, api.Client().Transport.(*http.Transport)), shape.event, "removed")
		})
	}
}

// BenchmarkRoundTrip is the part of BenchmarkHandle that is not this module's.
func BenchmarkRoundTrip(b *testing.B) {
	api := constantAPI(b)
	transport := api.Client().Transport
	b.ReportAllocs()
	for b.Loop() {
		request, err := http.NewRequestWithContext(b.Context(), http.MethodDelete, api.URL+"/openapi/instances/"+instance+"/connected-clusters?connectedInstanceId="+connected, nil)
		if err != nil {
			b.Fatal(err)
		}
		response, err := transport.RoundTrip(request)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadAll(response.Body); err != nil {
			b.Fatal(err)
		}
		response.Body.Close()
	}
}

func constantAPI(b *testing.B) *httptest.Server {
	api := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json;charset=utf-8")
		w.Header().Set("X-Acs-Request-Id", "E5C0FFEE-0000-4000-8000-000000000001")
		_, _ = io.WriteString(w, `{"Result":true,"RequestId":"E5C0FFEE-0000-4000-8000-000000000001"}`)
	}))
	b.Cleanup(api.Close)
	return api
}

// BenchmarkSweep asks 1,000 instances for their connections, over a stand-in
// without latency, which checks all signatures: most of the time is its own.
func BenchmarkSweep(b *testing.B) {
	api := elasticsearchtest.NewTLSServer()
	b.Cleanup(api.Close)
	api.AddAccount(elasticsearchtest.Account{AccessKeyID: role.AccessKeyId, AccessKeySecret: role.AccessKeySecret, SecurityToken: role.SecurityToken})
	h := newBenched(b, api.URL, api.Transport())
	ctx := fccontext.NewContext(b.Context(), &fccontext.FcContext{RequestID: "fc-1", Region: "cn-hangzhou", AccountId: "1234567890984321", Credentials: role})
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		api.Reset() // it remembers every request
		for i := range 1000 {
			api.AddInstance(survivor(i))
		}
		api.Connect(survivor(7), gone)
		b.StartTimer()
		handleOnce(b, ctx, h, `{"instanceId":"`+gone+`","all":true}`, `"outcome":"cleaned","scanned":1000,`)
	}
}
