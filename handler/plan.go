package handler

import (
	"context"
	"slices"
	"time"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
)

// A task is one request of an event, on its way to its reply.
type task struct {
	request trigger.Request
	err     error  // the request failed, as a whole or after some of it was done
	ignored string // why there is nothing to do

	// Of a cleanup.
	gone    bool                    // the instance can no longer be listed
	peers   []connection.InstanceID // what it lists itself
	scanned int                     // how many instances were asked for their connections

	removals []*removal // the connections to remove
	unread   []*removal // those of which it is not known whether they are there
}

// A removal is one connection to remove, and what became of it.
type removal struct {
	connection.Removal
	of      trigger.Request // that asked for it first
	turned  bool            // the other side is asked
	begun   time.Time
	outcome connection.Outcome
	err     error
}

// plan finds out which connections the requests are about.
func (s *session) plan(ctx context.Context, requests []trigger.Request) []*task {
	tasks := make([]*task, len(requests))
	for i, r := range requests {
		tasks[i] = &task{request: r, err: r.Err}
	}
	s.examine(ctx, tasks)
	p := planner{session: s, known: map[removalKey]*removal{}}
	for _, t := range tasks {
		p.collect(t)
	}
	p.sweep(ctx)
	return tasks
}

// A planner collects the removals of one event. Two requests for one connection
// share a removal: removing it from either side is the same.
type planner struct {
	*session
	known map[removalKey]*removal
	gone  []*task // the cleanups of instances that are gone
}

type removalKey struct {
	a, b   connection.InstanceID
	dryRun bool
}

func keyOf(r connection.Removal) removalKey {
	a, b := r.Instance, r.Connected
	if a.String() > b.String() {
		a, b = b, a
	}
	return removalKey{a, b, r.DryRun}
}

// collect takes what is known of a task before the sweep.
func (p *planner) collect(t *task) {
	switch a := t.request.Action.(type) {
	case trigger.Ignore:
		t.ignored = a.Reason
	case trigger.Disconnect:
		if a.ClientToken == (connection.ClientToken{}) {
			a.ClientToken = p.clientToken(t.request, a.Pair)
		}
		p.add(t, a.Removal)
	case trigger.Cleanup:
		if t.gone {
			p.gone = append(p.gone, t)
		}
		for _, peer := range t.peers {
			p.cut(t, connection.Pair{Instance: peer, Connected: a.Instance})
		}
	}
}

func (p *planner) add(t *task, r connection.Removal) {
	r.DryRun = r.DryRun || p.Config.DryRun
	r.MayBeDone = r.MayBeDone || p.record.trigger == trigger.EventBridge || p.invocation.RetryCount > 0
	key := keyOf(r)
	if p.known[key] == nil {
		p.known[key] = &removal{Removal: r, of: t.request}
	}
	if !slices.Contains(t.removals, p.known[key]) {
		t.removals = append(t.removals, p.known[key])
	}
}
