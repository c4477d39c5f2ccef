package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

const (
	callers   = 16  // of concurrent invocations
	inFlight  = 8   // requests that the function makes at a time unless it is told otherwise
	pageSize  = 100 // instances
	batchSize = 100 // pairs
	leftovers = 16  // removed without anyone's approval
)

// removed is in every program's reply to the removal of one connection.
const removed = `Result":true`

// idle leaves a process with nothing to do between its first poll and an event.
func (b *bench) idle() {
	select {
	case <-time.After(50 * time.Millisecond):
	case <-b.failed.Done():
	}
}

// cold starts each program anew, in turns: with an event that waits already, and with one that comes later.
func (b *bench) cold() {
	api := newConstantAPI(0)
	defer api.Close()
	programs := b.built(programs()...)
	for range b.starts {
		slices.Reverse(programs) // what the one before has left behind is not always for the same
		for _, p := range programs {
			b.coldWaiting(p, api.URL)
			b.coldLater(p, api.URL)
		}
	}
}

// coldWaiting measures the first invocation from the poll that gets it.
func (b *bench) coldWaiting(which program, endpoint string) {
	p := b.newProcess(which, endpoint)
	defer p.stop()
	var waiting sync.WaitGroup
	waiting.Go(func() { p.invoke(b.payloads[direct], removed) })
	toPoll := p.begin()
	waiting.Wait()
	toReply := time.Since(p.begun)
	b.reportTime(firstPoll, which, toPoll)
	b.reportTime(firstWaiting, which, toReply-toPoll)
	b.reportTime(firstReply, which, toReply)
}

// coldLater measures an invocation that comes to a process with nothing to do.
func (b *bench) coldLater(which program, endpoint string) {
	p := b.newProcess(which, endpoint)
	defer p.stop()
	b.reportTime(firstPoll, which, p.begin())
	b.idle()
	b.reportTime(firstLater, which, p.invoke(b.payloads[direct], removed))
}

// warm measures processes that have served events before.
func (b *bench) warm() {
	for range b.generations {
		b.overConstant()
		b.overChecking()
	}
}

// overConstant lets a process of each program serve direct events, sees what memory that took, and then goes on to the
// other shapes, which of the others only the floor with HTTP takes: the floor does not look at them, and the peer knows
// the direct one only.
func (b *bench) overConstant() {
	api := newConstantAPI(0)
	defer api.Close()
	all := b.warmedUp(api.URL, programs()...)
	defer stop(all)
	for range b.chunks {
		b.turn(all, constant, direct)
	}
	for _, p := range all {
		p.reportMemory(memory)
	}
	all = slices.DeleteFunc(slices.Clone(all), func(p *process) bool { return p.program == floor || p.program == peer })
	for range b.chunks / 2 {
		b.turn(all, constant, overHTTP)
		b.turn(all, constant, cloudEvent)
	}
}

func (b *bench) overChecking() {
	api := newCheckingAPI()
	defer api.Close()
	all := b.warmedUp(api.URL, function, peer)
	defer stop(all)
	for range b.chunks {
		b.turn(all, checking, direct)
		b.turn(all[:1], checking, overHTTP)
		b.turn(all[:1], checking, cloudEvent)
		api.Reset() // it remembers every request
	}
}

// warmedUp starts the programs, and lets each serve a few events that do not count.
func (b *bench) warmedUp(endpoint string, programs ...program) (all []*process) {
	for _, which := range b.built(programs...) {
		p := b.start(which, endpoint)
		for range 20 {
			p.invoke(b.payloads[direct], removed)
		}
		all = append(all, p)
	}
	return all
}

func stop(all []*process) {
	for _, p := range all {
		p.stop()
	}
}

// turn has each process serve a chunk of events, one after the other: the median on the clock, and the mean of the CPU
// time.
func (b *bench) turn(all []*process, api, shape string) {
	for _, p := range all {
		before := p.cpu()
		took := make([]float64, b.chunk)
		for i := range took {
			took[i] = float64(p.invoke(b.payloads[shape], removed))
		}
		b.reportTime(cpuOf(shape, api), p.program, (p.cpu()-before)/time.Duration(b.chunk))
		b.report(p50Of(shape, api), p.program, median(took), "ns/op")
	}
}

// concurrently counts the connections that many invocations at once make to a slow API.
func (b *bench) concurrently() {
	for _, p := range b.built(floorHTTP, peer, function) {
		b.concurrentlyBy(p)
	}
}

func (b *bench) concurrentlyBy(which program) {
	api := newConstantAPI(b.latency)
	defer api.Close()
	p := b.start(which, api.URL)
	defer p.stop()
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for range b.concurrent / callers {
				p.invoke(b.payloads[direct], removed)
			}
		})
	}
	all.Wait()
	b.report(dials, which, float64(api.dials.Load()), "conns")
}

// wide measures invocations that ask the API many times, several requests at once.
func (b *bench) wide() {
	for _, instances := range b.sweeps {
		b.sweep(instances)
	}
	for range b.reconciles {
		b.reconcile(1000)
	}
	for range b.batches {
		b.batch()
	}
}

// sweep cleans up what one released instance left with the last of so many: before, nobody lists it.
func (b *bench) sweep(name int) {
	instances := name / b.shrink
	api := newRegion(instances, b.latency)
	defer api.Close()
	api.Connect(survivor(instances-1), released)
	p := b.start(function, api.URL)
	defer p.stop()
	event := fmt.Sprintf(`{"instanceId":%q,"all":true}`, released)
	took := p.clear(api, event, fmt.Sprintf(`"outcome":"cleaned","scanned":%d,`, instances))
	pages, waves := float64(instances)/pageSize, float64(instances)/inFlight
	b.reportTime(sweepOf(name), function, took)
	b.report(sweepOf(name), ideal, float64(b.latency)*(pages+waves), "ns/op")
	p.reportMemory(memoryOf(name))
}

// reconcile removes what is left over among three connections for each instance.
func (b *bench) reconcile(name int) {
	instances := name / b.shrink
	api := newRegion(instances, b.latency)
	defer api.Close()
	for i := range instances {
		api.Connect(survivor(i), survivor((i+1)%instances))
		api.Connect(survivor(i), survivor((i+2)%instances))
		if i < leftovers {
			api.Connect(survivor(i), fmt.Sprintf("es-cn-released%04d", i))
		} else {
			api.Connect(survivor(i), survivor((i+3)%instances))
		}
	}
	p := b.start(function, api.URL)
	defer p.stop()
	want := fmt.Sprintf(`"outcome":"reconciled","scanned":%d,"connections":%d,`, instances, 3*instances)
	took := p.leave(3*instances-leftovers, api, `{"reconcile":true}`, want)
	pages, waves := float64(instances)/pageSize, float64(instances+3*leftovers)/inFlight
	b.reportTime(reconcileOf(name), function, took)
	b.report(reconcileOf(name), ideal, float64(b.latency)*(pages+waves), "ns/op")
	p.reportMemory(memoryOfReconcile(name))
}

// batch removes a hundred connections of as many instances in one invocation.
func (b *bench) batch() {
	api := newRegion(batchSize, b.latency)
	defer api.Close()
	var pairs []string
	for i := range batchSize {
		api.Connect(survivor(i), released)
		pairs = append(pairs, fmt.Sprintf(`{"instanceId":%q,"connectedInstanceId":%q}`, survivor(i), released))
	}
	p := b.start(function, api.URL)
	defer p.stop()
	b.reportTime(batch, function, p.clear(api, "["+strings.Join(pairs, ",")+"]", removed))
	b.report(batch, ideal, float64(b.latency)*batchSize/inFlight, "ns/op")
}

// clear has a process serve an event after which no connection is left.
func (p *process) clear(api *elasticsearchtest.Server, event, want string) time.Duration {
	return p.leave(0, api, event, want)
}

// leave has a process serve an event after which so many connections are left.
func (p *process) leave(n int, api *elasticsearchtest.Server, event, want string) time.Duration {
	p.idle()
	took := p.invoke([]byte(event), want)
	if left := len(api.Connections()); left != n {
		p.check(fmt.Errorf("%d connections are left, and not %d", left, n))
	}
	return took
}
