// Command replay plays recorded events through the function as it is deployed:
//
//	go run ./events/replay [-update] [FILE…]
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
	"math/rand/v2"
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

// options are what the command line says.
type options struct {
	update bool    // rewrite the wants
	events []event // those given by name; none means all that are recorded

	soak time.Duration // how long to play random events instead
	seed uint64        // of those
}

const usage = `usage: go run ./events/replay [-update] [FILE…]
       go run ./events/replay -soak TIME [-seed N]

Plays recorded events through the built function, and compares each reply with
NAME.want.json beside the event. Without FILE: all of events/*.json.

  -update   write the replies to NAME.want.json instead; read them before you commit them

Or plays random events for a TIME such as 60s, while the API fails half of the
time and the function is killed now and then.

  -seed N   play the same events as the run which printed this seed
`

func parse(args []string, stderr io.Writer) (options, error) {
	var opts options
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // run tells the error, below the usage
	flags.Usage = func() { fmt.Fprint(stderr, usage) }
	flags.BoolVar(&opts.update, "update", false, "")
	flags.DurationVar(&opts.soak, "soak", 0, "")
	flags.Uint64Var(&opts.seed, "seed", rand.Uint64N(1_000_000), "") // few digits, for whoever has to type them
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	if opts.soak < 0 || opts.soak > 0 && (opts.update || flags.NArg() > 0) {
		return options{}, errors.New("-soak takes a time above zero, and neither -update nor a file")
	}
	var err error
	opts.events, err = named(flags.Args())
	return opts, err
}

// replay plays the events and reports them; passed is false when one is not as it should be.
func replay(ctx context.Context, opts options, stdout, stderr io.Writer) (passed bool, err error) {
	dir, err := os.MkdirTemp("", "replay-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)

	fmt.Fprintln(stderr, "replay: building the function …")
	s, err := open(ctx, dir)
	if err != nil {
		return false, err
	}
	defer s.close()

	r := newReport(stdout, opts.events)
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
