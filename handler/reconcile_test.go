package handler_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// Two requests to reconcile, and the client tokens of the timer's removals: UUIDs of version
// 5, computed elsewhere.
const (
	reconcile = `{"reconcile":true}`
	daily     = `{"triggerTime":"2026-11-24T03:17:00Z","triggerName":"daily","payload":"{\"reconcile\":true}"}`

	dailyAX = "e3a4d76c-4f74-53bd-bd27-ad605a126c56" // of es-a and es-x
	dailyBY = "720941e3-0f89-5712-979d-2d0fb55c26b2" // of es-b and es-y
)

// newLeftovers is a fixture of two connected instances, each also connected to a released
// one; a run may remove two connections. Its clock stands still.
func newLeftovers(t *testing.T) *fixture {
	t.Helper()
	s := newLoggedFixture(t, slog.LevelInfo)
	s.api.Latency = 0
	s.Config.ReconcileLimit = 2
	s.api.Reset()
	s.api.AddInstance("es-a", "es-b")
	for _, c := range [][2]string{{"es-a", "es-b"}, {"es-a", "es-x"}, {"es-b", "es-y"}} {
		s.api.Connect(c[0], c[1])
	}
	return s
}

// A mishap changes the course of a request to reconcile.
type mishap func(*testing.T, *fixture)

var (
	none    mishap = func(*testing.T, *fixture) {}
	tooMany mishap = func(_ *testing.T, s *fixture) { s.Config.ReconcileLimit = 1 }
	oneKept mishap = func(_ *testing.T, s *fixture) {
		s.api.OnRequest = at("DescribeInstance es-y", answering(elasticsearchtest.Body(200, jsonMedia, `{"Result":{"status":"active"}}`)))
	}
	unread  mishap = func(_ *testing.T, s *fixture) { s.api.OnRequest = at("ListConnectedClusters es-a", refuse(400, "X")) }
	cut     mishap = func(_ *testing.T, s *fixture) { s.api.OnRequest = at("ListInstance 2", refuse(400, "X")) }
	isWrong mishap = func(_ *testing.T, s *fixture) {
		s.api.OnRequest = elasticsearchtest.Each(at("DescribeInstance es-b", refuse(400, "InstanceNotFound")),
			elasticsearchtest.At("DescribeInstance es-a", func(n int) fault {
				return map[bool]fault{true: refuse(400, "InstanceNotFound")}[n > 1] // when it is the witness
			}))
	}
)

// TestNoOtherSideOfLeftovers: if the API answers that the instance with a leftover does not
// exist, the other one is not asked: it does not exist.
func TestNoOtherSideOfLeftovers(t *testing.T) {
	t.Parallel()
	s := newLeftovers(t)
	s.api.OnRequest = at("DeleteConnectedCluster", refuse(400, "InstanceNotFound"))
	got := s.handle(t, reconcile)
	if n := strings.Count(got, "the API does not remove the connection, because one of its instances no longer exists"); n != 2 || !strings.HasPrefix(got, "PartialFailure ") {
		t.Errorf("%d of it, in %s", n, got)
	}
	for _, r := range s.api.Requests() {
		if r.Method == "DELETE" && !strings.Contains(r.Path, "/es-a/") && !strings.Contains(r.Path, "/es-b/") {
			t.Errorf("sent %s", r)
		}
	}
}

// reportOf is the report of a reconcile of the leftovers, in an envelope.
func reportOf(outcome, results, kept string) string {
	return fmt.Sprintf(`{"regionId":"cn-hangzhou","outcome":"%s","scanned":2,"connections":3,"results":[%s],"kept":[%s]}`, outcome, results, kept)
}

// TestReconcile: the reply to a timer, the connections that still exist, and the log: a line
// for each removal and for each instance that was not read, and one for the run. The recorded
// events show the replies in the other envelopes.
func TestReconcile(t *testing.T) {
	t.Parallel()
	const (
		ax, by   = "es-a es-x", "es-b es-y"
		why      = "es-y is active"
		wrong    = "the API listed es-b but now answers that it does not exist. Check the region and the credentials; no further connection was removed"
		denied   = "the API answered HTTP 400: X: m"
		ofFC     = `"requestId":"fc-1","regionId":"cn-hangzhou"`
		upstream = `"type":"urn:elasticsearch-disconnect:Upstream","title":"The Elasticsearch API did not do it","status":502,"detail":"`
		partly   = `PartialFailure {"type":"urn:elasticsearch-disconnect:PartialFailure","title":"Some of what was asked failed; it is safe to repeat","status":207,"detail":"1 of 2 failed",` + ofFC
		atDaily  = `"regionId":"cn-hangzhou","eventId":"2026-11-24T03:17:00Z"`
		apiID    = `"apiRequestId":"E5C0FFEE-0000-4000-8000-00000000000`
		none0    = `"code":"","httpStatus":0,"apiRequestId":"","attempts":0,"scanned":`
		kept     = `{"instanceId":"es-b","connectedInstanceId":"es-y","reason":"` + why + `"}`
	)
	of := func(a, b, token, outcome, rest string) string {
		return fmt.Sprintf(`{%s"instanceId":"%s","connectedInstanceId":"%s","regionId":"cn-hangzhou","clientToken":"%s","outcome":"%s"%s}`, map[bool]string{true: `"Result":false,`}[outcome != "dry-run"], a, b, token, outcome, rest)
	}
	line := func(level, a, b, token, rest, dryRun, more string) string {
		return `{"level":"` + level + `","requestId":"fc-1","retryCount":0,"trigger":"timer","eventId":"2026-11-24T03:17:00Z","source":"daily","regionId":"cn-hangzhou","accountId":"","instanceId":"` + a +
			`","connectedInstanceId":"` + b + `","clientToken":"` + token + `",` + rest + `,"durationMs":0,"dryRun":` + dryRun + `,"coldStart":true,"version":"v1.2.3"` + more + "}\n"
	}
	one := func(a, b, token, n string) string {
		return line(`INFO","msg":"done`, a, b, token, `"outcome":"removed","kind":"","code":"","httpStatus":200,`+apiID+n+`","attempts":1,"scanned":0`, "false", "")
	}
	run := func(level, outcome, dryRun, figures string) string {
		return line(level, "", "", "", `"outcome":"`+outcome+`","kind":"",`+none0+`2`, dryRun, figures)
	}
	figures := func(connections, leftover, removed, kept int) string {
		return fmt.Sprintf(`,"connections":%d,"leftover":%d,"removed":%d,"kept":%d`, connections, leftover, removed, kept)
	}
	dry := func(a, b, token string) string {
		return line(`INFO","msg":"done`, a, b, token, `"outcome":"dry-run","kind":"",`+none0+`0`, "true", "")
	}
	unsent := func(url, a, b, token string) string {
		return of(a, b, token, "dry-run", `,"request":{"method":"DELETE","url":"`+url+`/openapi/instances/`+a+`/connected-clusters?clientToken=`+token+`\u0026connectedInstanceId=`+b+
			`","signedHeaders":["host","x-acs-accesskey-id","x-acs-action","x-acs-content-sha256","x-acs-date","x-acs-security-token","x-acs-signature-nonce","x-acs-version"]}`)
	}
	removedAX, doneAX, doneBY := removed(9, "es-a", "es-x", dailyAX), one("es-a", "es-x", dailyAX, "9"), one("es-b", "es-y", dailyBY, "C")
	for name, test := range map[string]struct {
		mishap  mishap
		reply   func(url string) string
		left    string
		logging string
	}{
		"removed": {none, always(reportOf("reconciled", removedAX+","+removed(12, "es-b", "es-y", dailyBY), "")), "",
			doneAX + doneBY + run(`INFO","msg":"done`, "reconciled", "false", figures(3, 2, 2, 0))},
		"kept": {oneKept, always(reportOf("reconciled", removedAX, kept)), by,
			doneAX + run(`INFO","msg":"done`, "reconciled", "false", figures(3, 2, 1, 1)+`,"reason":"es-b es-y kept: `+why+`"`)},
		"withheld": {tooMany, always(reportOf("withheld", of("es-a", "es-x", dailyAX, "withheld", "")+","+of("es-b", "es-y", dailyBY, "withheld", ""), "")), ax + ", " + by,
			run(`ERROR","msg":"withheld`, "withheld", "false", figures(3, 2, 0, 0)+
				`,"reason":"2 leftover connections are more than RECONCILE_LIMIT (1), so nothing was removed. If all of them may be removed, once: elasticsearch-disconnect reconcile --region cn-hangzhou --limit 2; for every run, raise RECONCILE_LIMIT. They are: es-a es-x, es-b es-y"`)},
		"unread": {unread, always(partly + `,"failed":[{"instanceId":"es-a",` + atDaily + `,"kind":"Upstream","code":"X","detail":"` + denied + `"}],"done":[{"instanceId":"es-b","connectedInstanceId":"es-y",` + atDaily + `,"outcome":"removed"}]}`), ax,
			one("es-b", "es-y", dailyBY, "8") +
				line(`ERROR","msg":"failed`, "es-a", "", "", `"outcome":"failed","kind":"Upstream","code":"X","httpStatus":400,`+apiID+`3","attempts":0,"scanned":0`, "false", `,"error":"`+denied+`"`) +
				run(`WARN","msg":"incomplete`, "incomplete", "false", figures(2, 1, 1, 0))},
		"stopped": {isWrong, always(partly + `,"failed":[{"instanceId":"es-b","connectedInstanceId":"es-y",` + atDaily + `,"kind":"Upstream","detail":"` + wrong + `"}],"done":[{"instanceId":"es-a","connectedInstanceId":"es-x",` + atDaily + `,"outcome":"removed"}]}`), by,
			doneAX +
				line(`ERROR","msg":"failed`, "es-b", "es-y", dailyBY, `"outcome":"failed","kind":"Upstream",`+none0+`0`, "false", `,"error":"`+wrong+`: the API answered HTTP 400: InstanceNotFound: m"`) +
				run(`WARN","msg":"incomplete`, "incomplete", "false", figures(3, 2, 1, 0))},
		"cut": {cut, always(`Upstream {` + upstream + denied + `","code":"X",` + ofFC + `,` + apiID + `2"}`), ax + ", " + by,
			line(`ERROR","msg":"failed`, "", "", "", `"outcome":"failed","kind":"Upstream","code":"X","httpStatus":400,`+apiID+`2","attempts":0,"scanned":2`, "false", figures(3, 0, 0, 0)+`,"error":"`+denied+`"`)},
		"dry": {func(_ *testing.T, s *fixture) { s.Config.DryRun, s.Config.ReconcileLimit = true, 0 }, func(url string) string {
			return reportOf("dry-run", unsent(url, "es-a", "es-x", dailyAX)+","+unsent(url, "es-b", "es-y", dailyBY), "")
		}, ax + ", " + by, dry("es-a", "es-x", dailyAX) + dry("es-b", "es-y", dailyBY) + run(`INFO","msg":"done`, "dry-run", "true", figures(3, 2, 0, 0))},
	} {
		t.Run(name, handler.Bubbled(func(t *testing.T) {
			s := newLeftovers(t)
			test.mishap(t, s)
			if got, want := s.handle(t, daily), test.reply(s.api.URL); got != want {
				t.Errorf("reply:\n got %s\nwant %s", got, want)
			}
			var left []string
			for _, c := range s.api.Connections() {
				if c != [2]string{"es-a", "es-b"} {
					left = append(left, c[0]+" "+c[1])
				}
			}
			if got := strings.Join(left, ", "); got != test.left {
				t.Errorf("still connected: %s, want %s", got, test.left)
			}
			if got := s.log.String(); got != test.logging {
				t.Errorf("log:\n got %s\nwant %s", got, test.logging)
			}
		}))
	}
}

func always(text string) func(string) string { return func(string) string { return text } }

// TestWithheldIsOneLine: the line names fifty of sixty leftovers.
func TestWithheldIsOneLine(t *testing.T) {
	t.Parallel()
	s := newLeftovers(t)
	s.api.Reset()
	s.api.AddInstance("es-a")
	var pairs []string
	for i := range 60 {
		s.api.Connect("es-a", fmt.Sprintf("es-x%02d", i))
		pairs = append(pairs, fmt.Sprintf("es-a es-x%02d", i))
	}
	s.Config.ReconcileLimit = 59
	reply := s.handle(t, daily)
	if n := strings.Count(reply, `"Result":false,`); n != 60 || len(s.api.Connections()) != 60 || !strings.Contains(reply, `"outcome":"withheld","scanned":1,"connections":60,`) {
		t.Errorf("%d are withheld, %d left: %s", n, len(s.api.Connections()), reply)
	}
	var line struct {
		Level, Reason                  string
		Scanned, Connections, Leftover int
		Removed, Kept                  int
	}
	decode(t, s.log.String(), &line)
	want := "60 leftover connections are more than RECONCILE_LIMIT (59), so nothing was removed. If all of them may be removed, once: elasticsearch-disconnect reconcile --region cn-hangzhou --limit 60; for every run, raise RECONCILE_LIMIT. They are: " + strings.Join(pairs[:50], ", ")
	if line.Level != "ERROR" || line.Reason != want || fmt.Sprint(line.Scanned, line.Connections, line.Leftover, line.Removed, line.Kept) != "1 60 60 0 0" {
		t.Errorf("log: %s", &s.log)
	}
	s.log.Reset()
	s.Config.ReconcileLimit = 60
	if s.handle(t, daily); strings.Count(s.log.String(), "\n") != 61 || len(s.api.Connections()) != 0 {
		t.Errorf("%d still exist, and the log is %s", len(s.api.Connections()), &s.log)
	}
}

// TestLongReasons: the line of the run names fifty of sixty kept leftovers, each with 300
// bytes of its reason, in whole characters, so that the line is under 32 KB.
func TestLongReasons(t *testing.T) {
	t.Parallel()
	s := newLeftovers(t)
	s.api.Reset()
	s.api.AddInstance("es-a")
	for i := range 60 {
		s.api.Connect("es-a", fmt.Sprintf("es-x%02d", i))
	}
	s.Config.ReconcileLimit = 60
	s.api.OnRequest = at("DescribeInstance", answering(elasticsearchtest.Body(200, jsonMedia, `{"Result":{"status":"`+strings.Repeat("\u00e9", 1000)+`"}}`)))
	s.handle(t, daily)
	var line struct{ Reason string }
	decode(t, s.log.String(), &line)
	reasons := strings.Split(line.Reason, "; ")
	for i, reason := range reasons {
		said := fmt.Sprintf("es-x%02d is ", i)
		want := fmt.Sprintf("es-a es-x%02d kept: ", i) + said + strings.Repeat("\u00e9", (300-len(said))/2)
		if reason != want {
			t.Errorf("reason:\n got %s\nwant %s", reason, want)
		}
	}
	if len(reasons) != 50 || s.log.Len() >= 32<<10 || len(s.api.Connections()) != 60 {
		t.Errorf("%d reasons in %d bytes, %d are left", len(reasons), s.log.Len(), len(s.api.Connections()))
	}
}

// TestTwoRunsAtOnce: a connection that one run removed is absent for the other, which succeeds.
func TestTwoRunsAtOnce(t *testing.T) {
	t.Parallel()
	s := newLeftovers(t)
	s.api.OnRequest = elasticsearchtest.Each(elasticsearchtest.Together(t.Context(), 2, "DeleteConnectedCluster es-a"), elasticsearchtest.Together(t.Context(), 2, "DeleteConnectedCluster es-b"))
	replies := make([]string, 2)
	var both sync.WaitGroup
	for i, event := range []string{reconcile, daily} {
		both.Go(func() { replies[i] = s.handle(t, event) })
	}
	both.Wait()
	outcomes := 0
	for _, reply := range replies {
		if !strings.HasPrefix(reply, `{"regionId":"cn-hangzhou","outcome":"reconciled","scanned":2,"connections":3,`) {
			t.Errorf("reply %s", reply)
		}
		outcomes += strings.Count(reply, `"outcome":"removed"`) + 10*strings.Count(reply, `"outcome":"absent"`)
	}
	if left := s.api.Connections(); outcomes != 2+10*2 || !slices.Equal(left, [][2]string{{"es-a", "es-b"}}) {
		t.Errorf("%d; left %v; replies %q", outcomes, left, replies)
	}
}
