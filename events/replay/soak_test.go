package main

import (
	"strings"
	"testing"
)

// TestSoak is one case of the soak, which is as long as nothing; make soak plays as many as there is time for.
func TestSoak(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := invoked(t, nil, "-soak", "1ns", "-seed", "1")
	t.Log(strings.TrimSpace(stdout))
	if code != 0 {
		t.Errorf("exit code: got %d, want 0\n%s", code, stderr)
	}
}
