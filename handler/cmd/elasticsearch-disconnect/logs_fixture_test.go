package main

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/preflight"
)

// A logsFixture is a command with the false aliyun, and what Log Service has behind it.
type logsFixture struct {
	*fixture
	file string
	state
}

// A state is that of the false aliyun.
type state struct {
	Things map[string]map[string]any
	Calls  []string
	Faults map[string]string
	Late   int
}

// falseAliyun builds the false aliyun.
func falseAliyun(t *testing.T) (program string) {
	t.Helper()
	program = filepath.Join(t.TempDir(), "aliyun")
	if out, err := exec.Command("go", "build", "-o", program, "./logs/aliyuntest").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

func newLogsFixture(t *testing.T, program string) *logsFixture {
	t.Helper()
	f := &logsFixture{fixture: newFixture(t), file: filepath.Join(t.TempDir(), "state")}
	maps.Copy(f.env, map[string]string{"FUNCTION_NAME": "f", "FUNCTION_REGION": "cn-beijing", "LOG_PROJECT": "p-1", "RECONCILE": "report"})
	f.Setup = preflight.Setup{
		Folder:    os.DirFS("../../.."),
		LookupEnv: func(name string) (string, bool) { value, is := f.env[name]; return value, is },
	}
	f.Exec = func(ctx context.Context, name string, args ...string) *exec.Cmd {
		cmd := exec.CommandContext(ctx, program, args...)
		cmd.Env = append(os.Environ(), "ALIYUN_STATE="+f.file)
		return cmd
	}
	return f
}

// logs runs the command, and returns what it prints.
func (f *logsFixture) logs(t *testing.T, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	f.Calls = nil
	text, err := json.Marshal(f.state)
	if err == nil && f.Things != nil {
		err = os.WriteFile(f.file, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	f.stdout.Reset()
	f.stderr.Reset()
	f.exits(t, f.run(t, append([]string{"logs"}, args...)...), want)
	f.state = state{}
	if text, err = os.ReadFile(f.file); err == nil {
		err = json.Unmarshal(text, &f.state)
	}
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return f.stdout.String(), f.stderr.String()
}

// sent counts what was sent, of operations that begin so.
func (f *logsFixture) sent(verb string) (n int) {
	for _, call := range f.Calls {
		if strings.HasPrefix(call, verb) {
			n++
		}
	}
	return n
}

// of counts the things that are a function's alone.
func (f *logsFixture) of(function string) (n int) {
	for name := range f.Things {
		if strings.HasSuffix(name, " "+function) || strings.Contains(name, " "+function+"-") {
			n++
		}
	}
	return n
}

func (f *logsFixture) index() map[string]any { return f.Things["Index p-1 elasticsearch-disconnect"] }
func (f *logsFixture) keys() map[string]any  { return f.index()["keys"].(map[string]any) }

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
