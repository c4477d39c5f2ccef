package discover

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/parallel"
)

// A Survey is what was read of a whole scope: which instances exist, and what each of
// them lists as connected.
type Survey struct {
	Instances   map[connection.InstanceID]elasticsearch.Status // as listed; "" if the list does not say it
	Connections []Connection                                   // each once, in order
	Leftover    []connection.Pair                              // those whose other end, Connected, is in no reading of the list; none if that is not whole
}

// A Connection is a pair, and the type of its network, "" if the API does not say it.
type Connection struct {
	connection.Pair
	NetworkType string
}

// A Kept is a leftover that is not removed, and why.
type Kept struct {
	connection.Pair
	Status elasticsearch.Status // of the other end; "" if it is unknown
	Reason string
}

// reconcile finds the connections whose other end is proven not to exist. An instance
// that is not in the list may exist: the list may be cut, or hold only what the role may
// see. Without a whole reading nothing is found.
func (f Finder) reconcile(ctx context.Context, scope connection.Scope) (Finding, error) {
	s, err := f.sweep(ctx, scope, true)
	found := Finding{Scanned: len(s.answers), Malformed: s.malformed, Survey: s.survey(err == nil)}
	for _, a := range s.answers {
		if a.err != nil {
			found.Unread = append(found.Unread, Unread{connection.Pair{Instance: a.from}, a.err})
		}
	}
	if err != nil {
		return found, err
	}
	kept := f.prove(ctx, s.reader, found.Survey.Leftover)
	for _, pair := range found.Survey.Leftover {
		if k := kept[pair.Connected.Key()]; k.Reason != "" {
			found.Kept = append(found.Kept, Kept{pair, k.Status, k.Reason})
		} else {
			found.Pairs = append(found.Pairs, pair)
		}
	}
	return found, nil
}

// prove asks once for each other end, in each letter case that is listed. It returns
// why the connections of an end are kept, by its key: no Reason if the API says in each
// spelling that it does not exist.
func (f Finder) prove(ctx context.Context, reader *elasticsearch.Reader, leftover []connection.Pair) map[string]Kept {
	ends := endsOf(leftover)
	found := make([]Kept, len(ends))
	errs := parallel.Do(f.Limit, len(ends), func(i int) error {
		status, state, err := describe(ctx, reader, ends[i])
		if err == nil && state != doesNotExist {
			found[i] = Kept{Status: status, Reason: fmt.Sprintf("%s is %s", ends[i], status)}
		}
		return err
	})
	kept := map[string]Kept{}
	for i, end := range ends {
		if errs[i] != nil {
			found[i] = Kept{Reason: fmt.Sprintf("whether %s exists cannot be told: %s", end, connection.MessageOf(errs[i]))}
		}
		if kept[end.Key()].Reason == "" {
			kept[end.Key()] = found[i]
		}
	}
	return kept
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
	survey := Survey{Instances: s.statuses}
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
