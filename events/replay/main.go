// Command replay plays recorded events through the function as it is deployed; go run ./events/replay -h prints its usage.
//
// It builds the function's binary and runs it between stand-ins on loopback: the runtime API of Function Compute that
// invokes it (package fctest), and the Elasticsearch OpenAPI of some regions and the Security Token Service, which it
// calls by their names through a proxy (package elasticsearchtest). Where Go does not read SSL_CERT_FILE, on macOS and
// Windows, the function has one endpoint instead, and events of other regions and accounts are skipped. For each event
// it prints what came of it, and whether the reply is the one in NAME.want.json beside the event. It exits with
//
//	0  every reply is as wanted, and no reply and no log line has a secret in it
//	1  one is not, or has none to be compared with and was not given by name, or the replay itself broke off
//	2  wrong usage
//
// With -soak it plays random events instead, with faults and kills, and holds what is left against what was asked
// (package soak): 0 when nothing was lost and nothing removed that no event named, 1 when a promise was not kept.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	c := command{build: build, events: "events", everywhere: canTrust(), getenv: os.Getenv, stdout: os.Stdout, stderr: os.Stderr}
	code := c.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// A command is the program with everything it takes from outside.
type command struct {
	build          func(ctx context.Context, dir string) (binary string, err error)
	events         string // the folder of the recorded events
	everywhere     bool   // the function can reach several regions
	getenv         func(string) string
	stdout, stderr io.Writer
}

func (c command) run(ctx context.Context, args []string) int {
	opts, err := c.parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintf(c.stderr, "replay: %v\n", err)
		return 2
	}
	passed, err := c.do(ctx, opts)
	if err != nil {
		fmt.Fprintf(c.stderr, "replay: %v\n", err)
	}
	if err != nil || !passed {
		return 1
	}
	return 0
}

func (c command) do(ctx context.Context, opts options) (passed bool, err error) {
	dir, err := os.MkdirTemp("", "replay-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	fmt.Fprintln(c.stderr, "replay: building the function …")
	binary, err := c.build(ctx, dir)
	if err != nil {
		return false, err
	}
	if opts.soak > 0 {
		return c.soak(ctx, opts, binary, dir)
	}
	return c.replay(ctx, opts, binary, dir)
}

func (c command) replay(ctx context.Context, opts options, binary, dir string) (passed bool, err error) {
	p, err := prepare(ctx, binary, dir, c.everywhere, opts.variables...)
	if err != nil {
		return false, err
	}
	defer p.close()
	report, begun := newReport(c.stdout, opts), time.Now()
	for _, e := range opts.events {
		r, err := p.play(ctx, e)
		if err == nil {
			err = r.judge(opts.update)
		}
		if err != nil {
			return false, err
		}
		report.event(r)
	}
	elapsed := time.Since(begun)
	return report.end(elapsed, p.close())
}
