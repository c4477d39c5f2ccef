package handler

import (
	"context"
	"fmt"
	"sync/atomic"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/parallel"
)

// A confirmer makes sure, once for each, that the instances of leftovers are there.
// They were listed a moment ago. If the API answers that one does not exist, by which
// their other ends were found to be gone, then that answer, the region or the
// credentials are wrong, and nothing more is removed.
type confirmer struct {
	there memo[scopedID, struct{}]
	stop  atomic.Pointer[connection.Error]
}

// A scopedID is an instance of a scope.
type scopedID struct {
	connection.Scope
	connection.InstanceID
}

// confirm says why a leftover is not to be removed from its instance; nil if it is.
func (e executor) confirm(ctx context.Context, r removal) error {
	_, err := e.there.get(scopedID{r.of.Scope, r.Instance}, func() (struct{}, error) {
		return struct{}{}, parallel.Guard(func() error { return e.describe(ctx, r.of.Scope, r.Instance) })
	})
	if stop := e.stop.Load(); stop != nil {
		return stop
	}
	return err
}

func (e executor) describe(ctx context.Context, scope connection.Scope, id connection.InstanceID) error {
	if e.stop.Load() != nil {
		return nil // is not asked any more
	}
	client, err := e.client(ctx, scope)
	if err != nil {
		return err
	}
	status, err := client.DescribeInstance(ctx, id)
	switch {
	case connection.KindOf(err) == connection.NoInstance:
		e.stop.Store(&connection.Error{Kind: connection.Upstream, Err: err,
			Message: fmt.Sprintf("%s was listed, and is answered as if it did not exist: the region, the credentials or the API's answers are wrong, and nothing more is removed", id)})
	case err == nil && !status.Exists():
		return &connection.Error{Kind: connection.Upstream, Message: fmt.Sprintf("%s was listed and is %s now: nothing is removed of it", id, status)}
	}
	return err
}
