package handler

import (
	"context"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/trigger"
)

// A Plan is what would be done about some requests: found and decided, and not yet done.
// A program shows it to a person, who agrees to exactly that.
type Plan struct {
	handler *Handler
	event   trigger.Event
	access  *access
	plan    plan
}

// Plan finds what the requests are about, and decides what to do. It needs only the rights
// to read. It calls progress with the number of a scope's instances asked so far and in
// total, -1 if the total is unknown: from several goroutines, but one for each scope.
// progress may be nil.
//
// A connection that a request names is one that the person has seen. Somebody else may remove
// it before the plan is carried out, so its absence is a success then.
func (h *Handler) Plan(ctx context.Context, requests []trigger.Request, progress func(scope connection.Scope, asked, of int)) *Plan {
	p := &Plan{
		handler: h,
		event:   trigger.Event{Shape: trigger.Direct, Batch: len(requests) > 1, Requests: requests},
		access:  h.access(h.Invocation(ctx)),
	}
	p.plan = h.plan(ctx, p.event, p.access, false, progress)
	for i := range p.plan.removals {
		p.plan.removals[i].MayBeDone = true
	}
	return p
}

// A Step is the part of a plan that is about one request. Its Pairs are what would be removed
// if it is not withheld; protected connections are among Kept, even if the request names them.
type Step struct {
	discover.Finding
	Withheld bool // of a reconcile: there are more leftovers than the limit, so none is removed
}

// IsWhole reports whether everything was read that the request is about.
func (s Step) IsWhole() bool { return s.Err == nil && len(s.Unread)+len(s.Malformed) == 0 }

// Steps returns the steps of the plan, in the order of the requests.
func (p *Plan) Steps() []Step {
	steps := make([]Step, len(p.plan.decisions))
	for i, d := range p.plan.decisions {
		steps[i] = Step{p.handler.Config.Protected.keep(d.Finding), d.overLimit}
		steps[i].Pairs = p.plan.pairs(d)
	}
	return steps
}

// pairs returns the connections that would be removed for a decision, each once.
func (p plan) pairs(d decision) (pairs []connection.Pair) {
	for _, at := range d.removals {
		if r := p.removals[at]; r.denied == nil {
			pairs = append(pairs, r.Pair)
		}
	}
	return pairs
}

// Reader returns the client for a scope, which cannot delete.
func (p *Plan) Reader(ctx context.Context, scope connection.Scope) (*elasticsearch.Reader, error) {
	return p.access.reader(ctx, scope)
}

// An Outcome is what became of one connection.
type Outcome struct {
	connection.Scope
	connection.Pair
	connection.Outcome
	Err error // why it is not removed, or may not be; nil if it is
}

// A Done is what became of a plan.
type Done struct {
	Reply    []byte // as indented JSON: the function's reports, with all connections
	ExitCode int
}

// Execute removes what the plan says, and nothing else. It calls onOutcome with each
// outcome as soon as it is known, from several goroutines. Credentials of other accounts
// are obtained anew: those of the plan may have expired while a person looked at it.
//
// With dryRun, or if the operator has it so, nothing is sent: the outcomes and the reply say
// what would be.
func (p *Plan) Execute(ctx context.Context, dryRun bool, onOutcome func(Outcome)) Done {
	h, inv := p.handler, p.access.own
	steps := p.plan
	if dryRun || h.Config.DryRun {
		steps = steps.dry()
	}
	p.access = h.access(inv)
	p.access.common.RetryPolicy = retryPolicy(p.event)
	log := h.logger(inv, p.access)
	log.trigger = p.event.Shape
	results := h.carryOut(ctx, steps, p.access, func(o outcome) {
		log.outcome(ctx, o)
		onOutcome(Outcome{o.of.Scope, o.Pair, o.Outcome, o.err})
	}, log)
	reports := renderer{h.info(inv), inv}.reports(results, p.event.Batch) // and no problem, which lists some parts alone
	return Done{response{reply: reports, redact: p.access.redact}.indented(), exitCode(results)}
}

// Redact removes the credentials from a text.
func (p *Plan) Redact(text string) string { return p.access.redact(text) }
