package elasticsearch

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// An ending is what a call comes to, and how long after its beginning.
type ending struct {
	verdict verdict
	ask     time.Duration
	after   time.Duration
}

// TestPauses: when each call of a caller is sent that makes one after the other.
func TestPauses(t *testing.T) {
	t.Parallel()
	const s = time.Second
	var well, no, refused = ending{verdict: wentWell}, ending{verdict: none}, ending{verdict: throttled}
	asks := func(wait time.Duration) ending { return ending{verdict: throttled, ask: wait} }
	for name, test := range map[string]struct {
		jitter func() float64
		calls  []ending
		sent   []time.Duration
	}{
		"nothing is refused":             {one, []ending{well, no, well}, []time.Duration{0, 0, 0}},
		"refused, and refused again":     {zero, []ending{refused, refused, refused, well}, []time.Duration{0, s, 2300 * time.Millisecond, 3990 * time.Millisecond}},
		"the pause begins anew":          {zero, []ending{refused, refused, well, refused, well}, []time.Duration{0, s, 2300 * time.Millisecond, 2300 * time.Millisecond, 3300 * time.Millisecond}},
		"up to a tenth longer":           {one, []ending{refused, well}, []time.Duration{0, 1100 * time.Millisecond}},
		"what the API asks":              {zero, []ending{asks(7 * s), well}, []time.Duration{0, 7 * s}},
		"what the API asks, and a tenth": {one, []ending{asks(7 * s), well}, []time.Duration{0, 7700 * time.Millisecond}},
		"less than the pause":            {zero, []ending{asks(time.Millisecond), well}, []time.Duration{0, time.Millisecond}},
		"an hour":                        {zero, []ending{asks(time.Hour), well}, []time.Duration{0, time.Minute}},
		"asked, and then not":            {zero, []ending{asks(7 * s), refused, well}, []time.Duration{0, 7 * s, 8300 * time.Millisecond}},
		"no answer ends no pause":        {zero, []ending{refused, no, refused, well}, []time.Duration{0, s, s, 2300 * time.Millisecond}},
		"a refusal that comes late":      {zero, []ending{{verdict: throttled, after: 3 * s}, well}, []time.Duration{0, 4 * s}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := &Pace{Jitter: test.jitter}
				begun := time.Now()
				var sent []time.Duration
				for _, e := range test.calls {
					turn, ok := p.begin(t.Context())
					if !ok {
						t.Fatal("no turn")
					}
					sent = append(sent, time.Since(begun))
					time.Sleep(e.after)
					p.end(turn, e.verdict, e.ask)
				}
				if !slices.Equal(sent, test.sent) {
					t.Errorf("sent after\n got %v\nwant %v", sent, test.sent)
				}
			})
		})
	}
}

// TestLongestPause: a pause grows to a minute and no more.
func TestLongestPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &Pace{Jitter: zero}
		var last, pause time.Duration
		begun := time.Now()
		for range 30 {
			turn, _ := p.begin(t.Context())
			last, pause = time.Since(begun), time.Since(begun)-last
			p.end(turn, throttled, 0)
		}
		if pause != time.Minute {
			t.Errorf("the last was %v", pause)
		}
	})
}

// begins begins so many calls at once, and sends when each is sent and its turn.
func begins(t *testing.T, p *Pace, calls int) <-chan begunCall {
	t.Helper()
	sent := make(chan begunCall, calls)
	for range calls {
		go func() {
			turn, ok := p.begin(t.Context())
			sent <- begunCall{turn, ok, time.Now()}
		}()
	}
	synctest.Wait()
	return sent
}

type begunCall struct {
	permit
	ok bool
	at time.Time
}

// TestOneRefusal: calls that were under way together are refused once: one pause
// follows, in which none is sent, and one cut, to what went well of them.
func TestOneRefusal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &Pace{Jitter: zero}
		first := begins(t, p, 20)
		time.Sleep(2 * time.Second)
		for i := range 20 {
			v := wentWell
			if i >= 10 {
				v = throttled
			}
			p.end((<-first).permit, v, 0)
		}
		if p.limit != 5 || p.pause != time.Second || p.period != 1 {
			t.Errorf("a limit of %v a second, a pause of %v, %d refusals", p.limit, p.pause, p.period)
		}
	})
}

// TestTrial: after a pause one call is sent alone, and the others when it has
// ended: at the share of the rate that went well if it did, and else the next
// alone.
func TestTrial(t *testing.T) {
	t.Parallel()
	const long = 300 * time.Millisecond // that the trial takes
	for name, test := range map[string]struct {
		verdict verdict
		next    time.Duration // after the trial's end
	}{
		"it went well":     {wentWell, 0},
		"it was refused":   {throttled, 1300 * time.Millisecond},
		"it has no answer": {none, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := &Pace{Jitter: zero}
				turn, _ := p.begin(t.Context())
				p.end(turn, throttled, 0)
				refused := time.Now()
				sent := begins(t, p, 5)
				trial := <-sent
				if after := trial.at.Sub(refused); after != time.Second || trial.trial == nil {
					t.Errorf("the first was sent after %v", after)
				}
				time.Sleep(long)
				if len(sent) != 0 {
					t.Error("it is not alone")
				}
				p.end(trial.permit, test.verdict, 0)
				next := <-sent
				if after := next.at.Sub(refused); after != time.Second+long+test.next {
					t.Errorf("the next was sent after %v", after)
				}
				synctest.Wait()
				if alone := len(sent) == 0; alone != (test.verdict != wentWell) {
					t.Errorf("the next is alone: %t", alone)
				}
				for p.end(next.permit, wentWell, 0); p.calls > 0; { // so that all end
					p.end((<-sent).permit, wentWell, 0)
				}
			})
		})
	}
}

// TestTrialWithoutTime: a call whose context ends while it waits to be the trial,
// or for one, leaves it to the next.
func TestTrialWithoutTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &Pace{Jitter: zero}
		turn, _ := p.begin(t.Context())
		p.end(turn, throttled, 0)
		refused := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		given := make(chan bool, 2)
		for range 2 {
			go func() {
				_, ok := p.begin(ctx)
				given <- ok
			}()
		}
		synctest.Wait()
		sent := begins(t, p, 1)
		time.Sleep(time.Second / 2)
		cancel()
		if first, second := <-given, <-given; first || second || time.Since(refused) != time.Second/2 {
			t.Errorf("a turn was given, %v after the refusal", time.Since(refused))
		}
		next := <-sent
		if after := next.at.Sub(refused); after != time.Second || next.trial == nil {
			t.Errorf("the next was sent after %v", after)
		}
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, ok := p.begin(ctx); ok || time.Since(next.at) != time.Second {
			t.Errorf("beside the trial: a turn %t, after %v", ok, time.Since(next.at))
		}
		p.end(next.permit, wentWell, 0)
		if p.calls != 0 || p.trial != nil {
			t.Errorf("%d calls are left", p.calls)
		}
	})
}
