package handler

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/trigger"
)

// rules hold for all removals of one invocation.
type rules struct {
	requestID string // Function Compute's
	own       connection.Scope
	dryRun    bool // the operator's: nothing is sent
	mayBeDone bool // an earlier delivery may have removed the connections
	limit     int  // the most leftovers that a reconcile removes
	protected Protection
}

// A plan is a decision about each finding, and the removals of all of them.
type plan struct {
	decisions []decision // in the order of the findings
	removals  []removal  // each connection once
}

// A decision is what to do about one finding.
type decision struct {
	discover.Finding
	dryRun    bool              // nothing is sent
	counted   []connection.Pair // the leftovers that count for RECONCILE_LIMIT
	overLimit bool              // these are more
	withheld  string            // why nothing is sent before a person approves; "": send
	removals  []int             // indexes of the plan's removals: the finding's connections, each once
}

// A removal is one connection to remove, and the request that asked for it first.
type removal struct {
	connection.Removal
	otherToken connection.ClientToken // for the same removal, asked of the other side
	withheld   bool                   // nothing is sent before a person approves
	denied     error                  // why nothing is sent; nil: send
	isFound    bool                   // by a reading of lists, and not only named
	isLeftover bool                   // of a reconcile: Connected is not in the list, so Instance has to exist
	proof      discover.Proof         // that Connected is gone, immediately before the first removal
	witness    connection.InstanceID  // another instance that was listed; zero if there is none
	of         trigger.Request
}

// decide returns the plan for the findings. Two requests for one connection share a
// removal: it is the same from either side.
func decide(findings []discover.Finding, r rules) plan {
	p := plan{decisions: make([]decision, len(findings))}
	indexes := map[key]int{}
	for i, f := range findings {
		d := r.decision(r.keep(f))
		own := map[int]bool{}
		for _, pair := range d.Pairs {
			at, ok := indexes[d.key(pair)]
			if !ok {
				at = len(p.removals)
				indexes[d.key(pair)] = at
				p.removals = append(p.removals, r.removal(d, pair))
			}
			if f.Proof == discover.NoProof { // a request that names the pair needs none
				p.removals[at].proof = discover.NoProof
			}
			if _, isNamed := f.Request.Action.(trigger.Disconnect); !isNamed {
				p.removals[at].isFound = true
			}
			if !own[at] {
				own[at] = true
				d.removals = append(d.removals, at)
			}
		}
		p.decisions[i] = d
	}
	return p
}

// dry returns a plan of which nothing is sent. What is withheld stays so.
func (p plan) dry() plan {
	p.decisions, p.removals = slices.Clone(p.decisions), slices.Clone(p.removals)
	for i := range p.decisions {
		p.decisions[i].dryRun = true
	}
	for i := range p.removals {
		p.removals[i].DryRun = true
	}
	return p
}

// keep moves the protected connections of a release or a reconcile to those that are kept.
// A request that names them is denied: see removal.
func (r rules) keep(f discover.Finding) discover.Finding {
	if _, isReconcile := f.Request.Action.(trigger.Reconcile); isReconcile || isReport(f.Request.Action) {
		return r.protected.keep(f)
	}
	return f
}

func (r rules) unprotected(pairs []connection.Pair) (others []connection.Pair) {
	for _, pair := range pairs {
		if r.protected.reason(pair) == "" {
			others = append(others, pair)
		}
	}
	return others
}

// decision returns the decision about a finding, without its removals.
func (r rules) decision(f discover.Finding) decision {
	d := decision{Finding: f, dryRun: r.isDryRun(f.Request.Action), counted: r.unprotected(f.Survey.Leftover)}
	if a, _ := f.Request.Action.(trigger.Cleanup); f.Absent && a.Requested && !r.mayBeDone {
		d.Err = &connection.Error{Kind: connection.NoInstance, Message: fmt.Sprintf("%s was not found, and no instance of %s lists it: are the id and the region right?", a.Instance, f.Request.Scope.Region)}
	}
	_, isReconcile := f.Request.Action.(trigger.Reconcile)
	if d.overLimit = isReconcile && len(d.counted) > r.limit; d.overLimit && !d.dryRun {
		d.withheld = fmt.Sprintf("%d leftover connections are more than RECONCILE_LIMIT (%d), so nothing was removed. If all of them may be removed, once: %s --limit %[1]d; for every run, raise RECONCILE_LIMIT. They are:", len(d.counted), r.limit, r.byHand(f.Request.Scope))
	}
	return d
}

// byHand is the command with which a person reconciles a scope.
func (r rules) byHand(of connection.Scope) string {
	command := fmt.Sprintf("elasticsearch-disconnect reconcile --region %s", of.Region)
	if of.Account != r.own.Account {
		command += fmt.Sprintf(" --account %s", of.Account)
	}
	return command
}

// removal returns the removal of one connection. MayBeDone is set for a cleanup and for a
// reconcile: the API may have removed the connection together with the instance.
func (r rules) removal(d decision, pair connection.Pair) removal {
	q := d.Request
	to := removal{of: q, withheld: d.withheld != "", proof: d.Proof, witness: d.Survey.Another(pair.Instance)}
	to.Removal = connection.Removal{Pair: pair, DryRun: d.dryRun, MayBeDone: r.mayBeDone}
	switch a := q.Action.(type) {
	case trigger.Disconnect:
		to.ClientToken = a.ClientToken
	case trigger.Cleanup:
		to.MayBeDone = true
		to.ClientToken = r.tokenOfSeveral(a.ClientToken, "", q.Scope, pair)
	case trigger.Reconcile:
		to.MayBeDone, to.isLeftover = true, true
		to.ClientToken = r.tokenOfSeveral(a.ClientToken, q.EventID, q.Scope, pair) // a timer gives the same each time
	}
	if to.ClientToken == (connection.ClientToken{}) {
		to.ClientToken = r.token(q, pair)
	}
	if reason := r.protected.reason(pair); reason != "" {
		to.denied = denied(reason, nil)
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

// A key is the same for both sides of a connection, in any letter case, if the same is done
// to it.
type key struct {
	scope            connection.Scope
	a, b             string // the keys of the ids
	dryRun, withheld bool
}

func (d decision) key(pair connection.Pair) key {
	a, b := pair.Instance.Key(), pair.Connected.Key()
	return key{d.Request.Scope, min(a, b), max(a, b), d.dryRun, d.withheld != ""}
}

// tokenOfSeveral derives a token for one connection from the caller's token for all of
// them; zero if the caller gave none.
func (r rules) tokenOfSeveral(given connection.ClientToken, eventID string, scope connection.Scope, pair connection.Pair) connection.ClientToken {
	if given == (connection.ClientToken{}) {
		return given
	}
	return r.derived("token", eventID, given.String(), scope, pair)
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
// quoted, so that two names are equal only if all their parts are. The scope is part of
// the name only if it differs from the function's own: tokens stay equal to those of
// versions that knew no other scope.
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
