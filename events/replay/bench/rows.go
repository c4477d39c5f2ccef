package main

import "fmt"

// The names of the measurements in their benchmark lines.
const (
	binary            = "Binary"
	zipped            = "Zip"
	firstPoll         = "FirstPoll"
	firstWaiting      = "First/event=waiting"
	firstLater        = "First/event=later"
	firstReply        = "FirstReply"
	cpu               = "CPU/event=direct/api=constant"
	p50               = "P50/event=direct/api=constant"
	memory            = "PeakRSS/after=invocations"
	sweep             = "Sweep/instances=1000"
	memoryOfSweep     = "PeakRSS/after=sweep-1000"
	reconcile         = "Reconcile/instances=1000"
	timerOfRegions    = "Timer/regions=4/instances=250"
	memoryOfReconcile = "PeakRSS/after=reconcile-1000"
)

func pacedOf(rate int) string   { return fmt.Sprintf("Paced/rate=%d", rate) }
func refusedOf(rate int) string { return fmt.Sprintf("Refused/rate=%d", rate) }

// rates are the limits under which a sweep is measured, in calls a second.
func rates() []int { return []int{5, 20} }

// A row of the table has a figure of each program, and the bound of the function's.
type row struct {
	name  string
	title string
	unit  float64 // of the title, in units of the benchmark lines
	bound bound
}

// A bound is at most so many times the base. The zero bound is none.
type bound struct {
	most float64
	base string // the key of its samples
	says string // its name in the table
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
		// The cost of the parsing, the signature and the log besides the request.
		{cpu, "CPU per invocation, µs", µs, bound{1.15, key(cpu, floorHTTP), "floor with HTTP"}},
		{p50, "p50 of an invocation, µs", µs, bound{0.78, key(p50, peer), "peer"}},
		// The smallest memory that can be ordered is enough, and nothing grows with the invocations or the instances.
		{memory, "peak RSS after 4,000 invocations, MiB", mebi, bound{1.08, key(memory, floorHTTP), "floor with HTTP"}},
		{memoryOfSweep, "peak RSS after a sweep of 1000, MiB", mebi, bound{1.08, key(memory, floorHTTP), "floor with HTTP, 4,000"}},
		{memoryOfReconcile, "peak RSS after a reconcile of 1000, MiB", mebi, bound{1.20, key(memoryOfSweep, function), "sweep of 1000"}},
		// Eight requests are in flight all the time. A reconcile reads no more often than a sweep.
		{sweep, "sweep of 1000, 20 ms, 8 in flight, ms", ms, bound{1.10, key(sweep, ideal), "ideal"}},
		{reconcile, "reconcile of 1000, 3000 connections, ms", ms, bound{1.10, key(reconcile, ideal), "ideal"}},
		// Regions do not wait for each other.
		{timerOfRegions, "timer over 4 regions of 250, ms", ms, bound{1.15, key(reconcile, function), "reconcile of 1000"}},
	}
	for _, rate := range rates() { // nearly all of the rate is used, and few calls are refused
		title := fmt.Sprintf("sweep of 60 at %d calls a second", rate)
		list = append(list,
			row{pacedOf(rate), title + ", ms", ms, bound{1.30, key(pacedOf(rate), ideal), "calls ÷ rate"}},
			row{refusedOf(rate), title + ", refused", 1, bound{0.15, key(refusedOf(rate), ideal), "calls"}})
	}
	return list
}
