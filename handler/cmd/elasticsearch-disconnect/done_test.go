package main

import (
	"errors"
	"io"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
)

// A fullDisk takes nothing.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// TestFullDisk: what was removed is not lost if standard output cannot be written, and that is
// a failure.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"reconcile --yes":                "removed   es-a  es-gone  cn-hangzhou\nremoved   es-b  es-gone  cn-hangzhou\n2 removed, 2 kept.\nno space left on device\n",
		"reconcile --yes -o json":        "  ]\n}\n2 removed, 2 kept.\nno space left on device\n",
		"event -":                        "  ]\n}\nno space left on device\n",
		"report":                         "no space left on device\n",
		"reconcile --dry-run":            "no space left on device\n",
		"remove es-a es-gone --dry-run":  "no space left on device\n",
		"remove es-gone --all --dry-run": "no space left on device\n",
	} {
		f := newFixture(t)
		leftovers(f)
		f.Stdin = strings.NewReader(`{"instanceId":"es-gone","all":true}`)
		f.Stdout = fullDisk{}
		f.exits(t, f.run(t, append(strings.Fields(args), "--region", "cn-hangzhou")...), handler.ExitFailed)
		if got := f.stderr.String(); !strings.HasSuffix(got, want) {
			t.Errorf("%s: standard error:\n%s\nwant %s", args, got, want)
		}
	}
}

// TestFullDiskOfCall: so too what the function did.
func TestFullDiskOfCall(t *testing.T) {
	t.Parallel()
	f, url, _ := newCallFixture(t, removedPair)
	f.Stdout = fullDisk{}
	f.exits(t, f.runWith(t.Context(), t, "call", url, "es-a", "es-b"), handler.ExitFailed)
	if got, want := f.stderr.String(), "\"outcome\": \"removed\"\n}\nno space left on device\n1 removed\n"; !strings.HasSuffix(got, want) {
		t.Errorf("standard error:\n%s\nwant %s", got, want)
	}
}

// A panickingLog takes no line about a removal.
type panickingLog struct{ io.Writer }

func (l panickingLog) Write(line []byte) (int, error) {
	if strings.Contains(string(line), `"outcome":"removed"`) {
		panic("of the log")
	}
	return l.Writer.Write(line)
}

// TestPanicIsNotDone: a removal of which a panic hides the outcome is not passed over.
func TestPanicIsNotDone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	leftovers(f)
	f.Stderr = panickingLog{&f.stderr}
	f.exits(t, f.run(t, "reconcile", "--yes", "--verbose", "--region", "cn-hangzhou"), handler.ExitFailed)
	if got := f.stderr.String(); !strings.HasSuffix(got, "\n0 removed, 2 kept, 2 failed.\n") {
		t.Errorf("standard error:\n%s", got)
	}
}
