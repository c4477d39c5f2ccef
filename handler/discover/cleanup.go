package discover

import (
	"context"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/trigger"
)

// cleanup asks DescribeInstance whether an instance is gone, and then the instance itself
// for its connections. If it is gone, what it lists may be a part of them, so all others are
// asked too. In each pair the connected instance is asked for the removal: that one still
// exists.
func (f Finder) cleanup(ctx context.Context, scope connection.Scope, a trigger.Cleanup) (Finding, error) {
	reader, err := f.Reader(ctx, scope)
	if err != nil {
		return Finding{}, err
	}
	proof := f.proofOf(a)
	if proof == NoProof {
		return forced(ctx, reader, a.Instance)
	}
	instance, answer := reader.DescribeInstance(ctx, a.Instance)
	if ignored, err := proof.judge(a, instance.Status, answer); err != nil || ignored != "" {
		return Finding{Ignored: ignored}, err
	}
	found := Finding{}
	if listed, err := reader.ListConnectedClusters(ctx, a.Instance); err == nil {
		found = listedBy(a.Instance, listed)
	}
	found.Proof = proof
	found.isGone = answer != nil
	found.needsSweep = found.isGone || found.isOpen()
	if found.isGone {
		found.needsList = true
		found.candidates, found.Pairs = found.Pairs, nil
	}
	return found, nil
}

// forced finds the connections of an instance that may well exist.
func forced(ctx context.Context, reader *elasticsearch.Reader, id connection.InstanceID) (Finding, error) {
	listed, err := reader.ListConnectedClusters(ctx, id)
	switch {
	case connection.KindOf(err) == connection.NoInstance:
		return Finding{isGone: true, needsSweep: true}, nil
	case err != nil:
		return Finding{}, err
	}
	found := listedBy(id, listed)
	exists := false
	if len(found.Pairs) == 0 {
		instance, err := reader.DescribeInstance(ctx, id)
		s, err := stateOf(instance.Status, err)
		if err != nil {
			return Finding{}, err
		}
		found.isGone, exists = s == gone, (s == frozen || s == there) && id.String() == id.Key()
	}
	found.needsSweep = found.isOpen() && !(exists && len(found.Malformed) == 0)
	return found, nil
}

// isOpen reports whether an instance's own list leaves open with which others it is
// connected: a malformed entry may stand for one.
func (f Finding) isOpen() bool { return len(f.Pairs) == 0 || len(f.Malformed) > 0 }

// listedBy returns what an instance lists, but for itself.
// An id in capitals may not be as the API spells it, so the others have to be asked.
func listedBy(id connection.InstanceID, listed elasticsearch.List) Finding {
	f := Finding{Scanned: 1}
	for _, peer := range listed.Entries {
		if !peer.ID.Same(id) && id.String() == id.Key() {
			f.Pairs = append(f.Pairs, connection.Pair{Instance: peer.ID, Connected: id})
		}
	}
	for _, reason := range listed.Malformed[:min(len(listed.Malformed), maxMalformed)] {
		f.Malformed = append(f.Malformed, Malformed{id, reason})
	}
	return f
}
