package main

import (
	"bufio"
	"io"
	"os"
	"strings"
	"testing"
)

// TestServe: what is printed is for a shell, and all is gone when standard input ends.
func TestServe(t *testing.T) {
	t.Parallel()
	input, typed := io.Pipe()
	printed, output := io.Pipe()
	ended := make(chan error)
	go func() { ended <- serve(t.Context(), input, output) }()
	home, lines := "", bufio.NewScanner(printed)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "#") {
		if dir, found := strings.CutPrefix(lines.Text(), "export HOME='"); found {
			home = strings.TrimSuffix(dir, "'")
		}
	}
	if _, err := os.Stat(home + "/.aliyun/config.json"); err != nil {
		t.Error(err)
	}
	typed.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(home); !os.IsNotExist(err) {
		t.Errorf("%s is left: %v", home, err)
	}
}
