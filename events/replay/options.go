package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"
)

// options are what the command line says.
type options struct {
	update bool    // rewrite the wants
	json   bool    // report to a machine
	events []event // those given by name; none means all that are recorded

	soak time.Duration // how long to play random events instead
	seed uint64        // of those
}

const usage = `usage: go run ./events/replay [-update | -json] [FILE…]
       go run ./events/replay -soak TIME [-seed N]

Plays recorded events through the built function, and compares each reply with
NAME.want.json beside the event. Without FILE: all of events/*.json.

  -update   write the replies to NAME.want.json instead; read them before you commit them
  -json     tell it to a machine: an object a line for each event, then a summary

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
	flags.BoolVar(&opts.json, "json", false, "")
	flags.DurationVar(&opts.soak, "soak", 0, "")
	flags.Uint64Var(&opts.seed, "seed", rand.Uint64N(1_000_000), "") // few digits, for whoever has to type them
	if err := flags.Parse(args); err != nil {
		return options{}, plainly(err)
	}
	if err := opts.check(given(flags), flags.NArg()); err != nil {
		return options{}, err
	}
	var err error
	opts.events, err = named(flags.Args())
	return opts, err
}

// plainly puts into words what package flag has a jargon for.
func plainly(err error) error {
	if name, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: "); ok {
		return fmt.Errorf("%s: no such flag; there are -update, -json, -soak and -seed", name)
	}
	return err
}

// given are the names of the flags on the command line, for one that is given as its default is not one left out.
func given(flags *flag.FlagSet) map[string]bool {
	names := make(map[string]bool)
	flags.Visit(func(f *flag.Flag) { names[f.Name] = true })
	return names
}

// check finds what does not go together.
func (o options) check(given map[string]bool, files int) error {
	switch {
	case given["soak"] && (o.soak <= 0 || o.update || o.json || files > 0):
		return errors.New("-soak takes a time above zero, and neither -update nor -json nor a file")
	case given["seed"] && !given["soak"]:
		return errors.New("-seed is of random events, so it needs -soak")
	case o.update && o.json:
		return errors.New("-update and -json do not go together: update first, then play again with -json")
	default:
		return nil
	}
}
