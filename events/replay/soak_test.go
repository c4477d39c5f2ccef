package main

import (
	"strings"
	"testing"
)

// TestSoak is the soak in short; make soak is the whole.
func TestSoak(t *testing.T) {
	t.Parallel()
	length := "5s"
	if testing.Short() {
		length = "2s"
	}
	code, stdout, stderr := invoked(t, nil, "-soak", length)
	t.Log(strings.TrimSpace(stdout))
	if code != 0 {
		t.Errorf("exit code: got %d, want 0\n%s", code, stderr)
	}
}
