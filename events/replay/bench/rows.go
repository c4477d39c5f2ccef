package main

import "fmt"

// The names of the measurements, as their benchmark lines have them.
const (
	binary       = "Binary"
	zipped       = "Zip"
	firstPoll    = "FirstPoll"
	firstWaiting = "First/event=waiting"
	firstLater   = "First/event=later"
	firstReply   = "FirstReply"
	memory       = "PeakRSS/after=invocations"
	dials        = "Dials"
	batch        = "Batch"
)

func cpuOf(shape, api string) string { return fmt.Sprintf("CPU/event=%s/api=%s", shape, api) }
func p50Of(shape, api string) string { return fmt.Sprintf("P50/event=%s/api=%s", shape, api) }
func sweepOf(n int) string           { return fmt.Sprintf("Sweep/instances=%d", n) }
func reconcileOf(n int) string       { return fmt.Sprintf("Reconcile/instances=%d", n) }
func memoryOf(n int) string          { return fmt.Sprintf("PeakRSS/after=sweep-%d", n) }
func memoryOfReconcile(n int) string { return fmt.Sprintf("PeakRSS/after=reconcile-%d", n) }
func pacedOf(rate int) string        { return fmt.Sprintf("Paced/rate=%d", rate) }
func refusedOf(rate int) string      { return fmt.Sprintf("Refused/rate=%d", rate) }

// A row of the table is a figure of each program, and the bound of the function's.
type row struct {
	name  string
	title string
	unit  float64 // the title's, in that of the lines
	bound bound
}

// A bound is at most so many times the base, or without a base so much; the zero bound is none.
type bound struct {
	most float64
	base string // whose samples
	says string // what the table calls it
}

const (
	ms   = 1e6 // ns
	µs   = 1e3
	mebi = 1 << 20 // bytes
)

func rows() []row {
	list := []row{
		// What is loaded before the first instruction runs, and what is uploaded.
		{binary, "stripped binary, MiB", mebi, bound{1.17, key(binary, floor), "floor"}},
		{zipped, "its zip, MiB", mebi, bound{1.15, key(zipped, floor), "floor"}},
		// Nothing is done before the poll that can be done after it.
		{firstPoll, "process start to first poll, ms", ms, bound{1.08, key(firstPoll, floor), "floor"}},
		// Root certificates are read once, and where there is time for it a connection is ready before the event.
		{firstWaiting, "first invocation, event waiting, ms", ms, bound{0.45, key(firstWaiting, floorHTTP), "floor with HTTP"}},
		{firstLater, "first invocation, 50 ms after the poll, ms", ms, bound{0.12, key(firstLater, peer), "peer"}},
		{firstReply, "process start to first reply, ms", ms, bound{}},
	}
	for _, shape := range shapes() { // what the parsing, the signature and the log cost besides the request
		name := cpuOf(shape, constant)
		title := fmt.Sprintf("CPU per invocation, %s, µs", shape)
		list = append(list, row{name, title, µs, bound{1.15, key(name, floorHTTP), "floor with HTTP"}})
	}
	for _, shape := range shapes() {
		list = append(list, row{p50Of(shape, constant), fmt.Sprintf("p50, %s, µs", shape), µs, bound{}})
	}
	for _, shape := range shapes() { // the official SDK's client does the same job, for the one shape that it is given
		title := fmt.Sprintf("p50, %s, signature checked, µs", shape)
		list = append(list, row{p50Of(shape, checking), title, µs, bound{0.78, key(p50Of(direct, checking), peer), "peer, direct"}})
	}
	list = append(list,
		// The smallest memory that can be ordered is enough, and nothing grows with the invocations or the instances.
		row{memory, "peak RSS after 4,000 invocations, MiB", mebi, bound{1.08, key(memory, floorHTTP), "floor with HTTP"}},
		row{memoryOf(1000), "peak RSS after a sweep of 1000, MiB", mebi, bound{1.08, key(memory, floorHTTP), "floor with HTTP, 4,000"}},
		// Connections are kept: two for each caller, were all of them to break once.
		row{dials, "connections, 4,000 calls, 16 at once, 20 ms", 1, bound{most: 2 * callers}},
		// Requests are in flight all the time, and ten times the instances take ten times as long and no more memory.
		row{sweepOf(1000), "sweep of 1000, 20 ms, 8 in flight, ms", ms, bound{1.10, key(sweepOf(1000), ideal), "ideal"}},
		row{sweepOf(3000), "sweep of 3000, 20 ms, 8 in flight, ms", ms, bound{11, key(sweepOf(300), function), "sweep of 300"}},
		row{memoryOf(3000), "peak RSS after a sweep of 3000, MiB", mebi, bound{1.10, key(memoryOf(1000), function), "sweep of 1000"}},
		// A request to reconcile reads no more often than a sweep, and keeps each connection once.
		row{reconcileOf(1000), "reconcile of 1000, 3000 connections, ms", ms, bound{1.10, key(reconcileOf(1000), ideal), "ideal"}},
		row{memoryOfReconcile(1000), "peak RSS after it, MiB", mebi, bound{1.20, key(memoryOf(1000), function), "sweep of 1000"}},
		row{batch, "batch of 100 pairs, 20 ms, 8 in flight, ms", ms, bound{1.10, key(batch, ideal), "ideal"}},
	)
	for _, rate := range rates() { // where the API limits the rate of calls, nearly all of it is used, and few are refused
		title := fmt.Sprintf("sweep of 60 at %d calls a second", rate)
		list = append(list,
			row{pacedOf(rate), title + ", ms", ms, bound{1.30, key(pacedOf(rate), ideal), "calls ÷ rate"}},
			row{refusedOf(rate), title + ", refused", 1, bound{0.15, key(refusedOf(rate), ideal), "calls"}})
	}
	return list
}
