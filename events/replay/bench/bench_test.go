package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestMeasure measures the function alone, everything once: each row has a figure, whatever it is. In so small a sweep
// it may be that no call is refused.
func TestMeasure(t *testing.T) {
	t.Parallel()
	_, err := exec.LookPath("make")
	if testing.Short() || err != nil || runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("it builds the function with make, for linux/amd64, and runs it")
	}
	var lines, progress bytes.Buffer
	if err := measure(t.Context(), smoke(), []program{function}, &lines, &progress); err != nil {
		t.Fatalf("%v\n%s", err, &progress)
	}
	_, samples, err := readLines(&lines)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows() {
		figures := samples[key(row.name, function)]
		if mayBeNone := strings.HasPrefix(row.name, "Refused/"); len(figures) == 0 || !mayBeNone && median(figures) <= 0 {
			t.Errorf("%s: no figure of the function", row.title)
		}
	}
	for _, name := range []string{sweepOf(1000), reconcileOf(1000), batch, pacedOf(5), refusedOf(5)} {
		if median(samples[key(name, ideal)]) <= 0 {
			t.Errorf("%s: no ideal", name)
		}
	}
}

// TestFailure: the first failure is the bench's, and nothing is reported after it.
func TestFailure(t *testing.T) {
	t.Parallel()
	var lines bytes.Buffer
	b := &bench{sizes: smoke(), binaries: map[program]string{function: filepath.Join(t.TempDir(), "none")}, lines: &lines}
	b.failed, b.fail = context.WithCancelCause(t.Context())
	b.cold()
	b.warm()
	b.concurrently()
	b.wide()
	b.limited()
	if err := context.Cause(b.failed); !os.IsNotExist(err) || lines.Len() > 0 {
		t.Errorf("got %v and the lines\n%s", err, &lines)
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "bench.txt")
	if err := os.WriteFile(file, []byte("a machine\n\n"+line(binary, function, 6*mebi, "B")), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		args           []string
		code           int
		stdout, stderr string // the beginnings
	}{
		"help":               {[]string{"-h"}, 0, "", "Usage of bench:\n"},
		"an unknown flag":    {[]string{"-no"}, 2, "", "flag provided but not defined: -no\n"},
		"an argument":        {[]string{"floor"}, 2, "", "Usage of bench:\n"},
		"a table":            {[]string{"-table", file}, 0, "a machine\n\n| ", ""},
		"a table of no file": {[]string{"-table", file + "x"}, 1, "", "bench: open "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), test.args, &stdout, &stderr)
			if code != test.code || !strings.HasPrefix(stdout.String(), test.stdout) || !strings.HasPrefix(stderr.String(), test.stderr) {
				t.Errorf("exit code %d, want %d\n%s%s", code, test.code, &stdout, &stderr)
			}
		})
	}
}

func TestReadLines(t *testing.T) {
	t.Parallel()
	const text = "a machine\n\nBenchmarkZip/program=floor 1 2650000 B\nBenchmarkZip/program=floor 1 2.5 B\n"
	notes, got, err := readLines(strings.NewReader(text))
	if want := (samples{"Zip/program=floor": {2650000, 2.5}}); notes != "a machine\n\n" || !reflect.DeepEqual(got, want) || err != nil {
		t.Errorf("got %q, %v, %v", notes, got, err)
	}
	for _, text := range []string{"BenchmarkZip", "BenchmarkZip 1 x B", "BenchmarkZip 1 2", "BenchmarkZip/program=floor 1"} {
		if _, _, err := readLines(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
}

// TestTable: what the table says of one row.
func TestTable(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lines string
		want  []string
	}{
		"within the bound": {
			line(binary, floor, 6*mebi, "B") + line(binary, function, 6.9*mebi, "B"),
			[]string{"stripped binary, MiB", "6.00", "", "", "6.90", "1.15", "≤ 1.17 × floor, met"},
		},
		"beyond the bound": {
			line(binary, floor, 6*mebi, "B") + line(binary, function, 7.2*mebi, "B"),
			[]string{"stripped binary, MiB", "6.00", "", "", "7.20", "1.20", "≤ 1.17 × floor, missed"},
		},
		"without the base": {
			line(firstLater, function, 1.5*ms, "ns/op"),
			[]string{"first invocation, 50 ms after the poll, ms", "", "", "", "1.50", "", "≤ 0.12 × peer, not known"},
		},
		"without the function": {
			line(batch, peer, 1, "ns/op") + line(batch, ideal, 1, "ns/op"),
			[]string{"batch of 100 pairs, 20 ms, 8 in flight, ms", "", "", "0.00", "", "", "≤ 1.10 × ideal, not known"},
		},
		"with the base in another row": {
			line(sweepOf(300), function, 100*ms, "ns/op") + line(sweepOf(3000), function, 940*ms, "ns/op"),
			[]string{"sweep of 3000, 20 ms, 8 in flight, ms", "", "", "", "940", "9.40", "≤ 11.00 × sweep of 300, met"},
		},
		"with a bound that has no base": {
			line(dials, function, 33, "conns"),
			[]string{"connections, 4,000 calls, 16 at once, 20 ms", "", "", "", "33.0", "", "≤ 32, missed"},
		},
		"without a bound, from three samples": {
			line(firstReply, floor, 1*ms, "ns/op") + line(firstReply, floor, 4*ms, "ns/op") + line(firstReply, floor, 2*ms, "ns/op"),
			[]string{"process start to first reply, ms", "2.00 ±38%", "", "", "", "", ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, s, err := readLines(strings.NewReader(test.lines))
			if err != nil {
				t.Fatal(err)
			}
			if got := cellsOf(s.table(), test.want[0]); !slices.Equal(got, test.want) {
				t.Errorf("got %q\nwant %q", got, test.want)
			}
		})
	}
}

// cellsOf are the cells of the line of a table that has this title.
func cellsOf(table, title string) []string {
	for text := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(text, "|\n"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if cells[0] == title {
			return cells
		}
	}
	return nil
}

func TestAligned(t *testing.T) {
	t.Parallel()
	const want = `
|    | µs | of  |
| -- | -: | --- |
| a  | 10 | two |
| bc |  1 |     |
`
	if got := "\n" + aligned([][]string{{"", "µs", "of"}, {"a", "10", "two"}, {"bc", "1", ""}}); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestFigure(t *testing.T) {
	t.Parallel()
	for x, want := range map[float64]string{0.084: "0.08", 2.345: "2.35", 23.45: "23.4", 99.96: "100", 234.5: "234", 4000: "4000"} {
		if got := figure(x); got != want {
			t.Errorf("%v: got %s, want %s", x, got, want)
		}
	}
}
