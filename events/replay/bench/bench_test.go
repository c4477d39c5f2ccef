package main

import (
	"bytes"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

// TestQuick measures everything once: the harness works, whatever the figures are.
func TestQuick(t *testing.T) {
	t.Parallel()
	_, err := exec.LookPath("make")
	if testing.Short() || err != nil || runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("it builds four programs with make, for linux/amd64, and runs them")
	}
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"-quick"}, &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d\n%s", code, &stderr)
	}
	for _, row := range rows() {
		line := lineOf(stdout.String(), row.name)
		if line == nil || line[4] == "" {
			t.Errorf("%s: no figure of the function in\n%s", row.name, &stdout)
		}
	}
}

// lineOf are the cells of a line of a table, from the row's name on.
func lineOf(table, name string) []string {
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(line, "|\n"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if cells[0] == name {
			return cells
		}
	}
	return nil
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for argument, want := range map[string]int{"-h": 0, "-no": 2, "floor": 2} {
		var stderr bytes.Buffer
		if got := run(t.Context(), []string{argument}, &stderr, &stderr); got != want || !strings.Contains(stderr.String(), "usage: ") {
			t.Errorf("%s: exit code %d, want %d; %s", argument, got, want, &stderr)
		}
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	r := results{}
	for _, sample := range []float64{1, 2, 3, 4, 100} {
		r.add("row", function, sample)
	}
	r.add("row", floor, 2)
	for _, test := range []struct {
		row  row
		want string
	}{
		{row{name: "row"}, "||"},
		{row{name: "row", goal: 6, most: 3}, "|6: ≤ 3|met"},
		{against("row", 1, 1.49, cell{"row", floor}, "floor"), "1.50|1: ≤ 1.49 × floor|MISSED"},
		{against("row", 1, 1.5, cell{"row", floor}, "floor"), "1.50|1: ≤ 1.50 × floor|met"},
		{row{name: "row", goal: 7, most: 1.1, base: cell{"row", floor}, says: "10 × floor", times: 10}, "0.15|7: ≤ 1.10 × 10 × floor|met"},
		{against("row", 3, 0.12, cell{"row", peer}, "peer"), "|3: ≤ 0.12 × peer|not known"},
	} {
		ratio, goal, mark := test.row.judge(r)
		if got := ratio + "|" + goal + "|" + mark; got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
	if got, want := r.text("row", function), "3.00 ±33%"; got != want {
		t.Errorf("a cell: got %q, want %q", got, want)
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
