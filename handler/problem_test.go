package handler

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/events"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/trigger"
)

var (
	scopeOfTests = connection.Scope{Region: must(connection.ParseRegion("cn-a")), Account: must(connection.ParseAccountID("7"))}
	aboutTests   = about{"fc", scopeOfTests}
)

// failing is the reply to an event that failed before any connection was found.
func failing(shape trigger.Shape, err error) (any, *problem) {
	f := discover.Finding{Request: trigger.Request{Scope: scopeOfTests}, Err: err}
	return reply(trigger.Event{Shape: shape}, summarize([]decision{{Finding: f}}, nil), info{}, Invocation{RequestID: "fc"})
}

// failures are errors and their problems.
func failures() map[string]struct {
	err  error
	want string
} {
	failed := func(kind connection.Kind) error {
		return &connection.Error{Kind: kind, Message: "m", Code: "C", Status: 400, RequestID: "api", Err: io.EOF}
	}
	problem := func(kind, title string, status int) string {
		return fmt.Sprintf(`{"type":"urn:elasticsearch-disconnect:%s","title":"%s","status":%d,"detail":"m","code":"C","requestId":"fc","regionId":"cn-a","accountId":"7","apiRequestId":"api"}`, kind, title, status)
	}
	return map[string]struct {
		err  error
		want string
	}{
		"denied":      {failed(connection.Denied), problem("Denied", "Credentials or permissions do not allow it", 403)},
		"absent":      {failed(connection.NoInstance), problem("Absent", "There is no such instance or connection", 404)},
		"conflict":    {failed(connection.Conflict), problem("Conflict", "The state of the instance does not allow it now", 409)},
		"throttled":   {failed(connection.Throttled), problem("Throttled", "The Elasticsearch API limits the rate of requests", 429)},
		"upstream":    {failed(connection.Upstream), problem("Upstream", "The Elasticsearch API did not do it", 502)},
		"unavailable": {failed(connection.Unavailable), problem("Unavailable", "The Elasticsearch API cannot be reached", 503)},
		"timeout":     {failed(connection.Timeout), problem("Timeout", "No answer; the outcome is unknown, and it is safe to repeat", 504)},
		"internal":    {failed(connection.Internal), problem("Internal", "The function failed", 500)},
		"wrapped":     {fmt.Errorf("x: %w", failed(connection.NoInstance)), problem("Absent", "There is no such instance or connection", 404)},
		"denied, by 401": {&connection.Error{Kind: connection.Denied, Message: "m", Code: "C", Status: 401, RequestID: "api"},
			problem("Denied", "Credentials or permissions do not allow it", 401)},
		"another, by 401": {&connection.Error{Kind: connection.Upstream, Message: "m", Code: "C", Status: 401, RequestID: "api"},
			problem("Upstream", "The Elasticsearch API did not do it", 502)},
		"unexpected": {errors.New("a secret"),
			`{"type":"urn:elasticsearch-disconnect:Internal","title":"The function failed","status":500,"detail":"unexpected error; see the function's log for this requestId","requestId":"fc","regionId":"cn-a","accountId":"7"}`},
		"one fault": {&trigger.Error{Status: 404, Faults: []trigger.Fault{{Path: "$.a", Detail: "is b"}}},
			`{"type":"urn:elasticsearch-disconnect:InvalidEvent","title":"The request is not valid","status":404,"detail":"$.a is b","requestId":"fc","regionId":"cn-a","accountId":"7","errors":[{"path":"$.a","detail":"is b"}]}`},
		"two faults": {&trigger.Error{Status: 400, Faults: []trigger.Fault{{Path: "$.a", Detail: "is b"}, {Path: "$.c", Detail: "is d"}}},
			`{"type":"urn:elasticsearch-disconnect:InvalidEvent","title":"The request is not valid","status":400,"detail":"2 faults, listed in errors","requestId":"fc","regionId":"cn-a","accountId":"7","errors":[{"path":"$.a","detail":"is b"},{"path":"$.c","detail":"is d"}]}`},
	}
}

func TestFail(t *testing.T) {
	t.Parallel()
	for name, test := range failures() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, shape := range []trigger.Shape{trigger.Direct, trigger.EventBridge} {
				if reply, p := failing(shape, test.err); reply != nil || marshal(p) != test.want {
					t.Errorf("%s: reply %v, problem\n got %s\nwant %s", shape, reply, marshal(p), test.want)
				}
			}
			reply, p := failing(trigger.HTTP, test.err)
			if p != nil {
				t.Fatalf("over HTTP a failure is an error: %v", p)
			}
			response := reply.(events.HTTPTriggerResponse)
			if response.Body != test.want || response.Headers["Content-Type"] != "application/problem+json" {
				t.Errorf("headers %v, body:\n got %s\nwant %s", response.Headers, response.Body, test.want)
			}
			if !strings.Contains(test.want, fmt.Sprintf(`"status":%d,`, response.StatusCode)) {
				t.Errorf("status %d", response.StatusCode)
			}
		})
	}
}

// TestScopesInPart: a problem and a part leave out an unknown region or account.
func TestScopesInPart(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		scope connection.Scope
		want  string // the members between requestId or connectedInstanceId and the next
	}{
		{connection.Scope{}, ""},
		{connection.Scope{Region: scopeOfTests.Region}, `,"regionId":"cn-a"`},
		{connection.Scope{Account: scopeOfTests.Account}, `,"accountId":"7"`},
	} {
		pair := pairOf("es-a", "es-b")
		p := problemOf(&connection.Error{Kind: connection.Internal, Message: "m", RequestID: "api"}, about{"fc", test.scope})
		for got, want := range map[string]string{
			marshal(p): `{"type":"urn:elasticsearch-disconnect:Internal","title":"The function failed","status":500,"detail":"m","requestId":"fc"` + test.want + `,"apiRequestId":"api"}`,
			marshal(partName{pair.Instance, pair.Connected, test.scope, "e1"}): `{"instanceId":"es-a","connectedInstanceId":"es-b"` + test.want + `,"eventId":"e1"}`,
		} {
			if got != want {
				t.Errorf("got %s\nwant %s", got, want)
			}
		}
	}
}

func TestFailHeaders(t *testing.T) {
	t.Parallel()
	throttled := func(wait time.Duration) error {
		return &connection.Error{Kind: connection.Throttled, RetryAfter: wait}
	}
	for name, test := range map[string]struct {
		err          error
		header, want string
	}{
		"a wait is rounded up":             {throttled(1200 * time.Millisecond), "Retry-After", "2"},
		"a whole wait stays":               {throttled(3 * time.Second), "Retry-After", "3"},
		"no wait is a second":              {throttled(0), "Retry-After", "1"},
		"others have no wait":              {&connection.Error{Kind: connection.Denied, RetryAfter: time.Second}, "Retry-After", ""},
		"the methods allowed":              {&trigger.Error{Status: 405, Allow: "DELETE", Faults: []trigger.Fault{{}}}, "Allow", "DELETE"},
		"a bad request has nothing for it": {&trigger.Error{Status: 400, Faults: []trigger.Fault{{}}}, "Allow", ""},
	} {
		reply, _ := failing(trigger.HTTP, test.err)
		if got, ok := reply.(events.HTTPTriggerResponse).Headers[test.header]; got != test.want || ok != (test.want != "") {
			t.Errorf("%s: %s is %q, want %q", name, test.header, got, test.want)
		}
	}
}

// partly are the results of disconnects: some done, and one failed with each kind.
func partly(done int, kinds ...connection.Kind) []result {
	ends := make([]any, done)
	for i := range ends {
		ends[i] = connection.Removed
	}
	for i, kind := range kinds {
		ends = append(ends, &connection.Error{Kind: kind, Code: "C", Message: "m", RetryAfter: time.Duration(i+1) * time.Second, Err: errors.New("for the log")})
	}
	var findings []discover.Finding
	for i, end := range ends {
		f := flags{}.disconnect(pairOf("es-a", fmt.Sprint("es-", i)))
		f.Request.Scope = scopeOfTests
		if _, failed := end.(error); failed {
			f.Request.EventID = "e1"
		}
		findings = append(findings, f)
	}
	return resultsOf(decide(findings, rules{}), ends...)
}

func replyPartly(shape trigger.Shape, results []result) (any, *problem) {
	return reply(trigger.Event{Shape: shape, Batch: true}, results, info{}, Invocation{RequestID: "fc"})
}

// TestFailPartlyOverHTTP: the response to a batch has all reports, and asks for the longest
// wait. TestSummarize has its statuses.
func TestFailPartlyOverHTTP(t *testing.T) {
	t.Parallel()
	reply, p := replyPartly(trigger.HTTP, partly(0, connection.Throttled, connection.Throttled))
	got := reply.(events.HTTPTriggerResponse)
	if p != nil || got.StatusCode != 429 || got.Headers["Content-Type"] != "application/json" || got.Headers["Retry-After"] != "2" || !strings.HasPrefix(got.Body, `{"events":[{"Result":`) {
		t.Errorf("%+v, %v", got, p)
	}
}

func TestFailPartlyOfAnEvent(t *testing.T) {
	t.Parallel()
	failed := func(id string) string {
		return `"requestId":"fc","regionId":"cn-a","accountId":"7","failed":[{"instanceId":"es-a","connectedInstanceId":"` + id + `","regionId":"cn-a","accountId":"7","eventId":"e1","kind":"Denied","code":"C","detail":"m"}]`
	}
	elsewhere := partly(0, connection.Denied, connection.Denied)
	for i := range elsewhere {
		elsewhere[i].Request.Scope.Region = must(connection.ParseRegion(fmt.Sprint("cn-", i)))
	}
	if _, p := replyPartly(trigger.EventBridge, elsewhere); p.Region != (connection.Region{}) || p.Failed[1].Region.String() != "cn-1" {
		t.Errorf("of two regions: %s", marshal(p))
	}
	for want, results := range map[string][]result{
		`{"type":"urn:elasticsearch-disconnect:PartialFailure","title":"Some of what was asked failed; it is safe to repeat","status":207,"detail":"1 of 2 failed",` +
			failed("es-1") + `,"done":[{"instanceId":"es-a","connectedInstanceId":"es-0","regionId":"cn-a","accountId":"7","outcome":"removed"}]}`: partly(1, connection.Denied),
		`{"type":"urn:elasticsearch-disconnect:PartialFailure","title":"Nothing of what was asked was done; it is safe to repeat","status":403,"detail":"1 of 1 failed",` +
			failed("es-0") + `}`: partly(0, connection.Denied),
	} {
		if reply, p := replyPartly(trigger.EventBridge, results); reply != nil || marshal(p) != want {
			t.Errorf("reply %v, problem\n got %s\nwant %s", reply, marshal(p), want)
		}
	}
}

// TestPartsAreShortened: a message of the API may be long, and grows when it is quoted. A part
// has every fault of a refused event, since it has no list of them.
func TestPartsAreShortened(t *testing.T) {
	t.Parallel()
	long := func(kind string, n int) error {
		return &connection.Error{Kind: connection.Denied, Message: strings.Repeat(kind, n)}
	}
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"as long as may be":             {long("a", 500), strings.Repeat("a", 500)},
		"longer":                        {long("a", 501), strings.Repeat("a", 500) + " …"},
		"cut in a rune":                 {long("é", 251), strings.Repeat("é", 250) + " …"},
		"in a rune after an odd number": {long("aé", 200), strings.Repeat("aé", 166) + "a …"},
		"two faults":                    {&trigger.Error{Status: 400, Faults: []trigger.Fault{{Path: "$.a", Detail: "is b"}, {Path: "$.c", Detail: "is d"}}}, "$.a is b; $.c is d"},
	} {
		var f partialFailure
		f.add(partName{}, test.err, "failed")
		if got := f.failed[0].Detail; got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// TestPartsAreBounded: the message of an error fits into a dead-letter queue, where it is quoted
// once more; the numbers count all parts.
func TestPartsAreBounded(t *testing.T) {
	t.Parallel()
	_, p := replyPartly(trigger.Direct, partly(60, make([]connection.Kind, 70)...))
	if len(p.Failed) != 50 || len(p.Done) != 50 || p.Detail != "70 of 130 failed" {
		t.Errorf("%d failed and %d done are listed of %s", len(p.Failed), len(p.Done), p.Detail)
	}
	var f partialFailure
	for range 60 {
		f.add(partName{EventID: "e1"}, &connection.Error{Kind: connection.Denied, Message: strings.Repeat("<&>", 1000)}, "failed")
	}
	if quoted := marshal(marshal(f.problem(aboutTests))); len(quoted) > 64<<10 || !strings.Contains(quoted, "60 of 60 failed") {
		t.Errorf("%d bytes: %.200s", len(quoted), quoted)
	}
	var places partialFailure
	for i := range trigger.MaxPlaces {
		region, _ := connection.ParseRegion(fmt.Sprintf("cn-place-%02d", i))
		places.add(partName{Scope: connection.Scope{Region: region}, EventID: "e1"}, &connection.Error{Kind: connection.Denied, Message: strings.Repeat("<&>", 10*(i+1))}, "failed")
	}
	if p := places.problem(aboutTests); len(p.Failed) != trigger.MaxPlaces || len(marshal(p.Failed)) > 16<<10+trigger.MaxPlaces+2 {
		t.Errorf("of %d places %d are named: %s", trigger.MaxPlaces, len(p.Failed), marshal(p.Failed))
	}
	for i := range f.failed {
		f.failed[i].Detail = strings.Repeat("x", 400)
	}
	if size := len(marshal(f.problem(aboutTests).Failed)); size < 16<<10-500 || size > 16<<10+100 { // there are commas
		t.Errorf("%d bytes are listed", size)
	}
}
