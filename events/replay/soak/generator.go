package soak

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// A generator makes events about a population.
type generator struct {
	rng        *rand.Rand
	population *population
	number     int
	recent     []*event // that came by EventBridge, which may deliver them once more
	waiting    []entry  // that tell of a release as another one did
}

func newGenerator(rng *rand.Rand, api *elasticsearchtest.Server, l *ledger) *generator {
	return &generator{rng: rng, population: newPopulation(rng, api, l)}
}

// An entry is an event without how it gets in: JSON, or what should be, and what it asks for.
type entry struct {
	what string
	text []byte
	ask
}

// next lets time pass and makes an event.
func (g *generator) next() *event {
	g.population.move()
	switch n := g.rng.IntN(20); {
	case len(g.waiting) > 0:
		e := g.waiting[0]
		g.waiting = g.waiting[1:]
		return g.delivered(e)
	case n < 1 && len(g.recent) > 0:
		return g.once()
	case n < 4 && len(g.population.alive) > fewest || len(g.population.alive) > most:
		return g.delivered(g.release())
	case n < 8:
		return g.http()
	case n < 11:
		return g.event(invoked, g.object(g.order()))
	case n < 14:
		return g.delivered(g.array())
	case n < 15:
		return g.event(pick(g.rng, []door{invoked, eventBridge}), g.malformed())
	case n < 17:
		return g.delivered(g.ignored())
	default:
		return g.delivered(g.entry())
	}
}

func pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }

// oneIn is true once in so many times.
func (g *generator) oneIn(n int) bool { return g.rng.IntN(n) == 0 }

func (g *generator) event(d door, e entry) *event {
	return g.numbered(&event{what: e.what, door: d, text: func(string) []byte { return e.text }, ask: e.ask})
}

func (g *generator) numbered(e *event) *event {
	g.number++
	e.number = g.number
	return e
}

// delivered makes an event that comes by EventBridge.
func (g *generator) delivered(e entry) *event {
	made := g.event(eventBridge, e)
	g.recent = append(g.recent[max(0, len(g.recent)-20):], made)
	return made
}

// once delivers a recent event once more, whether the first delivery has an end or not.
func (g *generator) once() *event {
	first := pick(g.rng, g.recent)
	what := fmt.Sprintf("event %d once more", first.number)
	return g.numbered(&event{what: what, door: first.door, text: first.text, ask: first.ask})
}

// entry makes what may come alone or in an array.
func (g *generator) entry() entry {
	if g.oneIn(4) {
		return g.ignored()
	}
	return g.custom(g.order())
}

// array makes an event of several. One that is malformed spoils the whole, which then is never acknowledged.
func (g *generator) array() entry {
	var entries []entry
	for range g.rng.IntN(7) {
		switch n := g.rng.IntN(14); {
		case n < 2:
			entries = append(entries, g.twins()...)
		case n < 3 && len(g.population.alive) > fewest:
			entries = append(entries, g.release())
		case n < 4 && g.oneIn(2):
			entries = append(entries, g.spoilt(g.order()))
		case n < 6:
			entries = append(entries, g.object(g.order()))
		default:
			entries = append(entries, g.entry())
		}
	}
	return g.joined(entries)
}

// twins ask for the same, one of them as a rehearsal.
func (g *generator) twins() []entry {
	o := g.order()
	o.dryRun = g.oneIn(2)
	twin := o
	twin.dryRun = !o.dryRun
	return []entry{g.object(o), g.custom(twin)}
}

// joined makes an array, whose elements are objects or strings that hold one.
func (g *generator) joined(entries []entry) entry {
	var whole entry
	var texts, whats []string
	asStrings := g.oneIn(3)
	for _, e := range entries {
		text := string(e.text)
		if asStrings {
			text = string(encode(text))
		}
		texts, whats = append(texts, text), append(whats, e.what)
		whole.ask = whole.ask.with(e.ask)
	}
	whole.what = "array of " + strings.Join(whats, "; ")
	whole.text = []byte("[" + strings.Join(texts, ",") + "]")
	return whole
}

// encode writes JSON of maps, strings and the like, which always goes well.
func encode(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return text
}
