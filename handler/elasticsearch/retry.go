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
	maxDoubled  = 5 // times; beyond, the longest wait is reached
)

// A failure is an error of one attempt and what to do about it.
type failure struct {
	err   *connection.Error // as the caller gets it
	class class
}

// A history is what led to the last answer.
type history struct {
	attempts  int
	counted   int  // those of them that the patience does not pass over
	waits     int  // those that were followed by a wait of their own
	uncertain bool // an attempt before the last may have been carried out
}

// A Patience says how long a call is repeated that may go well the next time.
type Patience int

const (
	// SixAttempts: somebody waits for the answer.
	SixAttempts Patience = iota

	// WhileThrottled: a call that was refused for its rate, and so was not carried
	// out, is repeated as long as there is time.
	WhileThrottled

	// WhileThereIsTime: one that was refused because of another change is, too.
	WhileThereIsTime
)

// do makes attempts until one has an answer that stands, or there is no time or
// no attempt left. Every attempt has a nonce, a date and a signature of its own;
// all have the same client token.
func (c *Reader) do(ctx context.Context, op call) (result answer, h history, err *failure) {
	pace := c.Pace
	if pace == nil {
		pace = &Pace{Now: c.Now, Sleep: c.Sleep}
	}
	for {
		turn, ok := c.begin(ctx, pace)
		if !ok {
			return result, h, err.withoutTurn(ctx)
		}
		h.attempts++
		h.uncertain = h.uncertain || err != nil && err.class == again
		result, err = c.attemptIn(ctx, pace, turn, op)
		if err == nil || err.class < again {
			return result, h, err
		}
		if c.Patience.counts(ctx, err) {
			h.counted++
		}
		if h.counted == maxAttempts {
			return result, h, err
		}
		if err.isThrottled() {
			continue // the pace knows how long to wait
		}
		h.waits++
		if !c.pause(ctx, c.wait(h.waits, err)) {
			return result, h, err.withoutTime()
		}
	}
}

// counts says whether an attempt that failed is one of the six. Without a deadline
// all are.
func (p Patience) counts(ctx context.Context, f *failure) bool {
	_, bounded := ctx.Deadline()
	switch {
	case !bounded:
		return true
	case f.isThrottled():
		return p < WhileThrottled
	case f.class == later:
		return p < WhileThereIsTime
	}
	return true
}

// isThrottled says that the pace, and not the call, has to slow down.
func (f *failure) isThrottled() bool { return f.err.Kind == connection.Throttled }

// begin waits until a request may be sent: there is room for it, and the pace
// allows it. It returns false if there is no time for that.
func (c *Reader) begin(ctx context.Context, pace *Pace) (turn, bool) {
	if c.Slots != nil {
		select {
		case c.Slots <- struct{}{}:
		case <-ctx.Done():
			return turn{}, false
		}
	}
	t, ok := turn{}, ctx.Err() == nil
	if ok {
		t, ok = pace.begin(ctx)
	}
	if !ok && c.Slots != nil {
		<-c.Slots
	}
	return t, ok
}

// attemptIn makes an attempt in its turn, which ends even if the attempt panics.
func (c *Reader) attemptIn(ctx context.Context, pace *Pace, t turn, op call) (result answer, err *failure) {
	v, ask := none, time.Duration(0)
	defer func() {
		pace.end(t, v, ask)
		if c.Slots != nil {
			<-c.Slots
		}
	}()
	result, err = c.attempt(ctx, op)
	switch {
	case err == nil || err.err.Status != 0 && !err.isThrottled():
		v = wentWell
	case err.isThrottled():
		v, ask = throttled, err.err.RetryAfter
	}
	return result, err
}

// withoutTurn is the failure when there is no time for the next attempt's turn,
// after f or, with f nil, before the first.
func (f *failure) withoutTurn(ctx context.Context) *failure {
	switch {
	case f != nil:
		return f.withoutTime()
	case ctx.Err() != nil:
		return &failure{&connection.Error{Kind: connection.Timeout, Message: "out of time: not sent; safe to repeat", Err: ctx.Err()}, refused}
	}
	return &failure{&connection.Error{Kind: connection.Throttled, Message: "the API limits the rate of requests, and there is no time to wait: not sent; safe to repeat"}, refused}
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
	doubled := min(attempt-1, maxDoubled)
	wait, most := againBase<<doubled, againMax
	if f.class == later {
		wait, most = laterBase<<doubled, waitMax
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
	return sleep(ctx, wait, c.Sleep) == nil
}

// sleep waits, and ends early with ctx. A nil sleeper is a timer.
func sleep(ctx context.Context, wait time.Duration, sleeper func(context.Context, time.Duration) error) error {
	if sleeper != nil {
		return sleeper(ctx, wait)
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
