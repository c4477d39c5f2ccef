package main

import (
	"errors"
	"strings"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
	"elasticsearch-disconnect/handler/connection"
)

// explain returns a failure in full, for a person: what failed, its cause, and what to do. It
// is one printable line.
func explain(err error) string { return printable.Text(inFull(err)) }

// inFull returns the same as it comes from the API, the network and certificates.
func inFull(err error) string {
	failed := (*connection.Error)(nil)
	if !errors.As(err, &failed) {
		line, _, _ := strings.Cut(err.Error(), "\n") // of a panic, which ends with the stack
		return strings.Replace(line, "panic: ", "a bug of this program: ", 1)
	}
	text := failed.Message
	if failed.Err != nil {
		text += " (" + causeOf(failed) + ")"
	}
	return text + failed.Advice.Command
}

// causeOf returns the cause of a failure, but for what its message begins with.
func causeOf(failed *connection.Error) string {
	said, _, _ := strings.Cut(failed.Message, ";")
	return strings.TrimSuffix(printable.Cause(failed.Err), ": "+said)
}

// failure is an error as a person reads it.
func failure(err error) error { return errors.New(explain(err)) }
