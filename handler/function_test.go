package handler_test

import (
	"bytes"
	"os/exec"
	"regexp"
	"testing"

	"elasticsearch-disconnect/handler"
)

// TestFunctionRefuses runs the built function where it cannot serve: it says why, and
// ends with the exit code of a wrong configuration.
func TestFunctionRefuses(t *testing.T) {
	t.Parallel()
	program := binary(t)
	for name, test := range map[string]struct {
		args, env []string
		stderr    string // a pattern for all of it
	}{
		"outside Function Compute": {[]string{"--help"}, nil, `^This is a function: .*\n.*go install ./handler/cmd/elasticsearch-disconnect\n$`},
		"a bad configuration":      {nil, []string{"FC_RUNTIME_API=127.0.0.1:1", "ELASTICSEARCH_NETWORK=moon"}, `^configuration: ELASTICSEARCH_NETWORK is neither public nor vpc\n$`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			command := exec.CommandContext(t.Context(), program, test.args...)
			command.Env, command.Stdout, command.Stderr = append([]string{"PATH="}, test.env...), &stdout, &stderr
			if err := command.Run(); command.ProcessState == nil {
				t.Fatal(err)
			}
			if got := command.ProcessState.ExitCode(); got != handler.ExitInvalid {
				t.Errorf("exit code %d, want %d", got, handler.ExitInvalid)
			}
			if stdout.Len() > 0 || !regexp.MustCompile(test.stderr).Match(stderr.Bytes()) {
				t.Errorf("standard error:\n got %q\nwant %s\nand standard output %q", &stderr, test.stderr, &stdout)
			}
		})
	}
}
