package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"sync"
	"testing"
)

// TestMain lets this binary be a function too, one that only lives and dies.
func TestMain(m *testing.M) {
	switch os.Getenv("LIFE") {
	case "short":
		fmt.Println("bye")
		fmt.Fprintln(os.Stderr, "oh")
		os.Exit(3)
	case "long":
		asked := make(chan os.Signal, 1)
		signal.Notify(asked, os.Interrupt)
		<-asked
	default:
		log.SetOutput(io.Discard) // as main does
		os.Exit(m.Run())
	}
}

func TestWhileRunningEndsWithTheFunction(t *testing.T) {
	t.Parallel()
	f, err := start(os.Args[0], []string{"LIFE=short"})
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
	f, err := start(os.Args[0], []string{"LIFE=long"})
	if err != nil {
		t.Fatal(err)
	}
	f.stop()
	if cause := context.Cause(f.running); cause.Error() != "the function ended: signal: killed" {
		t.Errorf("cause: got %v", cause)
	}
}

func TestOutputOfAnInvocationIsWaitedFor(t *testing.T) {
	t.Parallel()
	const written = "FC Invoke Start RequestId: 1-a\nline\nFC Invoke End RequestId: 1-a, Error: Unhandled function error\n"
	o := newOutput()
	var writer sync.WaitGroup
	writer.Go(func() {
		for piece := range strings.SplitSeq(written, "") {
			if _, err := o.Write([]byte(piece)); err != nil {
				t.Error(err)
			}
		}
	})
	if got := o.takeInvocation(t.Context(), "1-a"); got != written {
		t.Errorf("output:\n got %q\nwant %q", got, written)
	}
	writer.Wait()

	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("the function ended"))
	writer.Go(func() { o.Write([]byte("no end")) })
	writer.Wait()
	if got := o.takeInvocation(ctx, "1-b"); got != "no end" {
		t.Errorf("output of a function that ended: got %q, want no end", got)
	}
}
