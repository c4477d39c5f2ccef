package elasticsearch_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, test := range map[string]struct {
		header map[string]string
		want   time.Duration
	}{
		"nothing":               {nil, 0},
		"milliseconds":          {map[string]string{"x-acs-retry-after": "1500"}, 1500 * time.Millisecond},
		"seconds":               {map[string]string{"Retry-After": " 2 "}, 2 * time.Second},
		"milliseconds win":      {map[string]string{"x-acs-retry-after": "1", "Retry-After": "2"}, time.Millisecond},
		"a date":                {map[string]string{"Retry-After": "Fri, 02 Jan 2026 03:04:15 GMT"}, 10 * time.Second},
		"a date that is past":   {map[string]string{"Retry-After": "Fri, 02 Jan 2026 03:04:00 GMT"}, 0},
		"a limit that is spent": {map[string]string{"x-ratelimit-user-api": "Limit:1,Remain:0,TimeLeft:2000,Reset:1234"}, 2 * time.Second},
		"a limit of the user":   {map[string]string{"x-ratelimit-user": "Limit:1, Remain:0, TimeLeft:300"}, 300 * time.Millisecond},
		"a limit with room":     {map[string]string{"x-ratelimit-user-api": "Limit:9,Remain:8,TimeLeft:2000"}, 0},
		"garbage":               {map[string]string{"x-acs-retry-after": "soon", "Retry-After": "-1", "x-ratelimit-user": ",:,Remain:0,TimeLeft:x"}, 0},
	} {
		header := http.Header{}
		for key, value := range test.header {
			header.Set(key, value)
		}
		if got := elasticsearch.RetryAfter(header, now); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

// TestWaits: a wait is the class's, doubled each time, or the server's; up to
// half as long again, and never longer than the most.
func TestWaits(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	for _, test := range []struct {
		code        string
		attempt     int
		hint        time.Duration
		least, most time.Duration
	}{
		{"InternalError", 1, 0, 200 * ms, 301 * ms},
		{"InternalError", 3, 0, 800 * ms, 1201 * ms},
		{"InternalError", 6, 0, 5000 * ms, 5000 * ms},
		{"Throttling", 2, 0, 400 * ms, 601 * ms},
		{"InstanceActivating", 1, 0, 3000 * ms, 4501 * ms},
		{"InstanceActivating", 2, 0, 6000 * ms, 9001 * ms},
		{"InstanceActivating", 5, 0, 30000 * ms, 30000 * ms},
		{"Throttling", 1, 1500 * ms, 1500 * ms, 2251 * ms},
		{"Throttling", 1, time.Hour, 30000 * ms, 30000 * ms},
	} {
		name := fmt.Sprintf("%s, attempt %d, asked for %v", test.code, test.attempt, test.hint)
		seen := map[time.Duration]bool{}
		for range 100 {
			got := elasticsearch.Wait(test.attempt, 400, test.code, test.hint)
			if got < test.least || got > test.most {
				t.Errorf("%s: %v is not between %v and %v", name, got, test.least, test.most)
			}
			seen[got] = true
		}
		if test.least < test.most && len(seen) < 2 {
			t.Errorf("%s: no jitter", name)
		}
	}
}

// TestCodes: what each code that is known comes to, at a status that says
// nothing.
func TestCodes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		kind     connection.Kind
		repeated bool
		codes    []string
	}{
		{connection.Throttled, true, []string{"Throttling", "Throttling.User", "Throttling.Api", "Rejected.Throttling", "QPS Limit Exceeded"}},
		{connection.Denied, true, []string{"SignatureNonceUsed"}},
		{connection.Unavailable, true, []string{"ServiceUnavailable"}},
		{connection.Upstream, true, []string{"InternalServerError", "InternalError"}},
		{connection.Conflict, true, []string{"ConcurrencyUpdateInstanceConflict", "InstanceStatusNotSupportCurrentAction", "InstanceActivating", "InstanceDuplicateScheduledTask", "TokenPreviousRequestProcessError"}},
		{connection.NoInstance, false, []string{"InstanceNotFound"}},
		{connection.NoConnection, false, []string{"RepetitionOperationError"}},
		{connection.Denied, false, []string{"UserNotOpen", "StsRoleAccountNoPermission", "SubAccountNoPermission", "UserUnauthorized", "Forbidden", "Forbidden.RAM", "Forbidden.RiskControl", "NoPermission",
			"InvalidSecurityToken.Expired", "InvalidAccessKeyId.NotFound", "InvalidAccessKeyId.Inactive", "SignatureDoesNotMatch", "InvalidTimeStamp.Expired"}},
		{connection.Upstream, false, []string{"InvalidApi.NotFound", "InvalidProduct.NotFound", "AnythingElse"}},
	} {
		for _, code := range row.codes {
			if kind, repeated := elasticsearch.Meaning(code); kind != row.kind || repeated != row.repeated {
				t.Errorf("%s is %s, repeated %t; want %s, %t", code, kind, repeated, row.kind, row.repeated)
			}
		}
	}
}
