package soak

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// A population is the instances and connections that there are. What becomes of them depends on the generator's dice
// alone, and neither on the function nor on the clock.
type population struct {
	rng    *rand.Rand
	api    *elasticsearchtest.Server
	ledger *ledger

	alive   []string
	quiet   map[string]bool // gets no more connections, for all that it has were asked to be removed
	pairs   []pair          // every connection made, in order
	fresh   []pair          // those of which no event has asked for the removal by name
	taken   map[pair]bool   // is not to be made: it was before, or an event names it
	leaving []string        // released already as far as events tell
	busy    string          // the one instance that is being changed
}

// Bounds of how many instances there are.
const (
	fewest = 8
	most   = 16
)

func newPopulation(rng *rand.Rand, api *elasticsearchtest.Server, l *ledger) *population {
	p := &population{rng: rng, api: api, ledger: l, quiet: map[string]bool{}, taken: map[pair]bool{}}
	for len(p.alive) < fewest+2 {
		p.add()
	}
	return p
}

// move lets time pass.
func (p *population) move() {
	p.leave()
	for len(p.alive) < fewest {
		p.add()
	}
	switch p.rng.IntN(8) {
	case 0, 1:
		if len(p.alive) < most {
			p.add()
		}
	case 2:
		p.change()
	default:
		p.connect(p.instance())
	}
}

// add makes an instance, connected with some of the others.
func (p *population) add() {
	id := fmt.Sprintf("es-cn-%016x", p.rng.Uint64())
	p.api.AddInstance(id)
	p.alive = append(p.alive, id)
	for range 1 + p.rng.IntN(4) {
		p.connect(id)
	}
}

// connect connects an instance with another, if there is one to be connected with.
func (p *population) connect(id string) {
	other := p.instance()
	c := newPair(id, other)
	if id == other || p.taken[c] || p.quiet[id] || p.quiet[other] {
		return
	}
	p.taken[c] = true
	p.pairs = append(p.pairs, c)
	p.fresh = append(p.fresh, c)
	p.ledger.connect(c)
	p.api.Connect(id, other)
}

// change ends the change of one instance and begins that of another.
func (p *population) change() {
	p.unchange()
	p.busy = p.instance()
	p.api.SetStatus(p.busy, "activating")
}

func (p *population) unchange() {
	if slices.Contains(p.alive, p.busy) || slices.Contains(p.leaving, p.busy) {
		p.api.SetStatus(p.busy, "active")
	}
	p.busy = ""
}

// release makes an instance leave: at once, or only after the event that tells of it was sent.
func (p *population) release(atOnce bool) string {
	i := p.rng.IntN(len(p.alive))
	id := p.alive[i]
	p.alive = slices.Delete(p.alive, i, i+1)
	p.leaving = append(p.leaving, id)
	if atOnce {
		p.leave()
	}
	return id
}

func (p *population) leave() {
	for _, id := range p.leaving {
		p.ledger.release(id)
		p.api.RemoveInstance(id)
	}
	p.leaving = nil
}

// settle ends what is under way.
func (p *population) settle() {
	p.unchange()
	p.leave()
}

func (p *population) instance() string { return p.alive[p.rng.IntN(len(p.alive))] }

// hush takes an instance that gets no more connections.
func (p *population) hush() string {
	id := p.instance()
	p.quiet[id] = true
	return id
}

// recent bounds how far back a connection is chosen from: the older ones are mostly gone.
const recent = 40

// pair takes a connection, either way round, which most times is one that no event has asked to remove by name, and now
// and then is none: two instances that never are connected. The event that it is for asks to remove it, or does not.
func (p *population) pair(asks bool) (instance, connected string) {
	from := p.pairs[max(0, len(p.pairs)-recent):]
	if fresh := p.fresh[max(0, len(p.fresh)-recent):]; len(fresh) > 0 && p.rng.IntN(3) > 0 {
		from = fresh
	}
	c := from[p.rng.IntN(len(from))]
	if a, b := p.instance(), p.instance(); p.rng.IntN(10) == 0 && a != b {
		c = newPair(a, b)
		p.taken[c] = true
	}
	if asks {
		p.fresh = slices.DeleteFunc(p.fresh, func(f pair) bool { return f == c })
	}
	i := p.rng.IntN(2)
	return c[i], c[1-i]
}
