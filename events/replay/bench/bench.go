package main

import (
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// A program is one of those that are compared.
type program string

const (
	floor     program = "floor"
	floorHTTP program = "floorhttp"
	peer      program = "peer"
	function  program = "function"
	ideal     program = "ideal" // none that runs: what the API's latency takes by itself
)

func programs() []program { return []program{floor, floorHTTP, peer, function} }

// A bench measures the programs. Like a bufio.Writer it keeps its first failure, after which nothing more is done.
type bench struct {
	sizes
	failed context.Context // ends with the first failure, which is its cause
	fail   context.CancelCauseFunc

	dir         string             // for its files
	binaries    map[program]string // of the programs that could be built
	roots       string             // the file of trusted certificates
	payloads    map[string][]byte  // an event of each shape
	invocations atomic.Int64       // so far, for their request ids

	lines, progress io.Writer
}

// sizes say how much is measured.
type sizes struct {
	level       int           // of the compression
	starts      int           // of each program, for each way to be started
	generations int           // processes of each program that are kept warm
	chunks      int           // turns of a program within a generation
	chunk       int           // invocations in a turn
	concurrent  int           // invocations, with callers of them at a time
	latency     time.Duration // of the API, where it has one
	sweeps      []int         // instances, by which the rows are called
	shrink      int           // what the instances are divided by, to be done sooner
	reconciles  int
	batches     int
	paced       int // instances of a sweep where the API limits the rate
}

// whole takes three minutes on two cores. The level is that of zip unless it is told otherwise.
func whole() sizes {
	return sizes{level: 6, starts: 40, generations: 3, chunks: 8, chunk: 500, concurrent: 4000,
		latency: 20 * time.Millisecond, sweeps: []int{300, 1000, 300, 1000, 300, 1000, 3000}, shrink: 1, reconciles: 3, batches: 5, paced: 60}
}

// smoke runs everything once, so that the names of the rows promise too much.
func smoke() sizes {
	return sizes{level: flate.HuffmanOnly, starts: 1, generations: 1, chunks: 2, chunk: 20, concurrent: 64,
		latency: time.Millisecond, sweeps: []int{300, 1000, 3000}, shrink: 10, reconciles: 1, batches: 1, paced: 6}
}

// measure builds the programs, takes all measurements, one kind after the other, and writes their lines.
func measure(ctx context.Context, s sizes, programs []program, lines, progress io.Writer) error {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return errors.New("the function is built for linux/amd64, and can be measured only there")
	}
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{sizes: s, dir: dir, binaries: map[program]string{}, lines: lines, progress: progress}
	b.failed, b.fail = context.WithCancelCause(ctx)
	defer b.fail(nil)
	fmt.Fprintf(b.lines, "%s\n\n", machine())
	for _, phase := range []struct {
		name string
		run  func()
	}{
		{"building", func() { b.prepare(programs) }},
		{"first invocations", b.cold},
		{"warm invocations", b.warm},
		{"concurrent invocations", b.concurrently},
		{"sweeps, reconciles and batches", b.wide},
		{"sweeps under a limit", b.limited},
	} {
		begun := time.Now()
		b.note("%s …", phase.name)
		phase.run()
		if err := context.Cause(b.failed); err != nil {
			return fmt.Errorf("%s: %w", phase.name, err)
		}
		b.note("%s: %.1f s", phase.name, time.Since(begun).Seconds())
	}
	return nil
}

// built returns those of the programs that could be built.
func (b *bench) built(programs ...program) []program {
	return slices.DeleteFunc(programs, func(p program) bool { return b.binaries[p] == "" })
}

func (b *bench) check(err error) {
	if err != nil {
		b.fail(err)
	}
}

func (b *bench) note(format string, args ...any) {
	fmt.Fprintf(b.progress, "bench: "+format+"\n", args...)
}

func (b *bench) report(name string, p program, value float64, unit string) {
	if b.failed.Err() == nil { // what a failure leaves is no figure
		_, err := io.WriteString(b.lines, line(name, p, value, unit))
		b.check(err)
	}
}

func (b *bench) reportTime(name string, p program, took time.Duration) {
	b.report(name, p, float64(took), "ns/op")
}

func (b *bench) reportSize(name string, p program, bytes int) {
	b.report(name, p, float64(bytes), "B")
}

// machine says where and when this ran, and how busy the machine was before: on one with other work the spread says more
// than the medians.
func machine() string {
	_, cpu, _ := strings.Cut(contentOf("/proc/cpuinfo"), "model name\t: ")
	cpu, _, _ = strings.Cut(cpu, "\n")
	load, _, _ := strings.Cut(contentOf("/proc/loadavg"), " ")
	return fmt.Sprintf("%s, %d cores (%s), %s, Linux %s, load %s before", time.Now().Format(time.DateOnly), runtime.NumCPU(), cpu,
		runtime.Version(), strings.TrimSpace(contentOf("/proc/sys/kernel/osrelease")), load)
}

// contentOf is empty for a file that cannot be read.
func contentOf(file string) string {
	content, _ := os.ReadFile(file)
	return string(content)
}
