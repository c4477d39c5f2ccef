package main

import (
	"os"
	"os/signal"
	"slices"
	"syscall"
	"testing"
)

// TestNohup: a signal that is ignored at the start stays so. It changes the process, so it is
// not parallel.
func TestNohup(t *testing.T) {
	if got := ending(); len(got) != 3 {
		t.Errorf("got %v", got)
	}
	signal.Ignore(syscall.SIGHUP)
	defer signal.Reset(syscall.SIGHUP)
	if got, want := ending(), []os.Signal{os.Interrupt, syscall.SIGTERM}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
