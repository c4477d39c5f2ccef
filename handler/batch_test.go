package handler_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// pair is a direct event for one connection.
func pair(a, b string) string {
	return `{"instanceId":"` + a + `","connectedInstanceId":"` + b + `"}`
}

func batch(events ...string) string { return "[" + strings.Join(events, ",") + "]" }

// newBatch is a stage in which each of the survivors is connected to each of
// the released.
func newBatch(t *testing.T, survivors, released []string) *stage {
	t.Helper()
	s := newStage(t)
	s.api.Reset()
	s.api.AddInstance(survivors...)
	for _, a := range survivors {
		for _, b := range released {
			s.api.Connect(a, b)
		}
	}
	return s
}

// TestBothDirections: two requests for one connection are one to the API, and
// both are told what became of it.
func TestBothDirections(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	got := s.handle(t, batch(pair(instance, connected), pair(connected, instance)))
	if want := `{"events":[` + removed(requestToken) + `,` + removed(requestToken) + `]}`; got != want {
		t.Errorf("reply:\n got %s\nwant %s", got, want)
	}
	checkCalls(t, s.api, "DeleteConnectedCluster "+instance+" "+connected)
}

// TestReleaseBesidePair: that somebody asked for the connection from the side
// that is gone does not keep the release from removing it.
func TestReleaseBesidePair(t *testing.T) {
	t.Parallel()
	for name, event := range map[string]string{
		"the pair first":    batch(pair(connected, instance), released(connected)),
		"the release first": batch(released(connected), pair(connected, instance)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.api.RemoveInstance(connected)
			got := s.handle(t, event)
			if left := s.api.Connections(); len(left) != 0 {
				t.Errorf("connections left: %v, though the reply is %s", left, got)
			}
		})
	}
}

// TestTwoReleasesAreOneSweep: several instances that are gone are looked for at
// once.
func TestTwoReleasesAreOneSweep(t *testing.T) {
	t.Parallel()
	s := newBatch(t, []string{"es-a", "es-b"}, []string{"es-x", "es-y"})
	got := s.handle(t, batch(released("es-x"), released("es-y"), released("es-x")))
	checkCalls(t, s.api, "ListConnectedClusters es-x", "ListConnectedClusters es-y", "ListConnectedClusters es-x",
		"ListInstance 1", "ListConnectedClusters es-a", "ListConnectedClusters es-b",
		"DeleteConnectedCluster es-a es-x", "DeleteConnectedCluster es-a es-y",
		"DeleteConnectedCluster es-b es-x", "DeleteConnectedCluster es-b es-y")
	r := results(s.api)
	x, y := cleaned("es-x", 2, r[0], r[2]), cleaned("es-y", 2, r[1], r[3])
	if want := `{"events":[` + x + `,` + y + `,` + x + `]}`; got != want {
		t.Errorf("reply:\n got %s\nwant %s", got, want)
	}
}

// TestOneSurvivorAtATime: different survivors are asked at the same time, and
// the same one never.
func TestOneSurvivorAtATime(t *testing.T) {
	t.Parallel()
	s := newBatch(t, []string{"es-a", "es-b", "es-c"}, []string{"es-x", "es-y", "es-z"})
	s.Config.Concurrency = 3
	s.api.OnRequest = together(t, 3, func(request) bool { return true })
	got := s.handle(t, batch(pair("es-a", "es-x"), pair("es-a", "es-y"), pair("es-a", "es-z"), pair("es-b", "es-x"), pair("es-c", "es-x")))
	for _, survivor := range []string{"es-a", "es-b", "es-c"} {
		if n := s.api.MaxInFlightOf("/openapi/instances/" + survivor + "/connected-clusters"); n != 1 {
			t.Errorf("%d requests for %s at a time", n, survivor)
		}
	}
	if n := s.api.MaxInFlight(); n != 3 || strings.Contains(got, "failed") {
		t.Errorf("%d requests at a time, and the reply is %s", n, got)
	}
}

// TestOneSurvivorAtATimeFromItsOwnSide: neither when the survivor turns out to
// be the instance named.
func TestOneSurvivorAtATimeFromItsOwnSide(t *testing.T) {
	t.Parallel()
	s := newBatch(t, []string{"es-a"}, []string{"es-x", "es-y", "es-z"})
	s.Config.Concurrency = 3
	s.api.Latency = 20 * time.Millisecond // so that requests meet if they can
	s.handle(t, all("es-a"))
	if n := s.api.MaxInFlightOf("/openapi/instances/es-a/connected-clusters"); n != 1 {
		t.Errorf("%d requests for es-a at a time", n)
	}
	if left := s.api.Connections(); len(left) != 0 {
		t.Errorf("connections left: %v", left)
	}
}

// TestPartialFailure: of three pairs some fail, and every result is told.
func TestPartialFailure(t *testing.T) {
	t.Parallel()
	ok, deny := fault{}, fault{Answer: elasticsearchtest.Refuse(403, "Forbidden.RAM", "m")}
	fail := fault{Answer: elasticsearchtest.Refuse(500, "InternalError", "m")}
	slow := fault{Answer: elasticsearchtest.Refuse(400, "Throttling.User", "m")}
	absent := fault{Answer: elasticsearchtest.Refuse(400, "RepetitionOperationError", "m")}
	vanished := fault{Answer: elasticsearchtest.Refuse(400, "InstanceNotFound", "m")}
	const some, none = " Some of what was asked failed; it is safe to repeat: ", " Nothing of what was asked was done; it is safe to repeat: "
	for name, test := range map[string]struct {
		faults              []fault
		overHTTP, asAnEvent string // in short, as told by inShort
	}{
		"one of three":          {[]fault{ok, deny, ok}, "207 incomplete [removed] [failed 403] [removed]", "207" + some + "1 of 3 failed [es-b Denied Forbidden.RAM] [es-a removed] [es-c removed]"},
		"two of three":          {[]fault{fail, deny, ok}, "207 incomplete [failed 502] [failed 403] [removed]", "207" + some + "2 of 3 failed [es-a Upstream InternalError] [es-b Denied Forbidden.RAM] [es-c removed]"},
		"all three":             {[]fault{deny, fail, slow}, "502 incomplete [failed 403] [failed 502] [failed 429]", "502" + none + "3 of 3 failed [es-a Denied Forbidden.RAM] [es-b Upstream InternalError] [es-c Throttled Throttling.User]"},
		"not connected is done": {[]fault{ok, absent, deny}, "207 incomplete [removed] [absent] [failed 403]", "207" + some + "1 of 3 failed [es-c Denied Forbidden.RAM] [es-a removed] [es-b absent]"},
		"both gone is done":     {[]fault{vanished, vanished, ok, absent}, "200 cleaned [absent] [removed] [absent]", "cleaned [absent] [removed] [absent]"},
		"none":                  {nil, "200 cleaned [removed] [removed] [removed]", "cleaned [removed] [removed] [removed]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for event, want := range map[string]string{posting(t, all("es-x")): test.overHTTP, released("es-x"): test.asAnEvent} {
				s := newBatch(t, []string{"es-a", "es-b", "es-c"}, []string{"es-x"})
				s.api.AddInstance("es-x")
				s.api.Fail(append([]fault{ok}, test.faults...)...)
				if got := inShort(t, s.handle(t, event)); got != want {
					t.Errorf("reply:\n got %s\nwant %s", got, want)
				}
			}
		})
	}
}

// inShort tells of a reply what matters about each pair.
func inShort(t *testing.T, posted string) string {
	t.Helper()
	posted, isFailure := strings.CutPrefix(posted, "PartialFailure ")
	if strings.HasPrefix(posted, `{"statusCode"`) {
		status, body, _ := strings.Cut(response(t, posted), " ")
		return status + " " + inShort(t, body)
	}
	var r struct {
		Title, Detail, Outcome string
		Status                 int
		Failed, Done           []struct{ InstanceID, Kind, Code, Outcome string }
		Results                []struct {
			Outcome string
			Problem struct{ Status int }
		}
	}
	if err := json.Unmarshal([]byte(posted), &r); err != nil {
		t.Fatalf("%v: %s", err, posted)
	}
	text := r.Outcome
	if isFailure {
		text = fmt.Sprintf("%d %s: %s", r.Status, r.Title, r.Detail)
	}
	for _, part := range append(r.Failed, r.Done...) {
		text += " [" + strings.Join(strings.Fields(part.InstanceID+" "+part.Kind+" "+part.Code+" "+part.Outcome), " ") + "]"
	}
	for _, pair := range r.Results {
		text += strings.TrimSuffix(fmt.Sprintf(" [%s %d", pair.Outcome, pair.Problem.Status), " 0") + "]"
	}
	return text
}

// TestBatch: each entry of a batch has its report, in order, whatever became of
// the others.
func TestBatch(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	refused := `{"specversion":"1.0","id":"e2","source":"s1","type":"t1","data":{}}`
	s.api.Fail(fault{}, fault{Answer: elasticsearchtest.Refuse(403, "Forbidden.RAM", "m")})
	got := s.handle(t, batch(event, refused, pair("es-a", "es-b"), releaseOf("es-c", byAPI, `,"deleteType":"protective"`)))
	want := `PartialFailure {"type":"urn:elasticsearch-disconnect:PartialFailure","title":"Some of what was asked failed; it is safe to repeat","status":207,"detail":"2 of 4 failed","requestId":"fc-1","failed":[` +
		`{"eventId":"e2","kind":"InvalidEvent","detail":"$[1].data.instanceId is missing; $[1].data.connectedInstanceId is missing"},` +
		`{"instanceId":"es-a","connectedInstanceId":"es-b","kind":"Denied","code":"Forbidden.RAM","detail":"the API answered HTTP 403: Forbidden.RAM: m"}],"done":[` +
		`{"instanceId":"` + instance + `","connectedInstanceId":"` + connected + `","eventId":"e1","outcome":"removed"},` +
		`{"instanceId":"es-c","eventId":"e1","outcome":"ignored"}]}`
	if got != want {
		t.Errorf("reply:\n got %s\nwant %s", got, want)
	}
}

// TestLargeBatch: a thousand pairs are done, and an error about them has room
// in a dead-letter queue, however much the API says of each.
func TestLargeBatch(t *testing.T) {
	t.Parallel()
	var survivors, events []string
	for i := range 1000 {
		survivors = append(survivors, survivor(i))
		events = append(events, pair(survivor(i), gone))
	}
	for says, most := range map[int]int{10: 50, 2000: 0} {
		t.Run(fmt.Sprintf("the API says %d bytes", says), func(t *testing.T) {
			t.Parallel()
			s := newBatch(t, survivors, []string{gone})
			s.Config.Concurrency = 8
			s.api.OnRequest = at("DeleteConnectedCluster es-00", fault{Answer: elasticsearchtest.Refuse(400, "SignatureDoesNotMatch", strings.Repeat("x", says))})
			got := s.handle(t, batch(events...))
			if len(got) > 64<<10 {
				t.Errorf("the error has %d bytes, more than 64 KiB", len(got))
			}
			if n := strings.Count(got, `"kind":"Denied"`); n > 50 || n < most {
				t.Errorf("%d failed are listed", n)
			}
			if n := strings.Count(got, `"outcome":"removed"`); n > 50 || n < most || !strings.Contains(got, `"detail":"100 of 1000 failed"`) {
				t.Errorf("%d done are listed in %.300s…", n, got)
			}
			if n := len(s.api.Connections()); n != 100 {
				t.Errorf("%d connections are left, want 100", n)
			}
		})
	}
}

// TestLogOfBatch: a line for each connection, each cleanup, and each entry that
// was ignored or refused.
func TestLogOfBatch(t *testing.T) {
	t.Parallel()
	s := newLoggedStage(t, slog.LevelInfo)
	s.api.RemoveInstance(connected)
	refused := `{"specversion":"1.0","id":"e2","source":"s2","type":"t2","data":[]}`
	s.handle(t, batch(released(connected), releaseOf(instance, byAPI, `,"deleteType":"protective"`), refused))
	const start, end = `,"requestId":"fc-1","retryCount":2,"trigger":"eventbridge","eventId":`, `,"durationMs":0,"dryRun":false,"coldStart":true,"version":"v1.2.3"`
	const none = `"kind":"","code":"","httpStatus":0,"apiRequestId":"","attempts":0,"scanned":0`
	want := `{"level":"INFO","msg":"done"` + start + `"e1","source":"acs.elasticsearch","instanceId":"` + instance + `","connectedInstanceId":"` + connected + `","clientToken":"` + releasedToken + `","outcome":"removed","kind":"","code":"","httpStatus":200,"apiRequestId":"E5C0FFEE-0000-4000-8000-000000000004","attempts":1,"scanned":0` + end + `}
{"level":"INFO","msg":"done"` + start + `"e1","source":"acs.elasticsearch","instanceId":"` + connected + `","connectedInstanceId":"","clientToken":"","outcome":"cleaned",` + strings.Replace(none, `"scanned":0`, `"scanned":1`, 1) + end + `}
{"level":"INFO","msg":"done"` + start + `"e1","source":"acs.elasticsearch","instanceId":"` + instance + `","connectedInstanceId":"","clientToken":"","outcome":"ignored",` + none + end + `,"reason":"` + instance + ` is frozen for 24 hours and can be recovered until then (deleteType protective; RELEASE_POLICY=eager would not wait)"}
{"level":"WARN","msg":"refused"` + start + `"e2","source":"s2","instanceId":"","connectedInstanceId":"","clientToken":"","outcome":"failed",` + strings.Replace(none, `"kind":""`, `"kind":"InvalidEvent"`, 1) + end + `,"error":"$[2].data is an array, not an object"}
`
	if got := regexp.MustCompile(`"durationMs":\d+`).ReplaceAllString(s.log.String(), `"durationMs":0`); got != want {
		t.Errorf("log:\n got %s\nwant %s", got, want)
	}
}

// TestBrakeOfRelease: under DRY_RUN lists are read, and nothing is removed.
func TestBrakeOfRelease(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.Config.DryRun = true
	s.api.RemoveInstance(connected)
	got := s.handle(t, released(connected))
	checkCalls(t, s.api, "ListConnectedClusters "+connected, "ListInstance 1", "ListConnectedClusters "+instance)
	want := `{"instanceId":"` + connected + `","outcome":"dry-run","scanned":1,"results":[{"Result":true,"instanceId":"` + instance + `","connectedInstanceId":"` + connected + `","clientToken":"` + releasedToken + `","outcome":"dry-run",` +
		`"request":{"method":"DELETE","url":"` + s.api.URL + `/openapi/instances/` + instance + `/connected-clusters?clientToken=` + releasedToken + `\u0026connectedInstanceId=` + connected + `","signedHeaders":["host","x-acs-accesskey-id","x-acs-action","x-acs-content-sha256","x-acs-date","x-acs-security-token","x-acs-signature-nonce","x-acs-version"]}}]}`
	if got != want {
		t.Errorf("reply:\n got %s\nwant %s", got, want)
	}
}

// TestNoCredentialsForBatch: each entry fails with the same reason, and nothing
// is sent; no secret is told.
func TestNoCredentialsForBatch(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	lacking := role
	lacking.SecurityToken = ""
	reply, err := s.Handle(invocation(t, lacking), []byte(batch(released(connected), event)))
	const detail = `"kind":"Denied","detail":"the invocation came without security token: give the function a role"}`
	want := `PartialFailure {"type":"urn:elasticsearch-disconnect:PartialFailure","title":"Nothing of what was asked was done; it is safe to repeat","status":403,"detail":"2 of 2 failed","requestId":"fc-1","failed":[` +
		`{"instanceId":"` + connected + `","eventId":"e1",` + detail + `,{"instanceId":"` + instance + `","connectedInstanceId":"` + connected + `","eventId":"e1",` + detail + `]}`
	if got := posted(t, reply, err); got != want {
		t.Errorf("reply:\n got %s\nwant %s", got, want)
	}
	checkCalls(t, s.api)
}
