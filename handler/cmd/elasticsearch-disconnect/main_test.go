package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
)

// TestMainPassesTheProcess runs the built command: what main takes from the process
// (arguments, environment, streams, build) reaches the Command, and its exit code the
// process. The other tests begin with a Command.
func TestMainPassesTheProcess(t *testing.T) {
	t.Parallel()
	program := build(t)
	credentials := []string{"ALIBABA_CLOUD_ACCESS_KEY_ID=" + keyID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET=" + secret}
	const event = `{"instanceId":"es-a","connectedInstanceId":"es-b"}`
	for name, test := range map[string]struct {
		args   []string
		env    []string
		stdin  string // "" for the null device
		exit   int
		stdout string // a pattern for all of it
		stderr string // a pattern for a part of it
	}{
		"standard input, and a log on standard error": {args: []string{"--event", "-"}, stdin: event, env: credentials,
			stdout: `(?s:.*)"outcome": "removed"(?s:.*)`, stderr: `"outcome":"removed"`},
		"no credentials": {args: []string{"--event", "-"}, stdin: event, exit: handler.ExitFailed,
			stdout: `(?s:.*)"detail": "no credentials; set ALIBABA_CLOUD_ACCESS_KEY_ID(?s:.*)Looked in the environment(?s:.*)`},
		"a report without a progress line": {args: []string{"--report"}, env: credentials, exit: handler.ExitLeft,
			stdout: `(?s:.*)6 instances, 8 connections, (?s:.*)`, stderr: `^$`},
		"nobody to ask": {args: []string{"--remove"}, env: credentials, exit: handler.ExitInvalid,
			stderr: `standard input is not a terminal: add --yes`},
		"a region in the environment": {args: []string{"--event", "-"}, stdin: event,
			env:    append([]string{"ELASTICSEARCH_ENDPOINT=", "DRY_RUN=true", "ALIBABA_CLOUD_REGION_ID=cn-qingdao"}, credentials...),
			stdout: `(?s:.*)"url": "https://elasticsearch\.cn-qingdao\.aliyuncs\.com/openapi/(?s:.*)`},
		"the version": {args: []string{"--version"}, stdout: `elasticsearch-disconnect \S+, commit \S+, go1\.\S+\n`},
		"nothing":     {exit: handler.ExitInvalid, stderr: `^elasticsearch-disconnect removes network connections`},
		"preflight in another folder": {args: []string{"preflight"}, exit: handler.ExitFailed,
			stdout: `(?s:.*)ERROR +s\.yaml +(?s:.*)`},
		"preflight with an argument": {args: []string{"preflight", "--region=x"}, exit: handler.ExitInvalid,
			stderr: `^preflight takes no arguments\n$`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			region(f)
			command := exec.CommandContext(t.Context(), program, test.args...)
			command.Env = append([]string{
				"PATH=" + os.Getenv("PATH"),
				"HOME=" + t.TempDir(),
				"ALIBABA_CLOUD_ECS_METADATA_DISABLED=true",
				"ELASTICSEARCH_ENDPOINT=" + f.api.URL,
			}, test.env...)
			if test.stdin != "" {
				command.Stdin = strings.NewReader(test.stdin)
			}
			var stdout, stderr bytes.Buffer
			command.Stdout, command.Stderr = &stdout, &stderr
			if err := command.Run(); command.ProcessState == nil {
				t.Fatal(err)
			}
			if got := command.ProcessState.ExitCode(); got != test.exit {
				t.Errorf("exit code %d, want %d", got, test.exit)
			}
			if !regexp.MustCompile(`^` + test.stdout + `$`).Match(stdout.Bytes()) {
				t.Errorf("standard output:\n%s\nwant %s", &stdout, test.stdout)
			}
			if !regexp.MustCompile(test.stderr).Match(stderr.Bytes()) {
				t.Errorf("standard error:\n%s\nwant %s", &stderr, test.stderr)
			}
			if strings.Contains(stdout.String()+stderr.String(), "canary") {
				t.Errorf("a credential is given away:\n%s%s", &stdout, &stderr)
			}
		})
	}
}

// build builds the command and returns its path.
func build(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the command")
	}
	program := filepath.Join(t.TempDir(), handler.Name)
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}
