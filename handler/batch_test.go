package handler_test

import (
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// newBatch is a stage with each of the survivors connected to each released.
func newBatch(t *testing.T, survivors, released []string) *stage {
	t.Helper()
	s := newPlainStage(t)
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

// TestWhicheverSideIsThere: the connection is removed from the side that is
// left, though it was asked for from the other, or the instance named lives.
func TestWhicheverSideIsThere(t *testing.T) {
	t.Parallel()
	for _, event := range []string{
		all(instance),
		batch(pair(connected, instance), released(connected)),
		batch(released(connected), pair(connected, instance)),
	} {
		s := newStage(t)
		s.api.RemoveInstance(connected)
		got := s.handle(t, event)
		if left := s.api.Connections(); len(left) != 0 || strings.Contains(got, "absent") {
			t.Errorf("connections left: %v, and the reply is %s", left, got)
		}
	}
}

// TestOneSurvivorAtATime: different survivors are asked at the same time, and
// the same one never.
func TestOneSurvivorAtATime(t *testing.T) {
	t.Parallel()
	s := newBatch(t, []string{"es-a", "es-b", "es-c"}, []string{"es-x", "es-y", "es-z"})
	s.Config.Concurrency = 3
	s.api.OnRequest = elasticsearchtest.Together(t.Context(), 3, "DeleteConnectedCluster")
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
}

// TestPartialFailure: of three pairs some fail, and every result is told.
func TestPartialFailure(t *testing.T) {
	t.Parallel()
	ok, deny := fault{}, fault{Answer: elasticsearchtest.Refuse(403, "Forbidden.RAM", "m")}
	fail := fault{Answer: elasticsearchtest.Refuse(404, "InvalidApi.NotFound", "m")}
	slow := fault{Answer: elasticsearchtest.Refuse(400, "Throttling.User", "m")}
	absent := fault{Answer: elasticsearchtest.Refuse(400, "RepetitionOperationError", "m")}
	vanished := fault{Answer: elasticsearchtest.Refuse(400, "InstanceNotFound", "m")}
	for name, test := range map[string]struct {
		faults              []fault // after the list
		overHTTP, asAnEvent string  // in short
	}{
		"one of three":                {[]fault{ok, deny, ok}, "207 es-x incomplete es-a removed es-b failed 403 Forbidden.RAM es-c removed", "PartialFailure 207 es-b Denied Forbidden.RAM es-a removed es-c removed"},
		"two of three":                {[]fault{fail, deny, ok}, "207 es-x incomplete es-a failed 502 InvalidApi.NotFound es-b failed 403 Forbidden.RAM es-c removed", "PartialFailure 207 es-a Upstream InvalidApi.NotFound es-b Denied Forbidden.RAM es-c removed"},
		"all three, the gravest told": {[]fault{deny, fail, slow, slow, slow, slow, slow, slow}, "502 es-x incomplete es-a failed 403 Forbidden.RAM es-b failed 502 InvalidApi.NotFound es-c failed 429 Throttling.User", "PartialFailure 502 es-a Denied Forbidden.RAM es-b Upstream InvalidApi.NotFound es-c Throttled Throttling.User"},
		"not connected is no failure": {[]fault{ok, absent, deny}, "207 es-x incomplete es-a removed es-b absent es-c failed 403 Forbidden.RAM", "PartialFailure 207 es-c Denied Forbidden.RAM es-a removed es-b absent"},
		"one gone: the other side":    {[]fault{vanished, ok, ok}, "200 es-x cleaned es-a removed es-b removed es-c removed", "es-x cleaned es-a removed es-b removed es-c removed"},
		"both gone is no failure":     {[]fault{vanished, ok, ok, vanished}, "200 es-x cleaned es-a absent es-b removed es-c removed", "es-x cleaned es-a absent es-b removed es-c removed"},
		"the other side fails":        {[]fault{vanished, ok, ok, deny}, "207 es-x incomplete es-a failed 403 Forbidden.RAM es-b removed es-c removed", "PartialFailure 207 es-a Denied Forbidden.RAM es-b removed es-c removed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for event, want := range map[string]string{posting(t, all("es-x")): test.overHTTP, released("es-x"): test.asAnEvent} {
				s := newBatch(t, []string{"es-a", "es-b", "es-c"}, []string{"es-x"})
				s.api.AddInstance("es-x")
				s.api.Fail(append([]fault{ok}, test.faults...)...)
				got := s.handle(t, event)
				if strings.HasPrefix(event, `{"version"`) {
					got = response(t, got)
				}
				if got = inShort(got); got != want {
					t.Errorf("reply:\n got %s\nwant %s", got, want)
				}
			}
		})
	}
}

// inShort keeps of a reply what comes before its JSON, and of that what it says
// of each pair.
func inShort(reply string) string {
	short, body, _ := strings.Cut(reply, "{")
	for _, member := range regexp.MustCompile(`"(?:instanceId|outcome|status|kind|code)":"?([\w.-]+)`).FindAllStringSubmatch(body, -1) {
		short += member[1] + " "
	}
	return strings.TrimSpace(short)
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
		`{"instanceId":"es-a","connectedInstanceId":"es-b","kind":"Denied","code":"Forbidden.RAM","detail":"the API answered HTTP 403: Forbidden.RAM: m; allow elasticsearch:DeleteConnectedCluster on the instance to the function's role"}],"done":[` +
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
	var ids, events []string
	for i := range 1000 {
		ids, events = append(ids, survivor(i)), append(events, pair(survivor(i), gone))
	}
	for says, listed := range map[int]int{10: 50, 2000: 26} { // how many failures there is room for
		t.Run(fmt.Sprintf("the API says %d bytes", says), func(t *testing.T) {
			t.Parallel()
			s := newBatch(t, ids, []string{gone})
			s.Config.Concurrency = 8
			s.api.OnRequest = at("DeleteConnectedCluster es-00", fault{Answer: elasticsearchtest.Refuse(403, "Forbidden.RAM", strings.Repeat("x", says))})
			got := s.handle(t, batch(events...))
			if failed, done := strings.Count(got, `"kind":"Denied"`), strings.Count(got, `"outcome":"removed"`); failed != listed || done != 50 || !strings.Contains(got, `"detail":"100 of 1000 failed"`) || len(got) > 64<<10 {
				t.Errorf("%d failed and %d done are listed, in %d bytes: %.300s…", failed, done, len(got), got)
			}
			if n := len(s.api.Connections()); n != 100 {
				t.Errorf("%d connections are left, want 100", n)
			}
		})
	}
}

// TestLogOfBatch: a line for each connection, each instance that could not be
// read, each cleanup, and each entry that was ignored or refused.
func TestLogOfBatch(t *testing.T) {
	t.Parallel()
	s := newLoggedStage(t, slog.LevelInfo)
	s.api.AddInstance("es-alone", "es-zz")
	s.api.RemoveInstance(gone)
	s.api.OnRequest = at("ListConnectedClusters es-zz", fault{Answer: elasticsearchtest.Refuse(403, "Forbidden.RAM", "m")})
	s.handle(t, batch(released(gone), all("es-alone"), releaseOf(instance, byAPI, `,"deleteType":"protective"`), `{"specversion":"1.0","id":"e2","source":"s2","type":"t2","data":[]}`))
	line := func(level, event, a, b, token, rest, reason string) string {
		return `{"level":"` + level + `","requestId":"fc-1","retryCount":0,"trigger":"eventbridge",` + event + `,"instanceId":"` + a + `","connectedInstanceId":"` + b + `","clientToken":"` + token + `",` + rest + `,"dryRun":false,"coldStart":true,"version":"v1.2.3"` + reason + "}\n"
	}
	const first, direct, second = `"eventId":"e1","source":"acs.elasticsearch"`, `"eventId":"","source":""`, `"eventId":"e2","source":"s2"`
	const api, none = `"apiRequestId":"E5C0FFEE-0000-4000-8000-00000000000`, `"code":"","httpStatus":0,"apiRequestId":"","attempts":0,"scanned":`
	want := line(`INFO","msg":"done`, first, instance, gone, releasedToken, `"outcome":"removed","kind":"","code":"","httpStatus":200,`+api+`8","attempts":1,"scanned":0`, "") +
		line(`ERROR","msg":"failed`, first, "es-zz", gone, "", `"outcome":"failed","kind":"Denied","code":"Forbidden.RAM","httpStatus":403,`+api+`7","attempts":0,"scanned":0`, `,"error":"the API answered HTTP 403: Forbidden.RAM: m; allow elasticsearch:ListConnectedClusters on the instance to the function's role"`) +
		line(`WARN","msg":"incomplete`, first, gone, "", "", `"outcome":"incomplete","kind":"",`+none+`3`, "") +
		line(`INFO","msg":"done`, direct, "es-alone", "", "", `"outcome":"cleaned","kind":"",`+none+`1`, "") +
		line(`INFO","msg":"done`, first, instance, "", "", `"outcome":"ignored","kind":"",`+none+`0`, `,"reason":"`+instance+` is frozen for 24 hours and can be recovered until then (deleteType protective; RELEASE_POLICY=eager would not wait)"`) +
		line(`WARN","msg":"refused`, second, "", "", "", `"outcome":"failed","kind":"InvalidEvent",`+none+`0`, `,"error":"$[3].data is an array, not an object"`)
	if got := regexp.MustCompile(`"durationMs":\d{1,3},`).ReplaceAllString(s.log.String(), ""); got != want {
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

// TestNoCredentialIsToldOfBatch: whichever call repeats the credentials.
func TestNoCredentialIsToldOfBatch(t *testing.T) {
	t.Parallel()
	echo := role.AccessKeyId + " " + role.AccessKeySecret + " " + role.SecurityToken
	for _, call := range []string{"DescribeInstance", "ListConnectedClusters " + gone, "ListInstance", "ListConnectedClusters", "DeleteConnectedCluster"} {
		s := newLoggedStage(t, slog.LevelDebug)
		s.api.RemoveInstance(gone)
		s.api.OnRequest = at(call, fault{Answer: elasticsearchtest.Refuse(400, "SignatureDoesNotMatch", echo)})
		told := s.handle(t, batch(releaseOf(gone, byAPI, ""), event)) + s.log.String()
		if strings.Contains(told, "canary") || !strings.Contains(told, "SignatureDoesNotMatch: *** *** ***") {
			t.Errorf("%s: it tells %s", call, told)
		}
	}
}
