package main

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/logs"
)

const (
	made = `created   project p-1
created   logstore elasticsearch-disconnect
created   index elasticsearch-disconnect
created   alert f-denied
created   alert f-incomplete
created   alert f-removed
created   alert f-retries
created   alert f-silence
created   alert f-withheld
created   dashboard f
`
	madeAgain = `present   project p-1
present   logstore elasticsearch-disconnect
updated   index elasticsearch-disconnect
updated   alert f-denied
updated   alert f-incomplete
updated   alert f-removed
updated   alert f-retries
updated   alert f-silence
updated   alert f-withheld
updated   dashboard f
`
)

func TestLogs(t *testing.T) {
	t.Parallel()
	program := falseAliyun(t)
	for name, test := range map[string]func(*testing.T, *logsFixture){
		"again, changed, and with one removed": testLogsAgain,
		"what cannot be read is not missing":   testLogsFault,
		"a project that is not known yet":      testLogsLate,
		"two functions":                        testLogsTwo,
		"undone":                               testLogsUndo,
		"no timer":                             testLogsNoTimer,
		"refused":                              testLogsRefused,
		"a full disk":                          testLogsFullDisk,
		"interrupted":                          testLogsInterrupted,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newLogsFixture(t, program))
		})
	}
}

// testLogsFullDisk: what was deleted is not lost, and what preflight found is missed.
func testLogsFullDisk(t *testing.T, f *logsFixture) {
	f.logs(t, handler.ExitDone, "--policy", "on-call")
	f.Stdout = fullDisk{}
	_, got := f.logs(t, handler.ExitFailed, "--undo", "--yes")
	if !strings.HasPrefix(got, "deleted   alert f-denied\n") || !strings.HasSuffix(got, "deleted   dashboard f\nno space left on device\n") {
		t.Errorf("standard error:\n%s", got)
	}
	f.Setup.Home = os.DirFS(t.TempDir())
	f.Setup.LookPath = func(string) (string, error) { return "/bin/x", nil }
	f.Setup.NodeVersion = func() (string, error) { return "v20.20.2", nil }
	f.stderr.Reset()
	if f.exits(t, f.run(t, "preflight"), handler.ExitFailed); f.stderr.String() != "no space left on device\n" {
		t.Errorf("standard error of preflight:\n%s", &f.stderr)
	}
}

// testLogsAgain: each run leads to the same, but for what others index.
func testLogsAgain(t *testing.T, f *logsFixture) {
	if got, _ := f.logs(t, handler.ExitDone, "--policy", "on-call"); got != made {
		t.Errorf("first:\n got %s\nwant %s", got, made)
	}
	first := asJSON(t, f.Things)
	for _, placeholder := range []string{"${function}", "${region}", "${project}", "${logstore}", "${policy}"} {
		if strings.Contains(first, placeholder) {
			t.Errorf("%s is left in what was made: %s", placeholder, first)
		}
	}
	if got, _ := f.logs(t, handler.ExitDone, "--policy", "on-call"); got != madeAgain || asJSON(t, f.Things) != first {
		t.Errorf("second:\n got %s%s\nwant %s%s", got, asJSON(t, f.Things), madeAgain, first)
	}
	f.Things["Alert p-1 f-denied"]["displayName"] = "changed"
	delete(f.Things, "Alert p-1 f-retries")
	delete(f.keys(), "message")
	f.keys()["theirs"] = map[string]any{"type": "long"}
	f.index()["log_reduce"] = true
	want := strings.Replace(madeAgain, "updated   alert f-retries", "created   alert f-retries", 1)
	if got, _ := f.logs(t, handler.ExitDone, "--policy", "on-call"); got != want {
		t.Errorf("third:\n got %s\nwant %s", got, want)
	}
	if f.keys()["theirs"] == nil || f.index()["log_reduce"] != true {
		t.Errorf("what others set is lost: %s", asJSON(t, f.index()))
	}
	delete(f.keys(), "theirs")
	delete(f.index(), "log_reduce")
	if got := asJSON(t, f.Things); got != first {
		t.Errorf("in the end:\n got %s\nwant %s", got, first)
	}
	if f.sent("Delete") > 0 {
		t.Errorf("something was deleted: %q", f.Calls)
	}
}

// testLogsFault: any answer but the one that a thing does not exist stops the run, with its cause.
func testLogsFault(t *testing.T, f *logsFixture) {
	for operation, done := range map[string]int{
		"GetProject": 0, "CreateProject": 0, "GetLogStore": 1, "CreateLogStore": 1, "GetIndex": 2, "CreateIndex": 2,
		"GetAlert": 3, "CreateAlert": 3, "GetDashboard": 9, "CreateDashboard": 9,
	} {
		f.state = state{Things: map[string]map[string]any{}, Faults: map[string]string{operation: "Unauthorized"}}
		stdout, stderr := f.logs(t, handler.ExitFailed, "--policy", "on-call")
		lines := strings.SplitAfter(made, "\n")
		_, left, _ := strings.Cut(lines[done], "   ")
		if want := strings.Join(lines[:done], ""); stdout != want {
			t.Errorf("%s: standard output:\n got %s\nwant %s", operation, stdout, want)
		}
		for _, want := range []string{operation + ": ", "Code: Unauthorized", "\nNot done: " + strings.TrimSpace(left), "dashboard f. When the cause is gone"} {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: standard error lacks %q:\n%s", operation, want, stderr)
			}
		}
		if last := f.Calls[len(f.Calls)-1]; len(f.Things) != done || strings.Replace(last, " ", "", 1)[:len(operation)] != operation {
			t.Errorf("%s: went on, to %s, with %d things", operation, last, len(f.Things))
		}
	}
}

// testLogsLate: a new project is not known everywhere at once.
func testLogsLate(t *testing.T, f *logsFixture) {
	f.state = state{Things: map[string]map[string]any{}, Late: 5}
	if got, _ := f.logs(t, handler.ExitDone, "--policy", "on-call"); got != made {
		t.Errorf("\n got %s\nwant %s", got, made)
	}
}

// testLogsTwo: two functions share all but what bears their names.
func testLogsTwo(t *testing.T, f *logsFixture) {
	f.logs(t, handler.ExitDone, "--policy", "on-call")
	f.env["FUNCTION_NAME"] = "f2"
	f.logs(t, handler.ExitDone, "--policy", "on-call")
	if f.of("f") != 7 || f.of("f2") != 7 || len(f.Things) != 3+14 {
		t.Errorf("made: %q", slices.Sorted(maps.Keys(f.Things)))
	}
	f.env["FUNCTION_NAME"] = "f"
	stdout, _ := f.logs(t, handler.ExitDone, "--undo", "--yes")
	if f.of("f") > 0 || f.of("f2") != 7 || len(f.Things) != 3+7 || strings.Count(stdout, "deleted   ") != 7 {
		t.Errorf("left: %q\n%s", slices.Sorted(maps.Keys(f.Things)), stdout)
	}
}

// testLogsUndo: a person sees what will be deleted, and is asked; nothing shared is deleted.
func testLogsUndo(t *testing.T, f *logsFixture) {
	f.logs(t, handler.ExitDone, "--policy", "on-call")
	delete(f.Things, "Alert p-1 f-silence")
	f.answers(strings.NewReader("y\n"))
	const question = `These are of f in cn-beijing:
  alert f-denied
  alert f-incomplete
  alert f-removed
  alert f-retries
  alert f-withheld
  dashboard f
Delete them, and keep the project p-1 and what was logged? Type yes: `
	if stdout, stderr := f.logs(t, handler.ExitLeft, "--undo"); stdout != "" || stderr != question+"Nothing was deleted.\n" || len(f.Things) != 9 {
		t.Errorf("answered y: %s%s, %d things", stdout, stderr, len(f.Things))
	}
	f.Faults = map[string]string{"DeleteAlert": "Unauthorized"}
	if stdout, stderr := f.logs(t, handler.ExitFailed, "--undo", "--yes"); stdout != "" || !strings.Contains(stderr, "\nNot done: alert f-denied, ") || len(f.Things) != 9 {
		t.Errorf("not allowed: %s%s, %d things", stdout, stderr, len(f.Things))
	}
	f.Faults = nil
	f.answers(strings.NewReader("yes\n"))
	const deleted = "deleted   alert f-denied\ndeleted   alert f-incomplete\ndeleted   alert f-removed\ndeleted   alert f-retries\ndeleted   alert f-withheld\ndeleted   dashboard f\n"
	if stdout, _ := f.logs(t, handler.ExitDone, "--undo"); stdout != deleted {
		t.Errorf("\n got %s\nwant %s", stdout, deleted)
	}
	if want := []string{"Index p-1 elasticsearch-disconnect", "LogStore p-1 elasticsearch-disconnect", "Project p-1"}; !slices.Equal(slices.Sorted(maps.Keys(f.Things)), want) {
		t.Errorf("left: %q, want %q", slices.Sorted(maps.Keys(f.Things)), want)
	}
	if _, stderr := f.logs(t, handler.ExitDone, "--undo", "--yes"); stderr != "There is nothing to delete.\n" {
		t.Errorf("undone again: %s", stderr)
	}
	f.Faults = map[string]string{"GetAlert": "Unauthorized"}
	if _, stderr := f.logs(t, handler.ExitFailed, "--undo", "--yes"); !strings.Contains(stderr, "Unauthorized") || !strings.Contains(stderr, "Nothing was deleted") {
		t.Errorf("not readable: %s", stderr)
	}
}

// testLogsNoTimer: without a timer that runs daily, its silence is no cause for alarm, even if there was one before.
func testLogsNoTimer(t *testing.T, f *logsFixture) {
	f.env["RECONCILE"] = "off"
	if got, _ := f.logs(t, handler.ExitDone, "--policy", "on-call"); got != strings.Replace(made, "created   alert f-silence", "absent    alert f-silence", 1) {
		t.Errorf("never on: %s", got)
	}
	f.env["RECONCILE"] = "report"
	f.logs(t, handler.ExitDone, "--policy", "on-call")
	f.env["RECONCILE"] = "off"
	if got, _ := f.logs(t, handler.ExitDone, "--policy", "on-call"); got != strings.Replace(madeAgain, "updated   alert f-silence", "deleted   alert f-silence", 1) || f.of("f") != 6 {
		t.Errorf("on before: %s", got)
	}
	f.env["RECONCILE"], f.env["RECONCILE_CRON"] = "report", "0 17 3 * * MON"
	if got, stderr := f.logs(t, handler.ExitDone, "--policy", "on-call"); f.of("f") != 6 || !strings.HasPrefix(stderr, "There is no alert silence: the timer does not run between ") {
		t.Errorf("of Mondays: %s%s", got, stderr)
	}
}

// testLogsInterrupted: what is not done is named.
func testLogsInterrupted(t *testing.T, f *logsFixture) {
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	f.exits(t, f.runWith(ctx, t, "logs", "--policy", "a"), exitInterrupted)
	if got := f.stderr.String(); !strings.Contains(got, "\nNot done: project p-1, logstore ") {
		t.Errorf("standard error: %s", got)
	}
}

// testLogsRefused: nothing is sent, and the text says what to do.
func testLogsRefused(t *testing.T, f *logsFixture) {
	for _, test := range []struct{ setting, value, args, want string }{
		{"", "", "", "Give --policy with the id"},
		{"", "", "--policy a --undo", "Give --policy with the id"},
		{"", "", "--undo", "This asks before it deletes, but standard input or standard error is not a terminal: add --yes"},
		{"LOG_PROJECT", "", "--policy a", "LOG_PROJECT is empty: give the project a name in .env that no one else in the region has, such as LOG_PROJECT=f-1234"},
		{"LOG_PROJECT", "P_1", "--policy a", `LOG_PROJECT is "P_1"; must be 3 to 63 lower-case letters, digits and -`},
		{"FUNCTION_NAME", "F", "--policy a", `FUNCTION_NAME is "F"; must be at most 52 lower-case letters`},
		{"", "", `--policy a"b`, `the action policy is "a\"b"; must be an id`},
	} {
		before := f.env[test.setting]
		f.env[test.setting] = test.value
		if _, stderr := f.logs(t, handler.ExitInvalid, strings.Fields(test.args)...); !strings.HasPrefix(stderr, test.want) || len(f.Calls) > 0 {
			t.Errorf("%s=%s %s:\n got %s, sent %q\nwant %s", test.setting, test.value, test.args, stderr, f.Calls, test.want)
		}
		f.env[test.setting] = before
	}
	here := f.Setup.Folder
	for want, folder := range map[string]fs.FS{
		"open s.yaml: file does not exist; run this in the folder of s.yaml\n":                   fstest.MapFS{},
		"handler/logs: open index.json: file does not exist; run this in the folder of s.yaml\n": fstest.MapFS{"s.yaml": {}},
	} {
		f.Setup.Folder = folder
		if _, stderr := f.logs(t, handler.ExitInvalid, "--policy", "a"); stderr != want || len(f.Calls) > 0 {
			t.Errorf("sent %q: %s\nwant %s", f.Calls, stderr, want)
		}
	}
	f.Setup.Folder = here
	f.Exec = func(ctx context.Context, _ string, args ...string) *exec.Cmd {
		return exec.CommandContext(ctx, "this-aliyun-is-not-installed", args...)
	}
	if _, stderr := f.logs(t, handler.ExitFailed, "--policy", "a"); !strings.Contains(stderr, "aliyun is not installed: https://") {
		t.Errorf("without aliyun: %s", stderr)
	}
	f.Exec = func(ctx context.Context, _ string, _ ...string) *exec.Cmd { return exec.CommandContext(ctx, "false") }
	if _, stderr := f.logs(t, handler.ExitFailed, "--policy", "a"); !strings.HasPrefix(stderr, "project p-1: GetProject: (exit status 1)\n") {
		t.Errorf("without a reason: %s", stderr)
	}
}

// TestStore: what make logs creates is what s.yaml writes to.
func TestStore(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../s.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if want := "logstore: " + logs.Store + "\n"; !strings.Contains(string(text), want) {
		t.Errorf("s.yaml has no %s", want)
	}
}
