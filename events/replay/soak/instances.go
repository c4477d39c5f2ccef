package soak

import (
	"fmt"
	"slices"
)

// happen plans a change for this step or some steps later.
func (p *planner) happen(later int, c change) {
	changes := &p.after
	if at := p.now + later; at < len(p.steps) {
		changes = &p.steps[at].changes
	}
	*changes = append(*changes, c)
}

// create makes an instance, connected with some of the others.
func (p *planner) create() {
	id := fmt.Sprintf("es-cn-%017x", p.rng.Uint64())
	p.happen(0, change{created, id, ""})
	p.alive = append(p.alive, id)
	for range 1 + p.rng.IntN(4) {
		p.connect(id)
	}
}

// connect connects an instance with another, unless they were connected before.
func (p *planner) connect(id string) {
	other := pick(p.rng, p.alive)
	if c := newPair(id, other); id != other && !p.taken[c] {
		p.taken[c] = true
		p.connections = append(p.connections, c)
		p.happen(0, change{connected, id, other})
	}
}

// release releases an instance, now or after the event that reports it was sent.
func (p *planner) release(later int) string {
	if len(p.alive) < fewest {
		p.create()
	}
	i := p.rng.IntN(len(p.alive))
	id := p.alive[i]
	p.alive = slices.Delete(p.alive, i, i+1)
	p.happen(later, change{released, id, ""})
	return id
}

// target returns a connection to ask for, from either side: mostly one that no event has named, now and then the same as
// before, or two instances that are never connected.
func (p *planner) target() (instance, other string) {
	c := newPair(pick(p.rng, p.alive), pick(p.rng, p.alive))
	switch fresh := p.unasked(nil); {
	case p.oneIn(6) && p.last != pair{}:
		c = p.last
	case c[0] == c[1] || !p.oneIn(10) && len(fresh) > 0:
		c = pick(p.rng, append(fresh, p.connections[0]))
	}
	p.taken[c], p.asked[c], p.last = true, true, c
	i := p.rng.IntN(2)
	return c[i], c[1-i]
}

// toSpare returns a connection that must not be removed, or two instances without one.
func (p *planner) toSpare() pair {
	live := p.unasked(p.alive)
	if len(live) == 0 {
		return pair{p.alive[0], p.alive[1]}
	}
	return pick(p.rng, live)
}

// unasked returns the connections that no event asked to remove by name, between any instances or between certain ones.
func (p *planner) unasked(among []string) []pair {
	return filter(p.connections, func(c pair) bool {
		return !p.asked[c] && (among == nil || slices.Contains(among, c[0]) && slices.Contains(among, c[1]))
	})
}
