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

// Two ways in which everything left over is asked for, and the client tokens of the
// removals that follow: UUIDs of version 5, computed elsewhere.
const (
	reconcile = `{"reconcile":true}`
	daily     = `{"triggerTime":"2026-11-24T03:17:00Z","triggerName":"daily","payload":"{\"reconcile\":true}"}`

	dailyAX, requestAX = "e3a4d76c-4f74-53bd-bd27-ad605a126c56", "eeb1cc77-760a-5d6b-a063-934188d22bcf" // of es-a and es-x
	dailyBY, requestBY = "720941e3-0f89-5712-979d-2d0fb55c26b2", "5ea47e98-3068-5b5d-a0ea-6b6729c5b016" // of es-b and es-y
)

// newLeftovers is a fixture of two instances that are connected, each with one that is
// gone besides, of which a run may remove two. Its clock stands still.
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

// A mishap is what befalls a request to reconcile.
type mishap func(*testing.T, *fixture)

var (
	none    mishap = func(*testing.T, *fixture) {}
	tooMany mishap = func(_ *testing.T, s *fixture) { s.Config.ReconcileLimit = 1 }
	oneKept mishap = func(_ *testing.T, s *fixture) { s.api.OnRequest = at("DescribeInstance es-y", refuse(403, "NoRights")) }
	unread  mishap = func(_ *testing.T, s *fixture) { s.api.OnRequest = at("ListConnectedClusters es-a", refuse(400, "X")) }
	cut     mishap = func(_ *testing.T, s *fixture) { s.api.OnRequest = at("ListInstance 2", refuse(400, "X")) }
	isWrong mishap = func(_ *testing.T, s *fixture) {
		s.api.OnRequest = at("DescribeInstance es-b", refuse(400, "InstanceNotFound"))
	}
)

// TestLeftoversAreNotTurned: where the removal of a leftover is answered as if its
// instance did not exist, the other end, which does not, is not asked.
func TestLeftoversAreNotTurned(t *testing.T) {
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
func reportOf(outcome string, scanned, connections int, results, kept string) string {
	return fmt.Sprintf(`{"regionId":"cn-hangzhou","outcome":"%s","scanned":%d,"connections":%d,"results":[%s],"kept":[%s]}`, outcome, scanned, connections, results, kept)
}

// TestReconcileReplies: what is answered, and what is left of two leftovers.
func TestReconcileReplies(t *testing.T) {
	t.Parallel()
	const (
		ax, by   = "es-a es-x", "es-b es-y"
		why      = "whether es-y exists cannot be told: the API answered HTTP 403: NoRights: m"
		kept     = `{"instanceId":"es-b","connectedInstanceId":"es-y","reason":"` + why + `"}`
		wrong    = "the API listed es-b but now answers that it does not exist. Check the region and the credentials; no further connection was removed"
		denied   = "the API answered HTTP 400: X: m"
		ofFC     = `"requestId":"fc-1","regionId":"cn-hangzhou"`
		upstream = `"type":"urn:elasticsearch-disconnect:Upstream","title":"The Elasticsearch API did not do it","status":502,"detail":"`
		partly   = `{"type":"urn:elasticsearch-disconnect:PartialFailure","title":"Some of what was asked failed; it is safe to repeat","status":207,"detail":"1 of 2 failed",` + ofFC
		atDaily  = `"regionId":"cn-hangzhou","eventId":"2026-11-24T03:17:00Z"`
		apiID    = `"apiRequestId":"E5C0FFEE-0000-4000-8000-00000000000`
	)
	both := ax + ", " + by
	of := func(a, b, token, outcome, rest string) string {
		return fmt.Sprintf(`{"Result":%t,"instanceId":"%s","connectedInstanceId":"%s","regionId":"cn-hangzhou","clientToken":"%s","outcome":"%s"%s}`,
			outcome == "absent" || outcome == "dry-run", a, b, token, outcome, rest)
	}
	dry := func(s *fixture, a, b, token string) string {
		return of(a, b, token, "dry-run", `,"request":{"method":"DELETE","url":"`+s.api.URL+`/openapi/instances/`+a+`/connected-clusters?clientToken=`+token+`\u0026connectedInstanceId=`+b+
			`","signedHeaders":["host","x-acs-accesskey-id","x-acs-action","x-acs-content-sha256","x-acs-date","x-acs-security-token","x-acs-signature-nonce","x-acs-version"]}`)
	}
	always := func(text string) func(*fixture) string { return func(*fixture) string { return text } }
	reconciled := reportOf("reconciled", 2, 3, removed(8, "es-a", "es-x", requestAX)+","+removed(10, "es-b", "es-y", requestBY), "")
	inTime := strings.NewReplacer(requestAX, dailyAX, requestBY, dailyBY)
	withheld := reportOf("withheld", 2, 3, of("es-a", "es-x", requestAX, "withheld", "")+","+of("es-b", "es-y", requestBY, "withheld", ""), "")
	incomplete := reportOf("incomplete", 2, 2, of("es-a", "", "", "failed", `,"problem":{`+upstream+denied+`","code":"X",`+ofFC+`,`+apiID+`3"}`)+","+removed(7, "es-b", "es-y", requestBY), "")
	stopped := reportOf("incomplete", 2, 3, removed(8, "es-a", "es-x", requestAX)+","+of("es-b", "es-y", requestBY, "failed", `,"problem":{`+upstream+wrong+`",`+ofFC+`}`), "")
	for name, test := range map[string]struct {
		event  string
		mishap mishap
		want   func(*fixture) string
		left   string
	}{
		"a timer":         {daily, none, always(inTime.Replace(reconciled)), ""},
		"direct":          {reconcile, none, always(reconciled), ""},
		"POST":            {posts(t, reconcile), none, always(response(t, 200, "application/json", reconciled)), ""},
		"a timer, of one": {daily, oneKept, always(inTime.Replace(reportOf("reconciled", 2, 3, removed(8, "es-a", "es-x", requestAX), kept))), by},
		"POST, of one":    {posts(t, reconcile), oneKept, always(response(t, 200, "application/json", reportOf("reconciled", 2, 3, removed(8, "es-a", "es-x", requestAX), kept))), by},

		"a timer, withheld": {daily, tooMany, always(inTime.Replace(withheld)), both},
		"POST, withheld":    {posts(t, reconcile), tooMany, always(response(t, 200, "application/json", withheld)), both},

		"a timer, incomplete": {daily, unread, always("PartialFailure " + partly + `,"failed":[{"instanceId":"es-a",` + atDaily + `,"kind":"Upstream","code":"X","detail":"` + denied + `"}],"done":[{"instanceId":"es-b","connectedInstanceId":"es-y",` + atDaily + `,"outcome":"removed"}]}`), ax},
		"POST, incomplete":    {posts(t, reconcile), unread, always(response(t, 207, "application/json", incomplete)), ax},
		"a timer, stopped":    {daily, isWrong, always("PartialFailure " + partly + `,"failed":[{"instanceId":"es-b","connectedInstanceId":"es-y",` + atDaily + `,"kind":"Upstream","detail":"` + wrong + `"}],"done":[{"instanceId":"es-a","connectedInstanceId":"es-x",` + atDaily + `,"outcome":"removed"}]}`), by},
		"POST, stopped":       {posts(t, reconcile), isWrong, always(response(t, 207, "application/json", stopped)), by},
		"a timer, cut":        {daily, cut, always(`Upstream {` + upstream + denied + `","code":"X",` + ofFC + `,` + apiID + `2"}`), both},
		"POST, cut":           {posts(t, reconcile), cut, always(response(t, 502, "application/problem+json", `{`+upstream+denied+`","code":"X",`+ofFC+`,`+apiID+`2"}`)), both},

		"direct, dry": {`{"reconcile":true,"dryRun":true}`, tooMany, func(s *fixture) string {
			return reportOf("dry-run", 2, 3, dry(s, "es-a", "es-x", requestAX)+","+dry(s, "es-b", "es-y", requestBY), "")
		}, both},
		"a timer, the operator's dry run": {daily, func(_ *testing.T, s *fixture) { s.Config.DryRun, s.Config.ReconcileLimit = true, 0 }, func(s *fixture) string {
			return inTime.Replace(reportOf("dry-run", 2, 3, dry(s, "es-a", "es-x", requestAX)+","+dry(s, "es-b", "es-y", requestBY), ""))
		}, both},
		"nothing there": {daily, func(_ *testing.T, s *fixture) { s.api.Reset() }, always(reportOf("reconciled", 0, 0, "", "")), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newLeftovers(t)
			test.mishap(t, s)
			if got, want := s.handle(t, test.event), test.want(s); got != want {
				t.Errorf("reply:\n got %s\nwant %s", got, want)
			}
			var left []string
			for _, c := range s.api.Connections() {
				if c != [2]string{"es-a", "es-b"} {
					left = append(left, c[0]+" "+c[1])
				}
			}
			if got := strings.Join(left, ", "); got != test.left {
				t.Errorf("left: %s, want %s", got, test.left)
			}
		})
	}
}

// response is what HTTP is answered.
func response(t *testing.T, status int, media, body string) string {
	return fmt.Sprintf(`{"statusCode":%d,"headers":{"Content-Type":"%s"},"isBase64Encoded":false,"body":%s}`, status, media, encode(t, body))
}

// TestReconcileLog: a line for each removal and each instance that was not read, and
// one for the run, with its figures and what is kept.
func TestReconcileLog(t *testing.T) {
	t.Parallel()
	const api, none0 = `"apiRequestId":"E5C0FFEE-0000-4000-8000-00000000000`, `"code":"","httpStatus":0,"apiRequestId":"","attempts":0,"scanned":`
	line := func(level, a, b, token, rest, dryRun, more string) string {
		return `{"level":"` + level + `","requestId":"fc-1","retryCount":0,"trigger":"timer","eventId":"2026-11-24T03:17:00Z","source":"daily","regionId":"cn-hangzhou","accountId":"","instanceId":"` + a +
			`","connectedInstanceId":"` + b + `","clientToken":"` + token + `",` + rest + `,"durationMs":0,"dryRun":` + dryRun + `,"coldStart":true,"version":"v1.2.3"` + more + "}\n"
	}
	one := func(a, b, token, n string) string {
		return line(`INFO","msg":"done`, a, b, token, `"outcome":"removed","kind":"","code":"","httpStatus":200,`+api+n+`","attempts":1,"scanned":0`, "false", "")
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
	ax, by := one("es-a", "es-x", dailyAX, "8"), one("es-b", "es-y", dailyBY, "A")
	for name, test := range map[string]struct {
		mishap mishap
		want   string
	}{
		"removed": {none, ax + by + run(`INFO","msg":"done`, "reconciled", "false", figures(3, 2, 2, 0))},
		"kept": {oneKept, ax + run(`INFO","msg":"done`, "reconciled", "false", figures(3, 2, 1, 1)+
			`,"reason":"es-b-es-y kept: whether es-y exists cannot be told: the API answered HTTP 403: NoRights: m"`)},
		"withheld": {tooMany, run(`ERROR","msg":"withheld`, "withheld", "false", figures(3, 2, 0, 0)+
			`,"reason":"2 leftover connections are more than RECONCILE_LIMIT (1), so nothing was removed. If all of them may be removed, raise RECONCILE_LIMIT; the next run reads the region again: es-a-es-x, es-b-es-y"`)},
		"unread": {unread, one("es-b", "es-y", dailyBY, "7") +
			line(`ERROR","msg":"failed`, "es-a", "", "", `"outcome":"failed","kind":"Upstream","code":"X","httpStatus":400,`+api+`3","attempts":0,"scanned":0`, "false", `,"error":"the API answered HTTP 400: X: m"`) +
			run(`WARN","msg":"incomplete`, "incomplete", "false", figures(2, 1, 1, 0))},
		"stopped": {isWrong, ax +
			line(`ERROR","msg":"failed`, "es-b", "es-y", dailyBY, `"outcome":"failed","kind":"Upstream",`+none0+`0`, "false", `,"error":"the API listed es-b but now answers that it does not exist. Check the region and the credentials; no further connection was removed: the API answered HTTP 400: InstanceNotFound: m"`) +
			run(`WARN","msg":"incomplete`, "incomplete", "false", figures(3, 2, 1, 0))},
		"cut": {cut, line(`ERROR","msg":"failed`, "", "", "", `"outcome":"failed","kind":"Upstream","code":"X","httpStatus":400,`+api+`2","attempts":0,"scanned":2`, "false", figures(3, 0, 0, 0)+`,"error":"the API answered HTTP 400: X: m"`)},
		"dry": {func(_ *testing.T, s *fixture) { s.Config.DryRun = true }, dry("es-a", "es-x", dailyAX) + dry("es-b", "es-y", dailyBY) +
			run(`INFO","msg":"done`, "dry-run", "true", figures(3, 2, 0, 0))},
	} {
		t.Run(name, handler.Bubbled(func(t *testing.T) {
			s := newLeftovers(t)
			test.mishap(t, s)
			s.handle(t, daily)
			if got := s.log.String(); got != test.want {
				t.Errorf("log:\n got %s\nwant %s", got, test.want)
			}
		}))
	}
}

// TestWithheldIsOneLine: of sixty leftovers it names fifty.
func TestWithheldIsOneLine(t *testing.T) {
	t.Parallel()
	s := newLeftovers(t)
	s.api.Reset()
	s.api.AddInstance("es-a")
	var pairs []string
	for i := range 60 {
		s.api.Connect("es-a", fmt.Sprintf("es-x%02d", i))
		pairs = append(pairs, fmt.Sprintf("es-a-es-x%02d", i))
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
	want := "60 leftover connections are more than RECONCILE_LIMIT (59), so nothing was removed. If all of them may be removed, raise RECONCILE_LIMIT; the next run reads the region again: " + strings.Join(pairs[:50], ", ")
	if line.Level != "ERROR" || line.Reason != want || fmt.Sprint(line.Scanned, line.Connections, line.Leftover, line.Removed, line.Kept) != "1 60 60 0 0" {
		t.Errorf("log: %s", &s.log)
	}
	s.log.Reset()
	s.Config.ReconcileLimit = 60
	if s.handle(t, daily); strings.Count(s.log.String(), "\n") != 61 || len(s.api.Connections()) != 0 {
		t.Errorf("%d are left, and the log is %s", len(s.api.Connections()), &s.log)
	}
}

// TestLongReasons: of sixty leftovers that are kept the line of the run names fifty,
// and of each reason 300 bytes, whole characters, so that it is under 32 KB.
func TestLongReasons(t *testing.T) {
	t.Parallel()
	s := newLeftovers(t)
	s.api.Reset()
	s.api.AddInstance("es-a")
	for i := range 60 {
		s.api.Connect("es-a", fmt.Sprintf("es-x%02d", i))
	}
	s.Config.ReconcileLimit = 60
	s.api.OnRequest = at("DescribeInstance", answering(elasticsearchtest.Refuse(403, "NoRights", strings.Repeat("\u00e9", 1000))))
	s.handle(t, daily)
	var line struct{ Reason string }
	decode(t, s.log.String(), &line)
	reasons := strings.Split(line.Reason, "; ")
	for i, reason := range reasons {
		said := fmt.Sprintf("whether es-x%02d exists cannot be told: the API answered HTTP 403: NoRights: ", i)
		want := fmt.Sprintf("es-a-es-x%02d kept: ", i) + said + strings.Repeat("\u00e9", (300-len(said))/2)
		if reason != want {
			t.Errorf("reason:\n got %s\nwant %s", reason, want)
		}
	}
	if len(reasons) != 50 || s.log.Len() >= 32<<10 || len(s.api.Connections()) != 60 {
		t.Errorf("%d reasons in %d bytes, %d are left", len(reasons), s.log.Len(), len(s.api.Connections()))
	}
}

// TestTwoRunsAtOnce: what one run removed is done for the other.
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
