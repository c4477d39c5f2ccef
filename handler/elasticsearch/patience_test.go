package elasticsearch_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// A scripted is one answer of a scripted API; a status of 0 closes the connection.
type scripted struct {
	status int
	body   string
}

var (
	isThrottled = scripted{400, `{"Code":"Throttling","Message":"m"}`}
	isBusy      = scripted{400, `{"Code":"InstanceActivating","Message":"m"}`}
	isFaulty    = scripted{500, `{"Code":"InternalError","Message":"m"}`}
	isLost      = scripted{}
	isUnknown   = scripted{400, `{"Code":"X","Message":"m"}`}
	isDone      = scripted{200, success}
)

func times(n int, a scripted) []scripted { return slices.Repeat([]scripted{a}, n) }

// scriptedClient is a client of an API that gives such answers in turn, the last
// again and again, and sends the time of each request.
func scriptedClient(t *testing.T, answers []scripted) (*elasticsearch.Client, <-chan time.Time) {
	t.Helper()
	var n atomic.Int32
	sent := make(chan time.Time, 1000)
	client := clientOver(t, "http", func(_ int, c net.Conn) {
		for readRequest(c) {
			sent <- time.Now()
			next := answers[min(int(n.Add(1)), len(answers))-1]
			if next.status == 0 {
				return
			}
			answer(c, next.status, next.body)
		}
	})
	return client, sent
}

// TestPatience: how many attempts are made, and for how long. What is refused for
// its rate was not carried out, so it makes nothing uncertain.
func TestPatience(t *testing.T) {
	t.Parallel()
	const six, throttled, all = elasticsearch.SixAttempts, elasticsearch.UntilDeadlineIfThrottled, elasticsearch.UntilDeadline
	const limit = "Throttled the API answered HTTP 400: Throttling: m"
	const busy = "Conflict the API answered HTTP 400: InstanceActivating: m"
	const fault = "Upstream the API answered HTTP 500: InternalError: m"
	five := 9043100 * time.Microsecond // pauses, of a second and each 1.3 times as long as the one before
	nine := 32014997910 * time.Nanosecond
	for name, test := range map[string]struct {
		policy      elasticsearch.RetryPolicy
		answers     []scripted
		want        string // "" for a success
		attempts    int
		least, most time.Duration // until the last attempt
		uncertain   bool
	}{
		"throttled, six attempts":           {six, times(9, isThrottled), limit, 6, five, five * 11 / 10, false},
		"throttled five times":              {six, append(times(5, isThrottled), isDone), "", 6, five, five * 11 / 10, false},
		"throttled, as long as it lasts":    {throttled, append(times(9, isThrottled), isDone), "", 10, nine, nine * 11 / 10, false},
		"throttled, for an event":           {all, append(times(9, isThrottled), isDone), "", 10, nine, nine * 11 / 10, false},
		"throttled is none of the six":      {throttled, append(append(times(5, isFaulty), isThrottled), times(9, isFaulty)...), fault, 7, time.Second, time.Hour, true},
		"throttled, and then unknown":       {throttled, append(times(9, isThrottled), isUnknown), "Upstream the API answered HTTP 400: X: m", 10, 0, time.Hour, false},
		"busy, six attempts":                {six, times(9, isBusy), busy, 6, 3*time.Second + 72*time.Second, 3*time.Second + 102*time.Second, false},
		"busy, while throttled":             {throttled, times(9, isBusy), busy, 6, 75 * time.Second, 105 * time.Second, false},
		"busy, as long as it lasts":         {all, append(times(9, isBusy), isDone), "", 10, 195 * time.Second, 225 * time.Second, false},
		"busy is none of the six":           {all, append(times(9, isBusy), isFaulty, isLost, isDone), "", 12, 0, time.Hour, true},
		"faults are six, whatever":          {all, times(9, isFaulty), fault, 6, 6 * time.Second, 10 * time.Second, true},
		"faults are six, with others":       {all, append(append(times(5, isFaulty), isBusy, isThrottled), times(9, isFaulty)...), fault, 8, 0, time.Hour, true},
		"no answer ends no pause":           {throttled, []scripted{isThrottled, isLost, isThrottled, isDone}, "", 4, 2500 * time.Millisecond, 2900 * time.Millisecond, true},
		"lost, throttled, and done":         {throttled, []scripted{isLost, isThrottled, isDone}, "", 3, time.Second, 2 * time.Second, true},
		"a refusal for good is not tried":   {all, times(9, scripted{400, `{"Code":"InstanceNotFound","Message":"m"}`}), "Absent the API answered HTTP 400: InstanceNotFound: m", 1, 0, 0, false},
		"a refusal nobody knows is neither": {all, times(9, isUnknown), "Upstream the API answered HTTP 400: X: m", 1, 0, 0, false},
	} {
		elasticsearch.InBubble(t, name, func(t *testing.T) {
			client, sent := scriptedClient(t, test.answers)
			client.RetryPolicy = test.policy
			begun := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			outcome, err := client.DeleteConnectedCluster(ctx, removal())
			took := time.Since(begun)
			if got := strings.TrimPrefix(outcomeOf(t, "", err), " "); got != test.want {
				t.Errorf("error:\n got %s\nwant %s", got, test.want)
			}
			if outcome.Attempts != test.attempts || len(sent) != test.attempts || outcome.Uncertain != test.uncertain {
				t.Errorf("%d requests, outcome %+v; want %d attempts, uncertain %t", len(sent), outcome, test.attempts, test.uncertain)
			}
			if took < test.least || took > test.most {
				t.Errorf("it took %v, not %v to %v", took, test.least, test.most)
			}
		})
	}
}

// TestTimeIsFilled: with time for it, what lasts is tried until no wait could be
// followed by an attempt, and then no more is waited.
func TestTimeIsFilled(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		policy elasticsearch.RetryPolicy
		answer scripted
		time   time.Duration
		wait   time.Duration // the longest
		want   string
	}{
		"busy for an event":      {elasticsearch.UntilDeadline, isBusy, 10 * time.Minute, 30 * time.Second, "Conflict the API answered HTTP 400: InstanceActivating: m"},
		"throttled in an event":  {elasticsearch.UntilDeadline, isThrottled, 10 * time.Minute, 66 * time.Second, "Throttled the API answered HTTP 400: Throttling: m"},
		"throttled in a sweep":   {elasticsearch.UntilDeadlineIfThrottled, isThrottled, 10 * time.Minute, 66 * time.Second, "Throttled the API answered HTTP 400: Throttling: m"},
		"hardly any time":        {elasticsearch.UntilDeadline, isThrottled, time.Second, time.Second, "Throttled the API answered HTTP 400: Throttling: m"},
		"busy, hardly any time":  {elasticsearch.UntilDeadline, isBusy, 3 * time.Second, 4500 * time.Millisecond, "Conflict the API answered HTTP 400: InstanceActivating: m"},
		"a fault, and no second": {elasticsearch.UntilDeadline, isFaulty, 200 * time.Millisecond, 300 * time.Millisecond, "Timeout out of time after the API answered HTTP 500: InternalError: m: outcome unknown; safe to repeat"},
	} {
		elasticsearch.InBubble(t, name, func(t *testing.T) {
			client, sent := scriptedClient(t, times(1, test.answer))
			client.RetryPolicy = test.policy
			begun := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), test.time)
			defer cancel()
			outcome, err := client.DeleteConnectedCluster(ctx, removal())
			if got := outcomeOf(t, "", err); got != test.want || outcome.Uncertain {
				t.Errorf("error, uncertain %t:\n got %s\nwant %s", outcome.Uncertain, got, test.want)
			}
			var last time.Time
			for range outcome.Attempts {
				last = <-sent
			}
			if took, left := time.Since(begun), begun.Add(test.time).Sub(last); took != last.Sub(begun) || left <= 0 || left > test.wait {
				t.Errorf("the last of %d attempts was %v before the end, and the call ended after %v", outcome.Attempts, left, took)
			}
			if len(sent) != 0 {
				t.Errorf("%d more requests", len(sent))
			}
		})
	}
}

// TestNoTurn: what could not be sent in time says so, and leaves its turn and its
// slot to the next.
func TestNoTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, sent := scriptedClient(t, []scripted{isThrottled, isDone})
		client.RetryPolicy = elasticsearch.UntilDeadlineIfThrottled
		client.Slots = make(chan struct{}, 1)
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := client.DescribeInstance(short, removal().Instance); err == nil {
			t.Error("it was not throttled")
		}
		check := func(ctx context.Context, want string) {
			t.Helper()
			outcome, err := client.DeleteConnectedCluster(ctx, removal())
			if got := outcomeOf(t, "", err); got != want || outcome != (connection.Outcome{}) {
				t.Errorf("outcome %+v, error:\n got %s\nwant %s", outcome, got, want)
			}
		}
		begun := time.Now()
		check(short, "Throttled the API limits the rate of requests, and there is no time to wait: not sent; safe to repeat")
		if waited := time.Since(begun); waited != 0 || len(sent) != 1 {
			t.Errorf("it waited %v for nothing, and %d requests were sent", waited, len(sent)-1)
		}
		cancelled, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second/2, cancel)
		check(cancelled, "Timeout interrupted: not sent; safe to repeat")
		if waited := time.Since(begun); waited != time.Second/2 || len(sent) != 1 {
			t.Errorf("it waited %v, and %d requests were sent", waited, len(sent)-1)
		}
		outcome, err := client.DeleteConnectedCluster(t.Context(), removal())
		if at := time.Since(begun); err != nil || outcome.State != connection.Removed || at < time.Second || at > 1100*time.Millisecond {
			t.Errorf("the next: %+v, %v, after %v", outcome, err, at)
		}
		if len(client.Slots) != 0 {
			t.Errorf("%d slots are left taken", len(client.Slots))
		}
	})
}

// TestAsked: what the API asks for is what the pace waits.
func TestAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, client := start(t)
		server.Fail(elasticsearchtest.Fault{Answer: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("x-acs-retry-after", "1500")
			elasticsearchtest.Refuse(400, "Throttling", "m")(w, r)
		}})
		begun := time.Now()
		_, err := client.DeleteConnectedCluster(t.Context(), removal())
		if took := time.Since(begun); err != nil || took < 1500*time.Millisecond || took > 1650*time.Millisecond {
			t.Errorf("it took %v, %v", took, err)
		}
	})
}

// TestOnePace: a call that is refused for its rate slows down those of other
// clients too, and the API is asked again by one of them.
func TestOnePace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, sent := scriptedClient(t, append(times(2, isThrottled), isDone))
		other := *client
		done := make(chan error)
		begun := time.Now()
		for i, c := range []*elasticsearch.Client{client, &other} {
			go func() {
				time.Sleep(time.Duration(i) * time.Millisecond)
				_, err := c.DeleteConnectedCluster(t.Context(), removal())
				done <- err
			}()
		}
		if err := errors.Join(<-done, <-done); err != nil {
			t.Error(err)
		}
		var at []time.Duration
		for len(sent) > 0 {
			at = append(at, (<-sent).Sub(begun))
		}
		if len(at) != 4 || at[0] != 0 || at[1] < time.Second || at[2] < at[1]+1300*time.Millisecond || at[3] != at[2] {
			t.Errorf("sent after %v", at)
		}
	})
}
