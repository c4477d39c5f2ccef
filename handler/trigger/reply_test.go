package trigger_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
)

var (
	place = trigger.Place{RegionID: must(connection.ParseRegion("cn-a")), AccountID: must(connection.ParseAccountID("7"))}
	about = trigger.About{RequestID: "fc", Place: place}
)

func TestSucceed(t *testing.T) {
	t.Parallel()
	result := map[string]string{"outcome": "removed"}
	for event, want := range map[string]string{
		pair:                     `{"outcome":"removed"}`,
		cloudEvent(pair):         `{"outcome":"removed"}`,
		post(pair, ""):           `{"statusCode":200,"headers":{"Content-Type":"application/json"},"isBase64Encoded":false,"body":"{\"outcome\":\"removed\"}"}`,
		request("GET", "/", ""):  `{"statusCode":200,"headers":{"Content-Type":"application/json"},"isBase64Encoded":false,"body":"{\"outcome\":\"removed\"}"}`,
		request("HEAD", "/", ""): `{"statusCode":200,"headers":{"Content-Type":"application/json"},"isBase64Encoded":false,"body":""}`,
	} {
		got := asJSON(t, must(trigger.Parse([]byte(event))).Succeed(result))
		if got != want {
			t.Errorf("the reply to %s:\n got %s\nwant %s", event, got, want)
		}
	}
}

// failures are errors and the problems made of them.
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
		"timeout":     {failed(connection.Timeout), problem("Timeout", "No answer in time; the outcome is unknown, and it is safe to repeat", 504)},
		"internal":    {failed(connection.Internal), problem("Internal", "The function failed", 500)},
		"wrapped":     {fmt.Errorf("x: %w", failed(connection.NoInstance)), problem("Absent", "There is no such instance or connection", 404)},
		"denied, by 401": {&connection.Error{Kind: connection.Denied, Message: "m", Code: "C", Status: 401, RequestID: "api"},
			problem("Denied", "Credentials or permissions do not allow it", 401)},
		"another, by 401": {&connection.Error{Kind: connection.Upstream, Message: "m", Code: "C", Status: 401, RequestID: "api"},
			problem("Upstream", "The Elasticsearch API did not do it", 502)},
		"unforeseen": {errors.New("a secret"),
			`{"type":"urn:elasticsearch-disconnect:Internal","title":"The function failed","status":500,"detail":"an unforeseen fault, told in the function's log under this requestId","requestId":"fc","regionId":"cn-a","accountId":"7"}`},
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
				reply, err := trigger.Event{Shape: shape}.Fail(test.err, about)
				if reply != nil || err == nil || err.Error() != test.want {
					t.Errorf("%s: reply %v, error\n got %v\nwant %s", shape, reply, err, test.want)
				}
			}
			reply, err := trigger.Event{Shape: trigger.HTTP}.Fail(test.err, about)
			if err != nil {
				t.Fatalf("over HTTP a failure is an error: %v", err)
			}
			response := responseOf(t, reply)
			if response.Body != test.want {
				t.Errorf("body:\n got %s\nwant %s", response.Body, test.want)
			}
			if response.Headers["Content-Type"] != "application/problem+json" {
				t.Errorf("headers %v", response.Headers)
			}
			if want := statusIn(t, test.want); response.StatusCode != want {
				t.Errorf("status %d, want %d", response.StatusCode, want)
			}
		})
	}
}

// TestPlacesUnknown: what a problem or a part cannot say of the place it leaves out.
func TestPlacesUnknown(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		place trigger.Place
		want  string // the members between requestId or connectedInstanceId and the next
	}{
		{trigger.Place{}, ""},
		{trigger.Place{RegionID: place.RegionID}, `,"regionId":"cn-a"`},
		{trigger.Place{AccountID: place.AccountID}, `,"accountId":"7"`},
	} {
		var f trigger.PartialFailure
		f.Add(nil, "removed", "e1", test.place, removal("es-a", "es-b", "", false).Pair)
		for got, want := range map[string]string{
			trigger.NewProblem(&connection.Error{Kind: connection.Internal, Message: "m", RequestID: "api"}, trigger.About{RequestID: "fc", Place: test.place}).Error(): `{"type":"urn:elasticsearch-disconnect:Internal","title":"The function failed","status":500,"detail":"m","requestId":"fc"` + test.want + `,"apiRequestId":"api"}`,
			asJSON(t, f.Done[0]): `{"instanceId":"es-a","connectedInstanceId":"es-b"` + test.want + `,"eventId":"e1","outcome":"removed"}`,
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
		reply, err := trigger.Event{Shape: trigger.HTTP}.Fail(test.err, about)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := responseOf(t, reply).Headers[test.header]; got != test.want || ok != (test.want != "") {
			t.Errorf("%s: %s is %q, want %q", name, test.header, got, test.want)
		}
	}
}

func TestRefusedHEADHasNoBody(t *testing.T) {
	t.Parallel()
	r, err := trigger.Parse([]byte(request("HEAD", "/x", "")))
	reply, err := r.Fail(err, about)
	if err != nil {
		t.Fatal(err)
	}
	if got := responseOf(t, reply); got.StatusCode != 404 || got.Body != "" {
		t.Errorf("got %+v", got)
	}
}

func partly(done int, kinds ...connection.Kind) *trigger.PartialFailure {
	var f trigger.PartialFailure
	pair := removal("es-a", "es-b", "", false).Pair
	for range done {
		f.Add(nil, "removed", "", place, pair)
	}
	for i, kind := range kinds {
		f.Add(&connection.Error{Kind: kind, Code: "C", Message: "m", RetryAfter: time.Duration(i+1) * time.Second, Err: errors.New("for the log")}, "failed", "e1", place, connection.Pair{Connected: pair.Connected})
	}
	return &f
}

func TestFailPartlyOverHTTP(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		failure    *trigger.PartialFailure
		status     int
		retryAfter string
	}{
		"something was done":           {partly(1, connection.Timeout), 207, ""},
		"nothing was done: the status": {partly(0, connection.NoConnection), 404, ""},
		"the gravest":                  {partly(0, connection.Unavailable, connection.Timeout, connection.NoConnection), 504, ""},
		"throttled, the longest wait":  {partly(0, connection.Throttled, connection.Throttled), 429, "2"},
	} {
		reply, err := trigger.Event{Shape: trigger.HTTP}.FailPartly(map[string]int{"a": 1}, test.failure, about)
		if err != nil {
			t.Fatalf("%s: over HTTP a failure is an error: %v", name, err)
		}
		got := responseOf(t, reply)
		if got.StatusCode != test.status || got.Headers["Content-Type"] != "application/json" || got.Headers["Retry-After"] != test.retryAfter || got.Body != `{"a":1}` {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestFailPartlyOfAnEvent(t *testing.T) {
	t.Parallel()
	const failed = `"requestId":"fc","regionId":"cn-a","accountId":"7","failed":[{"connectedInstanceId":"es-b","regionId":"cn-a","accountId":"7","eventId":"e1","kind":"Denied","code":"C","detail":"m"}]`
	for want, failure := range map[string]*trigger.PartialFailure{
		`{"type":"urn:elasticsearch-disconnect:PartialFailure","title":"Some of what was asked failed; it is safe to repeat","status":207,"detail":"1 of 2 failed",` +
			failed + `,"done":[{"instanceId":"es-a","connectedInstanceId":"es-b","regionId":"cn-a","accountId":"7","outcome":"removed"}]}`: partly(1, connection.Denied),
		`{"type":"urn:elasticsearch-disconnect:PartialFailure","title":"Nothing of what was asked was done; it is safe to repeat","status":403,"detail":"1 of 1 failed",` +
			failed + `}`: partly(0, connection.Denied),
	} {
		reply, err := trigger.Event{Shape: trigger.EventBridge}.FailPartly("unused", failure, about)
		if reply != nil || err == nil || err.Error() != want {
			t.Errorf("reply %v, error\n got %v\nwant %s", reply, err, want)
		}
	}
}

// TestPartsAreShortened: what the API says may be long, and grow when it is
// quoted. Of a refused event every fault is said, for there is no list of them.
func TestPartsAreShortened(t *testing.T) {
	t.Parallel()
	long := func(kind string, n int) error {
		return &connection.Error{Kind: connection.Denied, Message: strings.Repeat(kind, n)}
	}
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"as long as may be": {long("a", 500), strings.Repeat("a", 500)},
		"longer":            {long("a", 501), strings.Repeat("a", 500) + " …"},
		"cut in a rune":     {long("é", 251), strings.Repeat("é", 250) + " …"},
		"in a rune, odd":    {long("aé", 200), strings.Repeat("aé", 166) + "a …"},
		"two faults":        {&trigger.Error{Status: 400, Faults: []trigger.Fault{{Path: "$.a", Detail: "is b"}, {Path: "$.c", Detail: "is d"}}}, "$.a is b; $.c is d"},
	} {
		var f trigger.PartialFailure
		f.Add(test.err, "failed", "", place, connection.Pair{})
		if got := f.Failed[0].Detail; got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// TestPartsAreBounded: the message of an error has to fit into a dead-letter
// queue; how many there were it says all the same.
func TestPartsAreBounded(t *testing.T) {
	t.Parallel()
	_, err := trigger.Event{Shape: trigger.Direct}.FailPartly(nil, partly(60, make([]connection.Kind, 70)...), about)
	text := fmt.Sprint(err)
	if failed, done := strings.Count(text, `"kind"`), strings.Count(text, `"outcome"`); failed != 50 || done != 50 {
		t.Errorf("%d failed and %d done are listed", failed, done)
	}
	if !strings.Contains(text, `"detail":"70 of 130 failed"`) || len(text) > 64<<10 {
		t.Errorf("%d bytes: %s", len(text), text)
	}
}

// TestPartsAreBoundedInBytes: what the API says may be long, and grow when it is
// quoted.
func TestPartsAreBoundedInBytes(t *testing.T) {
	t.Parallel()
	var f trigger.PartialFailure
	for range 60 {
		f.Add(&connection.Error{Kind: connection.Denied, Message: strings.Repeat("<&>", 1000)}, "failed", "e1", place, connection.Pair{})
	}
	_, err := trigger.Event{Shape: trigger.Direct}.FailPartly(nil, &f, about)
	if quoted := asJSON(t, fmt.Sprint(err)); len(quoted) > 64<<10 || !strings.Contains(quoted, "60 of 60 failed") {
		t.Errorf("%d bytes: %.200s", len(quoted), quoted)
	}
}

type response struct {
	StatusCode int               `json:"statusCode"`
	Headers    map[string]string `json:"headers"`
	Body       string            `json:"body"`
}

func responseOf(t *testing.T, reply any) (r response) {
	t.Helper()
	if err := json.Unmarshal([]byte(asJSON(t, reply)), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func statusIn(t *testing.T, problem string) int {
	t.Helper()
	var p struct{ Status int }
	if err := json.Unmarshal([]byte(problem), &p); err != nil {
		t.Fatal(err)
	}
	return p.Status
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
