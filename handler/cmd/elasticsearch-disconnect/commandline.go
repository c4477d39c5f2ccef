package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"strconv"
	"time"

	"elasticsearch-disconnect/handler"
)

// A Command is one run of the program, with all it takes from the process.
type Command struct {
	Args   []string
	Getenv func(string) string

	Stdin            io.Reader
	Stdout, Stderr   io.Writer
	StdinIsTerminal  bool // a person can answer
	StderrIsTerminal bool // a line can be rewritten

	Build     handler.Build
	Transport http.RoundTripper
}

// timeLimit bounds one run of the function, as the deployed one is bounded: a call that
// the API throttles is repeated until then.
const timeLimit = 10 * time.Minute

// Run executes the command of the arguments, and returns its exit code. It ends early
// if ctx is canceled.
func (c Command) Run(ctx context.Context) int {
	if len(c.Args) == 0 {
		fmt.Fprint(c.Stderr, help())
		return handler.ExitInvalid
	}
	o, err := parse(c.Args, c.Getenv)
	if err != nil {
		return c.refuse("%v\nsee elasticsearch-disconnect --help", err)
	}
	switch o.task {
	case helpTask:
		fmt.Fprint(c.Stdout, help())
		return handler.ExitDone
	case versionTask:
		fmt.Fprintf(c.Stdout, "%s %s, commit %s, %s\n", handler.Name, c.Build.Version, cmp.Or(c.Build.Commit, "unknown"), runtime.Version())
		return handler.ExitDone
	case callTask:
		return c.call(ctx, o)
	}
	h, err := c.handler(o)
	if err != nil {
		return c.refuse("configuration: %v", err)
	}
	if err := h.Config.CheckRegion(o.region); err != nil {
		return c.refuse("--region (or %s) %v", regionVariable, err)
	}
	switch o.task {
	case reportTask:
		return c.report(ctx, h, o)
	case removeTask:
		return c.remove(ctx, h, o)
	case instanceTask:
		return c.serve(ctx, h, o.event())
	default:
		return c.serveFile(ctx, h, o.file)
	}
}

// handler returns the function as the environment and --limit configure it. It logs JSON
// lines, as in Function Compute.
func (c Command) handler(o options) (*handler.Handler, error) {
	config, err := handler.ReadConfig(func(name string) string {
		if name == "RECONCILE_LIMIT" && o.limit >= 0 {
			return strconv.Itoa(o.limit)
		}
		return c.Getenv(name)
	})
	return &handler.Handler{
		Config:     config,
		Build:      c.Build,
		Log:        slog.New(slog.NewJSONHandler(c.Stderr, &slog.HandlerOptions{Level: config.LogLevel})),
		Transport:  c.Transport,
		Invocation: handler.OnCommandLine(o.region),
	}, err
}

// refuse reports a wrong flag, file or configuration, and returns its exit code.
func (c Command) refuse(format string, args ...any) int {
	c.say(format, args...)
	return handler.ExitInvalid
}

// say prints a line to standard error. Standard output is for results.
func (c Command) say(format string, args ...any) { fmt.Fprintf(c.Stderr, format+"\n", args...) }
