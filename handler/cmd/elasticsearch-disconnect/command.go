package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/cobra"

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

// A Terminal says which of the standard streams are one.
type Terminal struct {
	In, Out, Err bool
	Width        int // of standard output, in cells; 0: unknown
}

// canAsk reports whether a person sees a question and can answer it.
func (t Terminal) canAsk() bool { return t.In && t.Err }

// exitInterrupted is the exit code that a shell gives for Ctrl-C. The others are those of
// package handler.
const exitInterrupted = 130

// timeLimit bounds the reading, and then the removal: a call that the API throttles is
// repeated until then.
const timeLimit = 10 * time.Minute

// A run is what cobra's command came to.
type run struct {
	exit int
	err  error
}

// does returns what cobra calls for a command.
func (r *run) does(f func(ctx context.Context, args []string) (int, error)) func(*cobra.Command, []string) {
	return func(cmd *cobra.Command, args []string) { r.exit, r.err = f(cmd.Context(), args) }
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
