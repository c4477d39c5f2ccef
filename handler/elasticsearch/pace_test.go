package elasticsearch

import (
	"context"
	"fmt"
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

// A run is what a sweep came to.
type run struct {
	took           time.Duration
	calls, refused int
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
			t.Run(fmt.Sprintf("%s, sweeps: %d", name, sweeps), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					r := sweep(&Pace{Jitter: half}, sweeps, n/sweeps, test.serve())
					longer, refused := r.took.Seconds()/test.ideal.Seconds(), float64(r.refused)/float64(r.calls)
					if longer > 1.3 || refused > 0.15 {
						t.Errorf("%.2f of the ideal time, %.0f %% of %d calls refused", longer, 100*refused, r.calls)
					}
				})
			})
		}
	}
}

func half() float64 { return 0.5 }
func zero() float64 { return 0 }
func one() float64  { return 1 }
