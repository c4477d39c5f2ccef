package handler_test

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestCommandLine runs the built program as a person does, outside Function Compute.
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
		"a failure": {args: []string{"--event", "-"}, stdin: strings.Replace(direct, instance, "es-gone", 1), env: credentials,
			exit: 1, stdout: `(?s:.*)"code": "InstanceNotFound"(?s:.*)`},
		"a failure over HTTP": {args: []string{"--event", "-"}, stdin: strings.Replace(post, instance, "es-gone", 1), env: credentials,
			exit: 1, stdout: `\{\n  "statusCode": 404,(?s:.*)`},
		"an invalid event":           {args: []string{"--event", "-"}, stdin: "{}", exit: 2, stdout: `(?s:.*)"detail": "2 faults, listed in errors"(?s:.*)`},
		"an invalid event over HTTP": {args: []string{"--event", "../events/http-not-found.json"}, exit: 2, stdout: `\{\n  "statusCode": 404,(?s:.*)`},
		"no credentials": {args: []string{"--event", "-"}, stdin: direct, exit: 1,
			stdout: `(?s:.*)"detail": "no credentials; set ALIBABA_CLOUD_ACCESS_KEY_ID(?s:.*)Looked in the environment(?s:.*)`},
		"no region and no endpoint": {args: []string{"--event", "-"}, stdin: direct, env: append([]string{"ELASTICSEARCH_ENDPOINT="}, credentials...),
			exit: 2, stderr: `^--region \(or ALIBABA_CLOUD_REGION_ID\) is missing\n$`},
		"a region that there is not": {args: []string{"--event", "-", "--region", "cn-hangzou"}, stdin: direct, env: append([]string{"ELASTICSEARCH_ENDPOINT="}, credentials...),
			exit: 2, stderr: `^--region \(or ALIBABA_CLOUD_REGION_ID\) is "cn-hangzou", which is none of ap-northeast-1, `},
		"a region, and a dry run": {args: []string{"--event", "-", "--region", "cn-beijing"}, stdin: direct, env: append([]string{"ELASTICSEARCH_ENDPOINT=", "DRY_RUN=true"}, credentials...),
			stdout: `(?s:.*)"url": "https://elasticsearch\.cn-beijing\.aliyuncs\.com/openapi/(?s:.*)`},
		"a region in the environment": {args: []string{"--event", "-"}, stdin: direct, env: append([]string{"ELASTICSEARCH_ENDPOINT=", "DRY_RUN=true", "ELASTICSEARCH_NETWORK=vpc", "ALIBABA_CLOUD_REGION_ID=cn-qingdao"}, credentials...),
			stdout: `(?s:.*)"url": "https://elasticsearch-vpc\.cn-qingdao\.aliyuncs\.com/openapi/(?s:.*)`},
		"the version":                         {args: []string{"--version"}, stdout: `elasticsearch-disconnect \(devel\), commit unknown, go1\.\S+\n`},
		"nothing":                             {exit: 2, stderr: `This program is a function for Alibaba Cloud Function Compute`},
		"the version, whatever is configured": {args: []string{"--version"}, env: []string{"DRY_RUN=maybe"}, stdout: `(?s:.*)commit unknown(?s:.*)`},
		"help":                                {args: []string{"--help"}, stderr: `main --event FILE`},
		"an unknown flag":                     {args: []string{"--evnt"}, exit: 2, stderr: `flag provided but not defined: -evnt`},
		"too many arguments":                  {args: []string{"--event", "-", "x"}, exit: 2, stderr: `main --event FILE`},
		"no such file":                        {args: []string{"--event", "none.json"}, exit: 2, stderr: `open none\.json: no such file or directory`},
		"a bad configuration":                 {args: []string{"--event", "../events/direct.json"}, env: []string{"DRY_RUN=maybe"}, exit: 2, stderr: `configuration: DRY_RUN is neither true nor false`},
		"a bad configuration in Function Compute": {env: []string{"FC_RUNTIME_API=127.0.0.1:1", "ELASTICSEARCH_NETWORK=moon"}, exit: 2, stderr: `configuration: ELASTICSEARCH_NETWORK is neither public nor vpc`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newPlainFixture(t)
			command := exec.CommandContext(t.Context(), program, test.args...)
			command.Env = append(commandEnv(t, s.api.URL), test.env...)
			command.Stdin = strings.NewReader(test.stdin)
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
