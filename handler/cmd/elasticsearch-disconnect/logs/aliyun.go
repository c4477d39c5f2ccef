package logs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
)

// An Aliyun calls Log Service in one region, with the aliyun CLI and its credentials.
type Aliyun struct {
	Command func(ctx context.Context, name string, args ...string) *exec.Cmd // such as exec.CommandContext
	Region  string
}

// A callError is a call that failed.
type callError struct {
	operation string
	answer    string // the code that Log Service gave, such as ProjectNotExist; "" if it gave none
	text      string // what the CLI printed, or why it did not run
}

func (e *callError) Error() string { return e.operation + ": " + e.text }

// answer is what the CLI prints of an error that Log Service answers with, among other lines.
var answer = regexp.MustCompile(`(?m)^ *Code: (\w+)\s*$`)

// call calls an operation by its name: since version 3.1.1 the CLI takes no path that has a
// value in it. It returns the answer. Every error is a *callError.
func (a Aliyun) call(ctx context.Context, operation string, flags ...string) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	cmd := a.Command(ctx, "aliyun", append([]string{"sls", operation, "--region", a.Region}, flags...)...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	switch err := cmd.Run(); {
	case err == nil:
		return stdout.Bytes(), nil
	case errors.Is(err, exec.ErrNotFound):
		return nil, &callError{operation, "", "aliyun is not installed: https://github.com/aliyun/aliyun-cli"}
	default:
		printed := stdout.String() + stderr.String() // by its version, an error is on either
		failed := &callError{operation, "", strings.Join(strings.Fields(fmt.Sprintf("%s (%v)", printed, err)), " ")}
		if match := answer.FindStringSubmatch(printed); match != nil {
			failed.answer = match[1]
		}
		return nil, failed
	}
}

// isAnswer reports whether an error is an answer of Log Service with this code.
func isAnswer(err error, code string) bool {
	failed, ok := errors.AsType[*callError](err)
	return ok && failed.answer == code
}
