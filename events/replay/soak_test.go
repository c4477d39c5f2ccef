package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestSoak is one case of the soak, which is as long as nothing; make soak plays as many as there is time for.
func TestSoak(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"-soak", "1ns", "-seed", "1"}, &stdout, &stderr)
	t.Log(strings.TrimSpace(stdout.String()))
	if code != 0 {
		t.Errorf("exit code: got %d, want 0\n%s", code, stderr.String())
	}
}
