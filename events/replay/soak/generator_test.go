package soak

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// sample makes the first events of a seed, as their senders write them.
func sample(t *testing.T, seed uint64, n int) (events []*event, connections [][2]string) {
	t.Helper()
	api := elasticsearchtest.NewServer()
	t.Cleanup(api.Close)
	g := newGenerator(rand.New(rand.NewPCG(seed, 2)), api, newLedger(api.Connected))
	for range n {
		events = append(events, g.next())
	}
	return events, api.Connections()
}

func TestASeedMakesTheSameEvents(t *testing.T) {
	t.Parallel()
	first, was := sample(t, 7, 500)
	second, is := sample(t, 7, 500)
	for i := range first {
		if a, b := first[i], second[i]; a.String() != b.String() || string(a.text("1-a")) != string(b.text("1-a")) {
			t.Fatalf("event %d:\n got %v %s\nwant %v %s", i+1, b, b.text("1-a"), a, a.text("1-a"))
		}
	}
	if !slices.Equal(was, is) {
		t.Errorf("connections:\n got %q\nwant %q", is, was)
	}
	other, _ := sample(t, 8, 1)
	if string(other[0].text("1-a")) == string(first[0].text("1-a")) {
		t.Error("another seed makes the same event")
	}
}

// A soak in which some kind of event never comes proves little.
func TestEveryKindOfEventComes(t *testing.T) {
	t.Parallel()
	events, connections := sample(t, 7, 1000)
	counts := map[string]int{}
	for _, e := range events {
		counts[string(e.door)]++
		counts["removals"] += len(e.pairs)
		counts["cleanups"] += len(e.cleanups)
		if e.malformed {
			counts["malformed"]++
		}
		if !json.Valid(e.text("1-a")) {
			counts["no JSON"]++
		}
		if len(e.pairs)+len(e.cleanups) == 0 && !e.malformed {
			counts["nothing asked"]++
		}
	}
	for kind, least := range map[string]int{
		string(invoked): 100, string(eventBridge): 300, string(overHTTP): 100,
		"removals": 300, "cleanups": 100, "malformed": 50, "no JSON": 5, "nothing asked": 100,
	} {
		if counts[kind] < least {
			t.Errorf("%s: got %d, want at least %d of 1000", kind, counts[kind], least)
		}
	}
	if len(connections) < 100 {
		t.Errorf("connections made: got %d, want at least 100", len(connections))
	}
}
