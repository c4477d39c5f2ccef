// Package discover finds out which connections the requests of an event are
// about. It reads the API and cannot change anything there.
package discover

import (
	"context"
	"fmt"
	"slices"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/parallel"
	"elasticsearch-disconnect/handler/trigger"
)

// A Finding is what was found out about one request.
type Finding struct {
	Request   trigger.Request
	Ignored   string            // why there is nothing to do; "" if there is
	Pairs     []connection.Pair // the connections, each with the side to ask first
	Unread    []Unread          // pairs of which it is not known whether they are connected
	Scanned   int               // how many instances were asked for their connections
	Malformed []Malformed       // entries that were passed over
	Err       error             // why the request failed, or why there may be more connections

	Survey Survey // of a request to reconcile
	Kept   []Kept // its leftovers that are not proven to be any

	gone bool // what the instance lists itself is not all: the others are to be asked
}

// An Unread is a pair of which it is not known whether it is connected, and why.
type Unread struct {
	connection.Pair
	Err error
}

// A Malformed is an entry of a list that is not an instance id: it is skipped.
type Malformed struct {
	Of     connection.InstanceID // the instance whose connections are listed; zero: the list is that of the instances
	Reason string                // why the entry is not an instance id
}

// maxMalformed bounds how many of them are reported.
const maxMalformed = 20

// A Finder finds connections.
type Finder struct {
	// Reader is called when the API of a scope is needed, from several goroutines.
	Reader func(context.Context, connection.Scope) (*elasticsearch.Reader, error)

	Eager  bool // do not wait until a release can no longer be cancelled
	DryRun bool // nothing is removed
	Limit  int  // how many requests to the API are under way at a time
	Turn   int  // how often this was tried before

	// Progress is told how many instances of how many were asked, -1 for unknown; nil:
	// nobody is.
	Progress func(asked, of int)
}

// Find returns a Finding for each request, in order. The other instances of a scope
// are asked once for all, and only if a released one is gone.
func (f Finder) Find(ctx context.Context, requests []trigger.Request) []Finding {
	findings := make([]Finding, len(requests))
	errs := parallel.Do(f.Limit, len(requests), func(i int) (err error) {
		findings[i], err = f.examine(ctx, requests[i])
		return err
	})
	for i, err := range errs {
		findings[i].Request, findings[i].Err = requests[i], err
	}
	scopes, gone := goneOf(findings)
	errs = parallel.Do(f.Limit, len(scopes), func(i int) error {
		f.askOthers(ctx, findings, scopes[i], gone[scopes[i]])
		return nil
	})
	for i, found := range findings {
		if at := slices.Index(scopes, found.Request.Scope); found.gone && errs[at] != nil {
			findings[i].Err = errs[at]
		}
	}
	return findings
}

// goneOf returns the instances that are gone, each once, by their scope, and the
// scopes in order.
func goneOf(findings []Finding) (scopes []connection.Scope, gone map[connection.Scope][]connection.InstanceID) {
	gone = map[connection.Scope][]connection.InstanceID{}
	for _, f := range findings {
		scope, id := f.Request.Scope, f.Instance()
		if !f.gone || slices.Contains(gone[scope], id) {
			continue
		}
		if gone[scope] == nil {
			scopes = append(scopes, scope)
		}
		gone[scope] = append(gone[scope], id)
	}
	return scopes, gone
}

// Instance is the one that a cleanup is about; zero for other requests.
func (f Finding) Instance() connection.InstanceID {
	a, _ := f.Request.Action.(trigger.Cleanup)
	return a.Instance
}

// askOthers adds to the findings of a scope what the other instances there say of
// those that are gone.
func (f Finder) askOthers(ctx context.Context, findings []Finding, scope connection.Scope, gone []connection.InstanceID) {
	s, err := f.sweep(ctx, scope, gone)
	malformed := s.malformed // is reported once
	for i := range findings {
		if findings[i].gone && findings[i].Request.Scope == scope {
			findings[i].take(s, err)
			own := findings[i].Malformed
			findings[i].Malformed = append(own, slices.DeleteFunc(malformed, func(m Malformed) bool { return slices.Contains(own, m) })...)
			malformed = nil
		}
	}
}

// sweep asks all instances of a scope: whether they are connected with those that
// are gone, or if there are none, with which instances.
func (f Finder) sweep(ctx context.Context, scope connection.Scope, gone []connection.InstanceID) (s sweep, err error) {
	s = sweep{limit: max(1, f.Limit), turn: f.Turn, gone: gone, known: map[connection.InstanceID]elasticsearch.Status{}, total: -1, progress: f.Progress}
	if s.reader, err = f.Reader(ctx, scope); err == nil {
		err = s.run(ctx)
	}
	return s, err
}

// take adds what a sweep found. A pair is not unread if the instance itself listed
// it.
func (f *Finding) take(s sweep, err error) {
	f.Scanned, f.Err = s.asked, err
	for _, pair := range s.pairs {
		if pair.Connected == f.Instance() {
			f.Pairs = append(f.Pairs, pair)
		}
	}
	for _, u := range s.unread {
		if u.Connected == f.Instance() && !slices.Contains(f.Pairs, u.Pair) {
			f.Unread = append(f.Unread, u)
		}
	}
}

// examine finds what is known without asking other instances.
func (f Finder) examine(ctx context.Context, r trigger.Request) (Finding, error) {
	switch a := r.Action.(type) {
	case trigger.Ignore:
		return Finding{Ignored: a.Reason}, nil
	case trigger.Disconnect:
		return Finding{Pairs: []connection.Pair{a.Pair}}, nil
	case trigger.Cleanup:
		return f.examineInstance(ctx, r.Scope, a)
	case trigger.Reconcile:
		return f.reconcile(ctx, r.Scope)
	}
	return Finding{}, r.Err
}

// examineInstance asks whether an instance is gone for good and what it lists
// itself. In each pair the peer is asked first: it is the one that is still there.
func (f Finder) examineInstance(ctx context.Context, scope connection.Scope, a trigger.Cleanup) (Finding, error) {
	reader, err := f.Reader(ctx, scope)
	if err != nil {
		return Finding{}, err
	}
	reason, isGone, err := f.notYet(ctx, reader, a)
	if err != nil || reason != "" {
		return Finding{Ignored: reason}, err
	}
	listed, err := reader.ListConnectedClusters(ctx, a.Instance)
	switch {
	case connection.KindOf(err) == connection.NoInstance:
		return Finding{gone: true}, nil
	case err != nil && !f.isCertain(a):
		return Finding{}, err
	case err != nil && a.Certainty == trigger.Reported && isActive(ctx, reader, a.Instance):
		return Finding{}, contradicted(a.Instance)
	case err != nil:
		return Finding{gone: true}, nil
	}
	found := listedBy(a.Instance, listed)
	certain := f.isCertain(a)
	if a.Certainty == trigger.Reported || len(found.Pairs) == 0 && !isGone && !certain {
		status, is, err := describe(ctx, reader, a.Instance)
		switch {
		case err != nil:
			return Finding{}, err
		case status == elasticsearch.Active && a.Certainty == trigger.Reported:
			return Finding{}, contradicted(a.Instance)
		}
		isGone = is != there
	}
	found.gone = len(found.Pairs) == 0 && (isGone || certain) || len(found.Malformed) > 0 // what is no id may stand for one
	return found, nil
}

// listedBy is what an instance lists itself. Itself is no peer.
func listedBy(id connection.InstanceID, listed elasticsearch.List) Finding {
	f := Finding{Scanned: 1}
	for _, peer := range listed.Entries {
		if !peer.ID.Same(id) {
			f.Pairs = append(f.Pairs, connection.Pair{Instance: peer.ID, Connected: id})
		}
	}
	for _, reason := range listed.Malformed[:min(len(listed.Malformed), maxMalformed)] {
		f.Malformed = append(f.Malformed, Malformed{id, reason})
	}
	return f
}

// isCertain says whether the instance may be taken for gone when it cannot be
// asked: the event says so, or the operator does not want to wait until it is.
// Somebody who asks for all connections of an instance says nothing of the kind.
func (f Finder) isCertain(a trigger.Cleanup) bool {
	return a.Certainty != trigger.Requested && (f.Eager || a.Certainty == trigger.Certain || a.Certainty == trigger.Reported)
}

func isActive(ctx context.Context, reader *elasticsearch.Reader, id connection.InstanceID) bool {
	status, err := reader.DescribeInstance(ctx, id)
	return err == nil && status == elasticsearch.Active
}

// contradicted says that an event reports a release and the API does not. It is
// tried again: one of them is late.
func contradicted(id connection.InstanceID) error {
	return &connection.Error{Kind: connection.Conflict, Message: fmt.Sprintf("%s is active, and the event reports that it was released: nothing is removed", id)}
}

// notYet says why a release is none yet; "" if the instance is gone for good, or
// the operator does not want to wait until it is. gone says that it was asked
// for and does not exist.
func (f Finder) notYet(ctx context.Context, reader *elasticsearch.Reader, a trigger.Cleanup) (reason string, gone bool, err error) {
	isGuarded := a.Certainty == trigger.Requested && !a.Force && !a.DryRun && !f.DryRun
	switch {
	case isGuarded:
	case f.Eager, a.Certainty != trigger.Revocable && a.Certainty != trigger.Unknown:
		return "", false, nil
	case a.Certainty == trigger.Revocable:
		return fmt.Sprintf("%s is frozen for 24 hours and can be recovered until then (deleteType protective; RELEASE_POLICY=eager would not wait)", a.Instance), false, nil
	}
	status, is, err := describe(ctx, reader, a.Instance)
	switch {
	case err != nil:
		return "", false, err
	case is == notThere:
		return "", true, nil
	case isGuarded && !status.MayBeGone():
		return "", false, exists(a.Instance, status)
	case isGuarded:
		return "", false, nil
	case is == there && status != elasticsearch.Activating:
		return fmt.Sprintf("%s is still %s, and the event has no deleteType that says it is gone for good (RELEASE_POLICY=eager would not wait)", a.Instance, status), false, nil
	}
	undecided := &connection.Error{Kind: connection.Upstream, Message: fmt.Sprintf("%s is %s: whether it was released cannot be told", a.Instance, status)}
	if is == there {
		undecided.Kind = connection.Conflict
	}
	return "", false, undecided
}

// exists refuses to cut off an instance that is there, unless it is asked for on
// purpose: an id that was pasted wrong would be an outage.
func exists(id connection.InstanceID, status elasticsearch.Status) error {
	return &connection.Error{Kind: connection.Conflict, Message: fmt.Sprintf("%s exists and is %s: nothing is removed. To cut it off on purpose, add force (true); to see what that would remove, dryRun", id, status)}
}

// A presence says whether an instance is there.
type presence int

const (
	cannotTell presence = iota // "invalid" and "unknown" mean that it does not exist or cannot be reached
	there
	notThere
)

// describe asks whether an instance is there. Where that cannot be told, nothing
// is taken for a release on that ground, and where its connections are looked for,
// the others are asked too.
func describe(ctx context.Context, reader *elasticsearch.Reader, id connection.InstanceID) (elasticsearch.Status, presence, error) {
	status, err := reader.DescribeInstance(ctx, id)
	switch {
	case connection.KindOf(err) == connection.NoInstance:
		return "", notThere, nil
	case err != nil:
		return "", cannotTell, err
	case status.Exists():
		return status, there, nil
	}
	return status, cannotTell, nil
}
