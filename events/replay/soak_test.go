package main

import (
	"bytes"
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
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"-soak", length}, &stdout, &stderr)
	t.Log(strings.TrimSpace(stdout.String()))
	if code != 0 {
		t.Errorf("exit code: got %d, want 0\n%s", code, stderr.String())
	}
}
