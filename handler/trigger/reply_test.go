package trigger_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
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

// failures are errors and the problems that tell them.
func failures() map[string]struct {
	err  error
	want string
} {
	failed := func(kind connection.Kind) error {
		return &connection.Error{Kind: kind, Message: "m", Code: "C", Status: 400, RequestID: "api", Err: io.EOF}
	}
	problem := func(kind, title string, status int) string {
		return fmt.Sprintf(`{"type":"urn:elasticsearch-disconnect:%s","title":"%s","status":%d,"detail":"m","code":"C","requestId":"fc","apiRequestId":"api"}`, kind, title, status)
	}
	return map[string]struct {
		err  error
		want string
	}{
		"denied":      {failed(connection.Denied), problem("Denied", "Credentials or permissions do not allow it", 403)},
		"absent":      {failed(connection.NoInstance), problem("Absent", "There is no such instance or connection", 404)},
		"conflict":    {failed(connection.Conflict), problem("Conflict", "The instance is busy with another change", 409)},
		"throttled":   {failed(connection.Throttled), problem("Throttled", "The Elasticsearch API limits the rate of requests", 429)},
		"upstream":    {failed(connection.Upstream), problem("Upstream", "The Elasticsearch API did not do it", 502)},
		"unavailable": {failed(connection.Unavailable), problem("Unavailable", "The Elasticsearch API cannot be reached", 503)},
		"timeout":     {failed(connection.Timeout), problem("Timeout", "No answer in time; the outcome is unknown, and it is safe to repeat", 504)},
		"internal":    {failed(connection.Internal), problem("Internal", "The function failed", 500)},
		"wrapped":     {fmt.Errorf("x: %w", failed(connection.NoInstance)), problem("Absent", "There is no such instance or connection", 404)},
		"denied, by 401": {&connection.Error{Kind: connection.Denied, Message: "m", Code: "C", Status: 401, RequestID: "api"},
			problem("Denied", "Credentials or permissions do not allow it", 401)},
		"unforeseen": {errors.New("a secret"),
			`{"type":"urn:elasticsearch-disconnect:Internal","title":"The function failed","status":500,"detail":"an unforeseen fault, told in the function's log under this requestId","requestId":"fc"}`},
		"one fault": {&trigger.Error{Status: 404, Faults: []trigger.Fault{{Path: "$.a", Detail: "is b"}}},
			`{"type":"urn:elasticsearch-disconnect:InvalidEvent","title":"The request is not valid","status":404,"detail":"$.a is b","requestId":"fc","errors":[{"path":"$.a","detail":"is b"}]}`},
		"two faults": {&trigger.Error{Status: 400, Faults: []trigger.Fault{{Path: "$.a", Detail: "is b"}, {Path: "$.c", Detail: "is d"}}},
			`{"type":"urn:elasticsearch-disconnect:InvalidEvent","title":"The request is not valid","status":400,"detail":"2 faults, listed in errors","requestId":"fc","errors":[{"path":"$.a","detail":"is b"},{"path":"$.c","detail":"is d"}]}`},
	}
}

func TestFail(t *testing.T) {
	t.Parallel()
	for name, test := range failures() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, shape := range []trigger.Shape{trigger.Direct, trigger.EventBridge} {
				reply, err := trigger.Event{Shape: shape}.Fail(test.err, "fc")
				if reply != nil || err == nil || err.Error() != test.want {
					t.Errorf("%s: reply %v, error\n got %v\nwant %s", shape, reply, err, test.want)
				}
			}
			reply, err := trigger.Event{Shape: trigger.HTTP}.Fail(test.err, "fc")
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
		"the methods allowed are told":     {&trigger.Error{Status: 405, Allow: "DELETE", Faults: []trigger.Fault{{}}}, "Allow", "DELETE"},
		"a bad request has nothing for it": {&trigger.Error{Status: 400, Faults: []trigger.Fault{{}}}, "Allow", ""},
	} {
		reply, err := trigger.Event{Shape: trigger.HTTP}.Fail(test.err, "fc")
		if err != nil {
			t.Fatal(err)
		}
		if got := responseOf(t, reply).Headers[test.header]; got != test.want {
			t.Errorf("%s: %s is %q, want %q", name, test.header, got, test.want)
		}
	}
}

func TestRefusedHEADHasNoBody(t *testing.T) {
	t.Parallel()
	r, err := trigger.Parse([]byte(request("HEAD", "/x", "")))
	reply, err := r.Fail(err, "fc")
	if err != nil {
		t.Fatal(err)
	}
	if got := responseOf(t, reply); got.StatusCode != 404 || got.Body != "" {
		t.Errorf("got %+v", got)
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
