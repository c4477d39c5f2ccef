package discover

import (
	"context"
	"fmt"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/trigger"
)

// The rule of proof: an event is a hint, and only the API says what is gone. Nothing is
// removed on account of an instance, unless a request names the pair or forces it, before
//
//   - DescribeInstance answers plainly that the instance does not exist,
//   - a whole reading of the region's list, and no other reading, is without it, and
//   - DescribeInstance answers the same again, immediately before the first removal.
//
// What its own list answers is a hint where to look, and proves nothing: no document
// says what a released instance gives. What the event expects decides only what happens
// when the instance is not gone.

// A state is what DescribeInstance says of an instance.
type state int

const (
	unclear state = iota // a status that proves nothing
	gone                 // it does not exist
	frozen               // it was released, and can be recovered
	there
)

// stateOf returns the state that an answer of DescribeInstance stands for. The error is
// that of a question that could not be asked.
func stateOf(status elasticsearch.Status, err error) (state, error) {
	switch {
	case connection.KindOf(err) == connection.NoInstance:
		return gone, nil
	case err != nil:
		return unclear, err
	case status == elasticsearch.Inactive:
		return frozen, nil
	case status == elasticsearch.Active, status == elasticsearch.Activating:
		return there, nil
	}
	return unclear, nil
}

// A Proof says which answer has to come again before the first removal on account of an
// instance. In a pair, that instance is Connected.
type Proof int

const (
	NoProof      Proof = iota // the pair is named, or its removal is forced
	Gone                      // the instance does not exist
	GoneOrFrozen              // that, or it can be recovered and nobody waits for it (RELEASE_POLICY=eager)
)

// proofOf returns the proof that a cleanup needs. A dry run removes nothing, so a request
// can use it to see what force would remove.
func (f Finder) proofOf(a trigger.Cleanup) Proof {
	switch {
	case a.Requested && (a.Force || a.DryRun || f.DryRun):
		return NoProof
	case f.Eager && !a.Requested:
		return GoneOrFrozen
	}
	return Gone
}

// isMet reports whether a state is what the proof demands of DescribeInstance.
func (p Proof) isMet(s state) bool { return s == gone || s == frozen && p == GoneOrFrozen }

// judge returns what follows from the first answer of DescribeInstance: neither if the
// proof goes on, the reason if there is nothing to do, or why the cleanup failed.
func (p Proof) judge(a trigger.Cleanup, status elasticsearch.Status, answer error) (ignored string, failure error) {
	s, failure := stateOf(status, answer)
	switch {
	case failure != nil:
		return "", failure
	case p.isMet(s):
		return "", nil
	case s == unclear:
		return "", &connection.Error{Kind: connection.Upstream, Message: fmt.Sprintf("%s is %s: it is not clear whether it was released", a.Instance, status)}
	case a.Requested:
		return "", refusal(a.Instance, s, status)
	case s == frozen:
		return fmt.Sprintf("%s is frozen and can be recovered until its release is final (RELEASE_POLICY=eager would not wait)", a.Instance), nil
	case a.Expects == trigger.Gone: // one of the two is late
		return "", &connection.Error{Kind: connection.Conflict, Message: fmt.Sprintf("%s is %s, and the event reports that it was released: nothing is removed", a.Instance, status)}
	}
	return fmt.Sprintf("%s is still %s", a.Instance, status), nil
}

// refusal returns why the connections of an instance that is not gone stay although a person asks for
// their removal: an id that was pasted by mistake would be an outage.
func refusal(id connection.InstanceID, s state, status elasticsearch.Status) error {
	refused := &connection.Error{
		Kind:    connection.Conflict,
		Message: fmt.Sprintf("%s exists and is %s: nothing is removed", id, status),
		Advice: connection.Advice{
			Function: ". To cut it off on purpose, add force (true); to see what that would remove, dryRun",
			Command:  ". To cut it off on purpose, add --force; to see first what that would remove, --force --dry-run",
		},
	}
	if s == frozen {
		refused.Message = fmt.Sprintf("%s is frozen and can be recovered for 24 hours: nothing is removed", id)
		refused.Advice = connection.Advise(". Repeat this when the 24 hours are over")
	}
	return refused
}

// judgeList returns why an instance that DescribeInstance calls gone is not proven to be,
// by the readings of the region's list: isListed if any has it, unread if none is whole.
func judgeList(id connection.InstanceID, isListed bool, unread error) error {
	switch {
	case isListed && id.String() != id.Key():
		return &connection.Error{Kind: connection.Conflict, Message: fmt.Sprintf("%s was not found, and %s is listed: did you mean that?", id, id.Key())}
	case isListed:
		return &connection.Error{Kind: connection.Conflict, Message: fmt.Sprintf("the API answers that %s does not exist, and lists it", id)}
	}
	return unread
}

// judgeAgain returns why an instance is not proven to be gone, by the second answer of
// DescribeInstance; nil if it is.
func (p Proof) judgeAgain(id connection.InstanceID, status elasticsearch.Status, answer error) error {
	s, err := stateOf(status, answer)
	if err != nil || p.isMet(s) {
		return err
	}
	return &connection.Error{Kind: connection.Conflict, Message: fmt.Sprintf("the API's answers about %s differ: now it is %s, so nothing is removed", id, status)}
}

// AskAgain asks for the second answer, and returns why an instance is not proven to be
// gone; nil if it is, or if no proof is needed.
func (p Proof) AskAgain(ctx context.Context, reader *elasticsearch.Reader, id connection.InstanceID) error {
	if p == NoProof {
		return nil
	}
	instance, err := reader.DescribeInstance(ctx, id)
	return p.judgeAgain(id, instance.Status, err)
}
