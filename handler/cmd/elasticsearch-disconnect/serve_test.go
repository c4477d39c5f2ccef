package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
)

// TestInstance: the flags come to what an event would, and what they name is removed, no more.
func TestInstance(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args    string
		exit    int
		reply   string // a part of it
		removed [][2]string
	}{
		"one connection":         {"es-a --connected es-b", handler.ExitDone, `"outcome": "removed"`, [][2]string{{"es-a", "es-b"}}},
		"one, as a dry run":      {"es-a --connected es-b --dry-run", handler.ExitDone, `"outcome": "dry-run"`, nil},
		"one that there is not":  {"es-b --connected es-frozen", handler.ExitFailed, `"code": "RepetitionOperationError"`, nil},
		"one that is no id":      {"es-a --connected es/b", handler.ExitInvalid, `"detail": "$.connectedInstanceId has a character`, nil},
		"none":                   {" --connected es-b", handler.ExitInvalid, `"detail": "$.instanceId is empty"`, nil},
		"itself":                 {"es-a --connected es-a", handler.ExitInvalid, `"detail": "$.connectedInstanceId is the same`, nil},
		"all of one that exists": {"es-b --all", handler.ExitFailed, `es-b exists and is active`, nil},
		"all of it by force":     {"es-b --all --force", handler.ExitDone, `"outcome": "cleaned"`, [][2]string{{"es-a", "es-b"}, {"es-b", "es-gone"}}},
		"all, as a dry run":      {"es-b --all --dry-run", handler.ExitDone, `"outcome": "dry-run"`, nil},
		"all of one that is gone": {"es-gone --all", handler.ExitDone, `"outcome": "cleaned"`,
			[][2]string{{"es-a", "es-gone"}, {"es-b", "es-gone"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			region(f)
			want := slices.DeleteFunc(f.api.Connections(), func(pair [2]string) bool { return slices.Contains(test.removed, pair) })
			if exit := f.run(t, append([]string{"--region", "cn-hangzhou", "--instance"}, strings.Split(test.args, " ")...)...); exit != test.exit {
				t.Errorf("exit code %d, want %d", exit, test.exit)
			}
			if got := f.stdout.String(); !strings.Contains(got, test.reply) {
				t.Errorf("standard output:\n%s\nwant %s", got, test.reply)
			}
			if got := f.api.Connections(); !slices.Equal(got, want) {
				t.Errorf("connections:\n got %q\nwant %q", got, want)
			}
			if log := f.stderr.String(); !strings.HasPrefix(log, `{"time":`) || !strings.Contains(log, `"version":"v1.2.3"`) {
				t.Errorf("the log:\n%s", log)
			}
		})
	}
}

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
		reply       string
	}{
		"a file":                     {file, "", handler.ExitDone, `"outcome": "dry-run"`},
		"standard input":             {"-", event, handler.ExitDone, `"outcome": "dry-run"`},
		"to reconcile":               {"-", `{"reconcile":true}`, handler.ExitLeft, `"outcome": "withheld"`},
		"an invalid event":           {"-", "{}", handler.ExitInvalid, `"detail": "2 faults, listed in errors"`},
		"an event that fails":        {"-", `{"instanceId":"es-b","all":true}`, handler.ExitFailed, `"type": "urn:elasticsearch-disconnect:Conflict"`},
		"a failure over HTTP":        {"-", `{"version":"v1","rawPath":"/","body":"{\"instanceId\":\"es-b\",\"all\":true}","requestContext":{"http":{"method":"POST"}}}`, handler.ExitFailed, `"statusCode": 409`},
		"an invalid event over HTTP": {"../../../events/http-not-found.json", "", handler.ExitInvalid, `"statusCode": 404`},
		"the region in a call":       {"-", `{"instanceId":"es-a","connectedInstanceId":"es-b","regionId":"cn-beijing"}`, handler.ExitFailed, "ELASTICSEARCH_ENDPOINT serves"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			region(f)
			f.env["RECONCILE_LIMIT"], f.env["ALIBABA_CLOUD_REGION_ID"] = "1", "cn-hangzhou"
			f.Stdin = strings.NewReader(test.stdin)
			if exit := f.run(t, "--event", test.file); exit != test.exit {
				t.Errorf("exit code %d, want %d", exit, test.exit)
			}
			if got := f.stdout.String(); !strings.Contains(got, test.reply) {
				t.Errorf("standard output:\n%s\nwant %s", got, test.reply)
			}
			if got := f.deleted(); len(got) > 0 {
				t.Errorf("sent %q", got)
			}
		})
	}
}
