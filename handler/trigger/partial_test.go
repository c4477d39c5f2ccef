package trigger_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
)

func partly(done int, kinds ...connection.Kind) *trigger.PartialFailure {
	var f trigger.PartialFailure
	pair := removal("es-a", "es-b", "", false).Pair
	for range done {
		f.Add(nil, "removed", "", pair)
	}
	for i, kind := range kinds {
		f.Add(&connection.Error{Kind: kind, Code: "C", Message: "m", RetryAfter: time.Duration(i+1) * time.Second, Err: errors.New("for the log")}, "failed", "e1", connection.Pair{Connected: pair.Connected})
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
		reply, err := trigger.Event{Shape: trigger.HTTP}.FailPartly(map[string]int{"a": 1}, test.failure, "fc")
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
	reply, err := trigger.Event{Shape: trigger.EventBridge}.FailPartly("unused", partly(1, connection.Denied), "fc")
	want := `{"type":"urn:elasticsearch-disconnect:PartialFailure","title":"Some of what was asked failed; it is safe to repeat","status":207,"detail":"1 of 2 failed","requestId":"fc",` +
		`"failed":[{"connectedInstanceId":"es-b","eventId":"e1","kind":"Denied","code":"C","detail":"m"}],` +
		`"done":[{"instanceId":"es-a","connectedInstanceId":"es-b","outcome":"removed"}]}`
	if reply != nil || err == nil || err.Error() != want {
		t.Errorf("reply %v, error\n got %v\nwant %s", reply, err, want)
	}
}

// TestPartsAreBounded: the message of an error has to fit into a dead-letter
// queue; how many there were it tells all the same.
func TestPartsAreBounded(t *testing.T) {
	t.Parallel()
	_, err := trigger.Event{Shape: trigger.Direct}.FailPartly(nil, partly(60, make([]connection.Kind, 70)...), "fc")
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
		f.Add(&connection.Error{Kind: connection.Denied, Message: strings.Repeat("<&>", 1000)}, "failed", "e1", connection.Pair{})
	}
	_, err := trigger.Event{Shape: trigger.Direct}.FailPartly(nil, &f, "fc")
	if quoted := asJSON(t, fmt.Sprint(err)); len(quoted) > 64<<10 || !strings.Contains(quoted, "60 of 60 failed") {
		t.Errorf("%d bytes: %.200s", len(quoted), quoted)
	}
}
