package elasticsearch

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// A Pace limits how fast a process calls the API. All calls of a scope share one,
// since the API counts them together. There is no limit until the API throttles a
// call. Then
//
//   - no call is sent for as long as the API asks, or for a pause that grows with
//     each refusal; after it one call is sent alone, as a trial, and the others wait
//     for its answer;
//   - calls are spaced at a share of the rate that succeeded before;
//   - that rate rises steadily with time, and in the end steeply, until the API throttles
//     again or the limit is too high to matter.
//
// Calls that were under way together count as one refusal. TestPace shows the
// effect of the figures below. A rate.Limiter of golang.org/x/time would not do: it
// needs a rate given in advance, and has no pause whose end has to be tried.
type Pace struct {
	mu     sync.Mutex
	period int       // refusals so far; calls that began in one period are refused together
	next   time.Time // when the next call may be sent

	limit float64   // calls a second that succeeded before the last refusal; 0: no limit
	cut   time.Time // when the limit was set

	pause  time.Duration // the last one, until a call after it succeeds; then 0
	resume time.Time     // when the pause ends
	trial  chan struct{} // closed when the trial has ended; nil without one

	calls    int       // waiting or under way
	idle     time.Time // when the last of them ended
	since    time.Time // when measuring began
	answered int       // calls that succeeded since then
}

const (
	pauseBase = time.Second
	pauseGrow = 1.3
	pauseMax  = time.Minute

	share    = 0.95 // of the rate that succeeded, after a refusal
	increase = 0.03 // of that rate, each second
	enough   = 4    // times that rate, and the limit is lifted

	// What succeeded between scattered refusals, with the pauses after them, may be far less
	// than the API allows. So the limit is lifted after liftTime. The rise to that is so
	// steep that it is felt in the last second alone: an API that has such a limit refuses
	// before.
	liftTime  = 13 // seconds
	steepness = 24

	// A rate is measured over at least measuredCalls calls and measuredTime. After
	// idleTime without a call, measuring begins anew.
	measuredCalls = 5
	measuredTime  = 200 * time.Millisecond
	idleTime      = time.Second
)

// A permit allows one call to be sent.
type permit struct {
	period int
	trial  chan struct{} // not nil: the call is the trial
	space  time.Duration // to the next call
}

// A verdict says what the answer to a call means for the pace.
type verdict int

const (
	none     verdict = iota // no answer
	wentWell                // any answer but throttling
	throttled
)

// begin waits until a call may be sent. It returns false if ctx ends before that;
// only a call that got a permit has an end.
func (p *Pace) begin(ctx context.Context) (permit, bool) {
	p.enter()
	for {
		t, at, trial := p.reserve()
		if !Sleep(ctx, time.Until(at)) || !over(ctx, trial) {
			p.giveBack(t)
			return permit{}, false
		}
		if trial == nil && p.holds(t) {
			return t, true
		}
	}
}

// enter counts a call. After an idle time it begins to measure anew.
func (p *Pace) enter() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); p.calls == 0 && now.Sub(p.idle) > idleTime {
		p.since, p.answered = now, 0
	}
	p.calls++
}

// reserve takes the next time at which a call may be sent. After a pause the first
// call becomes the trial, and the others get its channel to wait for.
func (p *Pace) reserve() (t permit, at time.Time, trial chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.trial != nil {
		return t, p.resume, p.trial
	}
	t.period, at = p.period, time.Now()
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

// giveBack returns the permit of a call that is not sent, so that later calls do
// not wait for it.
func (p *Pace) giveBack(t permit) {
	p.mu.Lock()
	if t.period == p.period {
		p.next = p.next.Add(-t.space)
	}
	p.mu.Unlock()
	p.end(t, none, 0)
}

// rate returns the calls a second allowed at a time; 0: any number.
func (p *Pace) rate(at time.Time) float64 {
	passed := at.Sub(p.cut).Seconds()
	factor := share + increase*passed + enough*math.Pow(passed/liftTime, steepness)
	if factor > enough {
		return 0
	}
	return p.limit * factor
}

// over waits for the end of a trial, if there is one, and reports whether ctx goes on.
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

// holds reports whether a permit is still valid: no call was throttled since.
func (p *Pace) holds(t permit) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return t.period == p.period
}

// end takes the verdict on a call. ask is how long the API asks to wait; 0 if it
// does not ask.
func (p *Pace) end(t permit, v verdict, ask time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.calls--
	p.idle = now
	if t.trial != nil {
		close(t.trial)
		p.trial = nil
	}
	switch {
	case v == wentWell:
		p.answered++ // also of an earlier period: a success that one measurement misses is in the next
		if t.trial != nil {
			p.pause = 0
		}
	case v == throttled && t.period == p.period:
		p.slowDown(now, t.trial != nil, ask)
	}
}

// slowDown pauses. It lowers the rate too, unless again is true: then the pause was
// too short, and says nothing about the rate.
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
	// Up to a tenth more, so that processes that paused together do not go on together.
	p.resume = now.Add(wait + rand.N(wait/10+1))
}

// lower sets the limit to the rate that succeeded. With too few calls to measure
// it, a limit is lowered by its share, and no limit stays none.
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
