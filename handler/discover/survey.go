package discover

import (
	"cmp"
	"context"
	"fmt"
	"sort"
	"strings"
	"sync/atomic"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/parallel"
)

// A Survey is what was read of a whole scope: which instances exist, and what each of
// them lists as connected.
type Survey struct {
	Instances   map[connection.InstanceID]elasticsearch.Instance // as listed
	Connections []Connection                                     // each once, in order
	Leftover    []connection.Pair                                // those whose other end, Connected, is in no reading of the list; none if that is not whole

	Witnesses []connection.InstanceID // two of the instances listed, or fewer
}

// Another returns an instance that was listed, other than the given one; zero if there is
// none.
func (s Survey) Another(id connection.InstanceID) connection.InstanceID {
	for _, other := range s.Witnesses {
		if !other.Same(id) {
			return other
		}
	}
	return connection.InstanceID{}
}

// A Connection is a pair, and the type of its network, "" if the API does not say it.
type Connection struct {
	connection.Pair
	NetworkType string
}

// A Kept is a leftover that is not removed, and why.
type Kept struct {
	connection.Pair
	Other  elasticsearch.Instance // the other end, as far as it is known
	Reason string
}

// StatusGone is the status of an instance that, as the API says, does not exist.
const StatusGone elasticsearch.Status = "gone"

// reconcile finds the connections whose other end is proven not to exist. An instance
// that is not in the list may exist: the list may be cut, or hold only what the role may
// see. Without a whole reading nothing is found.
func (f Finder) reconcile(ctx context.Context, scope connection.Scope) (Finding, error) {
	s, err := f.readWhole(ctx, scope)
	found := Finding{Proof: Gone, Scanned: len(s.answers), Malformed: s.malformed, Survey: s.survey(err == nil)}
	for _, a := range s.answers {
		if a.err != nil {
			found.Unread = append(found.Unread, Unread{connection.Pair{Instance: a.from}, a.err})
		}
	}
	if err == nil {
		err = f.prove(ctx, s.reader, &found)
	}
	return found, err
}

// readWhole reads the list of a scope, and asks its instances even if the list is not
// whole: what they answer is for the report.
func (f Finder) readWhole(ctx context.Context, scope connection.Scope) (*sweep, error) {
	s, err := f.open(ctx, scope)
	if err != nil {
		return s, err
	}
	unread := s.readList(ctx, true)
	if connection.IsOfEveryCall(unread) {
		return s, unread
	}
	if err := s.askAll(ctx, f.RetryCount); err != nil {
		return s, err
	}
	return s, s.cut(ctx, unread)
}

// prove asks about the other end of each leftover. A leftover is a pair to remove if the end
// is gone, kept if the API answers anything else about it, and unread if it could not be
// asked. The error is one that every question would have.
func (f Finder) prove(ctx context.Context, reader *elasticsearch.Reader, found *Finding) error {
	ends, err := f.describeEnds(ctx, reader, found.Survey.Leftover)
	if err != nil {
		return err
	}
	for _, pair := range found.Survey.Leftover {
		switch end := ends[pair.Connected.Key()]; {
		case end.err != nil:
			found.Unread = append(found.Unread, Unread{pair, end.err})
		case end.state != gone:
			found.Kept = append(found.Kept, Kept{pair, end.instance, fmt.Sprintf("%s is %s", end.id, end.instance.Status)})
		default:
			found.Pairs = append(found.Pairs, pair)
		}
	}
	return nil
}

// An end is what DescribeInstance answers about the other end of leftovers.
type end struct {
	id       connection.InstanceID
	instance elasticsearch.Instance
	state    state
	err      error // why it could not be asked
}

// weight orders the answers about one end.
func (e end) weight() int {
	switch {
	case e.err != nil:
		return 1
	case e.state == gone:
		return 0
	}
	return 2
}

// describeEnds asks once about each end, in each letter case that is listed. By the key of
// its id, an end has a status if any answer gives one, and is gone if all answers say so.
func (f Finder) describeEnds(ctx context.Context, reader *elasticsearch.Reader, leftover []connection.Pair) (map[string]end, error) {
	ids := endsOf(leftover)
	ends := make([]end, len(ids))
	var cause atomic.Pointer[error]
	errs := parallel.Do(f.Limit, len(ids), func(i int) error {
		if cause.Load() != nil {
			return nil
		}
		instance, answer := reader.DescribeInstance(ctx, ids[i])
		s, err := stateOf(instance.Status, answer)
		if connection.IsOfEveryCall(err) {
			cause.Store(&err)
		}
		ends[i] = end{ids[i], instance, s, err}
		return nil
	})
	if cause := cause.Load(); cause != nil {
		return nil, *cause
	}
	found := map[string]end{}
	for i, e := range ends {
		e.err = cmp.Or(e.err, errs[i]) // a panic
		if other, ok := found[ids[i].Key()]; !ok || e.weight() > other.weight() {
			found[ids[i].Key()] = e
		}
	}
	return found, nil
}

// endsOf returns the other ends of leftovers, each spelling once, in order.
func endsOf(leftover []connection.Pair) (ends []connection.InstanceID) {
	seen := map[connection.InstanceID]bool{}
	for _, pair := range leftover {
		if !seen[pair.Connected] {
			seen[pair.Connected] = true
			ends = append(ends, pair.Connected)
		}
	}
	return ends
}

// survey returns what a sweep read, each connection once though both ends list it. An
// instance does not count as connected with itself.
func (s *sweep) survey(isWhole bool) Survey {
	survey := Survey{Instances: s.instances, Witnesses: s.listed[:min(2, len(s.listed))]}
	seen := map[[2]string]bool{}
	for _, a := range s.answers {
		for _, peer := range a.list.Entries {
			own, other := a.from.Key(), peer.ID.Key()
			if k := [2]string{min(own, other), max(own, other)}; own != other && !seen[k] {
				seen[k] = true
				survey.Connections = append(survey.Connections, Connection{connection.Pair{Instance: a.from, Connected: peer.ID}, peer.NetworkType})
			}
		}
	}
	sort.Sort(byPair(survey.Connections))
	if isWhole {
		survey.Leftover = s.leftover(survey.Connections)
	}
	return survey
}

// leftover returns the connections whose other end is an Elasticsearch instance, by its
// id, and is not listed in any letter case.
func (s *sweep) leftover(connections []Connection) (pairs []connection.Pair) {
	listed := map[string]bool{}
	for _, id := range s.listed {
		listed[id.Key()] = true
	}
	for _, c := range connections {
		if other := c.Connected.Key(); !listed[other] && strings.HasPrefix(other, "es-") {
			pairs = append(pairs, c.Pair)
		}
	}
	return pairs
}

type byPair []Connection

func (c byPair) Len() int           { return len(c) }
func (c byPair) Swap(i, j int)      { c[i], c[j] = c[j], c[i] }
func (c byPair) Less(i, j int) bool { return c[i].Compare(c[j].Pair) < 0 }
