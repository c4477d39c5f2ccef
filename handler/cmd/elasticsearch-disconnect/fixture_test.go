package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

var update = flag.Bool("update", false, "write the golden files")

type (
	request = elasticsearchtest.Request
	fault   = elasticsearchtest.Fault
	hook    = func(request) fault // of OnRequest
)

// The credentials of the default chain, which reads the environment of the process.
const (
	keyID  = "canary-key"
	secret = "canary-secret"
)

func TestMain(m *testing.M) {
	flag.Parse()
	os.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", keyID)
	os.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", secret)
	os.Unsetenv("ALIBABA_CLOUD_SECURITY_TOKEN")
	os.Exit(m.Run())
}

// A fixture is a command over a stand-in API, and what it printed.
type fixture struct {
	Command
	api            *elasticsearchtest.Server
	env            map[string]string
	stdout, stderr bytes.Buffer
}

// newFixture has a region without instances, reached in memory.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{api: elasticsearchtest.NewServer()}
	t.Cleanup(f.api.Close)
	f.api.AddAccount(elasticsearchtest.Account{AccessKeyID: keyID, AccessKeySecret: secret})
	f.env = map[string]string{"ELASTICSEARCH_ENDPOINT": f.api.URL}
	f.Command = Command{
		Getenv:    func(name string) string { return f.env[name] },
		Stdin:     strings.NewReader(""),
		Stdout:    &f.stdout,
		Stderr:    &f.stderr,
		Build:     handler.Build{Version: "v1.2.3", Commit: "abc"},
		Transport: f.api,
	}
	return f
}

// run runs the command to its end, where no pause takes time, and returns the exit code.
func (f *fixture) run(t *testing.T, args ...string) (exit int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { exit = f.runWith(t.Context(), t, args...) })
	return exit
}

func (f *fixture) runWith(ctx context.Context, t *testing.T, args ...string) int {
	t.Helper()
	f.Args = args
	exit := f.Run(ctx)
	if text := f.stdout.String() + f.stderr.String(); strings.Contains(text, "canary") {
		t.Errorf("a credential is given away:\n%s", text)
	}
	return exit
}

// answers puts a terminal in the place of standard input, at which somebody types.
func (f *fixture) answers(r io.Reader) { f.Stdin, f.StdinIsTerminal = r, true }

// deleted are the requests that could have removed something.
func (f *fixture) deleted() (found []string) {
	for _, r := range f.api.Requests() {
		if r.Method != "GET" {
			found = append(found, r.String())
		}
	}
	return found
}

var (
	uuids    = regexp.MustCompile(`[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}`)
	logLines = regexp.MustCompile(`\{"time":.*\n`)
	controls = strings.NewReplacer("\r", `\r`, "\x1b", `\e`)
)

// transcript is a run as a person sees it, with control characters made visible. What
// is another in each run is left out: ids of requests, and the log.
func (f *fixture) transcript(exit int) string {
	stderr := controls.Replace(logLines.ReplaceAllString(f.stderr.String(), ""))
	if stderr != "" && !strings.HasSuffix(stderr, "\n") {
		stderr += "\n"
	}
	text := fmt.Sprintf("$ elasticsearch-disconnect %s\n--- standard output\n%s--- standard error\n%s--- exit code %d\n",
		strings.Join(f.Args, " "), controls.Replace(f.stdout.String()), stderr, exit)
	return strings.ReplaceAll(uuids.ReplaceAllString(text, "UUID"), f.api.URL, "http://127.0.0.1")
}

// checkGolden holds a text to a file, which go test -update writes.
func checkGolden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", strings.ReplaceAll(name, " ", "-")+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s:\n got %s\nwant %s", file, got, want)
	}
}

// TestEveryGoldenIsHeld: no file is left of a test that there is no more.
func TestEveryGoldenIsHeld(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.golden")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for name := range reports() {
		want = append(want, "testdata/report-"+strings.ReplaceAll(name, " ", "-")+".golden")
	}
	for name := range removals() {
		want = append(want, "testdata/remove-"+strings.ReplaceAll(name, " ", "-")+".golden")
	}
	if slices.Sort(want); !slices.Equal(files, want) {
		t.Errorf("golden files:\n got %q\nwant %q", files, want)
	}
}

// at makes an answer of the API fail, each time that a call is made.
func at(call string, f fault) hook {
	return elasticsearchtest.At(call, func(int) fault { return f })
}

// refuse is a fault that refuses with a code.
func refuse(status int, code, message string) fault {
	return fault{Answer: elasticsearchtest.Refuse(status, code, message)}
}

// answering is a fault that answers with a document.
func answering(body string) fault {
	return fault{Answer: elasticsearchtest.Body(200, "application/json", body)}
}

// region sets up what can be found in one: es-a and es-b are connected with what
// exists, is frozen, is gone, or cannot be told.
func region(f *fixture) {
	// First, because what follows takes the lock of the stand-in, and so makes this
	// known to the goroutines that serve another process.
	f.api.OnRequest = elasticsearchtest.Each(
		at("DescribeInstance es-hidden", answering(`{"Result":{"status":"inactive"},"RequestId":"r"}`)),
		at("DescribeInstance es-unclear", answering(`{"Result":{"status":"unknown"},"RequestId":"r"}`)),
	)
	f.api.AddInstance("es-a", "es-b", "es-alone")
	f.api.SetStatus("es-changing", "activating")
	f.api.SetStatus("es-frozen", "inactive")
	f.api.SetStatus("es-invalid", "invalid")
	for _, pair := range [][2]string{
		{"es-a", "es-b"}, {"es-a", "es-frozen"}, {"es-a", "es-invalid"}, {"es-a", "ls-pipeline"},
		{"es-a", "es-gone"}, {"es-b", "es-gone"}, {"es-changing", "es-hidden"}, {"es-frozen", "es-unclear"},
	} {
		f.api.Connect(pair[0], pair[1])
	}
}
