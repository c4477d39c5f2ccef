package fleettest_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/fleettest"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// TestMemory: a report of 5,000 instances with 3,000 connections, each of them printed, takes less than 64 MiB, in
// the forms that take most.
func TestMemory(t *testing.T) {
	t.Parallel()
	const mostKiB = 64 << 10
	d := deskOf(t, fleettest.NewUniform(5000, 3000, "cn-hangzhou"))
	for _, form := range []string{"json", "html"} {
		out, got := d.measured(t, "report", "--region", "cn-hangzhou", "--all", "-o", form)
		if n := strings.Count(out, "\n"); n < 3000 {
			t.Fatalf("%s: %d lines", form, n)
		}
		t.Logf("%s: %d KiB", form, got)
		if got > mostKiB {
			t.Errorf("%s: %d KiB, want at most %d", form, got, mostKiB)
		}
	}
}

// BenchmarkRegions: how much longer 25 regions take than the largest of them, with 40 instances each and 50 ms
// a call. The stand-in has the same processors. So it collects less garbage here; with two processors, the rest of
// the difference is the work for 200 connections, which begin at the same time.
func BenchmarkRegions(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	regions := elasticsearch.Regions()
	d := deskOf(b, fleettest.NewUniform(40, 30, regions...))
	for _, id := range regions {
		d.Region(id).Latency = 50 * time.Millisecond
	}
	read := func(regions ...string) time.Duration {
		begun := time.Now()
		c := d.command(b, []string{"report", "--region", strings.Join(regions, ",")})
		if out, err := c.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		return time.Since(begun)
	}
	read(regions...) // makes the certificates
	var one, all time.Duration
	for b.Loop() {
		one += read(regions[0])
		all += read(regions...)
	}
	b.ReportMetric(float64(all)/float64(one), "times-one-region")
}

// measureVariable makes the test's own binary run another program and say how much memory it took.
const measureVariable = "FLEETTEST_MEASURE"

// measured runs the command, and returns its standard output and its largest resident set in KiB. A process
// begins with that of the one which starts it, so the command is not started by the one that serves the fleet.
func (d *desk) measured(t *testing.T, args ...string) (stdout string, kib int) {
	t.Helper()
	c := d.command(t, args)
	between := exec.CommandContext(t.Context(), os.Args[0], c.Args...)
	between.Env = append(c.Env, measureVariable+"=yes")
	var out, said bytes.Buffer
	between.Stdout, between.Stderr = &out, &said
	if err := between.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &said)
	}
	if _, err := fmt.Sscan(said.String(), &kib); err != nil {
		t.Fatalf("%v\n%s", err, &said)
	}
	return out.String(), kib
}

// measure is what the process between does.
func measure(program string, args []string) int {
	c := exec.Command(program, args...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	if err := c.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Fprintln(os.Stderr, c.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
	return 0
}
