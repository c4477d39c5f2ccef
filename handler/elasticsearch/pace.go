package elasticsearch

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// A Pace is how fast a process may call the API. All calls of a scope share it, since the
// API counts them together. There is no limit until the API refuses a call for
// its rate. Then
//
//   - no call is sent for as long as the API asks, or for a pause that grows with
//     each refusal; after it one call is sent alone, and the others wait for its answer;
//   - calls are spaced at a share of the rate that went well before;
//   - with time that rate is raised, by as much each second, until the API refuses
//     again, or so high that the limit does not matter any more.
//
// Calls that were under way together count as one refusal. TestPace shows what
// the figures below come to. It is no rate.Limiter of golang.org/x/time: that has
// a rate which is known, and no pause whose end has to be tried.
type Pace struct {
	Now    func() time.Time                           // nil: time.Now
	Sleep  func(context.Context, time.Duration) error // ends early with ctx; nil: a timer
	Jitter func() float64                             // from 0 to 1, so that processes that paused together do not go on together; nil: random

	mu     sync.Mutex
	period int       // refusals so far; calls that began in one period are refused together
	next   time.Time // when the next call may be sent

	limit float64   // calls a second that went well before the last refusal; 0: no limit
	cut   time.Time // when that was

	pause  time.Duration // the last one, until a call after it went well; then 0
	resume time.Time     // when the pause ends
	trial  chan struct{} // closed when the call that is sent alone has ended; nil when there is none

	calls    int       // that wait or are under way
	idle     time.Time // when the last of them ended
	since    time.Time // when measuring began
	answered int       // calls that went well since then
}

const (
	pauseBase = time.Second
	pauseGrow = 1.3
	pauseMax  = time.Minute

	share    = 0.95 // of the rate that went well, after a refusal
	increase = 0.02 // of that rate, each second
	enough   = 4    // times that rate: the limit does not matter any more

	// A rate is measured over at least so many calls and so much time. Time in
	// which nobody called does not count.
	measuredCalls = 5
	measuredTime  = 200 * time.Millisecond
	idleTime      = time.Second
)

// A turn is one call's leave to be sent.
type turn struct {
	period int
	trial  chan struct{} // not nil: it is sent alone
	space  time.Duration // to the next turn
}

// A verdict is what the answer to a call says of the pace.
type verdict int

const (
	none      verdict = iota // there was no answer
	wentWell                 // whatever the answer is about
	throttled                // refused for its rate
)

// begin waits for a call's turn. It returns false if that would come after the
// end of ctx; then nothing is to be sent, and nothing to be ended.
func (p *Pace) begin(ctx context.Context) (turn, bool) {
	p.enter()
	for {
		t, at, trial := p.reserve()
		if !p.until(ctx, at) || !over(ctx, trial) {
			p.giveBack(t)
			return turn{}, false
		}
		if trial == nil && p.holds(t) {
			return t, true
		}
	}
}

// enter counts a call, and begins to measure anew after nobody has called.
func (p *Pace) enter() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := p.now(); p.calls == 0 && now.Sub(p.idle) > idleTime {
		p.since, p.answered = now, 0
	}
	p.calls++
}

// reserve takes the next time at which a call may be sent. After a pause that
// call is sent alone, and all others get its trial to wait for.
func (p *Pace) reserve() (t turn, at time.Time, trial chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.trial != nil {
		return t, p.resume, p.trial
	}
	t.period, at = p.period, p.now()
	if p.pause > 0 {
		p.trial = make(chan struct{})
		t.trial, at = p.trial, p.resume
	} else if p.next.After(at) {
		at = p.next
	}
	if rate := p.rate(at); rate > 0 {
		t.space = time.Duration(float64(time.Second) / rate)
	}
	p.next = at.Add(t.space)
	return t, at, nil
}

// giveBack is for a call that was not sent: those after it are not kept waiting
// for it.
func (p *Pace) giveBack(t turn) {
	p.mu.Lock()
	if t.period == p.period {
		p.next = p.next.Add(-t.space)
	}
	p.mu.Unlock()
	p.end(t, none, 0)
}

// rate is how many calls a second may be sent at a time; 0: any number.
func (p *Pace) rate(at time.Time) float64 {
	factor := share + increase*at.Sub(p.cut).Seconds()
	if factor > enough {
		return 0
	}
	return p.limit * factor
}

// until waits for a time, and says whether ctx goes on beyond it.
func (p *Pace) until(ctx context.Context, at time.Time) bool {
	wait := at.Sub(p.now())
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
		return false
	}
	return wait <= 0 || sleep(ctx, wait, p.Sleep) == nil
}

// over waits until a trial is over, if there is one, and says whether ctx goes on.
func over(ctx context.Context, trial chan struct{}) bool {
	if trial == nil {
		return true
	}
	select {
	case <-trial:
		return true
	case <-ctx.Done():
		return false
	}
}

// holds says whether a turn is still good: no call was refused since it was taken.
func (p *Pace) holds(t turn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return t.period == p.period
}

// end takes what the answer to a call says. ask is how long the API asks to wait;
// 0 when it does not say.
func (p *Pace) end(t turn, v verdict, ask time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	p.calls--
	p.idle = now
	if t.trial != nil {
		close(t.trial)
		p.trial = nil
	}
	switch {
	case v == wentWell:
		p.answered++ // of an earlier period too: what one measurement misses, the next one has
		if t.trial != nil {
			p.pause = 0
		}
	case v == throttled && t.period == p.period:
		p.slowDown(now, t.trial != nil, ask)
	}
}

// slowDown pauses, and lowers the rate unless the pause was just not long enough.
func (p *Pace) slowDown(now time.Time, again bool, ask time.Duration) {
	p.period++
	if again {
		p.pause = min(time.Duration(float64(p.pause)*pauseGrow), pauseMax)
	} else {
		p.pause = pauseBase
		p.lower(now)
	}
	wait := p.pause
	if ask > 0 {
		wait = min(ask, pauseMax)
	}
	p.resume = now.Add(wait + time.Duration(p.jitter()*float64(wait)/10))
}

// lower sets the limit to the rate that went well. Where too few calls did to
// measure one, an unlimited rate stays, and a limit is lowered by its share.
func (p *Pace) lower(now time.Time) {
	switch {
	case p.answered >= measuredCalls:
		p.limit = float64(p.answered) / max(now.Sub(p.since), measuredTime).Seconds()
		p.since, p.answered = now, 0
	case p.limit > 0:
		p.limit = p.rate(now) * share
	}
	p.cut = now
}

func (p *Pace) now() time.Time {
	if p.Now == nil {
		return time.Now()
	}
	return p.Now()
}

func (p *Pace) jitter() float64 {
	if p.Jitter == nil {
		return rand.Float64()
	}
	return p.Jitter()
}
