package handler

import (
	"errors"
	"slices"
	"sort"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/trigger"
)

// Outcomes of a request, besides those of a connection.
const (
	cleaned    = "cleaned"                   // every connection of the instance is removed
	reconciled = "reconciled"                // every connection whose other end is proven not to exist is removed
	withheld   = string(connection.Withheld) // there are more of them than may be removed at once; none is
	incomplete = "incomplete"                // some are not, or may not be
	ignored    = "ignored"                   // there was nothing to do
	failed     = "failed"

	// skipped is of a log line alone: an entry of a list is no instance id.
	skipped = "skipped"
)

// A result is what became of one request: all that the log, the reply and the
// exit code are made of.
type result struct {
	request   trigger.Request
	outcome   string                // in one word; "" for a request for information
	reason    string                // why it was ignored
	instance  connection.InstanceID // of a cleanup
	dryRun    bool                  // of a cleanup, and of a request to reconcile
	scanned   int                   // how many instances were asked for their connections
	malformed []discover.Malformed  // entries of lists that were passed over
	survey    discover.Survey       // of a request to reconcile
	kept      []discover.Kept       // its leftovers that are not proven to be any
	withheld  bool                  // it found too many
	limit     int                   // than so many
	parts     []outcome             // one for each connection, in the order of the ids
	err       error                 // why it failed, or why there may be more parts
}

// settle says what became of each request, in order.
func settle(findings []discover.Finding, outcomes []outcome, r rules) []result {
	done := make(map[key]outcome, len(outcomes))
	for _, o := range outcomes {
		done[keyOf(o.of.Scope, o.Pair, o.DryRun)] = o
	}
	results := make([]result, len(findings))
	for i, f := range findings {
		results[i] = r.result(f, done)
	}
	return results
}

func (r rules) result(f discover.Finding, done map[key]outcome) result {
	res := result{
		request:   f.Request,
		reason:    f.Ignored,
		scanned:   f.Scanned,
		malformed: f.Malformed,
		survey:    f.Survey,
		kept:      f.Kept,
		parts:     r.parts(f, done),
		err:       f.Err,
	}
	switch a := f.Request.Action.(type) {
	case trigger.Cleanup:
		res.instance, res.dryRun = a.Instance, r.isDryRun(a)
	case trigger.Reconcile:
		res.dryRun, res.withheld, res.limit = r.isDryRun(a), r.isWithheld(f), r.limit
	}
	res.outcome = res.word()
	return res
}

// parts returns the outcomes of a finding's connections, each once, and those
// that could not be read as failed.
func (r rules) parts(f discover.Finding, done map[key]outcome) []outcome {
	var parts []outcome
	known := map[key]bool{}
	for _, pair := range f.Pairs {
		if k := r.key(f, pair); !known[k] {
			known[k] = true
			o, ok := done[k]
			switch {
			case r.isWithheld(f):
				o = outcome{removal: r.removal(f.Request, pair), Outcome: connection.Outcome{State: connection.Withheld}}
			case !ok:
				o = outcome{removal: r.removal(f.Request, pair), err: errNotCarriedOut}
			}
			parts = append(parts, o)
		}
	}
	for _, u := range f.Unread {
		parts = append(parts, outcome{removal: removal{Removal: connection.Removal{Pair: u.Pair}, of: f.Request}, err: u.Err})
	}
	sort.Sort(byIDs(parts))
	return parts
}

// byIDs sorts outcomes. slices.SortFunc would be made anew for a struct of this size,
// and be a four-hundredth of the binary (make bench).
type byIDs []outcome

func (o byIDs) Len() int           { return len(o) }
func (o byIDs) Swap(i, j int)      { o[i], o[j] = o[j], o[i] }
func (o byIDs) Less(i, j int) bool { return o[i].Pair.Compare(o[j].Pair) < 0 }

// word is the outcome in one word.
func (r result) word() string {
	switch r.request.Action.(type) {
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
	case r.reason != "":
		return ignored
	case r.withheld && r.err == nil:
		return withheld
	case r.err != nil && len(r.parts) == 0:
		return failed
	case r.err != nil || slices.ContainsFunc(r.parts, func(o outcome) bool { return o.err != nil }):
		return incomplete
	case r.dryRun:
		return string(connection.DryRun)
	}
	if _, ok := r.request.Action.(trigger.Reconcile); ok {
		return reconciled
	}
	return cleaned
}

func (o outcome) word() string {
	if o.err != nil {
		return failed
	}
	return string(o.State)
}

// failure is why a request failed that has nothing more to report: before any
// connection was known, or the one that it names.
func (r result) failure() error {
	if len(r.parts) == 0 {
		return r.err
	}
	if _, one := r.request.Action.(trigger.Disconnect); one {
		return r.parts[0].err
	}
	return nil
}

// Exit codes of a run on the command line.
const (
	ExitDone    = 0
	ExitFailed  = 1
	ExitInvalid = 2 // the event was refused
	ExitLeft    = 3 // connections are left over whose removal a person has to approve of
)

// exitCode is ExitInvalid only if each request that failed was refused.
func exitCode(results []result) int {
	code := ExitDone
	for _, r := range results {
		switch {
		case r.request.Err != nil:
			code = ExitInvalid
		case r.outcome == failed || r.outcome == incomplete:
			return ExitFailed
		case r.outcome == withheld && code == ExitDone:
			code = ExitLeft
		}
	}
	return code
}

// exitCodeOf is the code of an event that came to no results.
func exitCodeOf(err error) int {
	if refused := (*trigger.Error)(nil); errors.As(err, &refused) {
		return ExitInvalid
	}
	return ExitFailed
}
