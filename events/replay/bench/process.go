package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"elasticsearch-disconnect/events/replay/fctest"
)

// A process is a running program with the runtime API that it polls.
type process struct {
	runtime *fctest.Server
	cmd     *exec.Cmd
	output  tail
	begun   time.Time
	running context.Context // ends with the process, or with the command; its cause tells which
	end     context.CancelCauseFunc
	ended   chan struct{} // closed when the process has ended
}

// region is where the programs run; Function Compute says so in the environment, and with every invocation.
const region = "cn-hangzhou"

// newProcess makes a process that has not begun, so that an event may wait for it.
func (b *bench) newProcess(ctx context.Context, c column, endpoint string) *process {
	p := &process{runtime: fctest.NewServer(), cmd: exec.Command(b.binaries[c]), ended: make(chan struct{})}
	p.running, p.end = context.WithCancelCause(ctx)
	p.cmd.Env = []string{ // all there is: nothing of this process's, such as a proxy
		"FC_RUNTIME_API=" + p.runtime.Addr(),
		"FC_REGION=" + region,
		"ELASTICSEARCH_ENDPOINT=" + endpoint,
		"SSL_CERT_FILE=" + b.roots,
	}
	// Through a pipe, as in Function Compute. When this process is killed, the broken pipe ends the program.
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	return p
}

// begin starts the process, and returns how long it took to its first poll.
func (p *process) begin() (time.Duration, error) {
	p.begun = time.Now()
	if err := p.cmd.Start(); err != nil {
		return 0, err
	}
	go func() {
		_ = p.cmd.Wait() // for the output's end, too; its error is in the state
		p.end(fmt.Errorf("the program ended: %v\n%s", p.cmd.ProcessState, &p.output))
		close(p.ended)
	}()
	select {
	case <-p.runtime.Polled():
		return time.Since(p.begun), nil
	case <-p.running.Done():
		return 0, context.Cause(p.running)
	case <-time.After(timeout):
		return 0, errors.New("no poll")
	}
}

// start makes a process and begins it.
func (b *bench) start(ctx context.Context, c column, endpoint string) (*process, error) {
	p := b.newProcess(ctx, c, endpoint)
	if _, err := p.begin(); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

// stop ends the process, which knows no other end than to be killed, and its runtime API.
func (p *process) stop() {
	if p.cmd.Process != nil {
		_ = p.cmd.Process.Kill() // fails only when it has ended by itself
		<-p.ended
	}
	p.end(nil)
	p.runtime.Close()
}

// cpu is the CPU time that all threads have had, from their schedstat: stat counts it in hundredths of a second.
func (p *process) cpu() (time.Duration, error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", p.cmd.Process.Pid))
	if err != nil || len(files) == 0 {
		return 0, fmt.Errorf("no schedstat of process %d: %v", p.cmd.Process.Pid, err)
	}
	var total time.Duration
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return 0, err
		}
		text, _, _ := strings.Cut(string(content), " ")
		ns, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", file, err)
		}
		total += time.Duration(ns)
	}
	return total, nil
}

// peakMemory is the most that was resident, in MiB.
func (p *process) peakMemory() (float64, error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	var kibi float64
	_, after, _ := strings.Cut(string(content), "VmHWM:")
	_, err = fmt.Sscanf(after, "%f kB", &kibi)
	return kibi / 1024, err
}

// A tail keeps the end of what a program writes, to tell it when it breaks.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailSize = 4 << 10

func (t *tail) Write(text []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, text...)
	if extra := len(t.text) - tailSize; extra > tailSize { // not at every line
		t.text = append(t.text[:0], t.text[extra:]...)
	}
	return len(text), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}
