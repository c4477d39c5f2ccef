package elasticsearch

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A limiter says whether a call that arrives now is served.
type limiter func() bool

// perSecond serves as many calls a second as it has tokens, of which it keeps
// those of one second.
func perSecond(rate float64) limiter {
	tokens, last := rate, time.Now()
	return func() bool {
		now := time.Now()
		tokens, last = min(rate, tokens+rate*now.Sub(last).Seconds()), now
		if tokens < 1 {
			return false
		}
		tokens--
		return true
	}
}

// perWindow serves so many calls in each window of time.
func perWindow(calls int, window time.Duration) limiter {
	begun, served := time.Now(), 0
	return func() bool {
		if now := time.Now(); now.Sub(begun) >= window {
			begun, served = begun.Add(now.Sub(begun).Truncate(window)), 0
		}
		served++
		return served <= calls
	}
}

// burst refuses everything for a time, after so many calls.
func burst(after int, length time.Duration) limiter {
	served := 0
	var begun time.Time
	return func() bool {
		if served++; served == after+1 {
			begun = time.Now()
		}
		return served <= after || time.Since(begun) >= length
	}
}

// scattered refuses every second call for a time.
func scattered(length time.Duration) limiter {
	begun, served := time.Now(), true
	return func() bool {
		served = !served || time.Since(begun) >= length
		return served
	}
}

// A run is what a sweep came to.
type run struct {
	took           time.Duration
	calls, refused int
	lastRefusal    time.Time
}

// latency is how long the API takes to answer.
const latency = 20 * time.Millisecond

// sweep makes calls as sweeps do that share a pace: each 8 at a time, each call
// repeated until it is served.
func sweep(p *Pace, sweeps, calls int, serve limiter) run {
	const atATime = 8
	var mu sync.Mutex
	var r run
	send := func() verdict {
		mu.Lock()
		defer mu.Unlock()
		r.calls++
		if serve() {
			return wentWell
		}
		r.refused++
		r.lastRefusal = time.Now()
		return throttled
	}
	begun := time.Now()
	var all sync.WaitGroup
	for range sweeps {
		todo := make(chan int, calls)
		for i := range calls {
			todo <- i
		}
		close(todo)
		for range atATime {
			all.Go(func() {
				for range todo {
					for v := none; v != wentWell; {
						t, _ := p.begin(context.Background())
						v = send()
						time.Sleep(latency)
						p.end(t, v, 0)
					}
				}
			})
		}
	}
	all.Wait()
	r.took = time.Since(begun)
	return r
}

// TestPace: a sweep under a limit takes at most 1.3 times as long as the limit
// makes it take, and at most 15 % of its calls are refused; two that share a pace
// are no worse.
func TestPace(t *testing.T) {
	t.Parallel()
	const n = 300
	const unlimited = n * latency / 8
	for name, test := range map[string]struct {
		serve func() limiter
		ideal time.Duration
	}{
		"no limit":       {func() limiter { return func() bool { return true } }, unlimited},
		"5 a second":     {func() limiter { return perSecond(5) }, n * time.Second / 5},
		"10 a second":    {func() limiter { return perSecond(10) }, n * time.Second / 10},
		"20 a second":    {func() limiter { return perSecond(20) }, n * time.Second / 20},
		"50 a second":    {func() limiter { return perSecond(50) }, n * time.Second / 50},
		"5 each second":  {func() limiter { return perWindow(5, time.Second) }, n * time.Second / 5},
		"50 each second": {func() limiter { return perWindow(50, time.Second) }, n * time.Second / 50},
		"100 a minute":   {func() limiter { return perWindow(100, time.Minute) }, n * time.Minute / 100},
		"a burst first":  {func() limiter { return burst(0, 20*time.Second) }, 20*time.Second + unlimited},
		"a burst later":  {func() limiter { return burst(100, 20*time.Second) }, 20*time.Second + unlimited},
	} {
		for _, sweeps := range []int{1, 2} {
			InBubble(t, fmt.Sprintf("%s, sweeps: %d", name, sweeps), func(t *testing.T) {
				r := sweep(new(Pace), sweeps, n/sweeps, test.serve())
				longer, refused := r.took.Seconds()/test.ideal.Seconds(), float64(r.refused)/float64(r.calls)
				if longer > 1.3 || refused > 0.15 {
					t.Errorf("%.2f of the ideal time, %.0f %% of %d calls refused", longer, 100*refused, r.calls)
				}
			})
		}
	}
}

// TestScatteredRefusals: 15 seconds after the last of them a sweep has ended that has no other
// limit. The pauses between them are no sign of one.
func TestScatteredRefusals(t *testing.T) {
	t.Parallel()
	for _, length := range []time.Duration{2 * time.Second, 8 * time.Second, 60 * time.Second} {
		for _, sweeps := range []int{1, 2} {
			InBubble(t, fmt.Sprintf("%v, sweeps: %d", length, sweeps), func(t *testing.T) {
				r := sweep(new(Pace), sweeps, 300/sweeps, scattered(length))
				if after := time.Since(r.lastRefusal); after > 15*time.Second || r.refused < 2 {
					t.Errorf("it ended %v after the last of %d refusals", after, r.refused)
				}
			})
		}
	}
}

// An ending is what a call comes to, and how long after its beginning.
type ending struct {
	verdict verdict
	ask     time.Duration
	after   time.Duration
}

// TestPauses: when a caller's calls are sent that are made one after the other. A pause
// is up to a tenth longer, at random.
func TestPauses(t *testing.T) {
	t.Parallel()
	const s = time.Second
	var well, no, refused = ending{verdict: wentWell}, ending{verdict: none}, ending{verdict: throttled}
	asks := func(wait time.Duration) ending { return ending{verdict: throttled, ask: wait} }
	for name, test := range map[string]struct {
		calls []ending
		sent  []time.Duration // at the earliest
	}{
		"nothing is refused":         {[]ending{well, no, well}, []time.Duration{0, 0, 0}},
		"refused, and refused again": {[]ending{refused, refused, refused, well}, []time.Duration{0, s, 2300 * time.Millisecond, 3990 * time.Millisecond}},
		"the pause begins anew":      {[]ending{refused, refused, well, refused, well}, []time.Duration{0, s, 2300 * time.Millisecond, 2300 * time.Millisecond, 3300 * time.Millisecond}},
		"what the API asks":          {[]ending{asks(7 * s), well}, []time.Duration{0, 7 * s}},
		"less than the pause":        {[]ending{asks(time.Millisecond), well}, []time.Duration{0, time.Millisecond}},
		"an hour":                    {[]ending{asks(time.Hour), well}, []time.Duration{0, time.Minute}},
		"asked, and then not":        {[]ending{asks(7 * s), refused, well}, []time.Duration{0, 7 * s, 8300 * time.Millisecond}},
		"no answer ends no pause":    {[]ending{refused, no, refused, well}, []time.Duration{0, s, s, 2300 * time.Millisecond}},
		"a refusal that comes late":  {[]ending{{verdict: throttled, after: 3 * s}, well}, []time.Duration{0, 4 * s}},
		"the longest pause":          {append(slices.Repeat([]ending{refused}, 18), asks(time.Hour), refused, well), nil},
	} {
		InBubble(t, name, func(t *testing.T) {
			p := new(Pace)
			begun := time.Now()
			var last, pause time.Duration
			for i, e := range test.calls {
				permit, ok := p.begin(t.Context())
				if !ok {
					t.Fatal("no permit")
				}
				last, pause = time.Since(begun), time.Since(begun)-last
				if test.sent != nil && (last < test.sent[i] || last > test.sent[i]*11/10) {
					t.Errorf("call %d is sent after %v, want %v", i+1, last, test.sent[i])
				}
				time.Sleep(e.after)
				p.end(permit, e.verdict, e.ask)
			}
			if test.sent == nil && (pause < time.Minute || pause > 66*s) {
				t.Errorf("the longest pause is %v", pause)
			}
		})
	}
}

// TestMeasure: the limit after a throttled call, by what succeeded before it, and the
// lower one after the next, before which too few succeeded.
func TestMeasure(t *testing.T) {
	t.Parallel()
	const s = time.Second
	for name, test := range map[string]struct {
		calls     int
		each      time.Duration
		idle      time.Duration // before the first
		last      time.Duration // before the throttled one
		limit     float64
		low, high float64 // the next limit: jitter makes the pause longer
	}{
		"one a second":          {9, s, 0, 0, 1, 0.95, 0.97},
		"ten a second":          {20, s / 10, 0, 0, 10, 9.3, 9.4},
		"after an idle hour":    {20, s / 10, time.Hour, 0, 10, 9.3, 9.4},
		"an idle second counts": {20, s / 10, 0, s, 20.0 / 3, 6.2, 6.3},
		"more idle time begins": {20, s / 10, 0, s + 1, 0, 0, 0},
		"too few":               {4, s, 0, 0, 0, 0, 10},
		"as many as are needed": {5, s, 0, 0, 1, 0.95, 0.97},
		"all at once":           {20, 0, 0, 0, 100, 93, 93.5},
	} {
		InBubble(t, name, func(t *testing.T) {
			p := new(Pace)
			call := func(takes time.Duration, v verdict) {
				permit, _ := p.begin(t.Context())
				time.Sleep(takes)
				p.end(permit, v, 0)
			}
			call(0, none)
			time.Sleep(test.idle)
			for range test.calls {
				call(test.each, wentWell)
			}
			time.Sleep(test.last)
			call(0, throttled)
			if math.Abs(p.limit-test.limit) > 1e-6 {
				t.Errorf("a limit of %v a second, want %v", p.limit, test.limit)
			}
			call(0, wentWell)
			call(0, throttled)
			if p.limit < test.low || p.limit > test.high {
				t.Errorf("then %v, want %v to %v", p.limit, test.low, test.high)
			}
		})
	}
}

// TestRate: a limit rises with time, steadily and then steeply, until there is none.
func TestRate(t *testing.T) {
	t.Parallel()
	p := &Pace{limit: 10}
	for after, want := range map[time.Duration]float64{0: 9.5, 5 * time.Second: 11, 10 * time.Second: 12.57, 12 * time.Second: 18.96, 13 * time.Second: 0, time.Hour: 0} {
		if got := p.rate(p.cut.Add(after)); math.Abs(got-want) > 0.01 {
			t.Errorf("after %v: %v a second, want %v", after, got, want)
		}
	}
}

// TestPermitIsGivenBack: calls whose context ends while they wait leave their time to
// the next.
func TestPermitIsGivenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &Pace{limit: 1 / share, cut: time.Now()}
		first, _ := p.begin(t.Context())
		p.end(first, wentWell, 0)
		begun := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		given := make(chan bool, 10)
		for range 10 {
			go func() {
				_, ok := p.begin(ctx)
				given <- ok
			}()
		}
		synctest.Wait()
		cancel()
		for range 10 {
			if <-given {
				t.Error("a permit was given")
			}
		}
		next, ok := p.begin(t.Context())
		if after := time.Since(begun).Round(time.Microsecond); !ok || after != time.Second {
			t.Errorf("the next was sent after %v", after)
		}
		p.end(next, wentWell, 0)
	})
}

// TestStalePermit: a permit from before a refusal that is given back after it makes no
// room for the calls after it.
func TestStalePermit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &Pace{limit: 0.01, cut: time.Now()}
		first, _ := p.begin(t.Context())
		ctx, cancel := context.WithCancel(t.Context())
		given := make(chan bool)
		go func() {
			_, ok := p.begin(ctx)
			given <- ok
		}()
		synctest.Wait()
		p.end(first, throttled, 0)
		trial, _ := p.begin(t.Context())
		p.end(trial, wentWell, 0)
		begun := time.Now()
		cancel()
		if <-given {
			t.Error("a permit was given")
		}
		next, _ := p.begin(t.Context())
		p.end(next, wentWell, 0)
		if after := time.Since(begun); after < 100*time.Second {
			t.Errorf("the next was sent after %v", after)
		}
	})
}

// TestManyCallers: whatever the answers are and whoever goes away, in the end all
// have gone on and nothing is left.
func TestManyCallers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := new(Pace)
		var all sync.WaitGroup
		for i := range 64 {
			random := rand.New(rand.NewPCG(uint64(i), 0))
			all.Go(func() {
				for range 50 {
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(random.IntN(60))*time.Second)
					time.AfterFunc(time.Duration(random.IntN(60))*time.Second, cancel)
					if permit, ok := p.begin(ctx); ok {
						time.Sleep(time.Duration(random.IntN(50)) * time.Millisecond)
						p.end(permit, verdict(random.IntN(3)), time.Duration(random.IntN(2))*time.Second)
					}
					cancel()
				}
			})
		}
		all.Wait()
		if p.calls != 0 || p.trial != nil {
			t.Errorf("%d calls are left, a trial %t", p.calls, p.trial != nil)
		}
	})
}
