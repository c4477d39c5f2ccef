package handler

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/parallel"
	"elasticsearch-disconnect/handler/trigger"
)

// A Handler serves events. Its methods may be called concurrently: in Function Compute
// every invocation has its own goroutine.
type Handler struct {
	Config Config
	Build  Build
	Log    *slog.Logger

	Transport  http.RoundTripper                // shared by all invocations
	Invocation func(context.Context) Invocation // where an event came from, and with whose credentials

	invoked atomic.Bool // an invocation has begun

	mu    sync.Mutex
	paces map[connection.Scope]*elasticsearch.Pace
}

// Handle serves one event, as the FC runtime calls it.
//
// The result is the reply in the envelope of the event. Over HTTP the error is always
// nil. For other events it is a messages.InvokeResponse_Error, whose Type is the
// [connection.Kind] and whose Message is an RFC 9457 problem.
func (h *Handler) Handle(ctx context.Context, payload []byte) (any, error) {
	r := h.handle(ctx, payload)
	return r.clean(), r.functionError()
}

// HandleOnce serves one event outside Function Compute. It returns the reply, or the
// problem, as indented JSON, and the exit code.
func (h *Handler) HandleOnce(ctx context.Context, payload []byte) (text []byte, exitCode int) {
	r := h.handle(ctx, payload)
	return r.indented(), r.exitCode
}

// handle serves one event. A panic is a failure of kind Internal: its text and stack are
// only for the log.
func (h *Handler) handle(ctx context.Context, payload []byte) response {
	inv := h.Invocation(ctx)
	access := h.access(inv)
	log := h.logger(inv, access)
	r := response{redact: access.redact}
	var event trigger.Event
	err := parallel.Guard(func() error {
		event, _ = trigger.Parse(payload) // a refused event has a request with the error
		log.trigger = event.Shape
		results := h.serve(ctx, event, access, log)
		r.reply, r.problem = reply(event, results, h.info(inv), inv)
		r.exitCode = exitCode(results)
		return nil
	})
	if err != nil {
		event.Batch = false // one result, whatever the event asked for
		only := []result{crashed(err, inv.Scope)}
		log.result(ctx, only[0])
		r.reply, r.problem = reply(event, only, h.info(inv), inv)
		r.exitCode = exitCode(only)
	}
	return r
}

// serve does what an event asks for.
func (h *Handler) serve(ctx context.Context, event trigger.Event, access *access, log logger) []result {
	reading, writing, release := deadlines(ctx)
	defer release()
	plan := h.plan(reading, event, access, h.Config.DryRun, nil)
	return h.carryOut(writing, plan, access, func(o outcome) { log.outcome(ctx, o) }, log)
}

// plan finds and decides: it only reads. If it is a dry run, more may be found, since nothing
// will be removed. progress may be nil.
func (h *Handler) plan(ctx context.Context, event trigger.Event, access *access, dryRun bool, progress func(scope connection.Scope, asked, of int)) plan {
	inv := access.own
	access.common.RetryPolicy = retryPolicy(event)
	finder := discover.Finder{Reader: access.reader, Eager: h.Config.Eager, DryRun: dryRun, Limit: h.Config.Concurrency, RetryCount: inv.RetryCount, Progress: progress}
	return decide(finder.Find(ctx, h.Config.within(inv.Scope, event.Requests)), h.rules(inv, event.Shape, dryRun))
}

// carryOut removes what a plan says, and logs the results.
func (h *Handler) carryOut(ctx context.Context, p plan, access *access, onOutcome func(outcome), log logger) []result {
	executor := &executor{client: access.client, prover: &prover{client: access.client}, limit: h.Config.Concurrency, onOutcome: onOutcome}
	results := summarize(p.decisions, executor.execute(ctx, p.removals))
	for _, r := range results {
		log.result(ctx, r)
	}
	return results
}

func (h *Handler) rules(inv Invocation, shape trigger.Shape, dryRun bool) rules {
	return rules{
		requestID: inv.RequestID,
		own:       inv.Scope,
		dryRun:    dryRun,
		mayBeDone: shape.IsDelivered() || inv.RetryCount > 0,
		limit:     h.Config.ReconcileLimit,
		protected: h.Config.Protected,
	}
}

// retryPolicy returns how long calls are tried again that may succeed the next time.
// Nobody waits for an event, and its next delivery would start from the beginning.
func retryPolicy(event trigger.Event) elasticsearch.RetryPolicy {
	if event.Shape.IsDelivered() {
		return elasticsearch.UntilDeadline
	}
	for _, r := range event.Requests {
		switch r.Action.(type) {
		case trigger.Cleanup, trigger.Reconcile:
			return elasticsearch.UntilDeadlineIfThrottled
		}
	}
	return elasticsearch.SixAttempts
}

// replyReserve is the part of an invocation's time that is kept for the reply; at most a
// tenth of it.
const replyReserve = time.Second

// deadlines bounds the work, so that the function replies before Function Compute ends
// the invocation, and reading to two thirds of that, so that there is time to ask again
// for the proof and to remove what was found until then.
func deadlines(ctx context.Context) (reading, writing context.Context, release func()) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return ctx, ctx, func() {}
	}
	end := deadline.Add(-min(replyReserve, time.Until(deadline)/10))
	writing, cancelWriting := context.WithDeadline(ctx, end)
	reading, cancelReading := context.WithDeadline(writing, end.Add(-time.Until(end)/3))
	return reading, writing, func() { cancelReading(); cancelWriting() }
}

// paceOf returns the pace of the calls for a scope, which all invocations share: the API
// counts them together.
func (h *Handler) paceOf(scope connection.Scope) *elasticsearch.Pace {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.paces[scope] == nil {
		if h.paces == nil {
			h.paces = map[connection.Scope]*elasticsearch.Pace{}
		}
		h.paces[scope] = new(elasticsearch.Pace)
	}
	return h.paces[scope]
}

// access returns an invocation's way to the API.
func (h *Handler) access(inv Invocation) *access {
	a := &access{config: h.Config, own: inv, pace: h.paceOf}
	a.common = elasticsearch.Reader{
		UserAgent: Name + "/" + h.Build.Version,
		Transport: h.Transport,
		Nonce:     uuid.NewString,
	}
	if h.Log.Enabled(context.Background(), slog.LevelDebug) {
		a.common.Log = h.Log
	}
	return a
}

func (h *Handler) logger(inv Invocation, access *access) logger {
	return logger{
		Logger:     h.Log,
		invocation: inv,
		start:      time.Now(),
		coldStart:  !h.invoked.Swap(true),
		version:    h.Build.Version,
		redact:     access.redact,
	}
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

// WarmUpDelay is the time from the start of the process to WarmUp. A waiting event
// arrives sooner, even at a tenth of a core, where the first poll takes 13 ms, and needs
// the processor itself.
const WarmUpDelay = 30 * time.Millisecond

// WarmUp opens a connection to the configured API before an event needs it: of a cold
// start's first request, four fifths are reading root certificates and the handshakes
// (make bench). It does nothing after the first event, or without an endpoint. region is
// where the function runs.
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
