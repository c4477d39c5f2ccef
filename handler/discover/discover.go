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
	Request trigger.Request
	Ignored string            // why there is nothing to do; "" if there is
	Pairs   []connection.Pair // the connections, each with the side to ask first
	Unread  []Unread          // pairs of which it is not known whether they are connected
	Scanned int               // how many instances were asked for their connections
	Err     error             // why the request failed, or why there may be more connections

	gone bool // the instance lists nothing itself any more: the others are to be asked
}

// An Unread is a pair of which it is not known whether it is connected, and why.
type Unread struct {
	connection.Pair
	Err error
}

// A Finder finds connections.
type Finder struct {
	Reader func() (*elasticsearch.Reader, error) // is called when the API is first needed, and from several goroutines
	Eager  bool                                  // do not wait until a release can no longer be cancelled
	Limit  int                                   // how many requests to the API are under way at a time
}

// Find returns a Finding for each request, in order. The region is read at most
// once, and only if a released instance is gone.
func (f Finder) Find(ctx context.Context, requests []trigger.Request) []Finding {
	findings := make([]Finding, len(requests))
	errs := parallel.Do(f.Limit, len(requests), func(i int) (err error) {
		findings[i], err = f.examine(ctx, requests[i])
		return err
	})
	for i, err := range errs {
		findings[i].Request, findings[i].Err = requests[i], err
	}
	if !slices.ContainsFunc(findings, func(f Finding) bool { return f.gone }) {
		return findings
	}
	region := f.readRegion(ctx, findings)
	for i := range findings {
		if findings[i].gone {
			findings[i] = findings[i].with(region)
		}
	}
	return findings
}

// examine finds what is known without asking other instances.
func (f Finder) examine(ctx context.Context, r trigger.Request) (Finding, error) {
	switch a := r.Action.(type) {
	case trigger.Ignore:
		return Finding{Ignored: a.Reason}, nil
	case trigger.Disconnect:
		return Finding{Pairs: []connection.Pair{a.Pair}}, nil
	case trigger.Cleanup:
		return f.examineInstance(ctx, a)
	}
	return Finding{}, r.Err
}

// examineInstance asks whether an instance is gone for good and what it lists
// itself. In each pair the peer is asked first: it is the one that is still there.
func (f Finder) examineInstance(ctx context.Context, a trigger.Cleanup) (Finding, error) {
	reader, err := f.Reader()
	if err != nil {
		return Finding{}, err
	}
	reason, gone, err := f.notYet(ctx, reader, a)
	if err != nil || reason != "" {
		return Finding{Ignored: reason}, err
	}
	peers, err := reader.ListConnectedClusters(ctx, a.Instance)
	switch {
	case isAbsent(err):
		return Finding{gone: true}, nil
	case err != nil:
		return Finding{}, err
	case len(peers) == 0 && !gone:
		gone, err = isGone(ctx, reader, a.Instance)
	}
	found := Finding{Scanned: 1, gone: gone}
	for _, peer := range peers {
		if peer != a.Instance {
			found.Pairs = append(found.Pairs, connection.Pair{Instance: peer, Connected: a.Instance})
		}
	}
	return found, err
}

// notYet says why a release is none yet; "" if the instance is gone for good, or
// the operator does not want to wait until it is. gone says that it was asked
// for and does not exist.
func (f Finder) notYet(ctx context.Context, reader *elasticsearch.Reader, a trigger.Cleanup) (reason string, gone bool, err error) {
	switch {
	case a.Certainty == trigger.Certain || f.Eager:
		return "", false, nil
	case a.Certainty == trigger.Revocable:
		return fmt.Sprintf("%s is frozen for 24 hours and can be recovered until then (deleteType protective; RELEASE_POLICY=eager would not wait)", a.Instance), false, nil
	}
	status, err := reader.DescribeInstance(ctx, a.Instance)
	switch {
	case isAbsent(err):
		return "", true, nil
	case err != nil:
		return "", false, err
	case status == elasticsearch.Active || status == elasticsearch.Inactive:
		return fmt.Sprintf("%s is still %s, and the event has no deleteType that says it is gone for good (RELEASE_POLICY=eager would not wait)", a.Instance, status), false, nil
	}
	undecided := &connection.Error{Kind: connection.Upstream, Message: fmt.Sprintf("%s is %s: whether it was released cannot be told", a.Instance, status)}
	if status == elasticsearch.Activating {
		undecided.Kind = connection.Conflict
	}
	return "", false, undecided
}

// isGone asks whether an instance that lists nothing is there. What is listed of
// one that is gone is not documented: it may be nothing, and others may list it
// all the same. One that is "invalid" or "unknown" does not exist or cannot be
// reached, and the others are asked too.
func isGone(ctx context.Context, reader *elasticsearch.Reader, id connection.InstanceID) (bool, error) {
	status, err := reader.DescribeInstance(ctx, id)
	switch {
	case isAbsent(err):
		return true, nil
	case err != nil:
		return false, err
	}
	return !slices.Contains([]elasticsearch.Status{elasticsearch.Active, elasticsearch.Activating, elasticsearch.Inactive}, status), nil
}

func isAbsent(err error) bool { return connection.KindOf(err) == connection.NoInstance }
