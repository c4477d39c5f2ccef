package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// forgetTyped throws away what was typed at a terminal and not read yet.
func forgetTyped(terminal *os.File) error {
	return windows.FlushConsoleInputBuffer(windows.Handle(terminal.Fd()))
}
