package elasticsearch_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, test := range map[string]struct {
		header map[string]string
		want   time.Duration
	}{
		"nothing":                {nil, 0},
		"milliseconds":           {map[string]string{"x-acs-retry-after": "1500"}, 1500 * time.Millisecond},
		"seconds":                {map[string]string{"Retry-After": " 2 "}, 2 * time.Second},
		"milliseconds win":       {map[string]string{"x-acs-retry-after": "1", "Retry-After": "2"}, time.Millisecond},
		"a date":                 {map[string]string{"Retry-After": "Fri, 02 Jan 2026 03:04:15 GMT"}, 10 * time.Second},
		"a date that is past":    {map[string]string{"Retry-After": "Fri, 02 Jan 2026 03:04:00 GMT"}, 0},
		"a limit that is spent":  {map[string]string{"x-ratelimit-user-api": "Limit:1,Remain:0,TimeLeft:2000,Reset:1234"}, 2 * time.Second},
		"a limit of the user":    {map[string]string{"x-ratelimit-user": "Limit:1, Remain:0, TimeLeft:300"}, 300 * time.Millisecond},
		"a limit without a time": {map[string]string{"x-ratelimit-user-api": "Remain:0,TimeLeft:soon", "x-ratelimit-user": "Remain:0,TimeLeft:300"}, 300 * time.Millisecond},
		"a limit with room":      {map[string]string{"x-ratelimit-user-api": "Limit:9,Remain:8,TimeLeft:2000"}, 0},
		"garbage":                {map[string]string{"x-acs-retry-after": "soon", "Retry-After": "-1", "x-ratelimit-user": ",:,Remain:0,TimeLeft:x"}, 0},
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
		{"ServiceUnavailable", 2, 0, 400 * ms, 601 * ms},
		{"InstanceActivating", 1, 0, 3000 * ms, 4501 * ms},
		{"InstanceActivating", 2, 0, 6000 * ms, 9001 * ms},
		{"InstanceActivating", 5, 0, 30000 * ms, 30000 * ms},
		{"InstanceActivating", 1000, 0, 30000 * ms, 30000 * ms},
		{"InternalError", 1000, 0, 5000 * ms, 5000 * ms},
		{"ServiceUnavailable", 1, 1500 * ms, 1500 * ms, 2251 * ms},
		{"ServiceUnavailable", 1, time.Hour, 30000 * ms, 30000 * ms},
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

// TestNoTimeForAnother: a wait that would pass the deadline is not begun. What
// may have been carried out is then a timeout, and what was not stays what it
// is.
func TestNoTimeForAnother(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status   int // 0: the connection is closed
		body     string
		time     time.Duration
		want     string
		attempts int
	}{
		"a fault":      {500, `{"Code":"InternalError","Message":"m","RequestId":"r"}`, 200 * time.Millisecond, `Timeout out of time after the API answered HTTP 500: InternalError: m: outcome unknown; safe to repeat, code "InternalError", HTTP 500, id "r"`, 1},
		"no answer":    {0, "", 200 * time.Millisecond, `Timeout out of time after no answer from the API: the connection failed: outcome unknown; safe to repeat, code "", HTTP 0, id ""`, 1},
		"throttled":    {400, `{"Code":"Throttling","Message":"m","RequestId":"r"}`, 200 * time.Millisecond, `Throttled the API answered HTTP 400: Throttling: m, code "Throttling", HTTP 400, id "r"`, 1},
		"in time":      {500, `{"Code":"InternalError","Message":"m"}`, 400 * time.Millisecond, "", 2},
		"a gateway's":  {504, "", 200 * time.Millisecond, `Timeout the API answered HTTP 504: the body is empty, code "", HTTP 504, id ""`, 1},
		"busy, 3 s":    {400, `{"Code":"InstanceActivating","Message":"m"}`, 3 * time.Second, `Conflict the API answered HTTP 400: InstanceActivating: m, code "InstanceActivating", HTTP 400, id ""`, 1},
		"busy, 5 s":    {400, `{"Code":"InstanceActivating","Message":"m"}`, 5 * time.Second, "", 2},
		"no more time": {400, `{"Code":"Throttling","Message":"m"}`, time.Nanosecond, `Throttled the API answered HTTP 400: Throttling: m, code "Throttling", HTTP 400, id ""`, 1},
	} {
		elasticsearch.InBubble(t, name, func(t *testing.T) {
			client := clientOver(t, "http", func(n int, c net.Conn) {
				for first := n == 1; readRequest(c); first = false {
					switch {
					case !first:
						answer(c, 200, success)
					case test.status == 0:
						return
					default:
						answer(c, test.status, test.body)
					}
				}
			})
			ctx, cancel := context.WithTimeout(t.Context(), test.time)
			defer cancel()
			begun := time.Now()
			outcome, err := client.DeleteConnectedCluster(ctx, removal())
			got := ""
			if failed := (*connection.Error)(nil); errors.As(err, &failed) {
				got = fmt.Sprintf("%s %s, code %q, HTTP %d, id %q", failed.Kind, failed.Text(), failed.Code, failed.Status, failed.RequestID)
			}
			if got != test.want || outcome.Attempts != test.attempts {
				t.Errorf("in %d attempts:\n got %s\nwant %s", outcome.Attempts, got, test.want)
			}
			if took := time.Since(begun); test.attempts == 1 && took != 0 {
				t.Errorf("it waited %v for nothing", took)
			}
		})
	}
}

// TestLostAnswers: a request that was carried out, and whose answer was lost, is
// repeated with the same client token and comes to a success, whatever a
// repeated delete answers.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	lost := elasticsearchtest.Fault{AfterEffect: true, Answer: elasticsearchtest.Reset()}
	refusal := func(status int, code string) elasticsearchtest.Fault {
		return elasticsearchtest.Fault{Answer: elasticsearchtest.Refuse(status, code, "m")}
	}
	lists := func(entries string) elasticsearchtest.Fault {
		return elasticsearchtest.Fault{Answer: elasticsearchtest.Body(200, "application/json", `{"Result":[`+entries+`],"RequestId":"r"}`)}
	}
	notTrue := elasticsearchtest.Fault{Answer: elasticsearchtest.Body(200, "application/json", `{"Result":false,"RequestId":"r"}`)}
	for name, test := range map[string]struct {
		faults    []elasticsearchtest.Fault
		mayBeDone bool
		state     connection.State
		kind      connection.Kind
		attempts  int
		requests  int // with those that read the state
		uncertain bool
	}{
		"lost, then the same answer again":          {[]elasticsearchtest.Fault{lost}, false, connection.Removed, 0, 2, 2, true},
		"truncated, then the same answer again":     {[]elasticsearchtest.Fault{{AfterEffect: true, Answer: elasticsearchtest.Truncated()}}, false, connection.Removed, 0, 2, 2, true},
		"a page for an answer, then the same again": {[]elasticsearchtest.Fault{{AfterEffect: true, Answer: elasticsearchtest.HTML(200)}}, false, connection.Removed, 0, 2, 2, true},
		"lost twice":                                 {[]elasticsearchtest.Fault{lost, lost}, false, connection.Removed, 0, 3, 3, true},
		"lost, then a refusal nobody knows":          {[]elasticsearchtest.Fault{lost, refusal(400, "X")}, false, connection.AlreadyAbsent, 0, 2, 4, true},
		"lost, then Result is false":                 {[]elasticsearchtest.Fault{lost, notTrue}, false, connection.AlreadyAbsent, 0, 2, 4, true},
		"lost, unknown, and the instance is gone":    {[]elasticsearchtest.Fault{lost, refusal(400, "X"), refusal(400, "InstanceNotFound")}, false, "", connection.NoInstance, 2, 3, true},
		"lost, unknown, and it cannot be read":       {[]elasticsearchtest.Fault{lost, refusal(400, "X"), refusal(403, "Forbidden")}, false, "", connection.Upstream, 2, 3, true},
		"reset before it was done, unknown":          {[]elasticsearchtest.Fault{{Answer: elasticsearchtest.Reset()}, refusal(400, "X")}, false, "", connection.Upstream, 2, 3, true},
		"lost, then throttled, then unknown":         {[]elasticsearchtest.Fault{lost, refusal(400, "Throttling"), refusal(400, "X")}, false, connection.AlreadyAbsent, 0, 3, 5, true},
		"lost, then it is forbidden":                 {[]elasticsearchtest.Fault{lost, refusal(403, "Forbidden")}, false, "", connection.Denied, 2, 2, true},
		"a refusal nobody knows, first":              {[]elasticsearchtest.Fault{refusal(400, "X")}, false, "", connection.Upstream, 1, 1, false},
		"throttled is not done, then unknown":        {[]elasticsearchtest.Fault{refusal(400, "Throttling"), refusal(400, "X")}, false, "", connection.Upstream, 2, 2, false},
		"busy is not done, then unknown":             {[]elasticsearchtest.Fault{refusal(400, "InstanceActivating"), refusal(400, "X")}, false, "", connection.Upstream, 2, 2, false},
		"an earlier delivery, unknown, still listed": {[]elasticsearchtest.Fault{refusal(400, "X")}, true, "", connection.Upstream, 1, 2, false},
		"lost, unknown, the other still lists it":    {[]elasticsearchtest.Fault{lost, refusal(400, "X"), lists(""), lists(`{"instances":"` + removal().Instance.String() + `"}`)}, false, "", connection.Upstream, 2, 4, true},
		"lost, unknown, the other cannot be read":    {[]elasticsearchtest.Fault{lost, refusal(400, "X"), lists(""), refusal(403, "Forbidden")}, false, "", connection.Upstream, 2, 4, true},
		"lost, unknown, the other is gone":           {[]elasticsearchtest.Fault{lost, refusal(400, "X"), lists(""), refusal(400, "InstanceNotFound")}, false, connection.AlreadyAbsent, 0, 2, 4, true},
		"an earlier delivery, a wrong path":          {[]elasticsearchtest.Fault{refusal(404, "InvalidApi.NotFound")}, true, "", connection.Upstream, 1, 1, false},
		"an earlier delivery did it":                 {[]elasticsearchtest.Fault{{AfterEffect: true, Answer: elasticsearchtest.Refuse(400, "X", "m")}}, true, connection.AlreadyAbsent, 0, 1, 3, false},
		"the nonce was used: another nonce":          {[]elasticsearchtest.Fault{refusal(400, "SignatureNonceUsed")}, false, connection.Removed, 0, 2, 2, true},
	} {
		elasticsearch.InBubble(t, name, func(t *testing.T) {
			server, client := start(t)
			server.Fail(test.faults...)
			r := removal()
			r.MayBeDone = test.mayBeDone
			outcome, err := client.DeleteConnectedCluster(t.Context(), r)
			var failed *connection.Error
			if kind := connection.Kind(0); errors.As(err, &failed) && failed.Kind != test.kind || err == nil && test.kind != kind {
				t.Errorf("error %v, want %v", err, test.kind)
			}
			if outcome.State != test.state || outcome.Attempts != test.attempts || outcome.Uncertain != test.uncertain {
				t.Errorf("outcome %+v", outcome)
			}
			requests := server.Requests()
			if len(requests) != test.requests {
				t.Errorf("%d requests, want %d", len(requests), test.requests)
			}
			checkAttempts(t, requests[:test.attempts])
		})
	}
}

// checkAttempts: one token, and for each attempt another nonce. That each was
// signed, the stand-in has verified.
func checkAttempts(t *testing.T, requests []elasticsearchtest.Request) {
	t.Helper()
	nonces := map[string]bool{}
	for _, r := range requests {
		nonces[r.Header.Get("X-Acs-Signature-Nonce")] = true
		if r.ClientToken != token {
			t.Errorf("client token %q", r.ClientToken)
		}
	}
	if len(nonces) != len(requests) {
		t.Errorf("%d nonces for %d attempts", len(nonces), len(requests))
	}
}

// TestGetIsSignedAnew: a GET over a kept connection that breaks is attempted
// again with another nonce, like every request.
func TestGetIsSignedAnew(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	server.Fail(elasticsearchtest.Fault{}, elasticsearchtest.Fault{Answer: elasticsearchtest.Reset()})
	for range 2 {
		if _, err := client.ListConnectedClusters(t.Context(), removal().Instance); err != nil {
			t.Fatal(err)
		}
	}
	nonces := map[string]bool{}
	requests := server.Requests()
	for _, r := range requests {
		nonces[r.Header.Get("X-Acs-Signature-Nonce")] = true
		if r.Code != "" {
			t.Errorf("the API refused one: %s", r.Code)
		}
	}
	if len(requests) != 3 || len(nonces) != 3 {
		t.Errorf("%d requests with %d nonces, want 3", len(requests), len(nonces))
	}
}
