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

// deploy runs the binary as the function, which trusts the certificate, and waits until it asks for work. Its files go to
// dir. Of two values of a variable the last one counts.
func deploy(ctx context.Context, binary, dir string, certificate []byte, variables ...string) (*fctest.Process, error) {
	trusted := filepath.Join(dir, "trusted.pem")
	if err := os.WriteFile(trusted, certificate, 0o600); err != nil {
		return nil, err
	}
	runtime := fctest.NewServer()
	f, err := runtime.Start(binary, append([]string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID=" + agedAccessKeyID,
		"ALIBABA_CLOUD_ACCESS_KEY_SECRET=" + agedAccessKeySecret,
		"ALIBABA_CLOUD_SECURITY_TOKEN=" + agedSecurityToken,
		"SSL_CERT_FILE=" + trusted,
		"LOG_LEVEL=debug",
	}, variables...)...)
	if err != nil {
		runtime.Close()
		return nil, err
	}
	ctx, cancel := untilHung(ctx)
	defer cancel()
	if err := f.Started(ctx); err != nil {
		return nil, fmt.Errorf("start the function: %w\n%s", err, f.Close())
	}
	return f, nil
}

// untilHung ends after minutes, for what takes milliseconds: it only ends a replay of a function that hangs.
func untilHung(ctx context.Context) (context.Context, context.CancelFunc) {
	const timeout = 5 * time.Minute
	return context.WithTimeoutCause(ctx, timeout, fmt.Errorf("nothing from the function in %v", timeout))
}
