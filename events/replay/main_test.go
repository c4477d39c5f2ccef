package main

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestMain holds the stand-ins to write nothing by themselves, such as of a TLS handshake that a kill broke off.
func TestMain(m *testing.M) {
	var noise bytes.Buffer
	log.SetOutput(&noise)
	code := m.Run()
	os.RemoveAll(shared.dir)
	if noise.Len() > 0 {
		fmt.Fprintf(os.Stderr, "written to the log:\n%s", noise.String())
		code = 1
	}
	os.Exit(code)
}

// shared is the function's binary, which is built once, by the first test that wants it.
var shared struct {
	once   sync.Once
	dir    string
	binary string
	err    error
}

func binary(ctx context.Context, _ string) (string, error) {
	shared.once.Do(func() {
		if shared.dir, shared.err = os.MkdirTemp("", "replay-test-"); shared.err == nil {
			shared.binary, shared.err = build(ctx, shared.dir)
		}
	})
	return shared.binary, shared.err
}

// invoked is a run of the command with nothing in its environment but env.
func invoked(t *testing.T, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return command{everywhere: canTrust()}.invoked(t, env, args...)
}

func (c command) invoked(t *testing.T, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	c.build, c.events, c.getenv, c.stdout, c.stderr = binary, "..", func(name string) string { return env[name] }, &out, &errs
	code = c.run(t.Context(), args)
	return code, out.String(), errs.String()
}

// copyOf copies a recorded event to a folder of its own, and beside it the want that is given, if one is.
func copyOf(t *testing.T, name, want string) event {
	t.Helper()
	e := event{path: filepath.Join(t.TempDir(), name)}
	write(t, e.path, read(t, filepath.Join("..", name)))
	if want != "" {
		write(t, e.wantPath(), want)
	}
	return e
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

// deployed is the function, prepared for a replay.
func deployed(t *testing.T) *player {
	t.Helper()
	path, err := binary(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	p, err := prepare(t.Context(), path, t.TempDir(), canTrust())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, leak := range leaks(p.close()) {
			t.Error(leak)
		}
	})
	return p
}

// TestRecordedEvents plays all recorded events, each a subtest, through one running binary.
func TestRecordedEvents(t *testing.T) {
	t.Parallel()
	p := deployed(t)
	for _, e := range recordings(t) {
		t.Run(strings.TrimSuffix(e.name(), ".json"), func(t *testing.T) {
			r, err := p.play(t.Context(), e)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.judge(false); err != nil {
				t.Fatal(err)
			}
			if r.verdict == skipped && !canTrust() {
				t.Skip("the function reaches its own region alone")
			}
			if r.verdict != same {
				t.Errorf("%s\n%s\n%s", r.verdict, difference(r.want, r.got), strings.Join(r.faults, "\n"))
			}
		})
	}
}

const direct = `direct.json  `

// The command from its arguments to what it prints and writes. The reply to direct.json is wanted as it is recorded, but
// where a case says otherwise. TestJudge has the other verdicts.
func TestCommand(t *testing.T) {
	t.Parallel()
	recorded := read(t, "../direct.want.json")
	other := strings.ReplaceAll(recorded, "  ", "\t") // the same value, written in another way
	for name, test := range map[string]struct {
		want    string // beforehand
		env     map[string]string
		args    []string
		code    int
		stdout  []string // its lines, but for the details of a difference and the time at the end
		written string   // the want afterwards
	}{
		"as wanted": {recorded, nil, nil, 0,
			[]string{direct + "ok         removed", "events: 1 ok; requests to the API: 1"}, recorded},
		"another reply": {other, nil, nil, 1,
			[]string{direct + "DIFFERENT  removed", "  - is wanted, + is what came:", "events: 1 DIFFERENT; requests to the API: 1"}, other},
		"update": {other, nil, []string{"-update"}, 0,
			[]string{direct + "UPDATED    removed", "events: 1 UPDATED; requests to the API: 1"}, recorded},
		"requests and reply": {recorded, nil, []string{"-v"}, 0, []string{
			direct + "ok         removed",
			"  api    DELETE elasticsearch.cn-hangzhou.aliyuncs.com/openapi/instances/" + instance + "/connected-clusters?clientToken=8ac54020-8385-536c-a137-0f4bf2773392&connectedInstanceId=" + connectedInstance + "  200",
			`  reply  {"Result":true,"RequestId":"E5C0FFEE-0000-4000-8000-000000000001","instanceId":"` + instance + `","connectedInstanceId":"` + connectedInstance +
				`","regionId":"cn-hangzhou","clientToken":"8ac54020-8385-536c-a137-0f4bf2773392","outcome":"removed"}`,
			"events: 1 ok; requests to the API: 1",
		}, recorded},
		"dry run": {recorded, map[string]string{"DRY_RUN": "true"}, nil, 1, []string{
			"passed to the function: DRY_RUN=true",
			direct + "DIFFERENT  dry-run",
			"  direct.want.json is the reply without DRY_RUN=true",
			"  - is wanted, + is what came:",
			"events: 1 DIFFERENT; requests to the API: 0",
		}, recorded},
		"an endpoint": {recorded, map[string]string{"ELASTICSEARCH_ENDPOINT": "https://example.com"}, nil, 0, []string{
			direct + "ok         removed",
			"events: 1 ok; requests to the API: 1",
		}, recorded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := copyOf(t, "direct.json", test.want)
			code, stdout, stderr := invoked(t, test.env, append(test.args, e.path)...)
			if got := outline(stdout); code != test.code || got != strings.Join(test.stdout, "\n") {
				t.Errorf("got %d and\n%s\nwant %d and\n%s", code, got, test.code, strings.Join(test.stdout, "\n"))
			}
			if stderr != "replay: building the function …\n" {
				t.Errorf("stderr: got %s", stderr)
			}
			if written, _ := os.ReadFile(e.wantPath()); string(written) != test.written {
				t.Errorf("want file:\n got %s\nwant %s", written, test.written)
			}
		})
	}
}

// outline leaves out what go-cmp does not promise, the text of a difference, and the time at the end.
func outline(stdout string) string {
	var lines []string
	inDifference := false
	for line := range strings.Lines(stdout) {
		line = strings.TrimSuffix(line, "\n")
		inDifference = inDifference && strings.HasPrefix(line, " ")
		if !inDifference {
			lines = append(lines, line)
		}
		inDifference = inDifference || strings.HasPrefix(line, "  - is wanted")
	}
	last := len(lines) - 1
	lines[last] = lines[last][:strings.LastIndex(lines[last], "; ")]
	return strings.Join(lines, "\n")
}

// What is configured wrongly ends the function before any event.
func TestAFunctionThatDoesNotStart(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := invoked(t, map[string]string{"DRY_RUN": "perhaps"}, "../direct.json")
	const want = "replay: building the function …\nreplay: start the function: the function ended: exit status 2\nconfiguration: DRY_RUN is not true or false\n\n"
	if code != 1 || stdout != "" || stderr != want {
		t.Errorf("got %d, %q and\n%s\nwant 1, nothing and\n%s", code, stdout, stderr, want)
	}
}
