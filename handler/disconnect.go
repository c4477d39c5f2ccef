package handler

import (
	"context"

	"elasticsearch-disconnect/handler/connection"
)

// carryOut removes the connections of all tasks, each once. Where the instance
// that was asked turns out not to exist, the other one is asked: after a release
// that one still has the connection.
func (s *session) carryOut(ctx context.Context, tasks []*task) {
	all := distinct(tasks)
	s.removeAll(ctx, all)
	var turned []*removal
	for _, r := range all {
		if r.turned {
			turned = append(turned, r)
		}
	}
	s.removeAll(ctx, turned)
}

// distinct returns the removals of all tasks, each once, in order.
func distinct(tasks []*task) []*removal {
	var all []*removal
	known := map[*removal]bool{}
	for _, t := range tasks {
		for _, r := range t.removals {
			if !known[r] {
				known[r] = true
				all = append(all, r)
			}
		}
	}
	return all
}

// removeAll removes connections. After a change an instance is busy for a while,
// so those that ask one instance do so one after the other, and those that ask
// different instances at the same time.
func (s *session) removeAll(ctx context.Context, removals []*removal) {
	if len(removals) == 0 {
		return
	}
	connected := s.connect()
	if len(removals) == 1 { // the usual event: no goroutine to start and to wait for (BenchmarkHandle)
		s.remove(ctx, removals[0], connected)
		return
	}
	group := s.group()
	for _, queue := range queues(removals) {
		group.Go(func() error {
			for _, r := range queue {
				s.remove(ctx, r, connected)
			}
			return nil
		})
	}
	_ = group.Wait() // what failed is noted where it failed
}

// queues sorts removals by the instance that is asked, in order.
func queues(removals []*removal) [][]*removal {
	var all [][]*removal
	index := map[connection.InstanceID]int{}
	for _, r := range removals {
		asked := r.request().Instance
		i, ok := index[asked]
		if !ok {
			i = len(all)
			index[asked] = i
			all = append(all, nil)
		}
		all[i] = append(all[i], r)
	}
	return all
}

// remove removes one connection, and logs what became of it unless the other
// side is still to be asked.
func (s *session) remove(ctx context.Context, r *removal, connected error) {
	if r.begun.IsZero() {
		r.begun = s.now()
	}
	if r.err = connected; r.err == nil {
		attempts := r.outcome.Attempts
		s.guarded(&r.err, func() (err error) {
			r.outcome, err = s.client.DeleteConnectedCluster(ctx, r.request())
			return err
		})
		r.outcome.Attempts += attempts
		r.MayBeDone = r.MayBeDone || r.outcome.Uncertain
	}
	switch {
	case !r.MayBeDone:
	case !r.turned && connection.KindOf(r.err) == connection.NoInstance:
		r.turned = true
		return
	case isAbsent(r.err):
		r.outcome.State, r.err = connection.AlreadyAbsent, nil
	}
	s.record.removal(ctx, r)
}

// request is what the API is asked: the removal, or the same from the other
// side. That is another request, so it has another token, as fixed as the first.
func (r *removal) request() connection.Removal {
	asked := r.Removal
	if r.turned {
		asked.Pair = connection.Pair{Instance: r.Connected, Connected: r.Instance}
		asked.ClientToken = derivedToken("token", "", r.ClientToken.String(), asked.Pair)
	}
	return asked
}

func isAbsent(err error) bool {
	kind := connection.KindOf(err)
	return kind == connection.NoInstance || kind == connection.NoConnection
}
