package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"elasticsearch-disconnect/events/replay/fctest"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// removed is in every program's reply to the removal of one connection.
const removed = `Result":true`

// cold starts each program anew, in turns: with an event that waits already, and with one that comes later.
func (b *bench) cold() {
	api := newConstantAPI()
	defer api.Close()
	for range b.starts {
		slices.Reverse(b.built) // so that none always profits from the state in which the one before leaves the machine
		for _, p := range b.built {
			b.coldWaiting(p, api.URL)
			b.coldLater(p, api.URL)
		}
	}
}

// coldWaiting measures the first invocation from the poll that gets it.
func (b *bench) coldWaiting(which program, endpoint string) {
	runtime := fctest.NewServer()
	var reply fctest.Reply
	var err error
	var waiting sync.WaitGroup
	waiting.Go(func() { reply, err = runtime.Invoke(b.failed, b.invocation(b.direct)) })
	begun := time.Now()
	p := b.startOn(runtime, which, endpoint)
	defer p.stop()
	toPoll := time.Since(begun)
	waiting.Wait()
	toReply := time.Since(begun)
	p.expect(removed, reply, err)
	b.reportTime(firstPoll, which, toPoll)
	b.reportTime(firstWaiting, which, toReply-toPoll)
	b.reportTime(firstReply, which, toReply)
}

// coldLater measures the first invocation of a process that has had time to prepare for it.
func (b *bench) coldLater(which program, endpoint string) {
	begun := time.Now()
	p := b.start(which, endpoint)
	defer p.stop()
	b.reportTime(firstPoll, which, time.Since(begun))
	b.idle()
	b.reportTime(firstLater, which, p.serve(b.direct, removed))
}

// warm measures processes that have served events before, in turns, and the memory that all that took.
func (b *bench) warm() {
	for range b.generations {
		b.generation()
	}
}

func (b *bench) generation() {
	api := newConstantAPI()
	defer api.Close()
	var all []*process
	for _, which := range b.built {
		p := b.start(which, api.URL)
		defer p.stop()
		for range 20 { // which do not count
			p.serve(b.direct, removed)
		}
		all = append(all, p)
	}
	for range b.chunks {
		for _, p := range all {
			p.serveChunk()
		}
	}
	for _, p := range all {
		p.reportMemory(memory)
	}
}

// serveChunk serves events one after the other: the median on the clock, and the mean of the CPU time.
func (p *process) serveChunk() {
	before, took := p.cpu(), make([]float64, p.chunk)
	for i := range took {
		took[i] = float64(p.serve(p.direct, removed))
	}
	p.reportTime(cpu, p.program, (p.cpu()-before)/time.Duration(p.chunk))
	p.reportTime(p50, p.program, time.Duration(median(took)))
}

const (
	inFlight  = 8   // requests that the function makes at a time unless it is told otherwise
	pageSize  = 100 // instances
	leftovers = 16  // that a reconcile removes without approval
)

// wide measures invocations that call the API many times.
func (b *bench) wide() {
	for range b.repeats {
		b.sweep()
		b.reconcile()
		b.reconcileRegions()
	}
	for _, rate := range rates() {
		b.sweepAt(rate)
	}
}

// sweep cleans up what one released instance left with the last instance of the list.
func (b *bench) sweep() {
	api := newRegion(b.instances, b.latency)
	defer api.Close()
	p, took := b.cleanUp(api, b.instances)
	defer p.stop()
	b.reportTime(sweep, function, took)
	b.reportTime(sweep, ideal, b.readingOf(b.instances))
	p.reportMemory(memoryOfSweep)
}

func (b *bench) cleanUp(api *elasticsearchtest.Server, instances int) (*process, time.Duration) {
	api.Connect(survivor(instances-1), released)
	p := b.start(function, api.URL)
	event := fmt.Sprintf(`{"instanceId":%q,"all":true}`, released)
	return p, p.leave(0, event, fmt.Sprintf(`"outcome":"cleaned","scanned":%d,`, instances), api)
}

// readingOf returns how long the API alone takes for the pages of the list, and for so many requests about its instances.
func (b *bench) readingOf(requests int) time.Duration {
	pages, waves := float64(b.instances)/pageSize, float64(requests)/inFlight
	return time.Duration(float64(b.latency) * (pages + waves))
}

// reconcile removes the leftovers among three connections for each instance.
func (b *bench) reconcile() {
	api, n := newRegion(b.instances, b.latency), b.instances
	defer api.Close()
	connect(api, n, leftovers)
	p := b.start(function, api.URL)
	defer p.stop()
	want := fmt.Sprintf(`"outcome":"reconciled","scanned":%d,"connections":%d,`, n, 3*n)
	b.reportTime(reconcile, function, p.leave(3*n-leftovers, `{"reconcile":true}`, want, api))
	b.reportTime(reconcile, ideal, b.readingOf(n+3*leftovers))
	p.reportMemory(memoryOfReconcile)
}

// connect makes three connections for each of n instances, of which so many are left over.
func connect(api *elasticsearchtest.Server, n, leftovers int) {
	for i := range n {
		third := survivor((i + 3) % n)
		if i < leftovers {
			third = fmt.Sprintf("es-cn-released%04d", i)
		}
		for _, other := range []string{survivor((i + 1) % n), survivor((i + 2) % n), third} {
			api.Connect(survivor(i), other)
		}
	}
}

// reconcileRegions lets a timer do the same in several regions, with as many instances in all.
func (b *bench) reconcileRegions() {
	ids := []string{region, "cn-beijing", "cn-shanghai", "cn-shenzhen"}
	cloud, n, some := elasticsearchtest.NewCloud(), b.instances/len(ids), leftovers/len(ids)
	defer cloud.Close()
	var apis []*elasticsearchtest.Server
	for _, id := range ids {
		apis = append(apis, cloud.Region(id))
		fill(cloud.Region(id), n, b.latency)
		connect(cloud.Region(id), n, some)
	}
	p := b.startOn(fctest.NewServer(), function, "", "HTTPS_PROXY="+cloud.Proxy().String(), "SSL_CERT_FILE="+b.writeRoots("cloud.pem", cloud.CertificatePEM()))
	defer p.stop()
	event := fmt.Sprintf(`{"triggerTime":"t","triggerName":"n","payload":"{\"reconcile\":true,\"regionIds\":\"%s\"}"}`, strings.Join(ids, ","))
	want := fmt.Sprintf(`"outcome":"reconciled","scanned":%d,"connections":%d,`, n, 3*n)
	b.reportTime(timerOfRegions, function, p.leave(len(ids)*(3*n-some), event, want, apis...))
}

// leave serves an event after which n connections must be left.
func (p *process) leave(n int, event, want string, apis ...*elasticsearchtest.Server) time.Duration {
	p.idle()
	took, left := p.serve(event, want), 0
	for _, api := range apis {
		left += len(api.Connections())
	}
	if left != n {
		p.check(fmt.Errorf("%d connections are left, want %d", left, n))
	}
	return took
}

// sweepAt measures a sweep where the API limits the rate of calls: how long it takes, and how many calls are refused.
func (b *bench) sweepAt(rate int) {
	api := newRegion(b.paced, b.latency)
	defer api.Close()
	api.OnRequest = limit(float64(rate))
	p, took := b.cleanUp(api, b.paced)
	p.stop()
	all, served := api.Requests(), 0
	for _, r := range all {
		if r.Code != throttled {
			served++
		}
	}
	b.reportTime(pacedOf(rate), function, took)
	b.reportTime(pacedOf(rate), ideal, time.Duration(served)*time.Second/time.Duration(rate))
	b.report(refusedOf(rate), function, float64(len(all)-served), "calls")
	b.report(refusedOf(rate), ideal, float64(len(all)), "calls")
}
