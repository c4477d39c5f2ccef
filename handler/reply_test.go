package handler

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/trigger"
)

// TestReports: a member without a value is left out, except the list of results.
func TestReports(t *testing.T) {
	t.Parallel()
	const (
		denied  = `{"type":"urn:elasticsearch-disconnect:Denied","title":"Credentials or permissions do not allow it","status":403,"detail":"m","requestId":"fc-1"}`
		removed = `{"Result":true,"RequestId":"r1","instanceId":"` + idA + `","connectedInstanceId":"` + idB + `","clientToken":"` + tokenOfRequest + `","outcome":"removed"}`
		failed  = `{"Result":false,"instanceId":"es-c","connectedInstanceId":"` + idB + `","clientToken":"","outcome":"failed","problem":` + denied + `}`
	)
	ab, cb := pairOf(idA, idB), pairOf("es-c", idB)
	err := failureOf(connection.Denied)
	for name, test := range map[string]struct {
		finding discover.Finding
		want    string
	}{
		"information":       {found(trigger.Request{Action: trigger.Info{}}), `{"name":"n","version":"v","commit":"","region":"","regions":"","members":false,"dryRun":false}`},
		"a pair":            {flags{}.disconnect(ab), removed},
		"ignored":           {discover.Finding{Request: trigger.Request{Action: trigger.Ignore{Reason: "r"}}, Ignored: "r"}, `{"outcome":"ignored","reason":"r"}`},
		"not a release yet": {discover.Finding{Request: flags{}.cleanup().Request, Ignored: "r"}, `{"outcome":"ignored","reason":"r"}`},
		"failed":            {discover.Finding{Request: flags{}.cleanup().Request, Err: err}, `{"outcome":"failed","problem":` + denied + `}`},
		"no connection":     {discover.Finding{Request: flags{}.cleanup().Request, Scanned: 3}, `{"instanceId":"` + idB + `","outcome":"cleaned","scanned":3,"results":[]}`},
		"all removed":       {flags{}.cleanup(ab), `{"instanceId":"` + idB + `","outcome":"cleaned","scanned":0,"results":[` + removed + `]}`},
		"some unread, and there may be more": {discover.Finding{Request: flags{}.cleanup().Request, Pairs: []connection.Pair{ab}, Unread: []discover.Unread{{Pair: cb, Err: err}}, Err: err},
			`{"instanceId":"` + idB + `","outcome":"incomplete","scanned":0,"results":[` + failed + `,` + removed + `],"problem":` + denied + `}`},
	} {
		var outcomes []outcome
		p := decide([]discover.Finding{test.finding}, rules{requestID: "fc-1"})
		for _, r := range p.removals {
			outcomes = append(outcomes, outcome{removal: r, Outcome: connection.Outcome{State: connection.Removed, RequestID: "r1"}})
		}
		r := summarize(p.decisions, outcomes)[0]
		text := must(json.Marshal(renderer{info{Name: "n", Version: "v"}, Invocation{RequestID: "fc-1"}}.report(r)))
		if got := string(text); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, test.want)
		}
	}
}

// TestLevels: a failure that the sender of the event can mend is a warning, and so is one that
// has its own line; any other is an error.
func TestLevels(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		outcome string
		err     error
		want    string
	}{
		"done":                            {cleaned, nil, "INFO done "},
		"some of it failed":               {incomplete, nil, "WARN incomplete "},
		"it is unknown what failed":       {incomplete, failureOf(connection.Denied), "ERROR failed Denied"},
		"the event is refused":            {failed, &trigger.Error{}, "WARN refused InvalidEvent"},
		"the instance does not exist":     {failed, failureOf(connection.NoInstance), "WARN failed Absent"},
		"the instances are not connected": {failed, failureOf(connection.NoConnection), "WARN failed Absent"},
		"it is denied":                    {failed, failureOf(connection.Denied), "ERROR failed Denied"},
		"an internal error":               {failed, errors.New("panic"), "ERROR failed Internal"},
	} {
		var text bytes.Buffer
		l := logger{Logger: slog.New(slog.NewJSONHandler(&text, nil)), redact: strings.ToLower}
		l.write(t.Context(), line{outcome: test.outcome, err: test.err})
		var got struct{ Level, Msg, Kind string }
		if err := json.Unmarshal(text.Bytes(), &got); err != nil || got.Level+" "+got.Msg+" "+got.Kind != test.want {
			t.Errorf("%s: %+v, %v; want %s", name, got, err, test.want)
		}
	}
}

// TestLogWithoutRemoval: a request for one connection has a line even without a removal.
func TestLogWithoutRemoval(t *testing.T) {
	t.Parallel()
	f := discover.Finding{Request: flags{event: true}.disconnect(pairOf(idA, idB)).Request, Err: errors.New("panic")}
	var text bytes.Buffer
	l := logger{Logger: slog.New(slog.NewJSONHandler(&text, nil)), redact: strings.ToLower}
	l.result(t.Context(), resultsOf(decide([]discover.Finding{f}, rules{}))[0])
	if got := text.String(); !strings.Contains(got, `"eventId":"e1","source":"s1"`) || !strings.Contains(got, `"kind":"Internal"`) {
		t.Errorf("log: %s", got)
	}
}
