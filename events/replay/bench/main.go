// Command bench measures the function as it is deployed, beside three programs that say how fast it could be:
//
//	go run ./events/replay/bench [-quick]
//
// It builds the function as make build does, and the programs of testdata with the same flags:
//
//	floor      a constant answer on the SDK
//	floorhttp  one raw unsigned DELETE over TLS
//	peer       the same job as the function's on the official SDK's core client
//
// All of them are run in turns between the stand-ins of Function Compute and of the API, and measured from outside. It
// prints a table of medians with half the distance between their quartiles, and which goals are met. No figure makes it
// fail; it exits with
//
//	0  the table was printed
//	1  something could not be built or run
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
	"runtime"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

const usage = `usage: go run ./events/replay/bench [-quick]

Measures the built function beside what it could be, and prints a table.

  -quick   a smoke test of some seconds, whose figures mean little
`

// run is the whole command; it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	quick, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintf(stderr, "bench: %v\n", err)
		return 2
	}
	if err := measure(ctx, quick, stdout, stderr); err != nil {
		fmt.Fprintf(stderr, "bench: %v\n", err)
		return 1
	}
	return 0
}

func parse(args []string, stderr io.Writer) (quick bool, err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // run tells the error, below the usage
	flags.Usage = func() { fmt.Fprint(stderr, usage) }
	flags.BoolVar(&quick, "quick", false, "")
	if err := flags.Parse(args); err != nil {
		return false, err
	}
	if flags.NArg() > 0 {
		flags.Usage()
		return false, errors.New("no arguments are taken")
	}
	return quick, nil
}

// measure builds, measures and prints.
func measure(ctx context.Context, quick bool, stdout, stderr io.Writer) error {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return errors.New("the function is built for linux/amd64, and can be measured only there")
	}
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := newBench(quick, dir, stderr)
	before := machine()
	if err := b.prepare(ctx); err != nil {
		return err
	}
	if err := b.phases(ctx); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s\n\n%s\nFor goal 8: go test -run '^$' -bench 'Sign|Raw|Parse' ./handler/...\n", before, b.results.table())
	return nil
}
