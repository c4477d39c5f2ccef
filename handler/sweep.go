package handler

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/trigger"
)

// cut plans to remove the connection of a peer with the instance released. The
// peer goes in the path: it is the one that is still there.
func (p *planner) cut(t *task, pair connection.Pair) {
	a := t.request.Action.(trigger.Cleanup)
	if pair.Instance != pair.Connected { // whatever it lists
		p.add(t, connection.Removal{Pair: pair, ClientToken: p.pairToken(t.request, a, pair), DryRun: a.DryRun, MayBeDone: true})
	}
}

// sweep asks every instance for its connections, once for all the instances
// that are gone. Instances are taken page by page; only what is connected with
// one that is gone is kept.
//
// While instances are released, the pages behind them move up, and an instance
// may be passed over. So when there turn out to be fewer instances than there
// were, the list is read again. One that is released and one that is created
// within one reading hide each other: that cannot be seen.
func (p *planner) sweep(ctx context.Context) {
	if len(p.gone) == 0 {
		return
	}
	for range maxSweeps {
		shrunk, err := p.sweepOnce(ctx)
		if err != nil || !shrunk {
			p.fail(err)
			return
		}
	}
	p.fail(&connection.Error{Kind: connection.Conflict, Message: fmt.Sprintf("the list of instances got shorter, or was cut short, each of the %d times it was read", maxSweeps)})
}

// maxSweeps bounds how often the list of instances is read.
const maxSweeps = 3

// fail notes that the list of instances could not be read whole. What was found
// before is removed all the same.
func (p *planner) fail(err error) {
	for _, t := range p.gone {
		t.err = err
	}
}

func (p *planner) sweepOnce(ctx context.Context) (shrunk bool, err error) {
	for _, t := range p.gone {
		t.scanned, t.unread = 0, nil
	}
	seen, total := 0, 0
	page, err := p.page(ctx, 1)
	for next := 2; err == nil && next <= maxPages; next++ {
		seen += len(page.Instances)
		if page.Total > 0 {
			shrunk = shrunk || page.Total < total
			total = page.Total
		}
		if page.Last(seen) {
			p.scan(ctx, page.Instances, func() {})
			return shrunk || seen < total, nil
		}
		instances := page.Instances
		p.scan(ctx, instances, func() { page, err = p.page(ctx, next) })
	}
	return true, err // of more pages than there can be, what was read is not all
}

// maxPages bounds a sweep where the API does not say how many instances there
// are: 100,000.
const maxPages = 1000

func (p *planner) page(ctx context.Context, number int) (page elasticsearch.Page, err error) {
	p.guarded(&err, func() (err error) {
		page, err = p.client.ListInstance(ctx, number)
		return err
	})
	return page, err
}

// scan asks the instances of a page for their connections, and meanwhile has the
// next page read (BenchmarkSweep).
func (p *planner) scan(ctx context.Context, instances []connection.InstanceID, readNext func()) {
	var mu sync.Mutex
	group := p.group()
	group.Go(func() error {
		readNext()
		return nil
	})
	for _, id := range instances {
		group.Go(func() error {
			var peers []connection.InstanceID
			var err error
			p.guarded(&err, func() (err error) {
				peers, err = p.client.ListConnectedClusters(ctx, id)
				return err
			})
			mu.Lock()
			defer mu.Unlock()
			p.found(id, peers, err)
			return nil
		})
	}
	_ = group.Wait() // what failed is noted where it failed
}

// found takes what an instance says of its connections. One that vanished
// meanwhile has none; one that cannot be read may have some, and so has failed.
func (p *planner) found(id connection.InstanceID, peers []connection.InstanceID, err error) {
	if isAbsent(err) {
		return
	}
	for _, t := range p.gone {
		pair := connection.Pair{Instance: id, Connected: t.request.Action.(trigger.Cleanup).Instance}
		t.scanned++
		if pair.Instance == pair.Connected {
			continue // it is listed still
		}
		if err != nil {
			t.couldNotRead(pair, err)
			continue
		}
		t.unread = slices.DeleteFunc(t.unread, func(r *removal) bool { return r.Pair == pair }) // listed twice, and read now
		if slices.Contains(peers, pair.Connected) {
			p.cut(t, pair)
		}
	}
}

// couldNotRead notes that it is not known whether a pair is connected. An
// instance may be listed twice.
func (t *task) couldNotRead(pair connection.Pair, err error) {
	same := func(r *removal) bool { return r.Pair == pair }
	if !slices.ContainsFunc(t.unread, same) && !slices.ContainsFunc(t.removals, same) {
		t.unread = append(t.unread, &removal{Removal: connection.Removal{Pair: pair}, of: t.request, err: err})
	}
}
