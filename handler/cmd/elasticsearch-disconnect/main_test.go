package main

import (
	"os"
	"slices"
	"syscall"
	"testing"
)

// TestNohup: a signal that is ignored at the start stays so.
func TestNohup(t *testing.T) {
	t.Parallel()
	for ignored, want := range map[os.Signal][]os.Signal{
		nil:            {os.Interrupt, syscall.SIGHUP, syscall.SIGTERM},
		syscall.SIGHUP: {os.Interrupt, syscall.SIGTERM},
		os.Interrupt:   {syscall.SIGHUP, syscall.SIGTERM},
	} {
		if got := ending(func(s os.Signal) bool { return s == ignored }); !slices.Equal(got, want) {
			t.Errorf("ignored %v: got %v, want %v", ignored, got, want)
		}
	}
}
