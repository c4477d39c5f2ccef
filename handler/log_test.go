package handler_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// newLoggedStage is a stage whose log leaves out the time of day, and whose
// clock moves on by a millisecond whenever it is read.
func newLoggedStage(t *testing.T, level slog.Level) *stage {
	t.Helper()
	s := newStage(t)
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s.api.Now = func() time.Time { return time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC) }
	s.Now = func() time.Time {
		now = now.Add(time.Millisecond)
		return now
	}
	s.Log = slog.New(slog.NewJSONHandler(&s.log, &slog.HandlerOptions{Level: level, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	return s
}

// TestLogLine: one line for each connection handled, all members always there.
func TestLogLine(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		event, want string
		fault       elasticsearchtest.Fault
	}{
		"removed": {event: direct,
			want: `{"level":"INFO","msg":"done","requestId":"fc-1","retryCount":0,"trigger":"direct","eventId":"","source":"","instanceId":"es-cn-n6w1o1x0w001c0001","connectedInstanceId":"es-cn-09k1rgid9000g0002","clientToken":"` + requestToken + `","outcome":"removed","kind":"","code":"","httpStatus":200,"apiRequestId":"E5C0FFEE-0000-4000-8000-000000000001","attempts":1,"scanned":0,"durationMs":4,"dryRun":false,"coldStart":true,"version":"v1.2.3"}`},
		"dry run": {event: strings.Replace(post, `{\"i`, `{\"dryRun\":true,\"i`, 1),
			want: `{"level":"INFO","msg":"done","requestId":"fc-1","retryCount":0,"trigger":"http","eventId":"","source":"","instanceId":"es-cn-n6w1o1x0w001c0001","connectedInstanceId":"es-cn-09k1rgid9000g0002","clientToken":"` + requestToken + `","outcome":"dry-run","kind":"","code":"","httpStatus":0,"apiRequestId":"","attempts":0,"scanned":0,"durationMs":2,"dryRun":true,"coldStart":true,"version":"v1.2.3"}`},
		"failed": {event: event, fault: elasticsearchtest.Fault{Answer: elasticsearchtest.Refuse(403, "Forbidden.RAM", "no")},
			want: `{"level":"ERROR","msg":"failed","requestId":"fc-1","retryCount":0,"trigger":"eventbridge","eventId":"e1","source":"s1","instanceId":"es-cn-n6w1o1x0w001c0001","connectedInstanceId":"es-cn-09k1rgid9000g0002","clientToken":"` + eventToken + `","outcome":"failed","kind":"Denied","code":"Forbidden.RAM","httpStatus":403,"apiRequestId":"E5C0FFEE-0000-4000-8000-000000000001","attempts":1,"scanned":0,"durationMs":4,"dryRun":false,"coldStart":true,"version":"v1.2.3","error":"the API answered HTTP 403: Forbidden.RAM: no; allow elasticsearch:DeleteConnectedCluster on the instance to the function's role"}`},
		"absent": {event: direct, fault: elasticsearchtest.Fault{Answer: elasticsearchtest.Refuse(400, "InstanceNotFound", "no")},
			want: `{"level":"WARN","msg":"failed","requestId":"fc-1","retryCount":0,"trigger":"direct","eventId":"","source":"","instanceId":"es-cn-n6w1o1x0w001c0001","connectedInstanceId":"es-cn-09k1rgid9000g0002","clientToken":"` + requestToken + `","outcome":"failed","kind":"Absent","code":"InstanceNotFound","httpStatus":400,"apiRequestId":"E5C0FFEE-0000-4000-8000-000000000001","attempts":1,"scanned":0,"durationMs":4,"dryRun":false,"coldStart":true,"version":"v1.2.3","error":"the API answered HTTP 400: InstanceNotFound: no"}`},
		"refused": {event: "{\"instanceId\":\"a\u202e\\n\",\"connectedInstanceId\":\"es-b\"}",
			want: `{"level":"WARN","msg":"refused","requestId":"fc-1","retryCount":0,"trigger":"direct","eventId":"","source":"","instanceId":"","connectedInstanceId":"","clientToken":"","outcome":"failed","kind":"InvalidEvent","code":"","httpStatus":0,"apiRequestId":"","attempts":0,"scanned":0,"durationMs":1,"dryRun":false,"coldStart":true,"version":"v1.2.3","error":"$.instanceId has a character other than letters, digits, - and _: \"a\\u202e\\n\""}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newLoggedStage(t, slog.LevelInfo)
			s.api.Fail(test.fault)
			s.handle(t, test.event)
			if got := s.log.String(); got != test.want+"\n" {
				t.Errorf("log:\n got %swant %s", got, test.want)
			}
		})
	}
}

func TestAttemptsAtDebugLevel(t *testing.T) {
	t.Parallel()
	s := newLoggedStage(t, slog.LevelDebug)
	s.handle(t, direct)
	got, _, _ := strings.Cut(s.log.String(), "\n")
	want := `{"level":"DEBUG","msg":"attempt","requestId":"fc-1","action":"DeleteConnectedCluster","method":"DELETE","path":"/openapi/instances/es-cn-n6w1o1x0w001c0001/connected-clusters","httpStatus":200,"code":"","apiRequestId":"E5C0FFEE-0000-4000-8000-000000000001","durationMs":3}`
	if got != want {
		t.Errorf("log:\n got %s\nwant %s", got, want)
	}
}

func TestColdStartIsTheFirstInvocation(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.handle(t, direct)
	s.handle(t, direct)
	lines := strings.Split(s.log.String(), "\n")
	if !strings.Contains(lines[0], `"coldStart":true`) || !strings.Contains(lines[1], `"coldStart":false`) {
		t.Errorf("log: %s", &s.log)
	}
}

// TestNoCredentialIsTold: whatever goes wrong, no credential is in the log or
// in the reply.
func TestNoCredentialIsTold(t *testing.T) {
	t.Parallel()
	s := newLoggedStage(t, slog.LevelDebug)
	echo := "the request was " + role.AccessKeyId + " " + role.AccessKeySecret + " " + role.SecurityToken
	for _, answer := range []elasticsearchtest.Fault{
		{},
		{Answer: elasticsearchtest.Refuse(400, "SignatureDoesNotMatch", echo)},
		{Answer: elasticsearchtest.RefuseXML(500, "InternalError", echo)},
		{Answer: elasticsearchtest.Body(200, "application/json", echo)},
		{Answer: elasticsearchtest.Body(502, echo, echo)},
		{Answer: elasticsearchtest.Reset()},
	} {
		s.api.Fail(answer)
		reply := s.handle(t, direct)
		for _, secret := range []string{role.AccessKeyId, role.AccessKeySecret, role.SecurityToken} {
			if strings.Contains(reply, secret) {
				t.Errorf("the reply tells %s: %s", secret, reply)
			}
			if strings.Contains(s.log.String(), secret) {
				t.Errorf("the log tells %s: %s", secret, &s.log)
			}
		}
	}
}
