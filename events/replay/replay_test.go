package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestRecordedEvents is the replay of all recorded events, each a subtest, through one running binary.
func TestRecordedEvents(t *testing.T) {
	t.Parallel()
	events, err := recorded(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, err := open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		for _, leak := range leaks(s.close()) {
			t.Error(leak)
		}
	}()
	for _, e := range events {
		t.Run(strings.TrimSuffix(e.name(), ".json"), func(t *testing.T) {
			sc, err := s.play(t.Context(), e)
			if err != nil {
				t.Fatal(err)
			}
			if err := sc.judge(false); err != nil {
				t.Fatal(err)
			}
			if sc.verdict != same {
				var text strings.Builder
				newReport(&text, []event{e}).scene(sc)
				t.Error(text.String())
			}
		})
	}
}

func TestRunTellsADifference(t *testing.T) {
	t.Parallel()
	file := copyOf(t, "direct.json")
	want := strings.Replace(read(t, "../direct.want.json"), `"Result": true`, `"Result": false`, 1)
	write(t, event{path: file}.wantPath(), want)

	code, stdout := runs(t, file)
	if code != 1 {
		t.Errorf("exit code: got %d, want 1", code)
	}
	var sides []string
	for line := range strings.Lines(stdout) {
		if side := strings.TrimSpace(line); strings.HasPrefix(side, "- ") || strings.HasPrefix(side, "+ ") {
			sides = append(sides, side)
		}
	}
	if both := []string{`-   "Result": false,`, `+   "Result": true,`}; !slices.Equal(sides, both) {
		t.Errorf("difference:\n got %q\nwant %q\nin\n%s", sides, both, stdout)
	}
	if counts := summaryLine(stdout); counts != "1 event: 1 DIFFERENT; 1 request to the API" {
		t.Errorf("summary: got %q", counts)
	}
	if read(t, event{path: file}.wantPath()) != want {
		t.Error("the want was written without -update")
	}
}

func TestRunUpdates(t *testing.T) {
	t.Parallel()
	file := copyOf(t, "direct.json")
	if code, stdout := runs(t, "-update", file); code != 0 || summaryLine(stdout) != "1 event: 1 UPDATED; 1 request to the API" {
		t.Errorf("with -update: got %d and\n%s", code, stdout)
	}
	if got, want := read(t, event{path: file}.wantPath()), read(t, "../direct.want.json"); got != want {
		t.Errorf("written:\n got %s\nwant %s", got, want)
	}
	if code, stdout := runs(t, file); code != 0 || summaryLine(stdout) != "1 event: 1 ok; 1 request to the API" {
		t.Errorf("afterwards: got %d and\n%s", code, stdout)
	}
}

func TestRunTriesOutAnEventWithoutAWant(t *testing.T) {
	t.Parallel()
	file := copyOf(t, "direct.json")
	if code, stdout := runs(t, file); code != 0 || summaryLine(stdout) != "1 event: 1 NEW; 1 request to the API" {
		t.Errorf("got %d and\n%s", code, stdout)
	}
	if _, err := os.Stat(event{path: file}.wantPath()); !os.IsNotExist(err) {
		t.Errorf("the want was written without -update: %v", err)
	}
}

// runs is the command line; its stdout is returned, its stderr shown when it is not the progress alone.
func runs(t *testing.T, args ...string) (code int, stdout string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, &out, &errs)
	if want := "replay: building the function …\n"; errs.String() != want {
		t.Errorf("stderr:\n got %s\nwant %s", errs.String(), want)
	}
	return code, out.String()
}

// summaryLine is the summary, without the time it took and the hint.
func summaryLine(stdout string) string {
	for line := range strings.Lines(stdout) {
		if i := strings.LastIndex(line, "; "); strings.Contains(line, " to the API; ") {
			return line[:i]
		}
	}
	return stdout
}

// copyOf copies a recorded event, alone, to a folder of its own, and returns where.
func copyOf(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	write(t, path, read(t, filepath.Join("..", name)))
	return path
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
