package handler

import (
	"cmp"
	"fmt"
	"slices"
	"sort"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/trigger"
)

// Outcomes of a request, besides those of a connection.
const (
	cleaned    = "cleaned"    // every connection of the instance is removed
	reconciled = "reconciled" // every connection is removed whose other end is proven not to exist
	kept       = "kept"       // some connections of a released instance stay: the operator protects them
	withheld   = string(connection.Withheld)
	incomplete = "incomplete" // some connections are left, or may be
	ignored    = "ignored"    // there was nothing to do
	failed     = "failed"

	// skipped is only in the log: an entry of a list is not an instance id.
	skipped = "skipped"
)

// A result is what became of one request: all that the log, the reply and the exit code
// are made of.
type result struct {
	decision
	outcome string    // in one word; "" for a request for information
	parts   []outcome // one for each connection, in the order of the ids
}

// summarize returns a result for each decision, in order. A pair that could not be read
// is a part that failed.
func summarize(decisions []decision, outcomes []outcome) []result {
	results := make([]result, len(decisions))
	for i, d := range decisions {
		r := result{decision: d}
		r.Err = cmp.Or(d.Err, d.unasked())
		for _, at := range d.removals {
			r.parts = append(r.parts, outcomes[at])
		}
		for _, u := range d.Unread {
			r.parts = append(r.parts, outcome{removal: removal{Removal: connection.Removal{Pair: u.Pair}, of: d.Request}, err: u.Err})
		}
		sort.Sort(byIDs(r.parts))
		r.outcome = r.word()
		results[i] = r
	}
	return results
}

// unasked returns why a request is not done though all that it needs was read: an entry of a
// list that is no instance id stands for an instance that nobody asked. Nil if there is none.
func (d decision) unasked() error {
	if len(d.Malformed) == 0 {
		return nil
	}
	text := "not everything could be asked: skipped " + d.Malformed[0].String()
	if n := len(d.Malformed); n > 1 {
		text += fmt.Sprintf(", and others: the log has %d", n)
	}
	return &connection.Error{Kind: connection.Upstream, Message: text}
}

// crashed is the result of an event that a panic interrupted.
func crashed(err error, scope connection.Scope) result {
	f := discover.Finding{Request: trigger.Request{Scope: scope}, Err: err}
	return result{decision: decision{Finding: f}, outcome: failed}
}

// byIDs sorts outcomes. slices.SortFunc is instantiated for each type, and adds 0.25 % to
// the binary.
type byIDs []outcome

func (o byIDs) Len() int           { return len(o) }
func (o byIDs) Swap(i, j int)      { o[i], o[j] = o[j], o[i] }
func (o byIDs) Less(i, j int) bool { return o[i].Pair.Compare(o[j].Pair) < 0 }

func (r result) word() string {
	switch r.Request.Action.(type) {
	case trigger.Info:
		return ""
	case trigger.Ignore:
		return ignored
	case trigger.Disconnect:
		if len(r.parts) == 1 {
			return r.parts[0].word()
		}
		return failed
	}
	switch {
	case r.Ignored != "":
		return ignored
	case r.Err != nil && len(r.parts) == 0:
		return failed
	case r.Err != nil || slices.ContainsFunc(r.parts, func(o outcome) bool { return o.err != nil }):
		return incomplete
	case r.withheld != "":
		return withheld
	case r.dryRun:
		return string(connection.DryRun)
	}
	if _, ok := r.Request.Action.(trigger.Reconcile); ok {
		return reconciled
	}
	if len(r.Kept) > 0 {
		return kept
	}
	return cleaned
}

func (o outcome) word() string {
	if o.err != nil {
		return failed
	}
	return string(o.State)
}

// topError is the error that a request's whole reply consists of: no connection was found,
// or the only one named failed. Nil if there is more to report.
func (r result) topError() error {
	if len(r.parts) == 0 {
		return r.Err
	}
	if _, one := r.Request.Action.(trigger.Disconnect); one {
		return r.parts[0].err
	}
	return nil
}

// Exit codes of a run on the command line.
const (
	ExitDone    = 0
	ExitFailed  = 1
	ExitInvalid = 2 // the event was refused
	ExitLeft    = 3 // a person has to approve the removal of leftovers
)

// exitCode is ExitInvalid only if each request that failed was refused.
func exitCode(results []result) int {
	code := ExitDone
	for _, r := range results {
		switch {
		case r.Request.Err != nil:
			code = ExitInvalid
		case r.outcome == failed || r.outcome == incomplete:
			return ExitFailed
		case r.outcome == withheld && code == ExitDone:
			code = ExitLeft
		}
	}
	return code
}
