package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/preflight"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/view"
)

// A Command is one run of the program, with all it takes from the process.
type Command struct {
	Args   []string
	Getenv func(string) string
	Home   string // the person's home directory; "" if it is unknown

	Stdin    io.Reader
	Stdout   io.Writer // results
	Stderr   io.Writer // everything else
	Terminal Terminal

	Build     handler.Build
	Transport http.RoundTripper

	Setup preflight.Setup                                                  // the working directory, and the tools
	Exec  func(ctx context.Context, name string, args ...string) *exec.Cmd // runs a tool
}

// exitInterrupted is the exit code that a shell gives for Ctrl-C. The others are those of
// package handler.
const exitInterrupted = 130

// timeLimit bounds the reading, and then the removal: a call that the API throttles is
// repeated until then.
const timeLimit = 10 * time.Minute

// Run executes the command of the arguments, and returns its exit code. It ends early
// if ctx is canceled.
func (c Command) Run(ctx context.Context) (exit int) {
	defer func() {
		if p := recover(); p != nil { // of a library: its text may hold a secret
			c.say("This is a fault of the program; please report it:\n%s", debug.Stack())
			exit = handler.ExitFailed
		}
	}()
	exit, err := c.execute(ctx)
	switch usage := (*usageError)(nil); {
	case err == nil:
		return exit
	case ctx.Err() != nil:
		c.say("Interrupted: nothing was removed.")
		return exitInterrupted
	case errors.Is(err, syscall.EPIPE): // whoever reads the report has enough
		return handler.ExitFailed
	case errors.As(err, &usage):
		c.say("%v", err)
		return handler.ExitInvalid
	}
	c.say("%v", err)
	return handler.ExitFailed
}

// A usageError is a wrong command, flag, argument or setting. Nothing was asked of the API.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func wrongUsage(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// say prints a sentence to standard error. Standard output is for results.
func (c Command) say(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if c.Terminal.Err && !strings.Contains(text, "\n") {
		fmt.Fprint(c.Stderr, view.Wrapped(text, c.Terminal.Width))
		return
	}
	fmt.Fprintln(c.Stderr, text)
}
