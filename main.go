// Command main is a function for Alibaba Cloud Function Compute that removes
// the network connection between two Alibaba Cloud Elasticsearch instances, or
// all that an instance left behind when it was released.
//
// In Function Compute (FC_RUNTIME_API is set) it serves events until the
// runtime ends it. Elsewhere it is a command; see package commandline.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fc"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/commandline"
	"elasticsearch-disconnect/handler/elasticsearch"
)

func main() {
	transport := elasticsearch.NewTransport(os.Getenv("SSL_CERT_FILE"))
	if os.Getenv("FC_RUNTIME_API") != "" {
		serve(transport)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt ends what does not heed the first
	os.Exit(commandline.Command{
		Args:             os.Args[1:],
		Getenv:           os.Getenv,
		Stdin:            os.Stdin,
		Stdout:           os.Stdout,
		Stderr:           os.Stderr,
		StdinIsTerminal:  isTerminal(os.Stdin),
		StderrIsTerminal: isTerminal(os.Stderr),
		Build:            build(),
		Transport:        transport,
	}.Run(ctx))
}

// serve serves events, and does not return. It logs in JSON lines, as Log Service
// indexes them.
func serve(transport *elasticsearch.Transport) {
	config, err := handler.ReadConfig(os.Getenv)
	if err != nil {
		fmt.Fprintf(os.Stderr, "configuration: %v\n", err)
		os.Exit(handler.ExitInvalid)
	}
	h := &handler.Handler{
		Config:    config,
		Build:     build(),
		Log:       slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: config.LogLevel})),
		Transport: transport,
	}
	time.AfterFunc(handler.WarmUpDelay, func() {
		// An instance has a fraction of a core and serves one event at a
		// time: a second processor only wakes threads (make bench, CPU).
		runtime.GOMAXPROCS(1)
		h.WarmUp(os.Getenv("FC_REGION"), transport.Open)
	})
	fc.Start(h.Handle)
}

// isTerminal says whether a person is at the other end: it is a character device, and
// not the one that is for nobody.
func isTerminal(file *os.File) bool {
	info, err := file.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err == nil && !os.SameFile(info, null)
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
