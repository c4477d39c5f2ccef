package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
)

// A removal is one way to ask for it, and what is left of the region.
type removal struct {
	args    []string
	setUp   func(*fixture)
	answer  string // typed at a terminal; "" for no terminal
	exit    int
	removed [][2]string
}

func removals() map[string]removal {
	ofA := [][2]string{{"es-a", "es-gone"}}
	both := append(ofA[:1:1], [2]string{"es-b", "es-gone"})
	return map[string]removal{
		"agreed": {nil, region, "yes\n", handler.ExitDone, both},

		"without a terminal":    {nil, region, "", handler.ExitInvalid, nil},
		"unasked":               {[]string{"--yes"}, region, "", handler.ExitDone, both},
		"unasked at a terminal": {[]string{"--yes"}, region, "no\n", handler.ExitDone, both},

		"nothing": {[]string{"--yes"}, func(f *fixture) {
			f.api.AddInstance("es-a", "es-b")
			f.api.Connect("es-a", "es-b")
		}, "", handler.ExitDone, nil},
		"what cannot be asked about":        {[]string{"--yes"}, unproven, "", handler.ExitFailed, nil},
		"what is kept of more than allowed": {[]string{"--yes"}, limited(unproven), "", handler.ExitLeft, nil},
		"refused": {nil, func(f *fixture) {
			f.api.AddInstance("es-a")
			f.api.Connect("es-a", "es-gone")
		}, "no\n", handler.ExitLeft, nil},

		"more than the limit":         {nil, limited(region), "yes\n", handler.ExitLeft, nil},
		"more than the limit unasked": {[]string{"--yes"}, limited(region), "", handler.ExitLeft, nil},
		"too high a limit":            {[]string{"--limit", "100001", "--yes"}, region, "", handler.ExitInvalid, nil},
		"up to a higher limit":        {[]string{"--limit", "4"}, limited(region), "yes\n", handler.ExitDone, both},
		"up to a lower limit":         {[]string{"--limit", "0"}, region, "yes\n", handler.ExitLeft, nil},

		"of what is not all read": {nil, unread, "yes\n", handler.ExitFailed, ofA},
		"denied":                  {[]string{"--yes"}, denied, "", handler.ExitFailed, nil},
		"as a dry run": {[]string{"--yes"}, func(f *fixture) {
			region(f)
			f.env["DRY_RUN"] = "true"
		}, "", handler.ExitDone, nil},
	}
}

// unproven is a region whose other ends cannot be asked for.
func unproven(f *fixture) {
	region(f)
	f.api.OnRequest = at("DescribeInstance", refuse(403, "Forbidden.RAM", "You are not authorized."))
}

// TestRemove: nothing is removed that is not left over, and that only after an exact yes.
func TestRemove(t *testing.T) {
	t.Parallel()
	for name, test := range removals() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			test.setUp(f)
			if test.answer != "" {
				f.answers(strings.NewReader(test.answer))
			}
			before := f.api.Connections()
			exit := f.run(t, append([]string{"--remove", "--region", "cn-hangzhou"}, test.args...)...)
			if exit != test.exit {
				t.Errorf("exit code %d, want %d", exit, test.exit)
			}
			checkGolden(t, "remove-"+name, f.transcript(exit))
			want := slices.DeleteFunc(before, func(pair [2]string) bool { return slices.Contains(test.removed, pair) })
			if got := f.api.Connections(); !slices.Equal(got, want) {
				t.Errorf("connections:\n got %q\nwant %q", got, want)
			}
			if got := f.deleted(); len(got) != len(test.removed) {
				t.Errorf("sent %q", got)
			}
			if got := f.api.Requests(); exit == handler.ExitInvalid && len(got) > 0 {
				t.Errorf("read before it refused: %v", got)
			}
		})
	}
}

// TestOnlyYesIsYes: as a whole line, and as nothing else.
func TestOnlyYesIsYes(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]int{
		"yes\n":        handler.ExitDone,
		"yes\r\n":      handler.ExitDone,
		"no\n":         handler.ExitLeft,
		"y\n":          handler.ExitLeft,
		"Yes\n":        handler.ExitLeft,
		" yes\n":       handler.ExitLeft,
		"yes please\n": handler.ExitLeft,
		"\nyes\n":      handler.ExitLeft,
		"yes":          handler.ExitLeft, // and the end of the input
		"\x04":         handler.ExitLeft,
	} {
		t.Run(fmt.Sprintf("%q", answer), func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			region(f)
			f.answers(strings.NewReader(answer))
			if got := f.run(t, "--remove"); got != want {
				t.Errorf("exit code %d, want %d", got, want)
			}
			if got := len(f.deleted()) > 0; got != (want == handler.ExitDone) {
				t.Errorf("something was removed: %v", got)
			}
			if text := f.stderr.String(); !strings.Contains(text, "Remove these 2 connections? Type yes: ") {
				t.Errorf("standard error:\n%s", text)
			}
		})
	}
}

// TestInterrupted: whoever interrupts, while it reads or while it waits for an answer, has removed nothing.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args    []string
		reading bool // is when it is interrupted
		exit    int
		want    string // the end of standard error
	}{
		"a report":             {[]string{"--report"}, true, handler.ExitFailed, "interrupted: nothing was removed\n"},
		"a removal that reads": {[]string{"--remove", "--yes"}, true, handler.ExitFailed, "interrupted: nothing was removed\n"},
		"a removal that waits": {[]string{"--remove"}, false, handler.ExitLeft, "Type yes: \nNothing was removed.\n"},
		"a request":            {[]string{"--instance", "es-a", "--all"}, true, handler.ExitFailed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			f := newFixture(t)
			region(f)
			typed, _ := io.Pipe() // nobody types
			f.answers(&interrupting{typed, interrupt})
			if test.reading {
				f.api.OnRequest = func(request) fault { interrupt(); return fault{} }
			}
			if exit := f.runWith(ctx, t, test.args...); exit != test.exit {
				t.Errorf("exit code %d, want %d", exit, test.exit)
			}
			if got := f.stderr.String(); !strings.HasSuffix(got, test.want) {
				t.Errorf("standard error:\n%s\nwant %q", got, test.want)
			}
			if got := f.deleted(); len(got) > 0 {
				t.Errorf("sent %q", got)
			}
		})
	}
}

// interrupting interrupts when it is asked for an answer.
type interrupting struct {
	io.Reader
	interrupt func()
}

func (r *interrupting) Read(p []byte) (int, error) {
	r.interrupt()
	return r.Reader.Read(p)
}
