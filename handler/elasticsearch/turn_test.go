package elasticsearch

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// limited is a pace that was just cut to so many calls a second.
func limited(rate float64) *Pace {
	return &Pace{Jitter: zero, limit: rate, cut: time.Now()}
}

// TestTurns: calls are spaced at a share of the rate, turns that were taken before
// a refusal are not used in the pause after it, and those after it are spaced
// anew.
func TestTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := limited(1 / share)
		begun := time.Now()
		sent := begins(t, p, 4)
		first := <-sent
		second := <-sent
		if at := second.at.Sub(begun); first.at != begun || at != time.Second {
			t.Errorf("the second was sent after %v", at)
		}
		p.end(first.permit, throttled, 30*time.Second)
		p.end(second.permit, throttled, 30*time.Second)
		trial := <-sent
		if at := trial.at.Sub(begun); at != 31*time.Second {
			t.Errorf("the third was sent after %v", at)
		}
		p.end(trial.permit, wentWell, 0)
		last := <-sent
		rate := (share + increase) / share * share * (share + increase*30) // lowered after one second, raised for thirty
		if at := last.at.Sub(trial.at).Seconds(); math.Abs(at-1/rate) > 1e-6 {
			t.Errorf("the fourth was sent %v s after it, want %v", at, 1/rate)
		}
		p.end(last.permit, wentWell, 0)
	})
}

// TestIdle: with time the rate is raised, until there is no limit.
func TestIdle(t *testing.T) {
	t.Parallel()
	for idle, want := range map[time.Duration]float64{
		0:                 10 * 0.95,
		10 * time.Second:  10 * 1.15,
		150 * time.Second: 10 * 3.95,
		153 * time.Second: 0,
		time.Hour:         0,
	} {
		synctest.Test(t, func(t *testing.T) {
			p := limited(10)
			time.Sleep(idle)
			begun := time.Now()
			for range 2 {
				turn, _ := p.begin(t.Context())
				p.end(turn, wentWell, 0)
			}
			spaced, least := time.Since(begun).Seconds(), 0.0
			if want > 0 {
				least = 1 / want
			}
			if math.Abs(spaced-least) > 1e-6 {
				t.Errorf("after %v calls are spaced by %v s, want %v", idle, spaced, least)
			}
		})
	}
}

// TestMeasure: what went well is measured in the time in which there were calls.
func TestMeasure(t *testing.T) {
	t.Parallel()
	const s = time.Second
	for name, test := range map[string]struct {
		well  int // calls, each of
		each  time.Duration
		idle  time.Duration // before the first, and before the last, which is refused
		last  time.Duration
		limit float64
	}{
		"one a second":          {9, s, 0, 0, 1},
		"ten a second":          {20, s / 10, 0, 0, 10},
		"after an idle hour":    {20, s / 10, time.Hour, 0, 10},
		"an idle second counts": {20, s / 10, 0, s, 20.0 / 3},
		"more idle time begins": {20, s / 10, 0, s + 1, 0},
		"too few":               {4, s, 0, 0, 0},
		"as many as are needed": {5, s, 0, 0, 1},
		"all at once":           {20, 0, 0, 0, 100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := &Pace{Jitter: zero}
				first, _ := p.begin(t.Context())
				p.end(first, none, 0)
				time.Sleep(test.idle)
				for range test.well {
					turn, _ := p.begin(t.Context())
					time.Sleep(test.each)
					p.end(turn, wentWell, 0)
				}
				time.Sleep(test.last)
				turn, _ := p.begin(t.Context())
				p.end(turn, throttled, 0)
				if math.Abs(p.limit-test.limit) > 1e-6 {
					t.Errorf("a limit of %v a second, want %v", p.limit, test.limit)
				}
			})
		})
	}
}

// TestMeasuredAnew: each refusal ends a measurement and begins another. The pause
// after it counts, and so does time in which one call is under way.
func TestMeasuredAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &Pace{Jitter: zero}
		call := func(takes time.Duration, v verdict) {
			turn, _ := p.begin(t.Context())
			time.Sleep(takes)
			p.end(turn, v, 0)
		}
		for range 20 {
			call(time.Second/10, wentWell)
		}
		call(0, throttled)
		first := p.limit
		call(0, wentWell) // after a second; the next is spaced at 9.7 a second
		for range 5 {
			call(time.Second, wentWell)
		}
		call(0, throttled)
		second := p.limit
		long, _ := p.begin(t.Context()) // after a second
		p.end(long, wentWell, 0)
		long, _ = p.begin(t.Context())
		for range 9 {
			call(0, wentWell)
		}
		time.Sleep(time.Minute)
		call(0, throttled)
		p.end(long, none, 0)
		if math.Abs(first-10) > 1e-6 || math.Abs(second-6/(6+1/9.7)) > 1e-6 || p.limit <= 0 || p.limit > 10.0/60 {
			t.Errorf("%v a second, %v, %v", first, second, p.limit)
		}
	})
}

// TestNoTimeForTurn: a wait beyond the deadline is not begun, and the turn is left
// to the next.
func TestNoTimeForTurn(t *testing.T) {
	t.Parallel()
	for name, pace := range map[string]func() *Pace{
		"a turn": func() *Pace {
			return &Pace{Jitter: zero, limit: 1 / share, cut: time.Now(), next: time.Now().Add(time.Second)}
		},
		"a pause": func() *Pace { return &Pace{Jitter: zero, pause: time.Second, resume: time.Now().Add(time.Second)} },
		"the others' trial": func() *Pace {
			p := &Pace{Jitter: zero, pause: time.Second, resume: time.Now().Add(time.Second), trial: make(chan struct{})}
			time.AfterFunc(time.Second, func() { p.end(permit{trial: p.trial}, wentWell, 0) })
			return p
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := pace()
				begun := time.Now()
				ctx, cancel := context.WithDeadline(t.Context(), begun.Add(time.Second))
				defer cancel()
				for range 100 {
					if _, ok := p.begin(ctx); ok || time.Since(begun) != 0 {
						t.Fatalf("a turn %t after %v", ok, time.Since(begun))
					}
				}
				ctx, cancel = context.WithDeadline(t.Context(), begun.Add(time.Second+time.Millisecond))
				defer cancel()
				turn, ok := p.begin(ctx)
				if !ok || time.Since(begun) != time.Second {
					t.Errorf("a turn %t after %v", ok, time.Since(begun))
				}
				p.end(turn, wentWell, 0)
			})
		})
	}
}

// TestTurnIsGivenBack: calls whose context ends while they wait for their turns
// leave these to the next.
func TestTurnIsGivenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := limited(1 / share)
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
				t.Error("a turn was given")
			}
		}
		next, ok := p.begin(t.Context())
		if after := time.Since(begun).Round(time.Microsecond); !ok || after != time.Second {
			t.Errorf("the next was sent after %v", after)
		}
		p.end(next, wentWell, 0)
	})
}

// TestStaleTurn: a turn of before a refusal that is given back after it makes no
// room in the turns there are now.
func TestStaleTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := limited(0.01)
		first, _ := p.begin(t.Context())
		ctx, cancel := context.WithCancel(t.Context())
		gone := make(chan bool)
		go func() {
			_, ok := p.begin(ctx)
			gone <- ok
		}()
		synctest.Wait()
		p.end(first, throttled, 0)
		trial, _ := p.begin(t.Context())
		p.end(trial, wentWell, 0)
		begun := time.Now()
		cancel()
		if <-gone {
			t.Error("it was given a turn")
		}
		next, _ := p.begin(t.Context())
		p.end(next, wentWell, 0)
		if after := time.Since(begun); after < 100*time.Second {
			t.Errorf("the next was sent after %v", after)
		}
	})
}

// TestClockOfPace: the clock and the timer are the Pace's where it has them.
func TestClockOfPace(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var slept []time.Duration
	p := &Pace{
		Jitter: half,
		Now:    func() time.Time { return now },
		Sleep: func(_ context.Context, wait time.Duration) error {
			slept = append(slept, wait)
			now = now.Add(wait)
			return nil
		},
	}
	for range 3 {
		turn, _ := p.begin(t.Context())
		p.end(turn, throttled, 0)
	}
	if want := []time.Duration{1050 * time.Millisecond, 1365 * time.Millisecond}; !slices.Equal(slept, want) {
		t.Errorf("slept %v, want %v", slept, want)
	}
}

// TestManyCallers: whatever the answers are and whoever goes away, in the end all
// have gone on and nothing is left over.
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
					if turn, ok := p.begin(ctx); ok {
						time.Sleep(time.Duration(random.IntN(50)) * time.Millisecond)
						p.end(turn, verdict(random.IntN(3)), time.Duration(random.IntN(2))*time.Second)
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
