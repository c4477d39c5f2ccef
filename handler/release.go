package handler

import (
	"context"
	"fmt"
	"slices"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/trigger"
)

// examine asks, for each cleanup, whether its instance is gone for good and what
// it lists itself.
func (s *session) examine(ctx context.Context, tasks []*task) {
	group := s.group()
	for _, t := range tasks {
		a, ok := t.request.Action.(trigger.Cleanup)
		if !ok {
			continue
		}
		if t.err = s.connect(); t.err != nil {
			continue
		}
		group.Go(func() error {
			s.guarded(&t.err, func() error { return s.examineOne(ctx, t, a) })
			return nil
		})
	}
	_ = group.Wait() // what failed is noted where it failed
}

func (s *session) examineOne(ctx context.Context, t *task, a trigger.Cleanup) (err error) {
	if t.ignored, t.gone, err = s.notYet(ctx, a); err != nil || t.ignored != "" {
		return err
	}
	t.peers, err = s.client.ListConnectedClusters(ctx, a.Instance)
	switch {
	case isAbsent(err):
		t.gone = true
		return nil
	case err != nil:
		return err
	case len(t.peers) == 0 && !t.gone:
		t.gone, err = s.isGone(ctx, a.Instance)
	}
	t.scanned = 1
	return err
}

// isGone asks whether an instance that lists nothing is there. What is listed of
// one that is gone is not documented: it may be nothing, and others may list it
// all the same. One that is "invalid" or "unknown" does not exist or cannot be
// reached, and the others are asked too.
func (s *session) isGone(ctx context.Context, id connection.InstanceID) (bool, error) {
	status, err := s.client.DescribeInstance(ctx, id)
	switch {
	case isAbsent(err):
		return true, nil
	case err != nil:
		return false, err
	}
	return !slices.Contains([]elasticsearch.Status{elasticsearch.Active, elasticsearch.Activating, elasticsearch.Inactive}, status), nil
}

// notYet says why a release is none yet; "" if the instance is gone for good, or
// the operator does not want to wait until it is. gone says that it was asked
// for and does not exist.
func (s *session) notYet(ctx context.Context, a trigger.Cleanup) (reason string, gone bool, err error) {
	switch {
	case a.Certainty == trigger.Certain || s.Config.Eager:
		return "", false, nil
	case a.Certainty == trigger.Revocable:
		return fmt.Sprintf("%s is frozen for 24 hours and can be recovered until then (deleteType protective; RELEASE_POLICY=eager would not wait)", a.Instance), false, nil
	}
	status, err := s.client.DescribeInstance(ctx, a.Instance)
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
