package main

import (
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"
)

// A program takes part in the comparison.
type program string

const (
	floor     program = "floor"
	floorHTTP program = "floorhttp"
	peer      program = "peer"
	function  program = "function"
	ideal     program = "ideal" // does not run: the time of the API's answers alone
)

func programs() []program { return []program{floor, floorHTTP, peer, function} }

// A bench measures the programs. Like a bufio.Writer it keeps its first failure, and does nothing after it.
type bench struct {
	sizes
	failed context.Context // ends with the first failure, which is its cause
	fail   context.CancelCauseFunc

	dir         string             // for its files
	built       []program          // those that could be built
	binaries    map[program]string // of these
	roots       string             // the file of trusted certificates
	direct      string             // the event that all programs understand
	invocations int                // so far, for their request ids

	lines, progress io.Writer
}

// sizes say how much is measured.
type sizes struct {
	level       int           // of the compression
	starts      int           // of each program, for each way to be started
	generations int           // processes of each program that are kept warm
	chunks      int           // turns of a program within a generation
	chunk       int           // invocations in a turn
	latency     time.Duration // of the API, where it has one
	repeats     int           // of sweeps and reconciles
	instances   int           // of those
	paced       int           // instances of a sweep where the API limits the rate
}

// whole takes a minute and a half on two cores. The level is zip's own default.
func whole() sizes {
	return sizes{level: 6, starts: 40, generations: 3, chunks: 8, chunk: 500, latency: 20 * time.Millisecond, repeats: 3, instances: 1000, paced: 60}
}

// smoke measures everything once and less than the names of the rows say.
func smoke() sizes {
	return sizes{level: flate.HuffmanOnly, starts: 1, generations: 1, chunks: 2, chunk: 20, latency: time.Millisecond, repeats: 1, instances: 100, paced: 6}
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
		{"sweeps and reconciles", b.wide},
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

func (b *bench) check(err error) {
	if err != nil {
		b.fail(err)
	}
}

func (b *bench) note(format string, args ...any) {
	fmt.Fprintf(b.progress, "bench: "+format+"\n", args...)
}

func (b *bench) report(name string, p program, value float64, unit string) {
	if b.failed.Err() == nil { // after a failure a value means nothing
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

// machine describes where and when this ran. On a busy machine the spread says more than the medians, so the load is in it.
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
