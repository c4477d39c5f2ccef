package handler

import (
	"context"
	"errors"
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
	client func() (*elasticsearch.Client, error)
	limit  int // how many requests to the API are under way at a time
	now    func() time.Time
	known  func(outcome) // is called with each outcome when it is known, from several goroutines
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
// ask different instances at the same time.
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
	parallel.Do(e.limit, len(queues), func(q int) error {
		for _, i := range queues[q] {
			f(i)
		}
		return nil
	})
}

// remove asks the first side.
func (e executor) remove(ctx context.Context, r removal) outcome {
	o := outcome{removal: r, begun: e.now()}
	o.Outcome, o.err = e.ask(ctx, r.Removal)
	if o.isToBeTurned() {
		return o // not known yet
	}
	return e.settled(o)
}

// removeFromOther asks the other side. That is another request, so it has another
// token, as fixed as the first.
func (e executor) removeFromOther(ctx context.Context, first outcome) outcome {
	turned := first.Removal
	turned.MayBeDone = true
	turned.Pair = connection.Pair{Instance: first.Connected, Connected: first.Instance}
	turned.ClientToken = derivedToken("token", "", first.ClientToken.String(), turned.Pair)
	o := first
	o.Outcome, o.err = e.ask(ctx, turned)
	o.Attempts += first.Attempts
	o.Uncertain = o.Uncertain || first.Uncertain
	return e.settled(o)
}

func (e executor) ask(ctx context.Context, r connection.Removal) (done connection.Outcome, err error) {
	err = parallel.Guard(func() error {
		client, err := e.client()
		if err != nil {
			return err
		}
		done, err = client.DeleteConnectedCluster(ctx, r)
		return err
	})
	return done, err
}

// isToBeTurned says whether the other side is to be asked.
func (o outcome) isToBeTurned() bool {
	return o.mayBeDone() && connection.KindOf(o.err) == connection.NoInstance
}

// mayBeDone says whether the connection may have been removed by an earlier
// delivery, or by a request whose answer was lost.
func (o outcome) mayBeDone() bool { return o.MayBeDone || o.Uncertain }

// settled is an outcome that stands: what may have been done before, and is gone,
// is done.
func (e executor) settled(o outcome) outcome {
	kind := connection.KindOf(o.err)
	if o.mayBeDone() && (kind == connection.NoInstance || kind == connection.NoConnection) {
		o.State, o.err = connection.AlreadyAbsent, nil
	}
	e.known(o)
	return o
}
