// Command bench measures the function as it is deployed, and three programs that say how fast it could be:
//
//	go run ./events/replay/bench [-quick] >bench.txt
//	go run ./events/replay/bench -table bench.txt
//
// The first builds the function as make build does, and the programs of testdata with the same flags:
//
//	floor      a constant answer on the SDK
//	floorhttp  one raw unsigned DELETE over TLS
//	peer       the same job as the function's on the official SDK's core client
//
// It runs all of them in turns between the stand-ins of Function Compute and of the API, measures them from outside, and
// prints each measurement as a Go benchmark line, so that benchstat compares two runs. The second makes of such lines a
// table of medians, with half the distance between their quartiles and the bounds that the function is held to. No figure
// makes it fail; it exits with
//
//	0  it printed what it was asked for
//	1  something could not be built, run or read
//	2  wrong usage
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole command; it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	quick := flags.Bool("quick", false, "a smoke test of some seconds, whose figures mean little")
	file := flags.String("table", "", "measure nothing: print the table of the lines in `FILE`")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		flags.Usage()
		return 2
	}
	var err error
	switch {
	case *file != "":
		err = printTable(*file, stdout)
	case *quick:
		err = measure(ctx, smoke(), programs(), stdout, stderr)
	default:
		err = measure(ctx, whole(), programs(), stdout, stderr)
	}
	if err != nil {
		fmt.Fprintf(stderr, "bench: %v\n", err)
		return 1
	}
	return 0
}

func printTable(file string, stdout io.Writer) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	notes, samples, err := readLines(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	_, err = fmt.Fprintf(stdout, "%s%s", notes, samples.table())
	return err
}
