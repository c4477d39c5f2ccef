package fleettest_test

import (
	"bytes"
	"os"
	"testing"

	"elasticsearch-disconnect/handler"
)

// TestReaderThatLeft: a removal goes on to its end although nobody reads standard output any more.
func TestReaderThatLeft(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	before := d.connections()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	reader.Close()
	defer writer.Close()
	var said bytes.Buffer
	c := d.command(t, []string{"reconcile", "--yes", "--region", four})
	c.Stdout, c.Stderr = writer, &said
	if err := c.Run(); c.ProcessState == nil || c.ProcessState.ExitCode() != handler.ExitFailed {
		t.Errorf("%v\n%s", err, &said)
	}
	if !bytes.Contains(said.Bytes(), []byte("\n6 removed, ")) || !bytes.Contains(said.Bytes(), []byte("\nremoved  ")) {
		t.Errorf("standard error:\n%s", &said)
	}
	checkRemoved(t, d.removed(before), leftovers())
}
