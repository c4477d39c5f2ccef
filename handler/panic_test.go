package handler_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/acs3"
)

// checkPanic checks that the reply after a panic is that of any unexpected error, and that the
// log has its text, its stack and the request id.
func (s *fixture) checkPanic(t *testing.T, got string) {
	t.Helper()
	for _, internal := range []string{"nobody foresaw", "goroutine", ".go:", "panic"} {
		if strings.Contains(got, internal) {
			t.Errorf("the reply has %q: %s", internal, got)
		}
	}
	if !strings.Contains(got, "urn:elasticsearch-disconnect:Internal") && !strings.Contains(got, `"kind":"Internal"`) {
		t.Errorf("reply %s", got)
	}
	stacks := 0
	for text := range strings.Lines(s.log.String()) {
		var line struct{ RequestID, Kind, Error string }
		if err := json.Unmarshal([]byte(text), &line); err != nil || line.RequestID != "fc-1" {
			t.Errorf("log line %s: %v", text, err)
		}
		if line.Kind == "Internal" && strings.Contains(line.Error, "nobody foresaw this") && strings.Contains(line.Error, "goroutine ") && strings.Contains(line.Error, "panic_test.go:") {
			stacks++
		}
	}
	if stacks == 0 {
		t.Errorf("no log line has the panic with its stack: %s", &s.log)
	}
}

// TestPanicOfCredentials: the reply to each form of event.
func TestPanicOfCredentials(t *testing.T) {
	t.Parallel()
	for name, event := range map[string]string{"direct": direct, "HTTP": post, "EventBridge": event, "release": released(gone), "a batch": batch(event, released(gone))} {
		s := newFixture(t)
		s.Invocation = func(context.Context) handler.Invocation {
			return handler.Invocation{RequestID: "fc-1", Credentials: func() (acs3.Credentials, error) { panic(handler.FailingText) }}
		}
		got := s.handle(t, event)
		s.checkPanic(t, got)
		if status := strings.HasPrefix(got, `{"statusCode":500,`); status != (name == "HTTP") {
			t.Errorf("%s: reply %s", name, got)
		}
	}
}

// A panickingLog panics at its first line.
type panickingLog struct {
	slog.Handler
	panicked *atomic.Bool
}

func (l panickingLog) Handle(ctx context.Context, r slog.Record) error {
	if !l.panicked.Swap(true) {
		panic(handler.FailingText)
	}
	return l.Handler.Handle(ctx, r)
}

// TestPanicOfLog: a panic outside a removal is the one result of the event, also of a batch.
func TestPanicOfLog(t *testing.T) {
	t.Parallel()
	for _, event := range []string{"{}", batch("{}", "{}")} {
		s := newFixture(t)
		s.Log = slog.New(panickingLog{s.Log.Handler(), new(atomic.Bool)})
		got := s.handle(t, event)
		s.checkPanic(t, got)
		if !strings.HasPrefix(got, `Internal {"type":"urn:elasticsearch-disconnect:Internal"`) {
			t.Errorf("reply %s", got)
		}
	}
}

// TestPanicOfTransport: a panic at a request to the API fails the entry of the batch that needs
// it, and no other.
func TestPanicOfTransport(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		call  string   // the transport panics at it: method and path
		event string   // one of a batch
		left  []string // the survivors that are still connected
	}{
		"the removal of a pair":       {"DELETE /openapi/instances/es-a/connected-clusters", pair("es-a", gone), []string{"es-a"}},
		"the status of an instance":   {"GET /openapi/instances/" + gone, releaseOf(gone, byAPI, ""), []string{"es-a", "es-c"}},
		"the list of an instance":     {"GET /openapi/instances/" + gone + "/connected-clusters", released(gone), []string{"es-a", "es-c"}},
		"the list of instances":       {"GET /openapi/instances", released(gone), []string{"es-a", "es-c"}},
		"the list of one survivor":    {"GET /openapi/instances/es-a/connected-clusters", released(gone), []string{"es-a"}},
		"one removal after a release": {"DELETE /openapi/instances/es-c/connected-clusters", released(gone), []string{"es-c"}},
	} {
		for _, event := range []string{batch(test.event, pair("es-b", gone)), batch(pair("es-b", gone), test.event)} {
			s := newBatch(t, []string{"es-a", "es-b", "es-c"}, []string{gone})
			calm := s.Transport
			s.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
				if r.Method+" "+r.URL.Path == test.call {
					panic(handler.FailingText)
				}
				return calm.RoundTrip(r)
			})
			got := s.handle(t, event)
			s.checkPanic(t, got)
			if s.api.Connected("es-b", gone) || !strings.Contains(got, `"outcome":"removed"`) {
				t.Errorf("%s: the other pair is not removed, and the reply is %s", name, got)
			}
			for _, survivor := range test.left {
				if !s.api.Connected(survivor, gone) {
					t.Errorf("%s: %s is no longer connected", name, survivor)
				}
			}
		}
	}
}
