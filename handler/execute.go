package handler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/parallel"
)

// An outcome is what became of one removal.
type outcome struct {
	removal
	connection.Outcome
	err   error
	begun time.Time // zero when it was not begun
}

// An executor carries out removals. Nothing else deletes.
type executor struct {
	client func(context.Context, connection.Scope) (*elasticsearch.Client, error)
	limit  int // how many requests to the API are under way at a time
	now    func() time.Time
	known  func(outcome) // is called with each outcome when it is known, from several goroutines
	*confirmer
}

// execute carries out the removals and returns their outcomes, in order. Where
// the instance that was asked does not exist, the other one is asked: after a
// release that one still has the connection.
func (e executor) execute(ctx context.Context, removals []removal) []outcome {
	outcomes := make([]outcome, len(removals))
	all := make([]int, len(removals))
	for i, r := range removals {
		outcomes[i] = outcome{removal: r, err: errNotCarriedOut}
		all[i] = i
	}
	asked := func(i int) connection.InstanceID { return removals[i].Instance }
	e.each(all, asked, func(i int) { outcomes[i] = e.remove(ctx, removals[i]) })

	var turned []int
	for i, o := range outcomes {
		if o.isToBeTurned() {
			turned = append(turned, i)
		}
	}
	other := func(i int) connection.InstanceID { return removals[i].Connected }
	e.each(turned, other, func(i int) { outcomes[i] = e.removeFromOther(ctx, outcomes[i]) })
	return outcomes
}

// errNotCarriedOut stands until an outcome is known, so that what a panic kept
// from being carried out is not taken for done.
var errNotCarriedOut = errors.New("the removal was not carried out")

// each calls f for each index. After a change an instance is busy for a while, so
// those that ask one instance do so one after the other, in order, and those that
// ask different instances at the same time. The client bounds how many requests
// are under way; one that waits for a busy instance is not among them, so many
// more may wait. One at a time stays one at a time.
func (e executor) each(indexes []int, asked func(int) connection.InstanceID, f func(int)) {
	var queues [][]int
	queueOf := map[connection.InstanceID]int{}
	for _, i := range indexes {
		q, ok := queueOf[asked(i)]
		if !ok {
			q = len(queues)
			queueOf[asked(i)] = q
			queues = append(queues, nil)
		}
		queues[q] = append(queues[q], i)
	}
	parallel.Do(e.limit*e.limit, len(queues), func(q int) error {
		for _, i := range queues[q] {
			f(i)
		}
		return nil
	})
}

// remove asks the first side.
func (e executor) remove(ctx context.Context, r removal) outcome {
	o := outcome{removal: r, begun: e.now()}
	if r.confirm && !r.DryRun {
		if o.err = e.confirm(ctx, r); o.err != nil {
			e.known(o)
			return o
		}
	}
	o.Outcome, o.err = e.ask(ctx, r.of.Scope, r.Removal)
	if o.isToBeTurned() {
		return o // not known yet
	}
	return e.settled(ctx, o)
}

// removeFromOther asks the other side. That is another request, so it has another
// token.
func (e executor) removeFromOther(ctx context.Context, first outcome) outcome {
	turned := first.Removal
	turned.MayBeDone = true
	turned.Pair = turned.Reversed()
	turned.ClientToken = first.otherToken
	o := first
	o.Outcome, o.err = e.ask(ctx, first.of.Scope, turned)
	o.Attempts += first.Attempts
	o.Uncertain = o.Uncertain || first.Uncertain
	return e.settled(ctx, o)
}

func (e executor) ask(ctx context.Context, scope connection.Scope, r connection.Removal) (done connection.Outcome, err error) {
	err = parallel.Guard(func() error {
		client, err := e.client(ctx, scope)
		if err != nil {
			return err
		}
		done, err = client.DeleteConnectedCluster(ctx, r)
		return err
	})
	return done, err
}

// isToBeTurned says whether the other side is to be asked. That of a leftover does not
// exist.
func (o outcome) isToBeTurned() bool {
	return o.mayBeDone() && !o.confirm && connection.KindOf(o.err) == connection.NoInstance
}

// mayBeDone says whether the connection may have been removed by an earlier
// delivery, or by a request whose answer was lost.
func (o outcome) mayBeDone() bool { return o.MayBeDone || o.Uncertain }

// settled is an outcome that stands: what may have been done before, and is gone,
// is done.
func (e executor) settled(ctx context.Context, o outcome) outcome {
	if o.mayBeDone() && isAbsent(o.err) {
		if o.err = e.stillThere(ctx, o); o.err == nil {
			o.State = connection.AlreadyAbsent
		}
	}
	e.known(o)
	return o
}

func isAbsent(err error) bool {
	kind := connection.KindOf(err)
	return kind == connection.NoInstance || kind == connection.NoConnection
}

// stillThere says why a connection that the API calls absent cannot be taken for
// removed; nil if no instance that exists lists the other. Where that may not be
// read, the word of the API counts only if it is about the connection: whether it
// refuses an instance that is gone is not documented.
func (e executor) stillThere(ctx context.Context, o outcome) error {
	for _, side := range []connection.Pair{o.Pair, o.Reversed()} {
		listed, err := e.list(ctx, o.of.Scope, side.Instance)
		switch {
		case connection.KindOf(err) == connection.NoInstance:
		case err != nil && (connection.KindOf(o.err) == connection.NoInstance || connection.KindOf(err) != connection.Denied):
			return err
		case listed.Has(side.Connected):
			return contradicted(o.err, side)
		}
	}
	return nil
}

func (e executor) list(ctx context.Context, scope connection.Scope, id connection.InstanceID) (listed elasticsearch.List, err error) {
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

// contradicted is the failure of a removal that the API says is not needed, of a
// connection that it lists.
func contradicted(said error, side connection.Pair) error {
	failure := connection.Error{}
	if of := (*connection.Error)(nil); errors.As(said, &of) {
		failure = *of
	}
	if failure.Kind == connection.NoConnection { // a change may be under way
		failure.Kind = connection.Conflict
		failure.Message = fmt.Sprintf("the API answers that %s and %s are not connected, and %s lists it", side.Instance, side.Connected, side.Instance)
		return &failure
	}
	failure.Kind = connection.Upstream
	failure.Message = fmt.Sprintf("the API does not remove a connection with an instance that is gone: %s still lists %s, and the removal is answered %s from both sides; remove it in the console of %s, or have Alibaba Cloud's support remove it",
		side.Instance, side.Connected, failure.Code, side.Instance)
	return &failure
}
