package soak

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// A ledger holds what there was, what was asked and what was acknowledged. All that it knows of the function is whether
// it acknowledged an event.
type ledger struct {
	connected func(a, b string) bool // what the API says

	mu       sync.Mutex
	made     map[string][]pair // every connection that ever was, by either instance
	released map[string]bool   // the instances that are gone
	named    map[pair]bool     // by events sent
	cleaned  map[string]bool   // likewise: the instances of which all connections are named
	owed     map[pair]*event   // acknowledged, so these must be gone and stay so
	events   []*event

	violations []violation
}

// A violation is a promise that was not kept.
type violation struct {
	what  string
	event *event // nil: of no one event
	pair  pair   // zero: of no one connection
	after int    // the number of the last request before the delivery that is in doubt
}

// word is the kind of a violation.
func (v violation) word() string {
	word, _, _ := strings.Cut(v.what, ":")
	return word
}

// A claim is what the function owes if it acknowledges a delivery.
type claim struct {
	pairs []pair
	after int // the number of the last request before
}

func newLedger(connected func(a, b string) bool) *ledger {
	return &ledger{
		connected: connected,
		made:      map[string][]pair{},
		released:  map[string]bool{},
		named:     map[pair]bool{},
		cleaned:   map[string]bool{},
		owed:      map[pair]*event{},
	}
}

// connect notes a connection that is about to be made.
func (l *ledger) connect(p pair) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range p {
		l.made[id] = append(l.made[id], p)
	}
}

// release notes an instance that is about to go.
func (l *ledger) release(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.released[id] = true
}

// sent notes what an event names, before it is delivered for the first time.
func (l *ledger) sent(e *event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, e)
	for _, p := range e.pairs {
		l.named[p] = true
	}
	for _, id := range e.cleanups {
		l.cleaned[id] = true
	}
}

// asked notes that the API is about to be asked to remove a connection.
func (l *ledger) asked(p pair) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.named[p] && !l.cleaned[p[0]] && !l.cleaned[p[1]] {
		const what = "ASKED: the API was asked to remove a connection that no event names"
		l.violations = append(l.violations, violation{what: what, pair: p})
	}
}

// claim returns what a delivery that now begins asks for, of the connections that there were until now.
func (l *ledger) claim(e *event, after int) claim {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := claim{after: after}
	for _, p := range e.pairs {
		if slices.Contains(l.made[p[0]], p) {
			c.pairs = append(c.pairs, p)
		}
	}
	for _, id := range e.cleanups {
		c.pairs = append(c.pairs, l.made[id]...)
	}
	return c
}

// acknowledged notes that a delivery went well. What it asked for must be done by now.
func (l *ledger) acknowledged(e *event, c claim) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range c.pairs {
		if l.isLeft(p) {
			const what = "LOST: the event was acknowledged, and a connection that it asks to remove is still there"
			l.violations = append(l.violations, violation{what, e, p, c.after})
			continue
		}
		l.owed[p] = e
	}
}

// isLeft says whether a connection is there that could be removed. One whose instances are both gone is left to nobody:
// the API can neither list nor remove it.
func (l *ledger) isLeft(p pair) bool {
	return l.connected(p[0], p[1]) && !(l.released[p[0]] && l.released[p[1]])
}

// happened adds to the history of an event.
func (l *ledger) happened(e *event, what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.history = append(e.history, what)
}

func (l *ledger) tell(v violation) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.violations = append(l.violations, v)
}

// judge compares what is left in the end with what was asked.
func (l *ledger) judge() {
	for _, p := range slices.SortedFunc(maps.Keys(l.owed), compare) {
		if l.isLeft(p) {
			l.tell(violation{"BACK: the connection was gone when the event was acknowledged, and is there again", l.owed[p], p, 0})
		}
	}
	for _, p := range l.all() {
		if !l.named[p] && !l.cleaned[p[0]] && !l.cleaned[p[1]] && !l.connected(p[0], p[1]) {
			l.tell(violation{what: "REMOVED: the connection is gone, and no event names it", pair: p})
		}
	}
}

// all returns every connection that ever was, in order.
func (l *ledger) all() []pair {
	every := map[pair]bool{}
	for _, pairs := range l.made {
		for _, p := range pairs {
			every[p] = true
		}
	}
	return slices.SortedFunc(maps.Keys(every), compare)
}

func compare(a, b pair) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }
