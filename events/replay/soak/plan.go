package soak

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// A plan is decided before the function is started, and depends on the seed alone.
type plan struct {
	steps []step
	after []change // to the instances, when the faults are over
	final step     // asks to reconcile, when all others are done
	kills []int    // of the function, each after so many requests to the API
}

// A step is what happens to the instances, and then an event.
type step struct {
	changes []change
	event   *event
}

// A change happens to an instance.
type change struct {
	what, id string
	to       string // the other instance, or the status
}

// What may happen to an instance.
const (
	created   = "created"
	connected = "connected"
	released  = "released"
	became    = "became"
)

// A sender delivers an event, and again until it is done.
type sender string

const (
	invoker     sender = "asynchronous" // Function Compute alone
	eventBridge sender = "EventBridge"  // and Function Compute
	caller      sender = "HTTP"
)

// An event is what a sender sends, and what it asks for.
type event struct {
	number     int
	name       string // of the recordings, and how they were changed
	sender     sender
	text       string
	ask        ask
	deliveries []delivery // as many as there may be
}

func (e *event) String() string { return fmt.Sprintf("event %d, %s: %s", e.number, e.sender, e.name) }

// A delivery is an invocation for an event.
type delivery struct {
	requestID  string
	retryCount int
	timeout    time.Duration // while there are faults
}

// fewest is the least number of instances. All fit on one page of the API's list: the function cannot notice that one is
// created and another released while it reads several pages.
const fewest = 8

// A planner draws a plan.
type planner struct {
	plan
	rng        *rand.Rand
	recordings []recording
	now        int // the step that is being drawn

	alive       []string      // the instances that exist
	connections []pair        // all that ever were; none is made twice
	taken       map[pair]bool // connected, or asked for and not to be connected
	asked       map[pair]bool // by name
	last        pair          // that was asked for by name
}

func newPlan(seed uint64, recordings []recording, events int) plan {
	p := &planner{
		plan: plan{steps: make([]step, events)}, rng: rand.New(rand.NewPCG(seed, 1)), recordings: recordings,
		taken: map[pair]bool{}, asked: map[pair]bool{},
	}
	for p.now = range events {
		p.step()
	}
	p.final.event = p.numbered(p.reconcile("timer-reconcile"), events+1)
	for n := 0; len(p.kills) < events/25; {
		n += 20 + p.rng.IntN(200)
		p.kills = append(p.kills, n)
	}
	return p.plan
}

func (p *planner) oneIn(n int) bool { return p.rng.IntN(n) == 0 }

func filter[T any](from []T, keep func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(from), func(t T) bool { return !keep(t) })
}

func pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }

func (p *planner) step() {
	for len(p.alive) < fewest || len(p.alive) < 2*fewest && p.oneIn(4) {
		p.create()
	}
	p.connect(pick(p.rng, p.alive))
	if p.oneIn(6) {
		p.release(0) // which no event reports
	}
	if p.oneIn(8) {
		id := pick(p.rng, p.alive)
		p.happen(0, change{became, id, "activating"})
		p.happen(5, change{became, id, "active"})
	}
	p.steps[p.now].event = p.numbered(p.event(), p.now+1)
}

func (p *planner) numbered(e *event, number int) *event {
	e.number, e.deliveries = number, p.deliveries(e.sender)
	return e
}

func (p *planner) event() *event {
	switch n := p.rng.IntN(20); {
	case n < 1 && p.now > 0:
		return p.again()
	case n < 5:
		return p.array()
	case n < 6:
		return p.reconcile("")
	default:
		return p.recorded(p.recordings)
	}
}

// again sends the event before once more, even while that is under way, as EventBridge and a timer may.
func (p *planner) again() *event {
	e := *p.steps[p.now-1].event
	if e.sender != eventBridge && !strings.HasPrefix(e.name, "timer-") {
		return p.recorded(p.recordings)
	}
	e.name = fmt.Sprintf("event %d once more", e.number)
	return &e
}

// recorded makes an event of one of the recordings, every other time of one that asks to remove a connection.
func (p *planner) recorded(from []recording) *event {
	if p.oneIn(2) {
		from = filter(from, func(r recording) bool { return len(r.ask.pairs) > 0 })
	}
	r := pick(p.rng, from)
	instances := map[string]string{}
	for _, c := range r.ask.pairs {
		if !slices.Contains(c[:], neverWas) {
			instances[c[0]], instances[c[1]] = p.target()
		}
	}
	for _, id := range r.ask.cleanups {
		switch {
		case !r.isRelease && p.oneIn(2):
			instances[id] = pick(p.rng, p.alive)
		case r.name != "eventbridge-release-console" && p.oneIn(4):
			instances[id] = p.release(1)
		default: // an event of the console is no proof: the API has to say that the instance does not exist
			instances[id] = p.release(0)
		}
	}
	return p.about(r, instances)
}

// reconcile makes an event of a recording that asks to reconcile and whose name begins so.
func (p *planner) reconcile(name string) *event {
	r := pick(p.rng, filter(p.recordings, func(r recording) bool { return r.ask.reconciles && strings.HasPrefix(r.name, name) }))
	return p.about(r, map[string]string{})
}

// about makes an event of a recording. The map says which instances take the place of the recorded ones; instances to spare
// take all other places. A Logstash instance gets the id of an Elasticsearch instance with its own prefix.
func (p *planner) about(r recording, instances map[string]string) *event {
	instances[neverWas] = neverWas
	var spared []string
	text := replace(instancePattern, r.text, func(id string) string {
		if instances[id] == "" {
			if len(spared) == 0 {
				c := p.toSpare()
				spared = c[:]
			}
			instances[id], spared = spared[0], spared[1:]
		}
		return id[:2] + instances[id][2:]
	})
	from, _, _ := strings.Cut(r.name, "-")
	return &event{
		name:   r.name,
		sender: map[string]sender{"direct": invoker, "timer": invoker, "eventbridge": eventBridge, "http": caller}[from],
		text:   replace(idPattern, p.onTime(text), func(string) string { return p.uuid() }),
		ask:    r.ask.about(instances),
	}
}

// array makes an event of several, as objects or as strings with an object. A malformed one spoils the whole.
func (p *planner) array() *event {
	whole := &event{sender: eventBridge}
	var names, texts []string
	asStrings := p.oneIn(3)
	for range p.rng.IntN(7) {
		e := p.recorded(filter(p.recordings, recording.isElement))
		whole.ask = whole.ask.with(e.ask)
		if asStrings {
			e.text = quote(e.text)
		}
		names, texts = append(names, e.name), append(texts, e.text)
	}
	whole.name = "array of " + strings.Join(names, "; ")
	whole.text = "[" + strings.Join(texts, ",") + "]"
	return whole
}

// onTime gives the event of a timer another time in each step.
func (p *planner) onTime(text string) string {
	return timePattern.ReplaceAllString(text, fmt.Sprintf("${1}2023-09-05T%02d:%02d:00Z", p.now/60, p.now%60))
}

// uuid makes a text of the form of a UUID.
func (p *planner) uuid() string {
	a, b := p.rng.Uint64(), p.rng.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>52, b&0xffffffffffff)
}

// deliveries draws the deliveries of an event. A retry of Function Compute keeps the request id; any other gets a new one.
func (p *planner) deliveries(s sender) []delivery {
	var all []delivery
	for n := range faultyTries + faultlessTries {
		d := delivery{timeout: 300*time.Millisecond + time.Duration(p.rng.IntN(1200))*time.Millisecond}
		isRetry := s == invoker || s == eventBridge && (p.oneIn(2) || n > faultyTries)
		if n > 0 && isRetry {
			d.requestID, d.retryCount = all[n-1].requestID, all[n-1].retryCount+1
		} else {
			d.requestID = fmt.Sprintf("1-64f6cd87-%012x-%012x", p.rng.Uint64()>>16, p.rng.Uint64()>>16)
		}
		all = append(all, d)
	}
	return all
}
