package soak

import (
	"slices"
	"strings"
	"sync"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// A pair is a connection: two instances, sorted, because it is the same from either side.
type pair [2]string

func newPair(a, b string) pair { return pair{min(a, b), max(a, b)} }

// pairOf returns the connection that a DeleteConnectedCluster names.
func pairOf(q elasticsearchtest.Request) pair {
	path := strings.TrimSuffix(strings.TrimPrefix(q.Path, "/openapi/instances/"), "/connected-clusters")
	return newPair(path, q.Query.Get("connectedInstanceId"))
}

// An ask is what an event asks for.
type ask struct {
	pairs      []pair   // the connections to remove
	cleanups   []string // the instances whose connections are all to be removed
	reconciles bool     // the connections between a released and an existing instance are to be removed
	malformed  bool     // the event is to be refused, if only for a part of it
}

func (a ask) with(b ask) ask {
	return ask{
		pairs:      slices.Concat(a.pairs, b.pairs),
		cleanups:   slices.Concat(a.cleanups, b.cleanups),
		reconciles: a.reconciles || b.reconciles,
		malformed:  a.malformed || b.malformed,
	}
}

// about returns the same ask of other instances.
func (a ask) about(instances map[string]string) ask {
	other := ask{reconciles: a.reconciles, malformed: a.malformed}
	for _, p := range a.pairs {
		other.pairs = append(other.pairs, newPair(instances[p[0]], instances[p[1]]))
	}
	for _, id := range a.cleanups {
		other.cleanups = append(other.cleanups, instances[id])
	}
	return other
}

// names reports whether the event asks to remove a connection by its own name or by that of an instance.
func (a ask) names(p pair) bool {
	return slices.Contains(a.pairs, p) || slices.Contains(a.cleanups, p[0]) || slices.Contains(a.cleanups, p[1])
}

// expected is the state that should be. It follows from the events and the changes of the instances; all that it takes from
// the function is which events it reports as done.
type expected struct {
	isConnected func(a, b string) bool // according to the API

	mu         sync.Mutex
	made       []pair          // every connection that ever was
	released   map[string]bool // instances
	named      ask             // by all events sent
	violations []violation
}

// A violation is a promise that was not kept.
type violation struct {
	what    string
	attempt *attempt // nil if it is not about one event
	pair    pair     // zero if it is not about one connection
}

// change notes what is about to happen to the instances.
func (x *expected) change(c change) {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch c.what {
	case connected:
		x.made = append(x.made, newPair(c.id, c.to))
	case released:
		x.released[c.id] = true
	}
}

// sent notes what an event names, before it is delivered for the first time.
func (x *expected) sent(a ask) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.named = x.named.with(a)
}

// requested notes that the API is about to be asked to remove a connection. The function cannot know whether the second
// instance of a leftover was released meanwhile.
func (x *expected) requested(p pair) {
	x.mu.Lock()
	defer x.mu.Unlock()
	mayBeLeftOver := x.named.reconciles && (x.released[p[0]] || x.released[p[1]])
	if !x.named.names(p) && !mayBeLeftOver {
		x.violate("ASKED: the API was asked to remove a connection that no event names and that is no leftover", nil, p)
	}
}

// claim returns the connections made so far that a delivery asks to remove.
func (x *expected) claim(a ask) []pair {
	x.mu.Lock()
	defer x.mu.Unlock()
	return filter(x.made, func(p pair) bool { return a.names(p) || a.reconciles && x.isLeftOver(p) })
}

func (x *expected) isLeftOver(p pair) bool { return x.released[p[0]] != x.released[p[1]] }

// reported notes that a delivery was reported as done, or its connections as absent. The API may call a connection of a
// released instance absent. A connection of two released instances can neither be listed nor removed.
func (x *expected) reported(v verdict, a *attempt, claimed []pair) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, p := range claimed {
		mustBeGone := !x.released[p[0]] && !x.released[p[1]]
		if v == done {
			mustBeGone = !x.released[p[0]] || !x.released[p[1]]
		}
		if mustBeGone && x.isConnected(p[0], p[1]) {
			x.violate("LOST: what the event asks to remove was reported as "+string(v)+", and still exists", a, p)
		}
	}
}

// ended checks the connections after all events, the last of which asked to reconcile.
func (x *expected) ended() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, p := range x.made {
		if x.isLeftOver(p) && x.isConnected(p[0], p[1]) {
			x.violate("LEFT: a connection of a released instance exists after everything was reconciled", nil, p)
		}
	}
}

func (x *expected) report(what string, a *attempt) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.violate(what, a, pair{})
}

func (x *expected) violate(what string, a *attempt, p pair) {
	x.violations = append(x.violations, violation{what, a, p})
}
