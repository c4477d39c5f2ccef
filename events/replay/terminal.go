package main

import (
	"fmt"
	"io"
	"os"
)

// The control sequences of a terminal.
const (
	red       = "\x1b[31m"
	green     = "\x1b[32m"
	yellow    = "\x1b[33m"
	plain     = "\x1b[0m"
	clearLine = "\r\x1b[K"
)

// terminal says whether a person watches w, through something that knows control sequences. A file, a pipe and a test's
// buffer get plain text.
func terminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}

// coloured says whether colours are welcome: https://no-color.org wants none with NO_COLOR, unless it is empty.
func coloured(terminal bool, noColor string) bool {
	return terminal && noColor == ""
}

// painted is the verdict as it is printed. It ends its line or stands in a sentence, so that the control sequences, which
// have no width, cannot break a column.
func (v verdict) painted(colour bool) string {
	if !colour {
		return string(v)
	}
	switch v {
	case same:
		return green + string(v) + plain
	case unknown, updated:
		return yellow + string(v) + plain
	default:
		return red + string(v) + plain
	}
}

// progress tells what takes a while. On a terminal done takes the line away, for it is of no use afterwards; elsewhere,
// as in the log of a build, it stays.
func progress(w io.Writer, terminal bool, text string) (done func()) {
	if !terminal {
		fmt.Fprintln(w, text)
		return func() {}
	}
	fmt.Fprint(w, text)
	return func() { fmt.Fprint(w, clearLine) }
}
