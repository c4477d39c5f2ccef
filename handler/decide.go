package handler

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/trigger"
)

// rules are what holds for all removals of one invocation.
type rules struct {
	requestID string // Function Compute's
	own       connection.Scope
	dryRun    bool              // the operator's: nothing is sent
	mayBeDone bool              // an earlier delivery may have removed it
	limit     int               // how many leftovers a request to reconcile may remove
	approved  []connection.Pair // and which; nil: any
}

// A removal is one connection to remove, and the request that asked for it first.
type removal struct {
	connection.Removal
	otherToken connection.ClientToken // of the same from the other side
	confirm    bool                   // first make sure that Instance is there
	of         trigger.Request
}

// decide says which connections are removed, each once, in the order of the
// findings. Two requests for one connection share a removal: removing it from
// either side is the same.
func decide(findings []discover.Finding, r rules) []removal {
	var removals []removal
	known := map[key]bool{}
	for _, f := range findings {
		if r.isWithheld(f) {
			continue
		}
		for _, pair := range f.Pairs {
			if k := r.key(f, pair); !known[k] {
				known[k] = true
				removals = append(removals, r.removal(f.Request, pair))
			}
		}
	}
	return removals
}

// isWithheld says whether a request to reconcile found more left over than may be
// without a person who looks at it. Then nothing is removed.
func (r rules) isWithheld(f discover.Finding) bool {
	isNew := func(pair connection.Pair) bool { return r.approved != nil && !slices.Contains(r.approved, pair) }
	_, isReconcile := f.Request.Action.(trigger.Reconcile)
	return isReconcile && (len(f.Survey.Leftover) > r.limit || slices.ContainsFunc(f.Pairs, isNew)) && !r.isDryRun(f.Request.Action)
}

// removal is what the rules make of one pair. All connections of an instance are
// asked for when it was released, and may be gone with it; so may a leftover.
func (r rules) removal(q trigger.Request, pair connection.Pair) removal {
	to := removal{of: q}
	to.Removal = connection.Removal{Pair: pair, DryRun: r.isDryRun(q.Action), MayBeDone: r.mayBeDone}
	switch a := q.Action.(type) {
	case trigger.Disconnect:
		to.ClientToken = a.ClientToken
	case trigger.Cleanup:
		to.MayBeDone = true
		to.ClientToken = r.tokenOfSeveral(a.ClientToken, "", q.Scope, pair)
	case trigger.Reconcile:
		to.MayBeDone, to.confirm = true, true
		to.ClientToken = r.tokenOfSeveral(a.ClientToken, q.EventID, q.Scope, pair) // a timer gives the same each time
	}
	if to.ClientToken == (connection.ClientToken{}) {
		to.ClientToken = r.token(q, pair)
	}
	to.otherToken = r.derived("token", "", to.ClientToken.String(), q.Scope, pair.Reversed())
	return to
}

func (r rules) isDryRun(action trigger.Action) bool {
	switch a := action.(type) {
	case trigger.Disconnect:
		return r.dryRun || a.DryRun
	case trigger.Cleanup:
		return r.dryRun || a.DryRun
	case trigger.Reconcile:
		return r.dryRun || a.DryRun
	}
	return false
}

// tokenOfSeveral derives a token for a pair from one that the caller gave for all; zero
// if none is given.
func (r rules) tokenOfSeveral(given connection.ClientToken, eventID string, scope connection.Scope, pair connection.Pair) connection.ClientToken {
	if given == (connection.ClientToken{}) {
		return given
	}
	return r.derived("token", eventID, given.String(), scope, pair)
}

// A key is the same for a connection from either side.
type key struct {
	scope  connection.Scope
	a, b   connection.InstanceID
	dryRun bool
}

func (r rules) key(f discover.Finding, pair connection.Pair) key {
	return keyOf(f.Request.Scope, pair, r.isDryRun(f.Request.Action))
}

func keyOf(scope connection.Scope, pair connection.Pair, dryRun bool) key {
	a, b := pair.Instance, pair.Connected
	if a.String() > b.String() {
		a, b = b, a
	}
	return key{scope, a, b, dryRun}
}

// token is the same whenever the same thing is asked again: EventBridge delivers
// an event at least once under one (source, id), and Function Compute retries an
// invocation under one request id.
func (r rules) token(q trigger.Request, pair connection.Pair) connection.ClientToken {
	if q.EventID != "" {
		return r.derived("event", q.Source, q.EventID, q.Scope, pair)
	}
	return r.derived("request", "", r.requestID, q.Scope, pair)
}

// derived is a UUID of version 5 (RFC 9562, section 5.5). Each part of its name is
// quoted, so that two names are the same only if all parts are. Where the function
// runs is no part, so that its tokens are those it had when it knew no other place.
func (r rules) derived(kind, source, id string, scope connection.Scope, pair connection.Pair) connection.ClientToken {
	name := fmt.Sprintf("%s %q %q %q %q", kind, source, id, pair.Instance, pair.Connected)
	if scope != r.own {
		name += fmt.Sprintf(" %q %q", scope.Region, scope.Account)
	}
	token, err := connection.ParseClientToken(uuid.NewSHA1(uuid.NameSpaceOID, []byte(name)).String())
	if err != nil {
		panic("handler: a UUID is a client token: " + err.Error())
	}
	return token
}
