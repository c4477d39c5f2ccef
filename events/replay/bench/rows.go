package main

import "fmt"

// The rows of the table.
const (
	rowBinary     = "stripped binary, MiB"
	rowZip        = "its zip, MiB"
	rowPoll       = "process start to first poll, ms"
	rowFirst      = "first invocation, event waiting, ms"
	rowFirstReply = "process start to first reply, ms"
	rowLater      = "first invocation, 50 ms after the poll, ms"
	rowMemory     = "peak RSS after 4,000 invocations, MiB"
	rowDials      = "connections, 4,000 calls, 16 at once, 20 ms"
	rowBatch      = "batch of 100 pairs, 20 ms, 8 in flight, ms"
)

func rowCPU(shape string) string     { return fmt.Sprintf("CPU per invocation, %s, µs", shape) }
func rowP50(shape string) string     { return fmt.Sprintf("p50, %s, µs", shape) }
func rowChecked(shape string) string { return fmt.Sprintf("p50, %s, signature checked, µs", shape) }
func rowSweep(n int) string          { return fmt.Sprintf("sweep of %d, 20 ms, 8 in flight, ms", n) }
func rowSweepMemory(n int) string    { return fmt.Sprintf("peak RSS after a sweep of %d, MiB", n) }

// A row is a figure of each program, and the goal that the function's is held to.
type row struct {
	name  string
	goal  int     // its number in issue 5; 0: none
	most  float64 // the goal: at most so many times the base, or without a base so much
	base  cell
	says  string  // what the base is called
	times float64 // of the base; 0 is once
}

func rows() []row {
	list := []row{
		against(rowBinary, 1, 1.15, cell{rowBinary, floor}, "floor"),
		against(rowZip, 1, 1.15, cell{rowZip, floor}, "floor"),
		against(rowPoll, 2, 1.08, cell{rowPoll, floor}, "floor"),
		against(rowFirst, 3, 0.45, cell{rowFirst, floorHTTP}, "floor with HTTP"),
		against(rowLater, 3, 0.12, cell{rowLater, peer}, "peer"),
		{name: rowFirstReply},
	}
	for _, shape := range shapes() {
		list = append(list, against(rowCPU(shape), 4, 1.15, cell{rowCPU(shape), floorHTTP}, "floor with HTTP"))
	}
	for _, shape := range shapes() {
		list = append(list, row{name: rowP50(shape)})
	}
	for _, shape := range shapes() {
		list = append(list, against(rowChecked(shape), 4, 0.78, cell{rowChecked(direct), peer}, "peer, direct"))
	}
	return append(list,
		against(rowMemory, 5, 1.08, cell{rowMemory, floorHTTP}, "floor with HTTP"),
		against(rowSweepMemory(1000), 5, 1.08, cell{rowMemory, floorHTTP}, "floor with HTTP, 4,000"),
		row{name: rowDials, goal: 6, most: 32},
		against(rowSweep(1000), 7, 1.10, cell{rowSweep(1000), ideal}, "ideal"),
		row{rowSweep(3000), 7, 1.10, cell{rowSweep(300), function}, "10 × sweep of 300", 10},
		against(rowSweepMemory(3000), 7, 1.10, cell{rowSweepMemory(1000), function}, "sweep of 1000"),
		against(rowBatch, 7, 1.10, cell{rowBatch, ideal}, "ideal"),
	)
}

func against(name string, goal int, most float64, base cell, says string) row {
	return row{name: name, goal: goal, most: most, base: base, says: says}
}
