package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// moduleRoot is the folder of the module that the working directory belongs to: it holds the function and the events.
func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	file := strings.TrimSpace(string(out))
	if file == "" || file == os.DevNull {
		return "", fmt.Errorf("the working directory is in no Go module; run this in the checkout")
	}
	return filepath.Dir(file), nil
}

// build makes the function's binary. Without version control information it calls itself "(devel)" from every checkout,
// so that replies which tell the version stay the same.
func build(ctx context.Context, binary string) error {
	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", "nethttpomithttp2", "-trimpath", "-buildvcs=false", "-o", binary, ".")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, bytes.TrimSpace(out))
	}
	return nil
}

// function is the running binary.
type function struct {
	process *os.Process
	output  *output
	running context.Context // ends with the process; its cause tells how that ended
}

// start runs the binary with env as its whole environment.
func start(binary string, env []string) (*function, error) {
	cmd := exec.Command(binary)
	out := newOutput()
	cmd.Env, cmd.Stdout, cmd.Stderr = env, out, out
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	running, end := context.WithCancelCause(context.Background())
	go func() {
		cmd.Wait() // for the output's end, too
		end(fmt.Errorf("the function ended: %v", cmd.ProcessState))
	}()
	return &function{process: cmd.Process, output: out, running: running}, nil
}

// whileRunning returns a ctx that ends with the function, too.
func (f *function) whileRunning(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(f.running, func() { cancel(context.Cause(f.running)) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}

// stop ends the function, which knows no other end than to be killed, and returns what it wrote last.
func (f *function) stop() string {
	f.process.Kill() // fails only when the process has ended by itself
	<-f.running.Done()
	return f.output.take()
}
