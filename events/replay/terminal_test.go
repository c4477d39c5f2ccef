package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestReportIsColouredOnATerminal(t *testing.T) {
	t.Parallel()
	scenes := append(played(), &scene{event: event{path: "n.json"}, verdict: unknown}, &scene{event: event{path: "u.json"}, verdict: updated})
	text := func(colour bool) string {
		var got strings.Builder
		r := newReport(&got, nil)
		r.colour = colour
		for _, s := range scenes {
			r.scene(s)
		}
		r.summary(time.Second, "")
		return got.String()
	}
	got := text(true)
	for _, line := range []string{
		"direct.json  \x1b[32mok\x1b[0m\n", "http-get.json  \x1b[31mDIFFERENT\x1b[0m\n", "b.json  \x1b[31mBROKEN\x1b[0m\n",
		"n.json  \x1b[33mNEW\x1b[0m\n", "u.json  \x1b[33mUPDATED\x1b[0m\n", "5 events: 1 \x1b[32mok\x1b[0m, 1 \x1b[33mUPDATED\x1b[0m, ",
	} {
		if !strings.Contains(got, line) {
			t.Errorf("no %q in\n%q", line, got)
		}
	}
	if bare := strings.NewReplacer(red, "", green, "", yellow, "", plain, "").Replace(got); bare != text(false) {
		t.Errorf("without its colours:\n got %q\nwant %q", bare, text(false))
	}
}

func TestColoured(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		terminal bool
		noColor  string
		want     bool
	}{{true, "", true}, {true, "1", false}, {false, "", false}, {false, "1", false}} {
		if got := coloured(test.terminal, test.noColor); got != test.want {
			t.Errorf("%+v: got %t", test, got)
		}
	}
}

func TestProgressIsClearedOnATerminalOnly(t *testing.T) {
	t.Parallel()
	for onTerminal, want := range map[bool]string{false: "wait …\n|", true: "wait …|\r\x1b[K"} {
		var got strings.Builder
		done := progress(&got, onTerminal, "wait …")
		got.WriteString("|")
		done()
		if got.String() != want {
			t.Errorf("terminal %t: got %q, want %q", onTerminal, got.String(), want)
		}
	}
}

// What is redirected is no terminal. The null device is a character device as a terminal is, and stands in for one.
func TestTerminal(t *testing.T) {
	t.Setenv("TERM", "xterm")
	file, null := opened(t, filepath.Join(t.TempDir(), "out")), opened(t, os.DevNull)
	if terminal(&strings.Builder{}) || terminal(file) {
		t.Error("a buffer or a file is a terminal")
	}
	if !terminal(null) {
		t.Error("a character device is no terminal")
	}
	t.Setenv("TERM", "dumb")
	if terminal(null) {
		t.Error("a dumb terminal is one that knows control sequences")
	}
}

func opened(t *testing.T, path string) *os.File {
	t.Helper()
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}
