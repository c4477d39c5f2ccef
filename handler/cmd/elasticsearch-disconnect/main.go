// Command elasticsearch-disconnect is for the people who run the function. It shows the
// connections of a region, removes the leftover or the named ones, calls the deployed
// function, handles one event, and checks the settings before a deployment.
//
//	go install ./handler/cmd/elasticsearch-disconnect
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/preflight"
	"elasticsearch-disconnect/handler/elasticsearch"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "preflight" {
		os.Exit(runPreflight(os.Args[2:]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt ends the program at once
	os.Exit(Command{
		Args:             os.Args[1:],
		Getenv:           os.Getenv,
		Stdin:            os.Stdin,
		Stdout:           os.Stdout,
		Stderr:           os.Stderr,
		StdinIsTerminal:  isTerminal(os.Stdin),
		StderrIsTerminal: isTerminal(os.Stderr),
		Build:            handler.ReadBuild(),
		Transport:        elasticsearch.NewTransport(os.Getenv("SSL_CERT_FILE")),
	}.Run(ctx))
}

func runPreflight(args []string) int {
	switch {
	case len(args) > 0:
		fmt.Fprintln(os.Stderr, "preflight takes no arguments")
		return handler.ExitInvalid
	case !preflight.Here().Check(os.Stdout):
		return handler.ExitFailed
	}
	return handler.ExitDone
}

// isTerminal reports whether file is a terminal: a character device other than the null
// device.
func isTerminal(file *os.File) bool {
	info, err := file.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err == nil && !os.SameFile(info, null)
}
