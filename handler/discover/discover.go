// Package discover finds the connections that the requests of an event are about.
// It reads the API and cannot change anything.
package discover

import (
	"context"
	"slices"

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

	Survey Survey // of a request to reconcile
	Kept   []Kept // leftovers whose other end is not proven to be gone

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

// maxMalformed is the most malformed entries that a Finding reports.
const maxMalformed = 20

// A Finder finds connections.
type Finder struct {
	// Reader returns the client for a scope. It is called from several goroutines.
	Reader func(context.Context, connection.Scope) (*elasticsearch.Reader, error)

	Eager      bool // do not wait until a release can no longer be cancelled
	DryRun     bool // nothing will be removed
	Limit      int  // how many calls are made side by side
	RetryCount int  // how often this event was tried before

	// Progress is called with how many instances have been asked, and how many there
	// are, -1 if the API does not say; nil: it is not called.
	Progress func(asked, of int)
}

// Find returns a Finding for each request, in order. The instances of a scope are
// asked once for all cleanups there, and only if one of these needs it.
func (f Finder) Find(ctx context.Context, requests []trigger.Request) []Finding {
	findings := make([]Finding, len(requests))
	errs := parallel.Do(f.Limit, len(requests), func(i int) (err error) {
		findings[i], err = f.examine(ctx, requests[i])
		return err
	})
	for i, err := range errs {
		findings[i].Request, findings[i].Err = requests[i], err
	}
	f.sweepScopes(ctx, findings)
	return findings
}

// sweepScopes completes the findings that need a sweep, with one sweep for each
// scope. What keeps a sweep from being made is the failure of each of its findings.
func (f Finder) sweepScopes(ctx context.Context, findings []Finding) {
	var scopes []connection.Scope
	waiting := map[connection.Scope][]*Finding{}
	for i := range findings {
		found := &findings[i]
		scope := found.Request.Scope
		if !found.needsSweep {
			continue
		}
		if waiting[scope] == nil {
			scopes = append(scopes, scope)
		}
		waiting[scope] = append(waiting[scope], found)
	}
	errs := parallel.Do(f.Limit, len(scopes), func(i int) error {
		s, err := f.sweep(ctx, scopes[i], false)
		complete(waiting[scopes[i]], s, err)
		return nil
	})
	for i, err := range errs {
		for _, found := range waiting[scopes[i]] {
			if err != nil { // a panic
				found.Err = err
			}
		}
	}
}

// complete gives the findings of a scope what a sweep found. Its malformed entries
// are reported once.
func complete(findings []*Finding, s *sweep, err error) {
	malformed := s.malformed
	for _, found := range findings {
		found.add(s, err)
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

// add takes from a sweep the connections with the instance of a cleanup, which may
// be listed still.
func (f *Finding) add(s *sweep, err error) {
	f.Scanned, f.Err = len(s.answers), err
	for _, a := range s.answers {
		switch pair := (connection.Pair{Instance: a.from, Connected: f.Instance()}); {
		case pair.Instance.Same(pair.Connected):
		case a.err != nil && !slices.Contains(f.Pairs, pair):
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
