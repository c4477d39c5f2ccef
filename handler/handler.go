package handler

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/parallel"
	"elasticsearch-disconnect/handler/trigger"
)

// Name of the function, as it answers whoever asks.
const Name = "elasticsearch-disconnect"

// A Handler serves events. Its methods may be called at the same time: in
// Function Compute every invocation has a goroutine of its own.
type Handler struct {
	Config Config
	Build  Build
	Log    *slog.Logger

	Transport  http.RoundTripper                // shared by all invocations; nil: http.DefaultTransport
	Invocation func(context.Context) Invocation // nil: FunctionCompute
	Now        func() time.Time                 // nil: time.Now

	// Approved are the connections that a request to reconcile may remove, which a
	// person has seen; nil: any. If it finds another, none is removed.
	Approved []connection.Pair

	// Sleep waits between attempts, and ends early with ctx; nil: a timer.
	Sleep func(context.Context, time.Duration) error

	invoked atomic.Bool // an invocation has begun

	mu    sync.Mutex
	paces map[connection.Scope]*elasticsearch.Pace
}

// Handle serves one event, and is what the FC runtime calls.
//
// The result is the reply in the envelope of the event. Over HTTP there is
// never an error. For other events the error is a messages.InvokeResponse_Error
// whose Type is the [connection.Kind] and whose Message is a [trigger.Problem].
func (h *Handler) Handle(ctx context.Context, payload []byte) (any, error) {
	a := h.handle(ctx, payload)
	return a.clean(), a.functionError()
}

// HandleOnce serves one event outside Function Compute. It returns the reply, or
// the problem, as indented JSON, and the exit code that says which.
func (h *Handler) HandleOnce(ctx context.Context, payload []byte) (text []byte, exitCode int) {
	a := h.handle(ctx, payload)
	return a.indented(), a.exitCode
}

// handle serves one event. A panic is answered as any failure that nobody
// foresaw: its text and stack are for the log.
func (h *Handler) handle(ctx context.Context, payload []byte) (a answer) {
	inv := h.invocation(ctx)
	access := newAccess(h, inv)
	log := h.logger(inv, access)
	a.redact = access.redact
	var event trigger.Event
	err := parallel.Guard(func() (err error) {
		event, err = trigger.Parse(payload)
		log.trigger = event.Shape
		if err != nil {
			return err
		}
		results := h.serve(ctx, inv, event, access, log)
		a.reply, a.err = reply(event, results, h.info(inv), inv)
		a.exitCode = exitCode(results)
		return nil
	})
	if err == nil {
		return a
	}
	log.refused(ctx, err)
	a.reply, a.err = event.Fail(err, inv.about(scopeOfRefused(err)))
	a.exitCode = exitCodeOf(err)
	return a
}

// serve does what an event asks for.
func (h *Handler) serve(ctx context.Context, inv Invocation, event trigger.Event, access *access, log logger) []result {
	reading, writing, release := deadlines(ctx)
	defer release()
	rules := rules{
		requestID: inv.RequestID,
		own:       inv.Scope,
		dryRun:    h.Config.DryRun,
		mayBeDone: event.Shape.IsDelivered() || inv.RetryCount > 0,
		limit:     h.Config.ReconcileLimit,
		approved:  h.Approved,
	}
	access.patience = patienceFor(event)
	finder := discover.Finder{Reader: access.reader, Eager: h.Config.Eager, DryRun: h.Config.DryRun, Limit: h.Config.Concurrency, Turn: inv.RetryCount}
	executor := executor{client: access.client, limit: h.Config.Concurrency, now: h.now, known: func(o outcome) { log.outcome(ctx, o) }, confirmer: new(confirmer)}

	findings := finder.Find(reading, h.Config.within(inv.Scope, event.Requests))
	removals := decide(findings, rules)
	outcomes := executor.execute(writing, removals)
	results := settle(findings, outcomes, rules)
	for _, r := range results {
		log.result(ctx, r)
	}
	return results
}

// patienceFor is for how long calls are repeated that may go well the next time.
// Nobody waits for an event, and its next delivery would begin anew.
func patienceFor(event trigger.Event) elasticsearch.Patience {
	if event.Shape.IsDelivered() {
		return elasticsearch.WhileThereIsTime
	}
	for _, r := range event.Requests {
		switch r.Action.(type) {
		case trigger.Cleanup, trigger.Reconcile:
			return elasticsearch.WhileThrottled
		}
	}
	return elasticsearch.SixAttempts
}

// replyReserve is how much of an invocation's time is kept for the reply, or a
// tenth of it if that is less.
const replyReserve = time.Second

// deadlines bounds the work, so that the function has replied before Function
// Compute ends the invocation, and the reading to three quarters of that, so that
// what was found when its time is up is removed all the same.
func deadlines(ctx context.Context) (reading, writing context.Context, release func()) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return ctx, ctx, func() {}
	}
	end := deadline.Add(-min(replyReserve, time.Until(deadline)/10))
	writing, cancelWriting := context.WithDeadline(ctx, end)
	reading, cancelReading := context.WithDeadline(writing, end.Add(-time.Until(end)/4))
	return reading, writing, func() { cancelReading(); cancelWriting() }
}

// paceOf returns the pace of the calls for a scope, which the API counts together.
// All invocations share it.
func (h *Handler) paceOf(scope connection.Scope) *elasticsearch.Pace {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.paces[scope] == nil {
		if h.paces == nil {
			h.paces = map[connection.Scope]*elasticsearch.Pace{}
		}
		h.paces[scope] = &elasticsearch.Pace{Now: h.Now, Sleep: h.Sleep}
	}
	return h.paces[scope]
}

func (h *Handler) logger(inv Invocation, access *access) logger {
	return logger{
		Logger:     h.Log,
		invocation: inv,
		start:      h.now(),
		now:        h.now,
		coldStart:  !h.invoked.Swap(true),
		version:    h.Build.Version,
		redact:     access.redact,
	}
}

func (h *Handler) invocation(ctx context.Context) Invocation {
	if h.Invocation == nil {
		return FunctionCompute(ctx)
	}
	return h.Invocation(ctx)
}

func (h *Handler) info(inv Invocation) info {
	return info{
		Name:    Name,
		Version: h.Build.Version,
		Commit:  h.Build.Commit,
		Region:  inv.Scope.Region,
		Regions: h.Config.regionsServed(inv.Scope.Region),
		Members: h.Config.MemberRole != "",
		DryRun:  h.Config.DryRun,
	}
}

func (h *Handler) now() time.Time {
	if h.Now == nil {
		return time.Now()
	}
	return h.Now()
}

func (h *Handler) sleep(ctx context.Context, wait time.Duration) error {
	if h.Sleep != nil {
		return h.Sleep(ctx, wait)
	}
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// WarmUpDelay is when to warm up, counted from the start. An event that is
// waiting is handed over in less, even at a tenth of a core, where the first
// poll takes 13 ms; that event needs the processor itself.
const WarmUpDelay = 30 * time.Millisecond

// WarmUp opens a connection to the API in force before an event needs it: of a
// cold start's first request, four fifths are reading root certificates and
// shaking hands (make bench). It does nothing once an event has come, or where
// no endpoint is known; region is where the function runs.
func (h *Handler) WarmUp(region string, open func(context.Context, elasticsearch.Endpoint)) {
	runsIn, _ := connection.ParseRegion(region)
	endpoint, err := h.Config.endpoint(runsIn, runsIn)
	if err != nil || h.invoked.Load() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	open(ctx, endpoint)
}
