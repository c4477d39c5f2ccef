// Command replay plays recorded events through the function as it is deployed:
//
//	go run ./events/replay [-update | -json] [FILE…]
//	go run ./events/replay -soak TIME [-seed N]
//
// It builds the function's binary and runs it between two stand-ins on loopback, the runtime API of Function Compute
// that invokes it (package fctest) and the Elasticsearch OpenAPI that it calls (package elasticsearchtest). For each
// event it prints the requests the API saw, the reply, and whether that is the reply in NAME.want.json beside the event.
//
// Without arguments it plays events/*.json of this module. A file given by name needs no NAME.want.json. It exits with
//
//	0  every reply is as wanted, and no reply and no log line has a secret in it
//	1  one is not, or has none to be compared with, or the replay itself broke off
//	2  wrong usage
//
// With -json it prints an object a line instead, for a machine: one for each event, and {"summary":…} as the last.
//
// With -soak it plays random events instead, with faults and kills, and holds what is left against what was asked
// (package soak): 0 when nothing was lost and nothing removed that no event named, 1 when a promise was not kept.
//
// The API speaks TLS, but on macOS and Windows, where the function could not be told of its certificate.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	log.SetOutput(io.Discard) // where net/http tells of each TLS handshake that a kill broke off
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole command; it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	opts, err := parse(args, stderr)
	if err == nil && opts.soak == 0 && len(opts.events) == 0 {
		opts.events, err = recorded(ctx)
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintf(stderr, "replay: %v\n", err)
		return 2
	}

	do := replay
	if opts.soak > 0 {
		do = soaked
	}
	passed, err := do(ctx, opts, stdout, stderr)
	if err != nil {
		fmt.Fprintf(stderr, "replay: %v\n", err)
	}
	if err != nil || !passed {
		return 1
	}
	return 0
}

// building is what a person waits for.
const building = "replay: building the function …"

// replay plays the events and reports them; passed is false when one is not as it should be.
func replay(ctx context.Context, opts options, stdout, stderr io.Writer) (passed bool, err error) {
	dir, err := os.MkdirTemp("", "replay-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)

	done := progress(stderr, terminal(stderr), building)
	s, err := open(ctx, dir)
	done() // before anything else is told, an error too
	if err != nil {
		return false, err
	}
	defer s.close()

	r := newReporter(stdout, opts)
	begun := time.Now()
	for _, e := range opts.events {
		sc, err := s.play(ctx, e)
		if err != nil {
			return false, err
		}
		if err := sc.judge(opts.update); err != nil {
			return false, err
		}
		r.scene(sc)
	}
	return r.summary(time.Since(begun), s.close()), nil
}
