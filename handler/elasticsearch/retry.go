package elasticsearch

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The retry rules. They are a loop of our own and not a library's, because none
// has all of: two base waits by class, the server's wait in milliseconds, and no
// wait that could not be followed by an attempt.
const (
	maxAttempts  = 6
	faultWait    = 200 * time.Millisecond // after the first fault, then doubled
	maxFaultWait = 5 * time.Second
	busyWait     = 3 * time.Second // after the first conflict, then doubled: an instance is busy for minutes after a change
	maxWait      = 30 * time.Second
)

// A RetryPolicy says how long a request is repeated that may succeed later.
type RetryPolicy int

const (
	// SixAttempts is for a caller who waits for the answer.
	SixAttempts RetryPolicy = iota

	// UntilDeadlineIfThrottled repeats a throttled request, which was not carried
	// out, until the context's deadline, and others six times.
	UntilDeadlineIfThrottled

	// UntilDeadline does so also after a conflict with another change.
	UntilDeadline
)

// A history is what happened before the last answer.
type history struct {
	attempts  int
	uncertain bool // an attempt before the last may have been carried out
}

// do sends a request until its answer is final, or until no attempt or no time
// is left. Every attempt has its own nonce, date and signature; all have the
// same client token.
func (c *Reader) do(ctx context.Context, op call) (result answer, h history, err *attemptError) {
	counted, waits := 0, 0
	for {
		next, sent, failed := c.attemptInTurn(ctx, op)
		if !sent && err == nil {
			return result, h, notBegun(ctx)
		}
		if !sent {
			return result, h, err.outOfTime(ctx)
		}
		h.attempts++
		h.uncertain = h.uncertain || err != nil && err.class == retryMaybeDone
		if result, err = next, failed; err == nil || !err.class.isRetried() {
			return result, h, err
		}
		if c.RetryPolicy.counts(ctx, err) {
			counted++
		}
		if counted == maxAttempts {
			return result, h, err
		}
		if err.isThrottled() {
			continue // the pace waits
		}
		waits++
		if !Sleep(ctx, waitAfter(waits, err)) {
			return result, h, err.outOfTime(ctx)
		}
	}
}

// counts reports whether a failed attempt is one of the six. Without a deadline
// every attempt is.
func (p RetryPolicy) counts(ctx context.Context, e *attemptError) bool {
	if _, bounded := ctx.Deadline(); !bounded {
		return true
	}
	if e.isThrottled() {
		return p == SixAttempts
	}
	return e.class != retryWhenIdle || p != UntilDeadline
}

// attemptInTurn makes one attempt as soon as a slot is free and the pace allows
// it. If ctx ends before that, sent is false.
func (c *Reader) attemptInTurn(ctx context.Context, op call) (result answer, sent bool, err *attemptError) {
	select {
	case c.Slots <- struct{}{}:
		defer func() { <-c.Slots }()
	case <-ctx.Done():
		return answer{}, false, nil
	}
	p, ok := c.Pace.begin(ctx)
	if !ok {
		return answer{}, false, nil
	}
	v, ask := none, time.Duration(0)
	defer func() { c.Pace.end(p, v, ask) }() // also if the attempt panics
	result, err = c.attempt(ctx, op)
	v, ask = err.verdict()
	return result, true, err
}

// verdict is what the result of an attempt says of the pace, and how long the
// API asks to wait.
func (e *attemptError) verdict() (verdict, time.Duration) {
	switch {
	case e == nil:
		return wentWell, 0
	case e.isThrottled():
		return throttled, e.err.RetryAfter
	case e.err.Status == 0:
		return none, 0
	}
	return wentWell, 0
}

// waitAfter is how long to wait after the nth failure that is not throttling:
// base·2ⁿ⁻¹, or what the API asks for, and up to half as long again, so that
// invocations that failed together do not come back together.
func waitAfter(nth int, e *attemptError) time.Duration {
	const maxDoublings = 5 // then every longest wait is reached
	base, longest := faultWait, maxFaultWait
	if e.class == retryWhenIdle {
		base, longest = busyWait, maxWait
	}
	wait := base << min(nth-1, maxDoublings)
	if e.err.RetryAfter > wait {
		wait, longest = e.err.RetryAfter, maxWait
	}
	wait = min(wait, longest)
	return min(wait+rand.N(wait/2+1), longest)
}

// Sleep waits, and reports whether ctx goes on after it. It does not begin a
// wait that would not end before the deadline.
func Sleep(ctx context.Context, wait time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
		return false
	}
	if wait <= 0 {
		return ctx.Err() == nil
	}
	select {
	case <-time.After(wait):
		return true
	case <-ctx.Done():
		return false
	}
}

// retryAfter reads how long the API asks to wait, from the first header that
// says so; 0 if none does:
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
		return min(max(0, date.Sub(now)), maxWait)
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
