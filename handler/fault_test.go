package handler_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// A seen is the effect of a fault.
type seen struct {
	calls    string // from the first delete on: D deletes, T deletes from the other side, L and M read either side
	reply    string // as over HTTP: the status, and the outcome or the kind
	detail   string // of the problem
	attempts int    // as in the log
	left     bool   // the connection still exists
}

// A faultRow is a fault of the API at the removal of a connection, and its effect on a first
// request and on an event, which may have been delivered before. There is a row for each way
// to end; the codes, retries and waits are shown by the tests of package elasticsearch.
type faultRow struct {
	faults  []fault // of the requests from the first delete on
	always  fault   // of every delete, in place of faults
	late    int     // how many answers the transport gives up waiting for
	waits   time.Duration
	request seen
	event   *seen // nil: as for a request
}

// withHeader adds a header to an answer.
func withHeader(name, value string, f fault) fault {
	return fault{AfterEffect: f.AfterEffect, Answer: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(name, value)
		f.Answer(w, r)
	}}
}

const jsonMedia = "application/json"

// bubbleStart is when each synctest bubble begins.
var bubbleStart = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func faultRows() map[string]faultRow {
	reset, page, broken := answering(elasticsearchtest.Reset()), answering(elasticsearchtest.HTML(200)), refuse(500, "InternalError")
	throttled, busy := withHeader("x-acs-retry-after", "1500", refuse(400, "Throttling.User")), refuse(400, "InstanceActivating")

	removed := func(calls string) seen { return seen{calls, "200 removed", "", len(calls), false} }
	absent := func(calls string, attempts int, left bool) *seen {
		return &seen{calls, "200 absent", "", attempts, left}
	}
	failed := func(calls, reply, detail string) seen { return seen{calls, reply, detail, len(calls), true} }
	exhausted := func(reply, detail string) seen { return failed("DDDDDD", reply, detail) }
	but := func(s seen, left bool) seen { s.left = left; return s }
	answer := func(reply, detail string) seen { return failed("D", reply, "the API answered "+detail) }
	read := func(s seen) *seen { s.calls += "L"; return &s }
	once := func(f fault) []fault { return []fault{f} }
	const hintRole = "; allow elasticsearch:DeleteConnectedCluster on the instance to the function's role"
	const noAnswer, noTime = "no answer from the API: the connection failed; outcome unknown; safe to repeat", "no answer from the API in time: outcome unknown; safe to repeat"

	notFound, repeated := answer("404 Absent", "HTTP 404: InstanceNotFound: m"), answer("404 Absent", "HTTP 400: RepetitionOperationError: m")
	unknown := answer("502 Upstream", "HTTP 400: X: m")
	const stillListed = "the API does not remove the connection, because one of its instances no longer exists: " + instance + " still lists " + connected +
		", and the API answers InstanceNotFound to a removal from either side. Remove it in the console of " + instance + ", or ask Alibaba Cloud's support to"
	return map[string]faultRow{
		"no fault": {request: removed("D")},

		"a reset before it was done, once": {faults: once(reset), request: removed("DD")},
		"a reset after it was done, once":  {faults: once(done(reset)), request: removed("DD")},
		"a reset, always":                  {always: reset, request: exhausted("503 Unavailable", noAnswer)},
		"a reset after it was done, always": {always: done(reset),
			request: but(exhausted("503 Unavailable", noAnswer), false)},

		"too late before an answer, once": {late: 1, request: removed("DD")},
		"too late, always":                {late: 6, request: but(exhausted("504 Timeout", noTime), false)},
		"200 with a page, always":         {always: page, request: exhausted("502 Upstream", `the API answered HTTP 200: the body is "text/html"`)},
		"500, always":                     {always: broken, request: exhausted("502 Upstream", "the API answered HTTP 500: InternalError: m")},

		"throttled, once":   {faults: once(throttled), waits: 1500 * time.Millisecond, request: removed("DD")},
		"throttled, always": {always: throttled, waits: 1500 * time.Millisecond, request: exhausted("429 Throttled", "the API answered HTTP 400: Throttling.User: m")},
		"busy, once":        {faults: once(busy), waits: 3 * time.Second, request: removed("DD")},
		"busy, always":      {always: busy, waits: 3 * time.Second, request: exhausted("409 Conflict", "the API answered HTTP 400: InstanceActivating: m")},

		"no such instance":             {always: refuse(404, "InstanceNotFound"), request: notFound, event: &seen{"DTL", "502 Upstream", stillListed, 2, true}},
		"not connected":                {always: refuse(400, "RepetitionOperationError"), request: repeated, event: &seen{"DL", "409 Conflict", "the API answers that " + instance + " and " + connected + " are not connected, but " + instance + " still lists the connection", 1, true}},
		"done, then no such instance":  {faults: []fault{done(reset), refuse(400, "InstanceNotFound")}, request: *absent("DDTLM", 3, false)},
		"done, then not connected":     {faults: []fault{done(reset), refuse(400, "RepetitionOperationError")}, request: *absent("DDLM", 2, false)},
		"done, then an unknown answer": {faults: []fault{done(reset), refuse(400, "X")}, request: *absent("DDLM", 2, false)},
		"an unknown refusal":           {always: refuse(400, "X"), request: unknown, event: read(unknown)},
		"an unknown one, but done":     {always: done(refuse(400, "X")), request: but(unknown, false), event: absent("DLM", 1, false)},

		"no permission": {always: refuse(403, "Forbidden.RAM"), request: answer("403 Denied", "HTTP 403: Forbidden.RAM: m"+hintRole)},
	}
}

// A faulty is a fixture with a fault, which notes the waits between requests.
type faulty struct {
	*fixture
	mu    sync.Mutex
	last  time.Time // of a request
	waits []time.Duration
}

// newFaulty is a fixture, for a bubble, with the faults of a row.
func newFaulty(t *testing.T, row faultRow) *faulty {
	t.Helper()
	s := &faulty{fixture: newFixture(t), last: time.Now()}
	s.api.OnRequest = row.hook()
	transport, late := s.Transport, row.late
	s.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		s.noteWait()
		response, err := transport.RoundTrip(r)
		if late == 0 || r.Method != http.MethodDelete || err != nil {
			return response, err
		}
		late--
		response.Body.Close()
		return nil, os.ErrDeadlineExceeded
	})
	return s
}

// noteWait notes how long ago the last request was, unless it was just now: an answer
// takes no time.
func (s *faulty) noteWait() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if wait := time.Since(s.last); wait > 0 {
		s.waits = append(s.waits, wait)
	}
	s.last = time.Now()
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

// TestFaults tries each fault with each kind of event: the calls that the API sees, the waits
// between them, the reply, the log line, and whether the connection still exists.
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
				synctest.Test(t, func(t *testing.T) {
					s := newFaulty(t, row)
					if by == "release" {
						s.api.RemoveInstance(gone)
					}
					s.check(t, by, s.handle(t, event), want)
					least := max(row.waits, 200*time.Millisecond)
					if n := max(0, strings.Count(want.calls, "D")-1); len(s.waits) != n || n > 0 && slices.Min(s.waits) < least {
						t.Errorf("waits %v, want %d of at least %v", s.waits, n, least)
					}
				})
			})
		}
	}
}

func (s *faulty) check(t *testing.T, by, got string, want seen) {
	t.Helper()
	reply, detail := s.read(t, by, got)
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
	var line struct {
		Outcome, Kind string
		Attempts      int
	}
	first, rest, _ := strings.Cut(s.log.String(), "\n")
	decode(t, first, &line)
	if line.Outcome != outcome || line.Kind != kind || line.Attempts != want.attempts || (rest == "") == (by == "release") {
		t.Errorf("log:\n%swant first %s %s %d", &s.log, outcome, kind, want.attempts)
	}
	if left := s.api.Connected(instance, connected); left != want.left {
		t.Errorf("the connection exists: %t, want %t", left, want.left)
	}
}

// read returns the status and the outcome or kind, and the detail, of a reply or of the text
// of an error.
func (s *faulty) read(t *testing.T, by, got string) (reply, detail string) {
	t.Helper()
	var r struct {
		StatusCode, Status    int
		Headers               map[string]string
		Body                  string
		Type, Detail, Outcome string
		Results, Failed       []struct{ Outcome, Kind, Detail string }
	}
	r.StatusCode = http.StatusOK
	errorType, text, isError := strings.Cut(got, " {")
	if text = "{" + text; !isError {
		text = got
	}
	decode(t, text, &r)
	if by == "HTTP" {
		decode(t, r.Body, &r)
		if after := r.Headers["Retry-After"]; after != map[bool]string{true: "2"}[r.StatusCode == 429] {
			t.Errorf("Retry-After %q with status %d", after, r.StatusCode)
		}
	}
	kind := r.Type[strings.LastIndex(r.Type, ":")+1:]
	if isError {
		r.StatusCode = r.Status
		if errorType != kind {
			t.Errorf("errorType %s with a problem of type %s", errorType, r.Type)
		}
	}
	if len(r.Failed) > 0 {
		kind, r.Detail = r.Failed[0].Kind, r.Failed[0].Detail
	} else if len(r.Results) > 0 {
		r.Outcome = r.Results[0].Outcome
	}
	return fmt.Sprintf("%d %s%s", r.StatusCode, r.Outcome, kind), r.Detail
}

// calls are the requests from the first delete on, in letters. Each delete of
// one side is the same request under a nonce of its own.
func (s *faulty) calls(t *testing.T, by string) string {
	t.Helper()
	var calls strings.Builder
	tokens, nonces := map[string]bool{}, map[string]bool{}
	letters := map[string]string{
		"DeleteConnectedCluster " + instance + " " + connected: "D",
		"DeleteConnectedCluster " + connected + " " + instance: "T",
		"ListConnectedClusters " + instance:                    "L",
		"ListConnectedClusters " + connected:                   "M",
	}
	for i, r := range s.api.Requests() {
		nonce := r.Header.Get("X-Acs-Signature-Nonce")
		if nonces[nonce] || r.AccessKeyID != role.AccessKeyId {
			t.Errorf("nonce %q of key %q was used before", nonce, r.AccessKeyID)
		}
		nonces[nonce] = true
		if r.Action == "ListInstance" {
			continue // for the proof, and once more if an instance of the list answers that it does not exist
		}
		if by == "release" && i < 6 {
			continue // the calls that find the connection
		}
		letter, ok := letters[r.String()]
		if !ok {
			t.Errorf("unexpected call: %s", r)
		}
		calls.WriteString(letter)
		if r.ClientToken != "" {
			tokens[letter+r.ClientToken] = true
		}
	}
	if sides := min(1, strings.Count(calls.String(), "D")) + strings.Count(calls.String(), "T"); len(tokens) != sides {
		t.Errorf("%d client tokens for %d requests: %v", len(tokens), sides, tokens)
	}
	return calls.String()
}
