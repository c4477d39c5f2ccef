package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"
)

// A column is one of the programs that are compared.
type column int

const (
	floor column = iota
	floorHTTP
	peer
	function
	ideal // no program: what a row of the table is held against instead of one
)

// A bench measures the programs.
type bench struct {
	sizes
	quick    bool
	dir      string // for its files
	stderr   io.Writer
	binaries map[column]string
	roots    string // the file of trusted certificates
	payloads map[string][]byte
	results  results
}

// sizes say how much is measured.
type sizes struct {
	starts      int           // of each program, for each way to be started
	generations int           // processes of each program that are kept warm
	chunks      int           // turns of a program within a generation
	chunk       int           // invocations in a turn
	crowd       int           // invocations, crowdWidth of them at a time
	latency     time.Duration // of the API, where it has one
	sweeps      []int         // instances, by which the rows are called
	shrink      int           // what the instances are divided by, to be done sooner
	batches     int
}

const (
	crowdWidth = 16
	batchSize  = 100
)

func newBench(quick bool, dir string, stderr io.Writer) *bench {
	b := &bench{sizes: whole(), quick: quick, dir: dir, stderr: stderr, binaries: map[column]string{}, results: results{}}
	if quick {
		b.sizes = smoke()
	}
	return b
}

// whole takes under two minutes on two cores.
func whole() sizes {
	return sizes{
		starts:      40,
		generations: 4,
		chunks:      8,
		chunk:       500,
		crowd:       4000,
		latency:     20 * time.Millisecond,
		sweeps:      []int{300, 1000, 300, 1000, 300, 1000, 3000},
		shrink:      1,
		batches:     5,
	}
}

// smoke runs everything once, so that the names of the rows promise too much.
func smoke() sizes {
	return sizes{
		starts:      1,
		generations: 1,
		chunks:      2,
		chunk:       20,
		crowd:       64,
		latency:     time.Millisecond,
		sweeps:      []int{300, 1000, 3000},
		shrink:      10,
		batches:     1,
	}
}

// phases takes all measurements, one kind after the other.
func (b *bench) phases(ctx context.Context) error {
	for _, phase := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"first invocations", b.cold},
		{"warm invocations", b.warm},
		{"warm invocations, with the signature checked", b.checked},
		{"a crowd", b.crowded},
		{"sweeps and batches", b.wide},
	} {
		begun := time.Now()
		b.tell("%s …", phase.name)
		if err := phase.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", phase.name, err)
		}
		b.tell("%s: %.1f s", phase.name, time.Since(begun).Seconds())
	}
	return nil
}

// built returns those of the columns that could be built.
func (b *bench) built(columns ...column) []column {
	return slices.DeleteFunc(columns, func(c column) bool { return b.binaries[c] == "" })
}

func (b *bench) tell(format string, args ...any) {
	fmt.Fprintf(b.stderr, "bench: "+format+"\n", args...)
}
