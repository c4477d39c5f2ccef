package elasticsearch

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"elasticsearch-disconnect/handler/connection"
)

// The retry rules. They are a loop of our own and not a library's, because none
// has all of: two base waits by class, the server's wait in milliseconds, and no
// wait that could not be followed by an attempt.
const (
	maxAttempts = 6
	againBase   = 200 * time.Millisecond // doubled each time
	againMax    = 5 * time.Second
	laterBase   = 3 * time.Second // doubled each time: an instance is busy for minutes after a change
	waitMax     = 30 * time.Second
)

// A failure is an error of one attempt and what to do about it.
type failure struct {
	err   *connection.Error // as the caller gets it
	class class
}

// A history is what led to the last answer.
type history struct {
	attempts  int
	uncertain bool // an attempt before the last may have been carried out
}

// do makes attempts until one has an answer that stands, or there is no time or
// no attempt left. Every attempt has a nonce, a date and a signature of its own;
// all have the same client token.
func (c *Reader) do(ctx context.Context, op call) (result answer, h history, err *failure) {
	if ctx.Err() != nil {
		return result, h, outOfTime("out of time", ctx.Err())
	}
	for {
		h.attempts++
		result, err = c.attempt(ctx, op)
		if err == nil || err.class < again || h.attempts == maxAttempts {
			return result, h, err
		}
		if !c.pause(ctx, c.wait(h.attempts, err)) {
			return result, h, err.withoutTime()
		}
		h.uncertain = h.uncertain || err.class == again
	}
}

// withoutTime is the failure when there is no time for another attempt. What was
// not carried out stays what it is; what may have been is a timeout.
func (f *failure) withoutTime() *failure {
	if f.class != again || f.err.Kind == connection.Timeout {
		return f
	}
	timeout := outOfTime("out of time after "+strings.TrimSuffix(f.err.Message, "; "+outcomeUnknown), f.err.Err)
	timeout.err.Code, timeout.err.Status, timeout.err.RequestID = f.err.Code, f.err.Status, f.err.RequestID
	return timeout
}

// outcomeUnknown is what a caller has to know when there is no answer.
const outcomeUnknown = "outcome unknown; safe to repeat"

func outOfTime(what string, cause error) *failure {
	return &failure{&connection.Error{Kind: connection.Timeout, Message: what + ": " + outcomeUnknown, Err: cause}, again}
}

// wait is how long to wait after a failed attempt: base·2ⁿ, or what the server
// asks for, and up to half as long again, so that invocations that were refused
// together do not come back together.
func (c *Reader) wait(attempt int, f *failure) time.Duration {
	wait, most := againBase<<(attempt-1), againMax
	if f.class == later {
		wait, most = laterBase<<(attempt-1), waitMax
	}
	if f.err.RetryAfter > wait {
		wait, most = f.err.RetryAfter, waitMax
	}
	wait = min(wait, most)
	return max(wait, min(wait+rand.N(wait/2+1), most-rand.N(most/8)))
}

// pause waits, and says whether there is time for another attempt after it. A
// wait that would pass the deadline is not begun.
func (c *Reader) pause(ctx context.Context, wait time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
		return false
	}
	return c.sleep(ctx, wait) == nil
}

func (c *Reader) sleep(ctx context.Context, wait time.Duration) error {
	if c.Sleep != nil {
		return c.Sleep(ctx, wait)
	}
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// retryAfter reads how long the API asks to wait, from the first that says it:
//
//   - x-acs-retry-after, milliseconds (as aliyun-cli reads it);
//   - Retry-After, seconds or a date (RFC 9110, section 10.2.3);
//   - x-ratelimit-user-api or x-ratelimit-user, TimeLeft in milliseconds when
//     Remain is 0: "Limit:1,Remain:0,TimeLeft:2000,Reset:1234" (official SDK).
func retryAfter(h http.Header, now time.Time) time.Duration {
	if wait, ok := number(h.Get("X-Acs-Retry-After"), time.Millisecond); ok {
		return wait
	}
	after := h.Get("Retry-After")
	if wait, ok := number(after, time.Second); ok {
		return wait
	}
	if date, err := http.ParseTime(after); err == nil {
		return min(max(0, date.Sub(now)), waitMax)
	}
	for _, name := range []string{"X-Ratelimit-User-Api", "X-Ratelimit-User"} {
		if wait, ok := timeLeft(h.Get(name)); ok {
			return wait
		}
	}
	return 0
}

func number(text string, unit time.Duration) (time.Duration, bool) {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 31)
	return time.Duration(n) * unit, err == nil
}

func timeLeft(limits string) (wait time.Duration, ok bool) {
	remain := ""
	for limit := range strings.SplitSeq(limits, ",") {
		switch name, value, _ := strings.Cut(strings.TrimSpace(limit), ":"); name {
		case "Remain":
			remain = value
		case "TimeLeft":
			wait, ok = number(value, time.Millisecond)
		}
	}
	return wait, ok && remain == "0"
}
