package handler

import (
	"errors"
	"slices"
	"strings"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
)

// within completes the scope of each request with the function's own. What a
// product reports of a region in which the function does not act is ignored.
func (c Config) within(own connection.Scope, requests []trigger.Request) []trigger.Request {
	located := slices.Clone(requests)
	for i := range located {
		r := &located[i]
		r.Scope = r.Scope.Or(own)
		if isReport(r.Action) && !c.actsIn(r.Scope.Region) {
			r.Action = trigger.Ignore{Reason: notOneOfRegions(r.Scope.Region)}
		}
	}
	return located
}

// isReport says whether a product reports it; all else somebody asks for.
func isReport(action trigger.Action) bool {
	a, ok := action.(trigger.Cleanup)
	return ok && a.Certainty != trigger.Requested
}

// place is a scope as replies and log lines say it.
func (inv Invocation) place(s connection.Scope) trigger.Place {
	place := trigger.Place{RegionID: s.Region}
	if s.Account != inv.Scope.Account {
		place.AccountID = s.Account
	}
	return place
}

// about is what a problem says of the invocation.
func (inv Invocation) about(s connection.Scope) trigger.About {
	return trigger.About{RequestID: inv.RequestID, Place: inv.place(s.Or(inv.Scope))}
}

// scopeOfRefused is what an event says of its scope that came to no results.
func scopeOfRefused(err error) connection.Scope {
	if refused := (*trigger.Error)(nil); errors.As(err, &refused) {
		return refused.Scope
	}
	return connection.Scope{}
}

// regionsServed are the regions in which the function acts, as GET / says it.
func (c Config) regionsServed(own connection.Region) string {
	switch {
	case c.ownRegionAlone() != "" && c.actsIn(own):
		return own.String()
	case c.ownRegionAlone() != "":
		return "none"
	case len(c.Regions) == 0:
		return "all"
	}
	var ids []string
	for _, r := range c.Regions {
		ids = append(ids, r.String())
	}
	return strings.Join(ids, ",")
}
