package handler_test

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestCommandLine runs the built program as a person does, outside Function Compute:
// what main gives package commandline, which has the tests of the rest.
func TestCommandLine(t *testing.T) {
	t.Parallel()
	program := binary(t)
	credentials := []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=" + role.AccessKeyId,
		"ALIBABA_CLOUD_ACCESS_KEY_SECRET=" + role.AccessKeySecret,
		"ALIBABA_CLOUD_SECURITY_TOKEN=" + role.SecurityToken,
	}
	for name, test := range map[string]struct {
		args   []string
		env    []string
		stdin  string
		exit   int
		stdout string // a pattern for all of it
		stderr string // a pattern for a part of it
	}{
		"a recorded event": {args: []string{"--event", "../events/direct.json"}, env: credentials,
			stdout: `\{\n  "Result": true,\n  "RequestId": "E5C0FFEE-[-0-9]+",\n  "instanceId": "` + instance + `",(?s:.*)"outcome": "removed"\n\}\n`,
			stderr: `"outcome":"removed"`},
		"standard input": {args: []string{"--event", "-"}, stdin: direct, env: credentials, stdout: `(?s:.*)"outcome": "removed"(?s:.*)`},
		"a failure over HTTP": {args: []string{"--event", "-"}, stdin: strings.Replace(post, instance, "es-gone", 1), env: credentials,
			exit: 1, stdout: `\{\n  "statusCode": 404,(?s:.*)`},
		"an invalid event over HTTP": {args: []string{"--event", "../events/http-not-found.json"}, exit: 2, stdout: `\{\n  "statusCode": 404,(?s:.*)`},
		"no credentials": {args: []string{"--event", "-"}, stdin: direct, exit: 1,
			stdout: `(?s:.*)"detail": "no credentials; set ALIBABA_CLOUD_ACCESS_KEY_ID(?s:.*)Looked in the environment(?s:.*)`},
		"a report without a progress line": {args: []string{"--report"}, env: credentials, stdout: `(?s:.*)2 instances, 1 connection, none left over\n`, stderr: `^$`},
		"no answer where there is nobody":  {args: []string{"--remove"}, env: credentials, exit: 2, stderr: `standard input is no terminal: add --yes`},
		"a region, and a dry run": {args: []string{"--event", "-", "--region", "cn-beijing"}, stdin: direct, env: append([]string{"ELASTICSEARCH_ENDPOINT=", "DRY_RUN=true"}, credentials...),
			stdout: `(?s:.*)"url": "https://elasticsearch\.cn-beijing\.aliyuncs\.com/openapi/(?s:.*)`},
		"a region in the environment": {args: []string{"--event", "-"}, stdin: direct, env: append([]string{"ELASTICSEARCH_ENDPOINT=", "DRY_RUN=true", "ELASTICSEARCH_NETWORK=vpc", "ALIBABA_CLOUD_REGION_ID=cn-qingdao"}, credentials...),
			stdout: `(?s:.*)"url": "https://elasticsearch-vpc\.cn-qingdao\.aliyuncs\.com/openapi/(?s:.*)`},
		"the version": {args: []string{"--version"}, stdout: `elasticsearch-disconnect \(devel\), commit unknown, go1\.\S+\n`},
		"nothing":     {exit: 2, stderr: `^elasticsearch-disconnect removes network connections`},
		"a bad configuration in Function Compute": {env: []string{"FC_RUNTIME_API=127.0.0.1:1", "ELASTICSEARCH_NETWORK=moon"}, exit: 2, stderr: `configuration: ELASTICSEARCH_NETWORK is neither public nor vpc`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newPlainFixture(t)
			command := exec.CommandContext(t.Context(), program, test.args...)
			command.Env = append(commandEnv(t, s.api.URL), test.env...)
			if test.stdin != "" { // else it is the null device
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

// commandEnv is an environment in which no credentials are to be found, and the
// API is the stand-in.
func commandEnv(t *testing.T, endpoint string) []string {
	t.Helper()
	return []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + t.TempDir(),
		"ALIBABA_CLOUD_ECS_METADATA_DISABLED=true",
		"ELASTICSEARCH_ENDPOINT=" + endpoint,
	}
}
