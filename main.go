// Command main is a function for Alibaba Cloud Function Compute that removes
// the network connection between two Alibaba Cloud Elasticsearch instances, or
// all that an instance left behind when it was released.
//
// In Function Compute (FC_RUNTIME_API is set) it serves events until the
// runtime ends it. Elsewhere it serves one event, on the command line; see usage.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fc"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/elasticsearch"
)

const usage = `This program is a function for Alibaba Cloud Function Compute, which runs it
with FC_RUNTIME_API set. Elsewhere it serves one event and prints the reply:

  main --event FILE [--region REGION]    FILE may be - for standard input
  main --version

The region may also be in ALIBABA_CLOUD_REGION_ID. Credentials come from the
default chain of Alibaba Cloud's tools. Configuration is by environment:
%s.

Exit codes: 0 done, 1 failed, 2 invalid event, usage or configuration.
`

func main() {
	if os.Getenv("FC_RUNTIME_API") != "" {
		transport := elasticsearch.NewTransport(os.Getenv("SSL_CERT_FILE"))
		h, err := newHandler(os.Stdout, transport)
		if err != nil {
			fmt.Fprintf(os.Stderr, "configuration: %v\n", err)
			os.Exit(handler.ExitInvalid)
		}
		time.AfterFunc(handler.WarmUpDelay, func() {
			// An instance has a fraction of a core and serves one event at a
			// time: a second processor only wakes threads (make bench, CPU).
			runtime.GOMAXPROCS(1)
			h.WarmUp(os.Getenv("FC_REGION"), transport.Open)
		})
		fc.Start(h.Handle)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(commandLine(ctx, os.Args[1:]))
}

// newHandler makes a handler as the environment configures it, which logs to w
// in JSON lines, as Log Service indexes them.
func newHandler(w io.Writer, transport *elasticsearch.Transport) (*handler.Handler, error) {
	config, err := handler.ReadConfig(os.Getenv)
	return &handler.Handler{
		Config:    config,
		Build:     build(),
		Log:       slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: config.LogLevel})),
		Transport: transport,
	}, err
}

// commandLine serves one event outside Function Compute and returns the exit code.
func commandLine(ctx context.Context, args []string) int {
	flags := flag.NewFlagSet("main", flag.ContinueOnError)
	flags.Usage = func() { fmt.Fprintf(flags.Output(), usage, strings.Join(handler.Variables(), ", ")) }
	file := flags.String("event", "", "")
	region := flags.String("region", os.Getenv("ALIBABA_CLOUD_REGION_ID"), "")
	version := flags.Bool("version", false, "")
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return handler.ExitDone
	case err != nil:
		return handler.ExitInvalid
	case *version:
		b := build()
		fmt.Printf("%s %s, commit %s, %s\n", handler.Name, b.Version, cmp.Or(b.Commit, "unknown"), runtime.Version())
		return handler.ExitDone
	case *file == "" || flags.NArg() > 0:
		flags.Usage()
		return handler.ExitInvalid
	}
	return serve(ctx, *file, *region)
}

// timeLimit is how long an event may take, as long as the deployed function has:
// a call that the API refuses for its rate is repeated until then.
const timeLimit = 10 * time.Minute

// serve prints the reply to the event in a file.
func serve(ctx context.Context, file, region string) int {
	h, err := newHandler(os.Stderr, elasticsearch.NewTransport(os.Getenv("SSL_CERT_FILE")))
	if err != nil {
		fmt.Fprintf(os.Stderr, "configuration: %v\n", err)
		return handler.ExitInvalid
	}
	if err := h.Config.CheckRegion(region); err != nil {
		fmt.Fprintf(os.Stderr, "--region (or ALIBABA_CLOUD_REGION_ID) %v\n", err)
		return handler.ExitInvalid
	}
	event, err := read(file)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return handler.ExitInvalid
	}
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	h.Invocation = handler.OnCommandLine(region)
	reply, exit := h.HandleOnce(ctx, event)
	os.Stdout.Write(reply)
	return exit
}

func read(file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(os.Stdin)
	}
	return os.ReadFile(file)
}

// build reads from the binary which program it is.
func build() handler.Build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return handler.Build{Version: "unknown"}
	}
	b := handler.Build{Version: info.Main.Version}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			b.Commit = s.Value
		}
	}
	return b
}
