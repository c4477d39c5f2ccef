package soak

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"elasticsearch-disconnect/events/replay/fctest"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

const (
	eventsPerCase    = 100
	inFlight         = 40              // invocations at a time
	faultyTries      = 5               // deliveries of an event while there are faults
	faultlessTries   = 3               // and after that
	refusals         = 3               // Function Compute tries so often; then the event goes to the dead letters
	faultlessTimeout = 2 * time.Minute // of an invocation, when nothing is to make it fail
	hang             = 5 * time.Minute // the longest that an invocation may take
)

// A run is a case under way.
type run struct {
	Soak
	seed       uint64
	plan       plan
	api        *elasticsearchtest.Server
	expected   *expected
	faults     *faults
	supervisor *supervisor
	attempts   []*attempt
	patience   time.Duration // how long an invocation may take
}

// An attempt is an event on its way. Only one goroutine at a time uses it.
type attempt struct {
	*event
	delivered int
	refused   int
	over      bool
	history   []string // what became of each delivery
}

func (s Soak) newRun(seed uint64, recordings []recording) *run {
	r := &run{Soak: s, seed: seed, plan: newPlan(seed, recordings, eventsPerCase), api: s.NewAPI(), patience: hang}
	r.expected = &expected{isConnected: r.api.Connected, released: map[string]bool{}}
	r.supervisor = &supervisor{
		start: func(ctx context.Context) (*fctest.Process, error) { return s.Start(ctx, r.api) },
		ended: r.ended,
	}
	r.faults = newFaults(seed, r.plan.kills, r.supervisor.kill)
	r.api.OnRequest = func(q elasticsearchtest.Request) elasticsearchtest.Fault {
		if q.Method == http.MethodDelete {
			r.expected.requested(pairOf(q))
		}
		return r.faults.answer(q)
	}
	return r
}

// play delivers the events while there are faults, and again without faults until all are done. Then it delivers one that
// asks to reconcile.
func (r *run) play(ctx context.Context) error {
	err := r.deliverAll(ctx, faultyTries, r.begin(r.plan.steps...))
	r.faults.end()
	r.apply(r.plan.after)
	for _, rest := range []iter.Seq[*attempt]{r.unfinished, r.begin(r.plan.final)} {
		if err == nil {
			err = r.deliverAll(ctx, faultlessTries, rest)
		}
	}
	r.supervisor.stop()
	r.api.Close()
	if err != nil {
		return err
	}
	r.expected.ended()
	for a := range r.unfinished {
		r.expected.report(fmt.Sprintf("STUCK: not done in %d deliveries without a fault", faultlessTries), a)
	}
	return nil
}

// begin takes steps one after the other. An event counts as sent before the changes of its step.
func (r *run) begin(steps ...step) iter.Seq[*attempt] {
	return func(yield func(*attempt) bool) {
		for _, s := range steps {
			a := &attempt{event: s.event}
			r.attempts = append(r.attempts, a)
			r.expected.sent(s.event.ask)
			r.apply(s.changes)
			if !yield(a) {
				return
			}
		}
	}
}

func (r *run) unfinished(yield func(*attempt) bool) {
	for _, a := range r.attempts {
		if !a.over && !yield(a) {
			return
		}
	}
}

func (r *run) apply(changes []change) {
	for _, c := range changes {
		r.expected.change(c)
		switch c.what {
		case created:
			r.api.AddInstance(c.id)
		case connected:
			r.api.Connect(c.id, c.to)
		case released:
			r.api.RemoveInstance(c.id)
		case became:
			if !r.expected.released[c.id] { // or it would exist again
				r.api.SetStatus(c.id, c.to)
			}
		}
	}
}

// deliverAll delivers each event until it is done, at most tries times. Between two deliveries of an event it makes room
// for others.
func (r *run) deliverAll(ctx context.Context, tries int, attempts iter.Seq[*attempt]) error {
	group, ctx := errgroup.WithContext(ctx)
	slots := make(chan struct{}, inFlight)
	for a := range attempts {
		slots <- struct{}{}
		group.Go(func() error {
			for n := 1; ; n++ {
				err := r.deliver(ctx, a)
				<-slots
				if err != nil || a.over || n == tries {
					return err
				}
				slots <- struct{}{}
			}
		})
	}
	return group.Wait()
}

// deliver invokes the function once.
func (r *run) deliver(ctx context.Context, a *attempt) error {
	process, err := r.supervisor.running(ctx)
	if err != nil {
		return err
	}
	d := a.deliveries[a.delivered]
	a.delivered++
	claimed := r.expected.claim(a.ask)
	waiting, cancel := context.WithTimeoutCause(ctx, r.patience, fmt.Errorf("no reply in %v", r.patience))
	defer cancel()
	reply, err := process.Invoke(waiting, r.invocation(a.event, d))
	switch {
	case err == nil:
		r.judge(a, d, claimed, reply)
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case process.killed.Load(): // the end of the connection may show before the end of the process
		process.Wait()
		a.happened(d, process.Err().Error())
	case process.Err() != nil:
		a.happened(d, process.Err().Error())
	default:
		a.over = true
		r.expected.report("UNANSWERED: "+err.Error(), a)
	}
	return nil
}

// invocation gives the function little time while there are faults, so that it waits only briefly before it repeats a
// request. A reply after the deadline is no violation.
func (r *run) invocation(e *event, d delivery) fctest.Invocation {
	inv := r.Invocation
	inv.RequestID, inv.RetryCount, inv.Payload, inv.Timeout = d.requestID, d.retryCount, e.payload(d.requestID), d.timeout
	if r.faults.areOver() {
		inv.Timeout = faultlessTimeout
	}
	return inv
}

// judge reads a reply. An event is over when it is done, or when it can never be.
func (r *run) judge(a *attempt, d delivery, claimed []pair, reply fctest.Reply) {
	v := a.verdict(reply)
	a.happened(d, fmt.Sprintf("%s: %s", v, reply.Payload))
	for _, leak := range r.Leaks(string(reply.Payload)) {
		r.expected.report("LEAK: a reply: "+leak, a)
	}
	switch v {
	case done, absent:
		stays := kept(reply.Payload)
		r.expected.reported(v, a, filter(claimed, func(p pair) bool { return !slices.Contains(stays, p) }))
		a.over = true
	case refused:
		a.refused++
		a.over = a.sender == caller || a.refused == refusals
	case wrong:
		r.expected.report("WRONG: this reply cannot be", a)
		a.over = true
	}
}

func (a *attempt) happened(d delivery, what string) {
	a.history = append(a.history, fmt.Sprintf("%s retry %d: %s", d.requestID, d.retryCount, what))
}

// ended checks what a process wrote, and that it did not end by itself.
func (r *run) ended(p *process, log string) {
	for _, leak := range r.Leaks(log) {
		r.expected.report("LEAK: the log: "+leak, nil)
	}
	if !p.killed.Load() {
		r.expected.report(fmt.Sprintf("ENDED: the function was not killed: %v", p.Err()), nil)
	}
}
