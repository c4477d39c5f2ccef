package handler

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/parallel"
)

// An outcome is what became of one removal.
type outcome struct {
	removal
	connection.Outcome
	err   error
	begun time.Time // zero if it was not begun
}

// An executor carries out removals. Nothing else deletes.
type executor struct {
	client    func(context.Context, connection.Scope) (*elasticsearch.Client, error)
	limit     int           // the most requests to the API under way at a time
	onOutcome func(outcome) // called with each outcome as soon as it is final, from several goroutines

	prover *prover
	listed parallel.Memo[connection.Scope, func(connection.InstanceID) bool] // see checkUnlisted
	broken sync.Map                                                          // by connection.Scope, the error that every other call would have
}

// execute carries out the removals and returns their outcomes, in order; a denied or
// a withheld one is not sent. Scopes do not wait for each other.
func (e *executor) execute(ctx context.Context, removals []removal) []outcome {
	outcomes := make([]outcome, len(removals))
	var all []int
	for i, r := range removals {
		switch {
		case r.denied != nil:
			outcomes[i] = outcome{removal: r, err: r.denied, begun: time.Now()}
			e.onOutcome(outcomes[i])
		case r.withheld:
			outcomes[i] = outcome{removal: r, Outcome: connection.Outcome{State: connection.Withheld}}
		default:
			outcomes[i] = outcome{removal: r, err: errNotCarriedOut}
			all = append(all, i)
		}
	}
	scopes := parallel.Groups(all, func(i int) connection.Scope { return removals[i].of.Scope })
	parallel.Do(len(scopes), len(scopes), func(s int) error {
		e.executeIn(ctx, scopes[s], outcomes)
		return nil
	})
	return outcomes
}

// executeIn carries out the removals of one scope, given by their indexes. If the instance
// asked does not exist, the other one is asked: after a release that one still has the
// connection.
func (e *executor) executeIn(ctx context.Context, indexes []int, outcomes []outcome) {
	first := func(i int) connection.InstanceID { return outcomes[i].Instance }
	e.each(indexes, first, func(i int) { outcomes[i] = e.remove(ctx, outcomes[i].removal) })

	var again []int
	for _, i := range indexes {
		if outcomes[i].needsOtherSide() {
			again = append(again, i)
		}
	}
	other := func(i int) connection.InstanceID { return outcomes[i].Connected }
	e.each(again, other, func(i int) { outcomes[i] = e.removeFromOtherSide(ctx, outcomes[i]) })
}

// errNotCarriedOut stands until there is an outcome: after a panic the removal must not
// count as done.
var errNotCarriedOut = errors.New("the removal was not carried out")

// each calls f for each index: one after the other and in order if they ask the same
// instance, which is busy for a while after a change, else side by side. The client
// bounds the requests under way. A request that waits for a busy instance is not one of
// them, so many more may wait; but a limit of one stays one at a time.
func (e *executor) each(indexes []int, asked func(int) connection.InstanceID, f func(int)) {
	queues := parallel.Groups(indexes, asked)
	parallel.Do(e.limit*e.limit, len(queues), func(q int) error {
		for _, i := range queues[q] {
			f(i)
		}
		return nil
	})
}

// remove asks the first side. Its outcome is final unless it needs the other side.
func (e *executor) remove(ctx context.Context, r removal) outcome {
	o := outcome{removal: r, begun: time.Now()}
	if o.err = e.whyNot(ctx, r); o.err != nil {
		e.onOutcome(o)
		return o
	}
	o.Outcome, o.err = e.delete(ctx, r.of.Scope, r.Removal)
	if o.needsOtherSide() {
		return o
	}
	return e.finish(ctx, o)
}

// whyNot returns why a removal is not sent: a failure that every call of the scope would have,
// or the API's answers about its instances.
func (e *executor) whyNot(ctx context.Context, r removal) error {
	if cause, ok := e.broken.Load(r.of.Scope); ok && !r.DryRun {
		return cause.(error)
	}
	err := e.prover.mayRemove(ctx, r)
	if connection.IsOfEveryCall(err) {
		e.broken.Store(r.of.Scope, err)
	}
	return err
}

// removeFromOtherSide asks the other side: another request, so another token.
func (e *executor) removeFromOtherSide(ctx context.Context, first outcome) outcome {
	r := first.Removal
	r.MayBeDone = true
	r.Pair = r.Reversed()
	r.ClientToken = first.otherToken
	o := first
	o.Outcome, o.err = e.delete(ctx, first.of.Scope, r)
	o.Attempts += first.Attempts
	o.Uncertain = o.Uncertain || first.Uncertain
	o.Unknown = o.Unknown || first.Unknown
	return e.finish(ctx, o)
}

// delete sends a removal, unless one of the scope failed as every other would.
func (e *executor) delete(ctx context.Context, scope connection.Scope, r connection.Removal) (done connection.Outcome, err error) {
	if cause, ok := e.broken.Load(scope); ok {
		return done, cause.(error)
	}
	err = parallel.Guard(func() error {
		client, err := e.client(ctx, scope)
		if err != nil {
			return err
		}
		done, err = client.DeleteConnectedCluster(ctx, r)
		return err
	})
	if connection.IsOfEveryCall(err) {
		e.broken.Store(scope, err)
	}
	return done, err
}

// needsOtherSide reports whether the other instance has to be asked. That of a leftover
// does not exist.
func (o outcome) needsOtherSide() bool {
	return o.mayBeDone() && !o.isLeftover && connection.KindOf(o.err) == connection.NoInstance
}

// mayBeDone reports whether the connection may have been removed by an earlier
// delivery, or by a request whose answer was lost.
func (o outcome) mayBeDone() bool { return o.MayBeDone || o.Uncertain }

// finish makes an outcome final: a connection that may have been removed before, and
// proves absent, counts as removed.
func (e *executor) finish(ctx context.Context, o outcome) outcome {
	if o.mayBeDone() && isAbsent(o.err) {
		if o.err = e.checkAbsent(ctx, o); o.err == nil {
			o.State, o.Unknown = connection.AlreadyAbsent, false
		}
	}
	e.onOutcome(o)
	return o
}

func isAbsent(err error) bool {
	kind := connection.KindOf(err)
	return kind == connection.NoInstance || kind == connection.NoConnection
}

// checkAbsent returns why a connection that the API calls absent may still exist; nil if
// neither instance lists the other. If reading the list is denied, NoConnection is
// believed but NoInstance is not: it is undocumented whether the API answers NoInstance
// because the connected instance is gone.
func (e *executor) checkAbsent(ctx context.Context, o outcome) error {
	for _, side := range []connection.Pair{o.Pair, o.Reversed()} {
		listed, err := e.list(ctx, o.of.Scope, side.Instance)
		switch {
		case connection.KindOf(err) == connection.NoInstance:
			if err := e.checkUnlisted(ctx, o, side.Instance); err != nil {
				return err
			}
		case err != nil && (connection.KindOf(o.err) == connection.NoInstance || connection.KindOf(err) != connection.Denied):
			return err
		case listed.Has(side.Connected):
			return contradiction(o.err, side)
		}
	}
	return nil
}

// checkUnlisted returns why an instance that answers that it does not exist may still have
// connections; nil if it may not. Of a connection that was found, both instances may have
// existed a moment ago, so the list is read again, once for a scope. Of one that is only
// named, an id in capitals may be spelled wrongly.
func (e *executor) checkUnlisted(ctx context.Context, o outcome, id connection.InstanceID) error {
	if !o.isFound {
		if id.String() != id.Key() {
			return o.err
		}
		return nil
	}
	has, err := e.listed.Get(o.of.Scope, func() (has func(connection.InstanceID) bool, err error) {
		err = e.prover.ask(ctx, o.of.Scope, func(reader *elasticsearch.Reader) (err error) {
			has, err = discover.Listed(ctx, reader, e.limit)
			return err
		})
		return has, err
	})
	switch {
	case err != nil:
		return err
	case has(id):
		return &connection.Error{Kind: connection.Conflict, Message: fmt.Sprintf("the API answers that %s does not exist, and lists it", id)}
	}
	return nil
}

func (e *executor) list(ctx context.Context, scope connection.Scope, id connection.InstanceID) (listed elasticsearch.List, err error) {
	err = parallel.Guard(func() error {
		client, err := e.client(ctx, scope)
		if err != nil {
			return err
		}
		listed, err = client.ListConnectedClusters(ctx, id)
		return err
	})
	return listed, err
}

// contradiction is the error for a connection that the API calls absent and lists.
func contradiction(absent error, side connection.Pair) error {
	failure := connection.Error{}
	if of, ok := errors.AsType[*connection.Error](absent); ok {
		failure = *of
	}
	if failure.Kind == connection.NoConnection { // a change may be under way
		failure.Kind = connection.Conflict
		failure.Message = fmt.Sprintf("the API answers that %s and %s are not connected, but %s still lists the connection", side.Instance, side.Connected, side.Instance)
		return &failure
	}
	failure.Kind = connection.Upstream
	failure.Message = fmt.Sprintf("the API does not remove the connection, because one of its instances no longer exists: %s still lists %s, and the API answers %s to a removal from either side. Remove it in the console of %s, or ask Alibaba Cloud's support to",
		side.Instance, side.Connected, failure.Code, side.Instance)
	return &failure
}
