package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"elasticsearch-disconnect/handler"
)

// options are what the command line and the environment ask for.
type options struct {
	update, verbose bool

	events    []event
	variables []string // NAME=value, passed to the function

	soak time.Duration // how long to play random events instead
	seed uint64        // of those
}

const usage = `usage: go run ./events/replay [-v] [-update] [FILE…]
       go run ./events/replay -soak TIME [-seed N]

Plays recorded events through the built function, and compares each reply with
NAME.want.json beside the event. Without FILE: all of events/*.json. Variables
that configure the function, such as DRY_RUN, are passed to it, except
ELASTICSEARCH_ENDPOINT: the API is a stand-in.

  -v        print the requests that the API saw and the reply, too
  -update   write the replies to NAME.want.json instead; read them before you commit them

Or plays random events for a TIME such as 60s, while the API fails half of the
time and the function is killed now and then.

  -seed N   play the same events as the run which printed this seed
`

func (c command) parse(args []string) (o options, err error) {
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // run prints the error, below the usage
	flags.Usage = func() { fmt.Fprint(c.stderr, usage) }
	flags.BoolVar(&o.update, "update", false, "")
	flags.BoolVar(&o.verbose, "v", false, "")
	flags.DurationVar(&o.soak, "soak", 0, "")
	flags.Uint64Var(&o.seed, "seed", rand.Uint64N(1_000_000), "") // few digits, for whoever has to type them
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.variables = variables(c.getenv)
	given := make(map[string]bool) // even as its default
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	switch {
	case given["soak"] && (o.soak <= 0 || o.update || o.verbose || flags.NArg() > 0):
		return o, errors.New("-soak takes a time above zero, and besides it -seed alone")
	case given["soak"]:
		return o, nil
	case given["seed"]:
		return o, errors.New("-seed is of random events, so it needs -soak")
	case o.update && len(o.variables) > 0:
		return o, fmt.Errorf("-update writes the replies without %s; unset it first", strings.Join(o.variables, " "))
	case flags.NArg() == 0:
		o.events, err = recorded(c.events)
	default:
		o.events, err = named(flags.Args())
	}
	return o, err
}

// endpoint is not passed on: the API is always a stand-in.
const endpoint = "ELASTICSEARCH_ENDPOINT"

// variables returns the function's own variables that are set. To the function, an empty one is not set.
func variables(getenv func(string) string) (passed []string) {
	for _, name := range handler.Variables() {
		if value := getenv(name); value != "" && name != endpoint {
			passed = append(passed, name+"="+value)
		}
	}
	return passed
}
