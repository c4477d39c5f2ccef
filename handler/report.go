package handler

import (
	"context"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/trigger"
)

// Report reads what a request to reconcile reads, and removes nothing: it needs the
// rights to read alone. progress is told how many instances of how many were asked,
// -1 for unknown. In the Finding, Pairs are the leftovers that may be removed.
func (h *Handler) Report(ctx context.Context, scope connection.Scope, progress func(asked, of int)) discover.Finding {
	reading, _, release := deadlines(ctx)
	defer release()
	inv := h.invocation(ctx)
	access := newAccess(h, inv)
	access.patience = elasticsearch.WhileThrottled
	finder := discover.Finder{Reader: access.reader, Limit: h.Config.Concurrency, Progress: progress}
	request := trigger.Request{Scope: scope, Action: trigger.Reconcile{DryRun: true}}
	return finder.Find(reading, h.Config.within(inv.Scope, []trigger.Request{request}))[0]
}
