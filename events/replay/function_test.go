package main

import (
	"context"
	"os"
	"testing"

	"elasticsearch-disconnect/events/replay/fctest"
)

func TestWhileRunningEndsWithTheFunction(t *testing.T) {
	t.Parallel()
	f, err := start(fctest.NewServer(), os.Args[0], []string{"FUNCTION=ends"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, release := f.whileRunning(t.Context())
	defer release()
	<-ctx.Done()
	if cause := context.Cause(ctx); cause.Error() != "the function ended: exit status 3" {
		t.Errorf("cause: got %v", cause)
	}
	if got := f.stop(); got != "bye\noh\n" {
		t.Errorf("output: got %q, want both of stdout and stderr", got)
	}
}

func TestStopKills(t *testing.T) {
	t.Parallel()
	f, err := start(fctest.NewServer(), os.Args[0], []string{"FUNCTION=stays"})
	if err != nil {
		t.Fatal(err)
	}
	f.stop()
	if cause := context.Cause(f.running); cause.Error() != "the function ended: signal: killed" {
		t.Errorf("cause: got %v", cause)
	}
}
