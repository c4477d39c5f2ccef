package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"elasticsearch-disconnect/events/replay/fctest"
)

// hangTimeout is for what takes milliseconds: it only ends a replay of a function that hangs.
const hangTimeout = 5 * time.Minute

// build makes the function's binary in a folder, as make build does. But without version control information it calls
// itself "(devel)" from every checkout, so that replies with the version stay the same.
func build(ctx context.Context, dir string) (binary string, err error) {
	binary = filepath.Join(dir, "main")
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", "nethttpomithttp2", "-trimpath", "-buildvcs=false", "-ldflags=-s -w",
		"-o", binary, "elasticsearch-disconnect")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, bytes.TrimSpace(out))
	}
	return binary, nil
}

// A function is the running binary, with the runtime API that invokes it.
type function struct {
	runtime *fctest.Server
	process *os.Process
	output  *bytes.Buffer   // stdout and stderr in one; to be read when it has ended
	running context.Context // ends with the process; its cause says how that ended
}

// deploy runs the binary as the function, which trusts the certificate given, and waits until it asks for work. Its files
// go to dir. Nothing of this process's environment reaches it, such as a proxy or somebody's credentials.
func deploy(ctx context.Context, binary, dir string, certificate []byte, variables ...string) (*function, error) {
	trusted := filepath.Join(dir, "trusted.pem")
	if err := os.WriteFile(trusted, certificate, 0o600); err != nil {
		return nil, err
	}
	runtime := fctest.NewServer()
	f, err := start(runtime, binary, append([]string{
		"FC_RUNTIME_API=" + runtime.Addr(),
		"ALIBABA_CLOUD_ACCESS_KEY_ID=" + agedAccessKeyID,
		"ALIBABA_CLOUD_ACCESS_KEY_SECRET=" + agedAccessKeySecret,
		"ALIBABA_CLOUD_SECURITY_TOKEN=" + agedSecurityToken,
		"SSL_CERT_FILE=" + trusted,
		"LOG_LEVEL=debug",
	}, variables...))
	if err != nil {
		return nil, err
	}
	ctx, release := f.whileRunning(ctx)
	defer release()
	select {
	case <-runtime.Polled():
		return f, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("start the function: %w\n%s", context.Cause(ctx), f.stop())
	}
}

// start runs the binary with env as its whole environment, where the last of two values counts. The output comes through
// a pipe and not in a file: when this process is killed, the pipe breaks and ends the function with its next line. With a
// file it would go on for ever, asking a runtime API that is gone for work.
func start(runtime *fctest.Server, binary string, env []string) (*function, error) {
	cmd, output := exec.Command(binary), new(bytes.Buffer)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, output, output
	if err := cmd.Start(); err != nil {
		runtime.Close()
		return nil, err
	}
	running, end := context.WithCancelCause(context.Background())
	go func() {
		cmd.Wait() // for the output's end, too
		end(fmt.Errorf("the function ended: %v", cmd.ProcessState))
	}()
	return &function{runtime, cmd.Process, output, running}, nil
}

// whileRunning returns a ctx that ends with the function, too, or when it hangs.
func (f *function) whileRunning(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithTimeoutCause(ctx, hangTimeout, fmt.Errorf("nothing from the function in %v", hangTimeout))
	ctx, end := context.WithCancelCause(ctx)
	stop := context.AfterFunc(f.running, func() { end(context.Cause(f.running)) })
	return ctx, func() {
		stop()
		cancel()
	}
}

// stop ends the function, which knows no other end than to be killed, and returns all that it wrote. It may be
// called again.
func (f *function) stop() string {
	f.process.Kill() // fails only when the process has ended by itself
	<-f.running.Done()
	f.runtime.Close() // last: without a runtime API the function would ask again and again
	return f.output.String()
}
