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
	r := h.handle(ctx, payload, nil)
	return r.clean(), r.functionError()
}

// HandleOnce serves one event outside Function Compute. A reconcile removes nothing if it
// finds a leftover that is not in approved; nil approves of any. HandleOnce returns the
// reply, or the problem, as indented JSON, and the exit code.
func (h *Handler) HandleOnce(ctx context.Context, payload []byte, approved []connection.Pair) (text []byte, exitCode int) {
	r := h.handle(ctx, payload, setOf(approved))
	return r.indented(), r.exitCode
}

func setOf(pairs []connection.Pair) map[connection.Pair]bool {
	if pairs == nil {
		return nil
	}
	set := make(map[connection.Pair]bool, len(pairs))
	for _, pair := range pairs {
		set[pair] = true
	}
	return set
}

// handle serves one event. A panic is a failure of kind Internal: its text and stack are
// only for the log.
func (h *Handler) handle(ctx context.Context, payload []byte, approved map[connection.Pair]bool) response {
	inv := h.Invocation(ctx)
	access := h.access(inv)
	log := h.logger(inv, access)
	r := response{redact: access.redact}
	var event trigger.Event
	err := parallel.Guard(func() error {
		event, _ = trigger.Parse(payload) // a refused event has a request with the error
		log.trigger = event.Shape
		results := h.serve(ctx, event, approved, access, log)
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
func (h *Handler) serve(ctx context.Context, event trigger.Event, approved map[connection.Pair]bool, access *access, log logger) []result {
	inv := access.own
	reading, writing, release := deadlines(ctx)
	defer release()
	access.common.RetryPolicy = retryPolicy(event)
	finder := discover.Finder{Reader: access.reader, Eager: h.Config.Eager, DryRun: h.Config.DryRun, Limit: h.Config.Concurrency, RetryCount: inv.RetryCount}
	executor := &executor{client: access.client, prover: &prover{client: access.client}, limit: h.Config.Concurrency, onOutcome: func(o outcome) { log.outcome(ctx, o) }}

	findings := finder.Find(reading, h.Config.within(inv.Scope, event.Requests))
	plan := decide(findings, h.rules(inv, event.Shape, approved))
	outcomes := executor.execute(writing, plan.removals)
	results := summarize(plan.decisions, outcomes)
	for _, r := range results {
		log.result(ctx, r)
	}
	return results
}

func (h *Handler) rules(inv Invocation, shape trigger.Shape, approved map[connection.Pair]bool) rules {
	return rules{
		requestID: inv.RequestID,
		own:       inv.Scope,
		dryRun:    h.Config.DryRun,
		mayBeDone: shape.IsDelivered() || inv.RetryCount > 0,
		limit:     h.Config.ReconcileLimit,
		approved:  approved,
		protected: h.Config.Protected,
	}
}

// Report finds what a reconcile would remove, and removes nothing: it needs only the
// rights to read. In the Finding, Pairs are the leftovers to remove; withheld is why none
// of them would be removed, "" if all would. Report calls progress with the number of
// instances asked so far and in total, -1 if the total is unknown.
func (h *Handler) Report(ctx context.Context, progress func(asked, of int)) (found discover.Finding, withheld string) {
	reading, _, release := deadlines(ctx)
	defer release()
	inv := h.Invocation(ctx)
	access := h.access(inv)
	access.common.RetryPolicy = elasticsearch.UntilDeadlineIfThrottled
	finder := discover.Finder{Reader: access.reader, Limit: h.Config.Concurrency, Progress: progress}
	requests := h.Config.within(inv.Scope, []trigger.Request{{Action: trigger.Reconcile{}}})
	plan := decide(finder.Find(reading, requests), h.rules(inv, trigger.Direct, nil))
	return plan.decisions[0].Finding, plan.decisions[0].withheld
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
		Slots:     make(chan struct{}, max(1, h.Config.Concurrency)),
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
