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

// TestMeasure measures everything once, of the function alone: each row has a figure. In so small a sweep perhaps no call
// is refused.
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
	_, samples, err := readLines(lines.String())
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows() {
		figures := samples[key(row.name, function)]
		if mayBeZero := strings.HasPrefix(row.name, "Refused/"); len(figures) == 0 || !mayBeZero && median(figures) <= 0 {
			t.Errorf("%s: no figure of the function", row.title)
		}
	}
	for _, name := range []string{sweep, reconcile, pacedOf(5), refusedOf(5)} {
		if median(samples[key(name, ideal)]) <= 0 {
			t.Errorf("%s: no ideal", name)
		}
	}
}

// After the first failure nothing is reported.
func TestFailure(t *testing.T) {
	t.Parallel()
	var lines bytes.Buffer
	dir := t.TempDir()
	b := &bench{sizes: smoke(), dir: dir, built: programs(), binaries: map[program]string{function: filepath.Join(dir, "none")}, lines: &lines}
	b.failed, b.fail = context.WithCancelCause(t.Context())
	b.cold()
	b.warm()
	b.wide()
	if err := context.Cause(b.failed); !os.IsNotExist(err) || lines.Len() > 0 {
		t.Errorf("got %v and the lines\n%s", err, &lines)
	}
}

// The table of figures in README has the header and the rows of this bench. Its figures are of some machine.
func TestReadme(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(readme), "\n### Figures\n")
	text, _, _ = strings.Cut(text, "\n### ")
	var got, want []string
	for _, line := range tableLines(text) {
		got = append(got, describe(line))
	}
	for _, line := range tableLines(samples{}.table()) {
		want = append(want, describe(line))
	}
	if !slices.Equal(got, want) {
		t.Errorf("the table of figures:\n got %q\nwant %q", got, want)
	}
}

// describe returns a line of a table without its figures: the title and the bound, or the whole header.
func describe(cells []string) string {
	if cells[0] == "" || strings.HasPrefix(cells[0], "-") {
		return strings.Trim(strings.Join(cells, "|"), "-:|")
	}
	held := cells[len(cells)-1]
	return cells[0] + "|" + held[:max(0, strings.LastIndex(held, ", "))]
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
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), test.args, &stdout, &stderr)
		if code != test.code || !strings.HasPrefix(stdout.String(), test.stdout) || !strings.HasPrefix(stderr.String(), test.stderr) {
			t.Errorf("%s: exit code %d, want %d\n%s%s", name, code, test.code, &stdout, &stderr)
		}
	}
}

func TestReadLines(t *testing.T) {
	t.Parallel()
	const text = "a machine\n\nBenchmarkZip/program=floor 1 2650000 B\nBenchmarkZip/program=floor 1 2.5 B\n"
	notes, got, err := readLines(text)
	if want := (samples{"Zip/program=floor": {2650000, 2.5}}); notes != "a machine\n\n" || !reflect.DeepEqual(got, want) || err != nil {
		t.Errorf("got %q, %v, %v", notes, got, err)
	}
	for _, text := range []string{"BenchmarkZip", "BenchmarkZip 1 x B", "BenchmarkZip 1 2", "BenchmarkZip/program=floor 1"} {
		if _, _, err := readLines(text); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lines string
		want  []string
	}{
		"within the bound": {line(binary, floor, 6*mebi, "B") + line(binary, function, 6.9*mebi, "B"),
			[]string{"stripped binary, MiB", "6.00", "", "", "6.90", "1.15", "≤ 1.17 × floor, met"}},
		"beyond the bound": {line(binary, floor, 6*mebi, "B") + line(binary, function, 7.2*mebi, "B"),
			[]string{"stripped binary, MiB", "6.00", "", "", "7.20", "1.20", "≤ 1.17 × floor, missed"}},
		"without the base": {line(firstLater, function, 1.5*ms, "ns/op"),
			[]string{"first invocation, 50 ms after the poll, ms", "", "", "", "1.50", "", "≤ 0.12 × peer, not known"}},
		"without the function": {line(sweep, ideal, 1, "ns/op"),
			[]string{"sweep of 1000, 20 ms, 8 in flight, ms", "", "", "", "", "", "≤ 1.10 × ideal, not known"}},
		"with the base in another row": {line(memory, floorHTTP, 10*mebi, "B") + line(memoryOfSweep, function, 10.4*mebi, "B"),
			[]string{"peak RSS after a sweep of 1000, MiB", "", "", "", "10.4", "1.04", "≤ 1.08 × floor with HTTP, 4,000, met"}},
		"without a bound, from three samples": {line(firstReply, floor, 1*ms, "ns/op") + line(firstReply, floor, 4*ms, "ns/op") + line(firstReply, floor, 2*ms, "ns/op"),
			[]string{"process start to first reply, ms", "2.00 ±38%", "", "", "", "", ""}},
	} {
		_, s, err := readLines(test.lines)
		if err != nil {
			t.Fatal(err)
		}
		if got := cellsOf(s.table(), test.want[0]); !slices.Equal(got, test.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, test.want)
		}
	}
}

// cellsOf returns the cells of the row with this title.
func cellsOf(table, title string) []string {
	for _, cells := range tableLines(table) {
		if cells[0] == title {
			return cells
		}
	}
	return nil
}

// tableLines returns the cells of each line of a table.
func tableLines(text string) (lines [][]string) {
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		cells := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "|"), "|\n"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		lines = append(lines, cells)
	}
	return lines
}

func TestFigure(t *testing.T) {
	t.Parallel()
	for x, want := range map[float64]string{0.084: "0.08", 2.345: "2.35", 23.45: "23.4", 99.96: "100", 234.5: "234", 4000: "4000"} {
		if got := figure(x); got != want {
			t.Errorf("%v: got %s, want %s", x, got, want)
		}
	}
}
