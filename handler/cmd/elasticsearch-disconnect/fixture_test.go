package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/goldentest"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

type (
	apiRequest = elasticsearchtest.Request
	fault      = elasticsearchtest.Fault
	hook       = func(apiRequest) fault // of OnRequest
)

// The credentials of the fixture's environment.
const (
	myAccount = "1234567890984321"
	keyID     = "canary-key"
	secret    = "canary-secret"
)

// A fixture is a command over a stand-in of Alibaba Cloud in memory, and what it printed.
type fixture struct {
	Command
	cloud          *elasticsearchtest.Cloud
	api            *elasticsearchtest.Server // of cn-hangzhou
	env            map[string]string
	stdout, stderr bytes.Buffer
}

// newFixture has two regions without instances.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{cloud: elasticsearchtest.NewCloud()}
	t.Cleanup(f.cloud.Close)
	f.api = f.cloud.Region("cn-hangzhou")
	key := elasticsearchtest.Account{AccessKeyID: keyID, AccessKeySecret: secret, ID: myAccount}
	f.cloud.STS.AddAccount(key)
	f.api.AddAccount(key)
	f.cloud.Region("cn-beijing").AddAccount(key)
	f.env = map[string]string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID":     keyID,
		"ALIBABA_CLOUD_ACCESS_KEY_SECRET": secret,
		"SWEEP_CONCURRENCY":               "1", // so that the order of the calls is the same each time
	}
	f.Command = Command{
		Getenv:    func(name string) string { return f.env[name] },
		Home:      t.TempDir(),
		Stdin:     strings.NewReader(""),
		Stdout:    &f.stdout,
		Stderr:    &f.stderr,
		Build:     handler.Build{Version: "v1.2.3", Commit: "abc"},
		Transport: f.cloud,
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

// answers puts a terminal in the place of the standard streams, at which somebody types.
func (f *fixture) answers(r io.Reader) { f.Stdin, f.Terminal = r, Terminal{In: true, Err: true} }

// add makes instances exist in the region.
func (f *fixture) add(ids ...string) { f.api.AddInstanceOf(myAccount, ids...) }

// deleted are the requests that could have removed something.
func (f *fixture) deleted() (found []string) {
	for _, r := range f.api.Requests() {
		if r.Method != "GET" {
			found = append(found, r.String())
		}
	}
	return found
}

// exits checks an exit code.
func (f *fixture) exits(t *testing.T, got, want int) {
	t.Helper()
	if got != want {
		t.Errorf("%s: exit code %d, want %d\n%s%s", strings.Join(f.Args, " "), got, want, &f.stdout, &f.stderr)
	}
}

// leaves checks which connections there are: those of before, without the removed ones.
func (f *fixture) leaves(t *testing.T, before, removed [][2]string) {
	t.Helper()
	want := slices.DeleteFunc(slices.Clone(before), func(pair [2]string) bool { return slices.Contains(removed, pair) })
	if got := f.api.Connections(); !slices.Equal(got, want) {
		t.Errorf("connections:\n got %q\nwant %q", got, want)
	}
}

var (
	uuids    = regexp.MustCompile(`[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}`)
	controls = strings.NewReplacer("\r", `\r`, "\x1b", `\e`)
)

// transcript is a run as a person sees it, with control characters made visible. The ids of
// requests, which are others in each run, are left out.
func (f *fixture) transcript(exit int) string {
	stderr := controls.Replace(f.stderr.String())
	if stderr != "" && !strings.HasSuffix(stderr, "\n") {
		stderr += "\n"
	}
	text := fmt.Sprintf("$ elasticsearch-disconnect %s\n--- standard output\n%s--- standard error\n%s--- exit code %d\n",
		strings.Join(f.Args, " "), controls.Replace(f.stdout.String()), stderr, exit)
	return uuids.ReplaceAllString(text, "UUID")
}

// TestEveryGoldenIsHeld: no file is left of a test that there is no more.
func TestEveryGoldenIsHeld(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.golden")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for prefix, names := range map[string][]string{"report": keys(reports()), "reconcile": keys(reconciles()), "remove": keys(removals())} {
		for _, name := range names {
			want = append(want, goldentest.File(prefix+"-"+name))
		}
	}
	if slices.Sort(want); !slices.Equal(files, want) {
		t.Errorf("golden files:\n got %q\nwant %q", files, want)
	}
}

func keys[V any](m map[string]V) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	return names
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

// leftovers sets up what can be found in a region: es-a and es-b are connected with what
// exists, is frozen, is gone, or cannot be told.
func leftovers(f *fixture) {
	f.api.OnRequest = elasticsearchtest.Each(
		at("DescribeInstance es-hidden", answering(`{"Result":{"status":"inactive"},"RequestId":"r"}`)),
		at("DescribeInstance es-unclear", answering(`{"Result":{"status":"unknown"},"RequestId":"r"}`)),
	)
	f.add("es-a", "es-b", "es-alone", "es-changing", "es-frozen", "es-invalid")
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

// limited is set up with a lower limit than there are leftovers.
func limited(setUp func(*fixture)) func(*fixture) {
	return func(f *fixture) {
		setUp(f)
		f.env["RECONCILE_LIMIT"] = "3"
	}
}

// fine is a region in which nothing is left over.
func fine(f *fixture) {
	f.add("es-a", "es-b")
	f.api.Connect("es-a", "es-b")
}
