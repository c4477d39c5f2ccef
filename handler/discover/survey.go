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

// A Survey is what was read of a whole scope: the instances there, and what each of
// them lists as connected.
type Survey struct {
	Instances   map[connection.InstanceID]elasticsearch.Status // as the list says it; "" where it does not
	Connections []Connection                                   // each once, in order
	Leftover    []connection.Pair                              // those whose other end, Connected, is in no reading of the list; none if that is not whole
}

// A Connection is a pair, and the type of its network, "" where the API does not
// say it.
type Connection struct {
	connection.Pair
	NetworkType string
}

// A Kept is a leftover that is not removed, and why.
type Kept struct {
	connection.Pair
	Status elasticsearch.Status // of the other end; "" where it is not known
	Reason string
}

// reconcile finds the connections whose other end is proven not to exist. What a
// reading does not list may be there all the same: the list may be cut, or hold only
// what may be seen. If the reading is not whole, nothing is found.
func (f Finder) reconcile(ctx context.Context, scope connection.Scope) (Finding, error) {
	s, err := f.sweep(ctx, scope, nil)
	found := Finding{Scanned: s.asked, Unread: s.unread, Malformed: s.malformed, Survey: s.survey(err == nil)}
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

// prove asks for each other end once, in each letter case in which it is listed, and
// returns why its connections are kept, with no reason if it does not exist by the
// API's own word.
func (f Finder) prove(ctx context.Context, reader *elasticsearch.Reader, leftover []connection.Pair) map[string]Kept {
	var ends []connection.InstanceID
	seen := map[connection.InstanceID]bool{}
	for _, pair := range leftover {
		if !seen[pair.Connected] {
			seen[pair.Connected] = true
			ends = append(ends, pair.Connected)
		}
	}
	found := make([]Kept, len(ends))
	errs := parallel.Do(f.Limit, len(ends), func(i int) error {
		status, is, err := describe(ctx, reader, ends[i])
		if err == nil && is != notThere {
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

func (s sweep) survey(isWhole bool) Survey {
	survey := Survey{Instances: s.known}
	listed := map[string]bool{}
	for id := range s.known {
		listed[id.Key()] = true
	}
	seen := map[[2]string]bool{}
	for i, pair := range s.pairs {
		own, other := pair.Instance.Key(), pair.Connected.Key()
		if k := [2]string{min(own, other), max(own, other)}; !seen[k] {
			seen[k] = true
			survey.Connections = append(survey.Connections, Connection{pair, s.networks[i]})
		}
	}
	sort.Sort(byPair(survey.Connections))
	for _, c := range survey.Connections {
		if other := c.Connected.Key(); isWhole && !listed[other] && strings.HasPrefix(other, "es-") {
			survey.Leftover = append(survey.Leftover, c.Pair)
		}
	}
	return survey
}

type byPair []Connection

func (c byPair) Len() int           { return len(c) }
func (c byPair) Swap(i, j int)      { c[i], c[j] = c[j], c[i] }
func (c byPair) Less(i, j int) bool { return c[i].Compare(c[j].Pair) < 0 }
