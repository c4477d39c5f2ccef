// Command elasticsearch-disconnect is for the people who run the function. It shows the
// connections of a fleet, removes the leftover or the named ones, calls the deployed
// function, handles one event, checks the settings before a deployment, and sets up the log
// with its alerts.
//
//	go install ./handler/cmd/elasticsearch-disconnect
//
// Its files use each other in one direction: main.go and root.go, a file for each command, what
// several of them do (job.go, consent.go, survey.go, look.go, request.go), where and as whom
// (session.go, scopes.go), and what all of them need (screen.go, typed_*.go, flags.go, command.go,
// words.go).
package main

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"

	"golang.org/x/term"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/identity"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/preflight"
	"elasticsearch-disconnect/handler/elasticsearch"
)

func main() {
	// A run is short, and what it reads is kept to its end. To collect garbage less often brings 25 regions from 1.31 to
	// 1.26 times the time of one (BenchmarkRegions), for 15 MiB more of 5,000 instances (TestMemory).
	debug.SetGCPercent(400)
	ctx, stop := signal.NotifyContext(context.Background(), ending(signal.Ignored)...)
	defer stop()
	context.AfterFunc(ctx, stop)   // a second signal ends the program at once
	signal.Ignore(syscall.SIGPIPE) // a reader that leaves must not end a removal
	identity.RefuseRedirects(http.DefaultTransport.(*http.Transport))
	home, _ := os.UserHomeDir()
	os.Exit(Command{
		Args:      os.Args[1:],
		Getenv:    os.Getenv,
		Home:      home,
		Stdin:     os.Stdin,
		Stdout:    os.Stdout,
		Stderr:    os.Stderr,
		Terminal:  terminal(),
		Build:     handler.ReadBuild(),
		Transport: elasticsearch.NewTransport(os.Getenv("SSL_CERT_FILE")),
		Setup:     preflight.Here(),
		Exec:      exec.CommandContext,
	}.Run(ctx))
}

// ending returns the signals that end the program. What is ignored stays so: nohup holds.
func ending(isIgnored func(os.Signal) bool) []os.Signal {
	ends := slices.DeleteFunc([]os.Signal{os.Interrupt, syscall.SIGHUP}, isIgnored)
	return append(ends, syscall.SIGTERM)
}

func terminal() Terminal {
	t := Terminal{In: term.IsTerminal(int(os.Stdin.Fd())), Out: term.IsTerminal(int(os.Stdout.Fd())), Err: term.IsTerminal(int(os.Stderr.Fd()))}
	if t.Out {
		t.Width, _, _ = term.GetSize(int(os.Stdout.Fd())) // 0 with an error
	} else if t.Err {
		t.Width, _, _ = term.GetSize(int(os.Stderr.Fd()))
	}
	return t
}
