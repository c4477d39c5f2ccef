package handler_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/elasticsearch"
)

// TestFaults tries each fault of the table under each kind of event: the calls
// that the API sees, the reply, the log line, and what is left.
func TestFaults(t *testing.T) {
	t.Parallel()
	for name, row := range faultRows() {
		for by, event := range map[string]string{"direct": direct, "HTTP": post, "EventBridge": event, "release": released(gone)} {
			want := row.request
			if isEvent := by == "EventBridge" || by == "release"; isEvent && row.event != nil {
				want = *row.event
			}
			t.Run(name+", "+by, func(t *testing.T) {
				t.Parallel()
				s := newFaulty(t, row)
				if by == "release" {
					s.api.RemoveInstance(gone)
				}
				got := s.handle(t, event)
				s.check(t, by, got, want)
				s.checkWaits(t, row.waits)
			})
		}
	}
}

// A faulty is a stage with a fault, which notes how long it was to wait.
type faulty struct {
	*stage
	waits []time.Duration
}

// newFaulty is a stage in which the row's faults happen to the requests from the
// first delete on; its clocks stand still.
func newFaulty(t *testing.T, row faultRow) *faulty {
	t.Helper()
	s := &faulty{stage: newStage(t)}
	s.Now = func() time.Time { return stageTime }
	s.api.Now = s.Now
	s.Sleep = func(ctx context.Context, wait time.Duration) error {
		s.waits = append(s.waits, wait)
		return ctx.Err()
	}
	s.api.OnRequest = row.hook()
	s.Transport = &impatient{RoundTripper: s.Transport, late: row.late}
	return s
}

func (row faultRow) hook() hook {
	var mu sync.Mutex
	begun, faults := false, slices.Clone(row.faults)
	return func(r request) fault {
		mu.Lock()
		defer mu.Unlock()
		isDelete := r.Action == "DeleteConnectedCluster"
		begun = begun || isDelete
		switch {
		case isDelete && row.always.Answer != nil:
			return row.always
		case !begun || len(faults) == 0:
			return fault{}
		}
		next := faults[0]
		faults = faults[1:]
		return next
	}
}

// An impatient transport gives up, so many times, just before the answer to a
// delete comes.
type impatient struct {
	http.RoundTripper
	late int
}

func (i *impatient) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := i.RoundTripper.RoundTrip(r)
	if i.late == 0 || r.Method != http.MethodDelete || err != nil {
		return response, err
	}
	i.late--
	response.Body.Close()
	return nil, os.ErrDeadlineExceeded
}

func (s *faulty) check(t *testing.T, by, got string, want seen) {
	t.Helper()
	reply, detail := s.told(t, by, got)
	if reply != want.reply || detail != want.detail {
		t.Errorf("reply:\n got %s, %q\nwant %s, %q\n  of %s", reply, detail, want.reply, want.detail, got)
	}
	if calls := s.calls(t, by); calls != want.calls {
		t.Errorf("calls %s, want %s", calls, want.calls)
	}
	outcome, kind := strings.Fields(want.reply)[1], ""
	if want.detail != "" {
		outcome, kind = "failed", outcome
	}
	if line, wanted := s.line(t), fmt.Sprintf("%s %s %d", outcome, kind, want.attempts); line != wanted {
		t.Errorf("log line %q, want %q", line, wanted)
	}
	if left := s.api.Connected(instance, connected); left != want.left {
		t.Errorf("the connection is left: %t, want %t", left, want.left)
	}
}

// A told is what the fault table compares of a reply or of the text of an error.
type told struct {
	StatusCode      int
	Headers         map[string]string
	Body            string
	Type, Detail    string
	Status          int
	Outcome         string
	Results, Failed []struct{ Outcome, Kind, Detail string }
}

// told reads a reply: the status and the outcome or kind, and the detail.
func (s *faulty) told(t *testing.T, by, got string) (reply, detail string) {
	t.Helper()
	errorType, text, isError := strings.Cut(got, " {")
	if text = "{" + text; !isError {
		text = got
	}
	r := told{StatusCode: 200}
	unmarshal(t, text, &r)
	if by == "HTTP" {
		unmarshal(t, r.Body, &r)
		if after := r.Headers["Retry-After"]; after != map[bool]string{true: "2"}[r.StatusCode == 429] {
			t.Errorf("Retry-After %q with status %d", after, r.StatusCode)
		}
	}
	detail = r.Detail
	kind := r.Type[strings.LastIndex(r.Type, ":")+1:]
	switch {
	case isError && errorType != kind:
		t.Errorf("errorType %s with a problem of type %s", errorType, r.Type)
	case isError:
		r.StatusCode = r.Status
	}
	if by == "release" && isError && kind == "PartialFailure" {
		kind, detail = r.Failed[0].Kind, r.Failed[0].Detail
	} else if by == "release" && r.Outcome == "cleaned" {
		r.Outcome = r.Results[0].Outcome
	}
	host := strings.TrimPrefix(s.api.URL, "https://")
	return fmt.Sprintf("%d %s%s", r.StatusCode, r.Outcome, kind), strings.ReplaceAll(detail, host, "HOST")
}

func unmarshal(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
}

// calls are the requests from the first delete on, in letters. Each delete of
// one side is the same request under a nonce of its own.
func (s *faulty) calls(t *testing.T, by string) string {
	t.Helper()
	var calls strings.Builder
	tokens, nonces := map[string]bool{}, map[string]bool{}
	for i, r := range s.api.Requests() {
		nonce := r.Header.Get("X-Acs-Signature-Nonce")
		if nonces[nonce] || r.AccessKeyID != role.AccessKeyId {
			t.Errorf("nonce %q of key %q was used before", nonce, r.AccessKeyID)
		}
		nonces[nonce] = true
		switch call := r.String(); {
		case by == "release" && i < 3 && !strings.HasPrefix(call, "Delete"):
		case call == "DeleteConnectedCluster "+instance+" "+connected:
			calls.WriteByte('D')
			tokens[call+r.ClientToken] = true
		case call == "DeleteConnectedCluster "+connected+" "+instance:
			calls.WriteByte('T')
			tokens[call+r.ClientToken] = true
		case call == "ListConnectedClusters "+instance:
			calls.WriteByte('L')
		default:
			t.Errorf("an unforeseen call: %s", call)
		}
	}
	if sides := min(1, strings.Count(calls.String(), "D")) + strings.Count(calls.String(), "T"); len(tokens) != sides {
		t.Errorf("%d client tokens for %d requests: %v", len(tokens), sides, tokens)
	}
	return calls.String()
}

// line is what the one log line of the connection tells.
func (s *faulty) line(t *testing.T) string {
	t.Helper()
	var told []string
	for text := range strings.Lines(s.log.String()) {
		var line struct {
			ConnectedInstanceID, Outcome, Kind string
			Attempts                           int
		}
		unmarshal(t, text, &line)
		if line.ConnectedInstanceID != "" {
			told = append(told, fmt.Sprintf("%s %s %d", line.Outcome, line.Kind, line.Attempts))
		}
	}
	return strings.Join(told, "\n")
}

// checkWaits: there is one wait before each repeated attempt, as long as told.
func (s *faulty) checkWaits(t *testing.T, least time.Duration) {
	t.Helper()
	attempts := 0
	for _, r := range s.api.Requests() {
		if r.String() == "DeleteConnectedCluster "+instance+" "+connected {
			attempts++
		}
	}
	least = max(least, 200*time.Millisecond)
	if len(s.waits) != max(0, attempts-1) || len(s.waits) > 0 && slices.Min(s.waits) < least {
		t.Errorf("waits %v, want %d of at least %v", s.waits, max(0, attempts-1), least)
	}
}

// TestWrongCertificate: a server that is not trusted is told nothing, once.
func TestWrongCertificate(t *testing.T) {
	t.Parallel()
	for by, event := range map[string]string{"direct": direct, "HTTP": post, "EventBridge": event, "release": released(gone)} {
		s := newFaulty(t, faultRow{})
		s.Transport = elasticsearch.NewTransport("")
		reply, detail := s.told(t, by, s.handle(t, event))
		if reply != "503 Unavailable" || detail != "the API's certificate is not trusted" {
			t.Errorf("%s: reply %s, %q", by, reply, detail)
		}
		if len(s.waits) != 0 || len(s.api.Requests()) != 0 {
			t.Errorf("%s: %d waits and %d requests", by, len(s.waits), len(s.api.Requests()))
		}
	}
}
