package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// forgetTyped throws away what was typed at a terminal and not read yet.
func forgetTyped(terminal *os.File) error {
	return unix.IoctlSetInt(int(terminal.Fd()), unix.TCFLSH, unix.TCIFLUSH)
}
