package discover

import (
	"context"
	"fmt"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/trigger"
)

// cleanup finds the connections that an instance lists itself, if it is gone for good
// or somebody asks for them. In each pair the connected instance is asked first: that
// one still exists.
func (f Finder) cleanup(ctx context.Context, scope connection.Scope, a trigger.Cleanup) (Finding, error) {
	reader, err := f.Reader(ctx, scope)
	if err != nil {
		return Finding{}, err
	}
	reason, isGone, err := f.whyIgnored(ctx, reader, a)
	if err != nil || reason != "" {
		return Finding{Ignored: reason}, err
	}
	listed, err := reader.ListConnectedClusters(ctx, a.Instance)
	switch {
	case connection.KindOf(err) == connection.NoInstance:
		return Finding{needsSweep: true}, nil
	case err != nil && !f.isCertain(a):
		return Finding{}, err
	case err != nil && a.Certainty == trigger.Reported && isActive(ctx, reader, a.Instance):
		return Finding{}, contradiction(a.Instance)
	case err != nil:
		return Finding{needsSweep: true}, nil
	}
	found := listedBy(a.Instance, listed)
	isGone = isGone || f.isCertain(a)
	if a.Certainty == trigger.Reported || len(found.Pairs) == 0 && !isGone {
		status, state, err := describe(ctx, reader, a.Instance)
		switch {
		case err != nil:
			return Finding{}, err
		case status == elasticsearch.Active && a.Certainty == trigger.Reported:
			return Finding{}, contradiction(a.Instance)
		}
		isGone = isGone || state != exists
	}
	// A malformed entry may stand for an instance.
	found.needsSweep = len(found.Pairs) == 0 && isGone || len(found.Malformed) > 0
	return found, nil
}

// listedBy returns what an instance lists, but for itself.
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

// isCertain reports whether the instance counts as gone even if it cannot be asked:
// the event says so, or the operator does not wait. A request for all connections of
// an instance says nothing of the kind.
func (f Finder) isCertain(a trigger.Cleanup) bool {
	return a.Certainty != trigger.Requested && (f.Eager || a.Certainty == trigger.Certain || a.Certainty == trigger.Reported)
}

func isActive(ctx context.Context, reader *elasticsearch.Reader, id connection.InstanceID) bool {
	status, err := reader.DescribeInstance(ctx, id)
	return err == nil && status == elasticsearch.Active
}

// contradiction is the failure if an event reports a release, and the API reports the
// instance as active. It is tried again: one of the two is late.
func contradiction(id connection.InstanceID) error {
	return &connection.Error{Kind: connection.Conflict, Message: fmt.Sprintf("%s is active, and the event reports that it was released: nothing is removed", id)}
}

// whyIgnored returns why an event is not a release yet; "" if the instance is gone for
// good, or the operator does not wait for that. isGone reports whether the API says
// that the instance does not exist.
func (f Finder) whyIgnored(ctx context.Context, reader *elasticsearch.Reader, a trigger.Cleanup) (reason string, isGone bool, err error) {
	isGuarded := a.Certainty == trigger.Requested && !a.Force && !a.DryRun && !f.DryRun
	switch {
	case isGuarded:
	case f.Eager, a.Certainty != trigger.Revocable && a.Certainty != trigger.Unknown:
		return "", false, nil
	case a.Certainty == trigger.Revocable:
		return fmt.Sprintf("%s is frozen for 24 hours and can be recovered until then (deleteType protective; RELEASE_POLICY=eager would not wait)", a.Instance), false, nil
	}
	status, state, err := describe(ctx, reader, a.Instance)
	switch {
	case err != nil:
		return "", false, err
	case state == doesNotExist:
		return "", true, nil
	case isGuarded && !status.MayBeGone():
		return "", false, refusal(a.Instance, status)
	case isGuarded:
		return "", false, nil
	case state == exists && status != elasticsearch.Activating:
		return fmt.Sprintf("%s is still %s, and the event has no deleteType that says it is gone for good (RELEASE_POLICY=eager would not wait)", a.Instance, status), false, nil
	}
	unclear := &connection.Error{Kind: connection.Upstream, Message: fmt.Sprintf("%s is %s: it is not clear whether it was released", a.Instance, status)}
	if state == exists {
		unclear.Kind = connection.Conflict
	}
	return "", false, unclear
}

// refusal is the failure if somebody asks for all connections of an instance that
// exists, without force: an id that was pasted by mistake would be an outage.
func refusal(id connection.InstanceID, status elasticsearch.Status) error {
	return &connection.Error{Kind: connection.Conflict, Message: fmt.Sprintf("%s exists and is %s: nothing is removed. To cut it off on purpose, add force (true); to see what that would remove, dryRun", id, status)}
}

// An existence is what the API says about whether an instance exists.
type existence int

const (
	unclear existence = iota // status invalid, unknown or one without documentation: the instance is out of reach
	exists
	doesNotExist
)

// describe asks whether an instance exists. Nothing is taken for released because of
// an answer that is unclear.
func describe(ctx context.Context, reader *elasticsearch.Reader, id connection.InstanceID) (elasticsearch.Status, existence, error) {
	status, err := reader.DescribeInstance(ctx, id)
	switch {
	case connection.KindOf(err) == connection.NoInstance:
		return "", doesNotExist, nil
	case err != nil:
		return "", unclear, err
	case status.Exists():
		return status, exists, nil
	}
	return status, unclear, nil
}
