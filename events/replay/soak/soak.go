// Package soak plays random events through the function while the API fails half of the time and the function is killed
// now and then, and holds what is left at the end against what was asked.
//
// It invokes the function as its triggers do. An asynchronous event is acknowledged by a reply that is no function
// error, and is delivered again until then: by Function Compute under the same request id with the next RetryCount, by
// EventBridge under a new request id. An HTTP caller repeats what was not answered, or was answered with a 207, 409, 429
// or 5xx, with the same client token. Then the API is well again, what is not acknowledged yet is delivered until it is,
// and this must hold:
//
//   - Nothing lost: each connection that an acknowledged event asked to remove is gone, at once and in the end.
//   - Nothing else removed: the API is never asked to remove a connection that no event sent before names. An event that
//     is a rehearsal, is refused, or tells of no release names none.
//   - Every event that can be understood is acknowledged in the end, and one that cannot be is never.
//   - Every invocation is answered in its time, unless the function is killed; it never ends by itself.
//   - No reply and no log line holds a secret.
//
// The ledger, which knows this, goes by the events alone and shares nothing with the function. No connection is ever made
// a second time between two instances, so that there is no doubt which one an event means.
//
// The seed decides the events and what happens to the instances between them. Which of them an answer, a fault or a kill
// meets is up to the clock.
package soak

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"elasticsearch-disconnect/events/replay/fctest"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// A Soak is what a run needs.
type Soak struct {
	Seed       uint64
	Length     time.Duration                        // of all of it
	API        *elasticsearchtest.Server            // without instances; its OnRequest is taken, and Run closes it
	Start      func(context.Context) (*Life, error) // starts the function, and returns when it asks for work
	Invocation fctest.Invocation                    // what all invocations have in common
	Leaks      func(text string) []string           // the lines that hold a secret
}

const (
	inFlight = 64               // invocations at a time
	maxLater = 200              // deliveries to be repeated; then no new event is made
	calmTime = 10 * time.Second // kept for the end, or a third of the whole if that is less
	patience = 30 * time.Second // beyond Length, for a function that hangs
)

// A run is a soak under way.
type run struct {
	Soak
	ledger    *ledger
	weather   *weather
	keeper    *keeper
	generator *generator

	turn  sync.Mutex  // held while the generator makes an event
	later []*delivery // to be repeated

	events, deliveries atomic.Int64
}

// Run runs the soak and writes what it found: any violation, and one line as a summary. It returns an error when the
// soak itself broke off.
func (s Soak) Run(ctx context.Context, w io.Writer) (passed bool, err error) {
	return s.run().play(ctx, w)
}

func (r *run) play(ctx context.Context, w io.Writer) (passed bool, err error) {
	begun := time.Now()
	ctx, cancel := context.WithTimeout(ctx, r.Length+patience)
	defer cancel()

	err = r.storm(ctx, begun.Add(r.Length-min(calmTime, r.Length/3)))
	r.keeper.bury()
	r.API.Close() // when no request is left, nothing changes any more
	r.ledger.judge()
	r.report(w, time.Since(begun))
	return len(r.ledger.violations) == 0, err
}

func (s Soak) run() *run {
	r := &run{Soak: s, ledger: newLedger(s.API.Connected)}
	r.keeper = &keeper{start: s.Start, ended: r.ended}
	r.weather = newWeather(rand.New(rand.NewPCG(s.Seed, 1)), r.keeper.kill)
	r.generator = newGenerator(rand.New(rand.NewPCG(s.Seed, 2)), s.API, r.ledger)
	s.API.OnRequest = func(q elasticsearchtest.Request) elasticsearchtest.Fault {
		if q.Method == http.MethodDelete {
			r.ledger.asked(pairOf(q))
		}
		return r.weather.answer(q)
	}
	return r
}

// storm makes and delivers events until the time given, and then goes on until all are settled.
func (r *run) storm(ctx context.Context, until time.Time) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	storm, end := context.WithDeadline(ctx, until)
	defer end()

	var workers sync.WaitGroup
	for range inFlight {
		workers.Go(func() {
			if err := r.work(ctx, storm); err != nil {
				stop(err)
			}
		})
	}
	<-storm.Done()
	r.clearUp()
	workers.Wait()
	return context.Cause(ctx)
}

// work delivers events until there are none.
func (r *run) work(ctx, storm context.Context) error {
	for d := r.next(storm); d != nil; d = r.next(storm) {
		settled, err := r.try(ctx, d)
		if err != nil {
			return err
		}
		if !settled {
			r.putOff(d)
		}
	}
	return nil
}

// next returns the next delivery: of a new event, which the ledger knows before the function does, or of one that is to
// be repeated; nil when the storm is over and there is none. Which of both is a matter of chance, so that an event that
// cannot go well while the storm lasts keeps no other from being sent.
func (r *run) next(storm context.Context) *delivery {
	r.turn.Lock()
	defer r.turn.Unlock()
	calm := storm.Err() != nil
	if len(r.later) > 0 && (calm || len(r.later) > maxLater || rand.IntN(3) > 0) {
		d := r.later[0]
		r.later = r.later[1:]
		return d
	}
	if calm {
		return nil
	}
	r.events.Add(1)
	e := r.generator.next()
	r.ledger.sent(e)
	return newDelivery(e, r.Seed)
}

func (r *run) putOff(d *delivery) {
	r.turn.Lock()
	defer r.turn.Unlock()
	r.later = append(r.later, d)
}

// clearUp ends the faults, the kills and whatever the instances are going through.
func (r *run) clearUp() {
	r.turn.Lock()
	defer r.turn.Unlock()
	r.generator.population.settle()
	r.weather.clear()
}

// ended takes what a life of the function wrote.
func (r *run) ended(l *Life) {
	for _, leak := range r.Leaks(l.Output()) {
		r.ledger.tell(violation{what: "LEAK: the log: " + leak})
	}
	if !l.killed.Load() {
		r.ledger.tell(violation{what: fmt.Sprintf("ENDED: the function was not killed: %v", context.Cause(l.Running))})
	}
}
