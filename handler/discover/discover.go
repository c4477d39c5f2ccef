// Package discover finds the connections that the requests of an event are about.
// It reads the API and cannot change anything.
package discover

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/parallel"
	"elasticsearch-disconnect/handler/trigger"
)

// A Finding is the answer to one request: which connections it is about.
type Finding struct {
	Request   trigger.Request
	Ignored   string            // why there is nothing to do; "" if there is
	Pairs     []connection.Pair // the connections, each with the side to ask first
	Unread    []Unread          // pairs that may be connected
	Scanned   int               // how many instances were asked for their connections
	Malformed []Malformed       // entries of lists that were skipped
	Err       error             // why the request failed, or why there may be more connections

	Proof  Proof // what has to be asked again before the removal of Pairs
	Absent bool  // of a cleanup: the instance does not exist, and no instance lists it

	Survey Survey // of a request to reconcile
	Kept   []Kept // leftovers whose other end is not gone

	candidates []connection.Pair // become Pairs if the list of the scope proves that the instance is gone

	isGone     bool // DescribeInstance, or the instance's own list, says that it does not exist
	needsList  bool // the list of the scope is part of the proof
	needsSweep bool // the other instances of the scope have to be asked, too
}

// An Unread is a pair that may be connected: Instance could not be asked, for the
// reason in Err. If Connected is zero, any connection of Instance may be missing.
type Unread struct {
	connection.Pair
	Err error
}

// A Malformed is an entry of a list that is not an instance id. It is skipped: it
// cannot be asked, and cannot be the connected instance that somebody looks for.
type Malformed struct {
	Of     connection.InstanceID // whose connections are listed; zero in the list of instances
	Reason string                // why the entry is not an instance id
}

// String says what the entry is, without a capital.
func (m Malformed) String() string {
	return "an entry of the list of " + cmp.Or(m.Of.String(), "instances") + " that is not a valid instance id: it " + m.Reason
}

// maxMalformed is the most malformed entries that a Finding reports.
const maxMalformed = 20

// A Finder finds connections.
type Finder struct {
	// Reader returns the client for a scope. It is called from several goroutines.
	Reader func(context.Context, connection.Scope) (*elasticsearch.Reader, error)

	Eager      bool // do not wait until a release can no longer be cancelled
	DryRun     bool // nothing will be removed
	Limit      int  // how many calls are made side by side in each scope
	RetryCount int  // how often this event was tried before

	// Progress is called with how many instances of a scope have been asked, and how many
	// there are, -1 if the API does not say: from several goroutines, but one for each scope.
	// nil: it is not called.
	Progress func(scope connection.Scope, asked, of int)
}

// maxScopes is how many scopes are read side by side: all places of a request. A batch of
// requests may have more.
const maxScopes = trigger.MaxPlaces

// Find returns a Finding for each request, in order. Scopes are read side by side, each with
// its own limit of calls, so that none waits for a large one.
func (f Finder) Find(ctx context.Context, requests []trigger.Request) []Finding {
	findings := make([]Finding, len(requests))
	all := make([]*Finding, len(requests))
	for i := range findings {
		findings[i].Request, all[i] = requests[i], &findings[i]
	}
	scopes := parallel.Groups(all, func(found *Finding) connection.Scope { return found.Request.Scope })
	scopes = rotate(scopes, f.RetryCount) // if they are more than maxScopes, each has its turn
	parallel.Do(maxScopes, len(scopes), func(i int) error {
		f.findIn(ctx, scopes[i][0].Request.Scope, scopes[i])
		return nil
	})
	return findings
}

// findIn completes the findings of a scope. Its list is read once for all cleanups that need
// it, and its instances are asked if one of these needs it. What keeps that from being read
// is the failure of each of them.
func (f Finder) findIn(ctx context.Context, scope connection.Scope, findings []*Finding) {
	f.examineEach(ctx, findings)
	var waiting []*Finding
	for _, found := range findings {
		if found.needsSweep || found.needsList {
			waiting = append(waiting, found)
		}
	}
	if len(waiting) == 0 {
		return
	}
	err := parallel.Guard(func() error {
		f.readScope(ctx, scope, waiting)
		return nil
	})
	if err != nil {
		for _, found := range waiting {
			found.Err = err
		}
	}
}

// examineEach examines the requests of a scope, until a failure that every other call would
// have.
func (f Finder) examineEach(ctx context.Context, findings []*Finding) {
	var cause atomic.Pointer[error]
	errs := parallel.Do(f.Limit, len(findings), func(i int) (err error) {
		request := findings[i].Request
		if cause := cause.Load(); cause != nil && isRead(request.Action) {
			return *cause
		}
		*findings[i], err = f.examine(ctx, request)
		findings[i].Request = request
		if connection.IsOfEveryCall(err) {
			cause.Store(&err)
		}
		return err
	})
	for i, found := range findings {
		found.Err = errs[i]
	}
}

// isRead reports whether the API has to be asked about an action.
func isRead(action trigger.Action) bool {
	switch action.(type) {
	case trigger.Cleanup, trigger.Reconcile:
		return true
	}
	return false
}

// readScope reads the list of a scope, and asks its instances if a finding needs that and
// may still remove something.
func (f Finder) readScope(ctx context.Context, scope connection.Scope, findings []*Finding) {
	s, err := f.open(ctx, scope)
	if s.unread = err; err == nil {
		s.unread = s.readList(ctx, false)
		if slices.ContainsFunc(findings, func(found *Finding) bool { return found.needsSweep && found.unproven(s) == nil }) {
			err = s.askAll(ctx, f.RetryCount)
		}
		s.unread = s.cut(ctx, s.unread)
	}
	complete(findings, s, err)
}

// unproven returns why the list of the scope does not prove that the instance is gone; nil
// if it does, or need not.
func (f *Finding) unproven(s *sweep) error {
	if !f.needsList {
		return nil
	}
	return judgeList(f.Instance(), s.has(f.Instance()), s.unread)
}

// complete gives the findings of a scope what was read of it. Its malformed entries are
// reported once.
func complete(findings []*Finding, s *sweep, err error) {
	malformed := s.malformed
	for _, found := range findings {
		found.complete(s, err)
		own := found.Malformed
		found.Malformed = append(own, slices.DeleteFunc(malformed, func(m Malformed) bool { return slices.Contains(own, m) })...)
		malformed = nil
	}
}

// Instance returns the instance that a cleanup is about; zero for other requests.
func (f Finding) Instance() connection.InstanceID {
	a, _ := f.Request.Action.(trigger.Cleanup)
	return a.Instance
}

// complete takes what was read of the scope. Without the proof there are no Pairs.
func (f *Finding) complete(s *sweep, err error) {
	if unproven := f.unproven(s); unproven != nil {
		f.Scanned, f.Err = 0, unproven
		return
	}
	f.Pairs = append(f.Pairs, f.candidates...)
	if f.needsSweep {
		f.add(s)
		f.Err = cmp.Or(err, s.unread)
		if f.isGone { // of a forced request, which needs no proof: its own list is not known
			f.Err = cmp.Or(f.Err, judgeList(f.Instance(), s.has(f.Instance()), nil))
		}
		f.Absent = f.Err == nil && f.isGone && len(f.Pairs)+len(f.Unread)+len(f.Malformed) == 0
	}
	f.Err = cmp.Or(err, f.Err)
}

// add takes from a sweep the connections with the instance of a cleanup. What is removed
// has the spelling that the API lists.
func (f *Finding) add(s *sweep) {
	f.Scanned = len(s.answers)
	for _, a := range s.answers {
		switch pair := (connection.Pair{Instance: a.from, Connected: a.list.Spelling(f.Instance())}); {
		case pair.Instance.Same(pair.Connected), slices.Contains(f.Pairs, pair):
		case a.err != nil:
			f.Unread = append(f.Unread, Unread{pair, a.err})
		case a.list.Has(pair.Connected):
			f.Pairs = append(f.Pairs, pair)
		}
	}
}

// examine finds what can be found without asking other instances.
func (f Finder) examine(ctx context.Context, r trigger.Request) (Finding, error) {
	switch a := r.Action.(type) {
	case trigger.Ignore:
		return Finding{Ignored: a.Reason}, nil
	case trigger.Disconnect:
		return Finding{Pairs: []connection.Pair{a.Pair}}, nil
	case trigger.Cleanup:
		return f.cleanup(ctx, r.Scope, a)
	case trigger.Reconcile:
		return f.reconcile(ctx, r.Scope)
	}
	return Finding{}, r.Err
}
