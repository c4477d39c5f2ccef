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
	failed, ok := errors.AsType[*connection.Error](err)
	if !ok {
		return ofPanic(err.Error())
	}
	text := failed.Message
	if failed.Err != nil {
		text += " (" + causeOf(failed) + ")"
	}
	return text + failed.Advice.Command
}

// ofPanic returns the text of an error that is a panic without the stack, and without a value
// that is not the Go runtime's own: it may hold a secret.
func ofPanic(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	value, isPanic := strings.CutPrefix(line, "panic: ")
	switch {
	case !isPanic:
		return line
	case strings.HasPrefix(value, "runtime error: "):
		return "a bug of this program: " + value
	}
	return "a bug of this program: a panic of a library. Please report it, with what you did"
}

// causeOf returns the cause of a failure, but for what its message begins with.
func causeOf(failed *connection.Error) string {
	said, _, _ := strings.Cut(failed.Message, ";")
	return strings.TrimSuffix(printable.Cause(failed.Err), ": "+said)
}

// failure is an error as a person reads it.
func failure(err error) error { return errors.New(explain(err)) }
