package handler_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// newLoggedFixture is a fixture, for a bubble, whose log is without the time of day. An answer
// of the API takes 8 ms.
func newLoggedFixture(t *testing.T, level slog.Level) *fixture {
	t.Helper()
	s := newFixture(t)
	s.api.Latency = 8 * time.Millisecond
	s.Log = slog.New(slog.NewJSONHandler(&s.log, &slog.HandlerOptions{Level: level, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	return s
}

// TestLogLine: one line for each connection, always with all members.
func TestLogLine(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		event, want string
		fault       fault
	}{
		"removed": {event: direct,
			want: `{"level":"INFO","msg":"done","requestId":"fc-1","retryCount":0,"trigger":"direct","eventId":"","source":"","regionId":"cn-hangzhou","accountId":"","instanceId":"es-cn-n6w1o1x0w001c0001","connectedInstanceId":"es-cn-09k1rgid9000g0002","clientToken":"` + requestToken + `","outcome":"removed","kind":"","code":"","httpStatus":200,"apiRequestId":"E5C0FFEE-0000-4000-8000-000000000001","attempts":1,"scanned":0,"durationMs":8,"dryRun":false,"coldStart":true,"version":"v1.2.3"}`},
		"dry run": {event: strings.Replace(post, `{\"i`, `{\"dryRun\":true,\"i`, 1),
			want: `{"level":"INFO","msg":"done","requestId":"fc-1","retryCount":0,"trigger":"http","eventId":"","source":"","regionId":"cn-hangzhou","accountId":"","instanceId":"es-cn-n6w1o1x0w001c0001","connectedInstanceId":"es-cn-09k1rgid9000g0002","clientToken":"` + requestToken + `","outcome":"dry-run","kind":"","code":"","httpStatus":0,"apiRequestId":"","attempts":0,"scanned":0,"durationMs":0,"dryRun":true,"coldStart":true,"version":"v1.2.3"}`},
		"failed": {event: event, fault: fault{Answer: elasticsearchtest.Refuse(403, "Forbidden.RAM", "no")},
			want: `{"level":"ERROR","msg":"failed","requestId":"fc-1","retryCount":0,"trigger":"eventbridge","eventId":"e1","source":"s1","regionId":"cn-hangzhou","accountId":"","instanceId":"es-cn-n6w1o1x0w001c0001","connectedInstanceId":"es-cn-09k1rgid9000g0002","clientToken":"` + eventToken + `","outcome":"failed","kind":"Denied","code":"Forbidden.RAM","httpStatus":403,"apiRequestId":"E5C0FFEE-0000-4000-8000-000000000001","attempts":1,"scanned":0,"durationMs":8,"dryRun":false,"coldStart":true,"version":"v1.2.3","error":"the API answered HTTP 403: Forbidden.RAM: no; allow elasticsearch:DeleteConnectedCluster on the instance to the function's role"}`},
		"absent": {event: direct, fault: elasticsearchtest.Fault{Answer: elasticsearchtest.Refuse(400, "InstanceNotFound", "no")},
			want: `{"level":"WARN","msg":"failed","requestId":"fc-1","retryCount":0,"trigger":"direct","eventId":"","source":"","regionId":"cn-hangzhou","accountId":"","instanceId":"es-cn-n6w1o1x0w001c0001","connectedInstanceId":"es-cn-09k1rgid9000g0002","clientToken":"` + requestToken + `","outcome":"failed","kind":"Absent","code":"InstanceNotFound","httpStatus":400,"apiRequestId":"E5C0FFEE-0000-4000-8000-000000000001","attempts":1,"scanned":0,"durationMs":8,"dryRun":false,"coldStart":true,"version":"v1.2.3","error":"the API answered HTTP 400: InstanceNotFound: no"}`},
		"refused": {event: "{\"instanceId\":\"a\u202e\\n\",\"connectedInstanceId\":\"es-b\"}",
			want: `{"level":"WARN","msg":"refused","requestId":"fc-1","retryCount":0,"trigger":"direct","eventId":"","source":"","regionId":"cn-hangzhou","accountId":"","instanceId":"","connectedInstanceId":"","clientToken":"","outcome":"failed","kind":"InvalidEvent","code":"","httpStatus":0,"apiRequestId":"","attempts":0,"scanned":0,"durationMs":0,"dryRun":false,"coldStart":true,"version":"v1.2.3","error":"$.instanceId has a character other than letters, digits, - and _: \"a\\u202e\\n\""}`},
		"refused, of an event": {event: strings.Replace(carrying("[]"), "s1", "s2", 1),
			want: `{"level":"WARN","msg":"refused","requestId":"fc-1","retryCount":0,"trigger":"eventbridge","eventId":"e1","source":"s2","regionId":"cn-hangzhou","accountId":"","instanceId":"","connectedInstanceId":"","clientToken":"","outcome":"failed","kind":"InvalidEvent","code":"","httpStatus":0,"apiRequestId":"","attempts":0,"scanned":0,"durationMs":0,"dryRun":false,"coldStart":true,"version":"v1.2.3","error":"$.data is an array, not an object"}`},
	} {
		t.Run(name, handler.Bubbled(func(t *testing.T) {
			s := newLoggedFixture(t, slog.LevelInfo)
			s.api.Fail(test.fault)
			s.handle(t, test.event)
			if got := s.log.String(); got != test.want+"\n" {
				t.Errorf("log:\n got %swant %s", got, test.want)
			}
		}))
	}
}

func TestAttemptsAtDebugLevel(t *testing.T) { handler.Bubbled(testAttemptsAtDebugLevel)(t) }

func testAttemptsAtDebugLevel(t *testing.T) {
	s := newLoggedFixture(t, slog.LevelDebug)
	s.handle(t, direct)
	got, _, _ := strings.Cut(s.log.String(), "\n")
	want := `{"level":"DEBUG","msg":"attempt","requestId":"fc-1","regionId":"cn-hangzhou","accountId":"","action":"DeleteConnectedCluster","method":"DELETE","path":"/openapi/instances/es-cn-n6w1o1x0w001c0001/connected-clusters","httpStatus":200,"code":"","apiRequestId":"E5C0FFEE-0000-4000-8000-000000000001","durationMs":8}`
	if got != want {
		t.Errorf("log:\n got %s\nwant %s", got, want)
	}
}

func TestColdStartIsTheFirstInvocation(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	s.handle(t, direct)
	s.handle(t, direct)
	lines := strings.Split(s.log.String(), "\n")
	if !strings.Contains(lines[0], `"coldStart":true`) || !strings.Contains(lines[1], `"coldStart":false`) {
		t.Errorf("log: %s", &s.log)
	}
}

// TestLogOfBatch: a line for each connection, each unread instance, each cleanup, and each
// ignored or refused entry.
func TestLogOfBatch(t *testing.T) { handler.Bubbled(testLogOfBatch)(t) }

func testLogOfBatch(t *testing.T) {
	s := newLoggedFixture(t, slog.LevelInfo)
	s.api.Latency = 0
	s.api.AddInstance("es-alone", "es-zz")
	s.api.RemoveInstance(gone)
	s.api.OnRequest = at("ListConnectedClusters es-zz", refuse(403, "Forbidden.RAM"))
	s.handle(t, batch(released(gone), all("es-alone"), releaseOf(instance, byAPI, `,"deleteType":"protective"`), `{"specversion":"1.0","id":"e2","source":"s2","type":"t2","data":[]}`))
	line := func(level, event, a, b, token, rest, reason string) string {
		return `{"level":"` + level + `","requestId":"fc-1","retryCount":0,"trigger":"eventbridge",` + event + `,"regionId":"cn-hangzhou","accountId":"","instanceId":"` + a + `","connectedInstanceId":"` + b + `","clientToken":"` + token + `",` + rest + `,"durationMs":0,"dryRun":false,"coldStart":true,"version":"v1.2.3"` + reason + "}\n"
	}
	const first, direct, second = `"eventId":"e1","source":"acs.elasticsearch"`, `"eventId":"","source":""`, `"eventId":"e2","source":"s2"`
	const api, none = `"apiRequestId":"E5C0FFEE-0000-4000-8000-00000000000`, `"code":"","httpStatus":0,"apiRequestId":"","attempts":0,"scanned":`
	want := line(`INFO","msg":"done`, first, instance, gone, releasedToken, `"outcome":"removed","kind":"","code":"","httpStatus":200,`+api+`C","attempts":1,"scanned":0`, "") +
		line(`ERROR","msg":"failed`, first, "es-zz", gone, "", `"outcome":"failed","kind":"Denied","code":"Forbidden.RAM","httpStatus":403,`+api+`A","attempts":0,"scanned":0`, `,"error":"the API answered HTTP 403: Forbidden.RAM: m; allow elasticsearch:ListConnectedClusters on the instance to the function's role"`) +
		line(`WARN","msg":"incomplete`, first, gone, "", "", `"outcome":"incomplete","kind":"",`+none+`3`, "") +
		line(`INFO","msg":"done`, direct, "es-alone", "", "", `"outcome":"cleaned","kind":"",`+none+`1`, "") +
		line(`INFO","msg":"done`, first, instance, "", "", `"outcome":"ignored","kind":"",`+none+`0`, `,"reason":"`+instance+` is still active"`) +
		line(`WARN","msg":"refused`, second, "", "", "", `"outcome":"failed","kind":"InvalidEvent",`+none+`0`, `,"error":"$[3].data is an array, not an object"`)
	if got := s.log.String(); got != want {
		t.Errorf("log:\n got %s\nwant %s", got, want)
	}
}
