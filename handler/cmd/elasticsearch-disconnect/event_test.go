package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
)

// TestEvent: from a file and from standard input, with the function's own exit code.
func TestEvent(t *testing.T) {
	t.Parallel()
	const event = `{"instanceId":"es-a","connectedInstanceId":"es-b","dryRun":true}`
	file := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(file, []byte(event), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		file, stdin string
		exit        int
		reply       string // a part of it
	}{
		"a file":         {file, "", handler.ExitDone, `"outcome": "dry-run"`},
		"standard input": {"-", event, handler.ExitDone, `"outcome": "dry-run"`},
		"refused":        {"-", `{"instanceId":"es-a"}`, handler.ExitInvalid, `"title": "The request is not valid"`},
		"failed":         {"-", `{"instanceId":"es-b","all":true}`, handler.ExitFailed, `es-b exists and is active`},
		"withheld":       {"-", `{"reconcile":true}`, handler.ExitLeft, `"outcome": "withheld"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			leftovers(f)
			f.env["RECONCILE_LIMIT"], f.env[regionVariable] = "1", "cn-hangzhou"
			f.Stdin = strings.NewReader(test.stdin)
			f.exits(t, f.run(t, "event", test.file), test.exit)
			if got := f.stdout.String(); !strings.Contains(got, test.reply) {
				t.Errorf("standard output:\n%s\nwant %s", got, test.reply)
			}
			if got := f.stderr.String(); !strings.HasPrefix(got, "account      "+myAccount+"\n") {
				t.Errorf("standard error:\n%s", got)
			}
			if got := f.deleted(); len(got) > 0 {
				t.Errorf("sent %q", got)
			}
		})
	}
}

// TestEventIsDry: the variable is said before anything else, and nothing is removed.
func TestEventIsDry(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	leftovers(f)
	f.env["DRY_RUN"] = "true"
	f.Stdin = strings.NewReader(`{"reconcile":true}`)
	f.exits(t, f.run(t, "event", "-", "--region", "cn-hangzhou"), handler.ExitDone)
	if got := f.stderr.String(); !strings.HasPrefix(got, "Dry run (the variable DRY_RUN is true): nothing will be removed.\naccount ") || len(f.deleted()) > 0 {
		t.Errorf("sent %q, standard error:\n%s", f.deleted(), got)
	}
}

// TestVerbose: the log is for whoever asks for it, and has the lines for itself.
func TestVerbose(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"reconcile --yes --region cn-hangzhou", "reconcile --yes --region cn-hangzhou --verbose", "remove es-gone --all --yes --region cn-hangzhou --verbose"} {
		f := newFixture(t)
		leftovers(f)
		f.answers(strings.NewReader(""))
		f.exits(t, f.run(t, strings.Fields(args)...), handler.ExitDone)
		if hasLine := strings.Contains(f.stderr.String(), startOfLine); hasLine == strings.Contains(args, "verbose") {
			t.Errorf("%s: a line that is rewritten: %v", args, hasLine)
		}
		isLogged := strings.Contains(f.stderr.String(), `"outcome":"removed"`) && strings.Contains(f.stderr.String(), `"trigger":"direct"`)
		if isLogged != strings.Contains(args, "verbose") {
			t.Errorf("%s: standard error:\n%s", args, &f.stderr)
		}
	}
}
