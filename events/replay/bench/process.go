package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"elasticsearch-disconnect/events/replay/fctest"
)

// region is where the programs run; Function Compute says so in the environment, and with every invocation.
const region = "cn-hangzhou"

// The credentials of every invocation, in the lengths that real ones have; nobody's.
const (
	accessKeyID     = "STS.NUbenchKeyId000000000000"
	accessKeySecret = "benchSecretHx7bTq2mVw9LkZ4RfY8aB3cD5eF6gH"
	securityToken   = "CAISbenchTokenq6Ft5B2yfSjIr5fYGojBu4e0oKxDg4NL1LwpXnZcVbMaSdFgHjKlQwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUiOp" +
		"1q2w3e4r5t6y7u8i9o0pAzSxDcFvGbHnJmKlPoIuYtReWqLkJhGfDsAqMnBvCxZ0987654321qazwsxedcrfvtgbyhnujmikolp=="
)

// A process is a running program with the runtime API that it polls. What goes wrong with it fails the bench.
type process struct {
	*bench
	program program
	runtime *fctest.Server
	cmd     *exec.Cmd
	output  tail
	begun   time.Time
	stopped atomic.Bool
	ended   chan struct{} // closed when the process has ended
}

// newProcess makes a process that has not begun, so that an event may wait for it.
func (b *bench) newProcess(which program, endpoint string) *process {
	p := &process{bench: b, program: which, runtime: fctest.NewServer(), ended: make(chan struct{})}
	p.cmd = exec.Command(b.binaries[which])
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
func (p *process) begin() time.Duration {
	p.begun = time.Now()
	if err := p.cmd.Start(); err != nil {
		p.check(err)
		return 0
	}
	go func() {
		_ = p.cmd.Wait() // for the output's end, too; its error is in the state
		if !p.stopped.Load() {
			p.check(fmt.Errorf("%s ended: %v\n%s", p.program, p.cmd.ProcessState, &p.output))
		}
		close(p.ended)
	}()
	select {
	case <-p.runtime.Polled():
	case <-p.failed.Done():
	}
	return time.Since(p.begun)
}

// start makes a process and begins it.
func (b *bench) start(which program, endpoint string) *process {
	p := b.newProcess(which, endpoint)
	p.begin()
	return p
}

// stop ends the process, which knows no other end than to be killed, and its runtime API.
func (p *process) stop() {
	p.stopped.Store(true)
	if p.cmd.Process != nil {
		_ = p.cmd.Process.Kill() // fails only when it has ended by itself
		<-p.ended
	}
	p.runtime.Close()
}

// invoke invokes a process, and returns how long that took. A reply without want in it is a failure: fast, but not done,
// does not count.
func (p *process) invoke(payload []byte, want string) time.Duration {
	inv := fctest.Invocation{
		RequestID:       fmt.Sprintf("1-64f6cd87-e591d597472b-%012x", p.invocations.Add(1)),
		Payload:         payload,
		Region:          region,
		AccountID:       "1234567890984321",
		AccessKeyID:     accessKeyID,
		AccessKeySecret: accessKeySecret,
		SecurityToken:   securityToken,
	}
	begun := time.Now()
	reply, err := p.runtime.Invoke(p.failed, inv)
	took := time.Since(begun)
	text := strings.ReplaceAll(string(reply.Payload), `\"`, `"`) // the body of a reply over HTTP is text
	if err == nil && (reply.Failed || !strings.Contains(text, want)) {
		err = fmt.Errorf("the reply has no %s: %s", want, reply.Payload)
	}
	if err != nil {
		p.check(fmt.Errorf("%s: %w\n%s", p.program, err, &p.output))
	}
	return took
}

// stats is the folder that says what the process uses; empty for one that could not be started.
func (p *process) stats() string {
	if p.cmd.Process == nil {
		return ""
	}
	return fmt.Sprintf("/proc/%d", p.cmd.Process.Pid)
}

// cpu is the CPU time that all threads have had, from their schedstat: stat counts it in hundredths of a second.
func (p *process) cpu() (total time.Duration) {
	files, _ := filepath.Glob(p.stats() + "/task/*/schedstat")
	for _, file := range files {
		var ns int64
		if _, err := fmt.Sscan(contentOf(file), &ns); err != nil {
			p.check(fmt.Errorf("%s: %w", file, err))
		}
		total += time.Duration(ns)
	}
	return total
}

// reportMemory reports the most that was resident.
func (p *process) reportMemory(name string) {
	_, after, _ := strings.Cut(contentOf(p.stats()+"/status"), "VmHWM:")
	var kibi int
	if _, err := fmt.Sscan(after, &kibi); err != nil {
		p.check(fmt.Errorf("VmHWM of %s: %w", p.program, err))
	}
	p.reportSize(name, p.program, kibi<<10)
}

// A tail keeps the end of what a program writes, to show it when it breaks.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(text []byte) (int, error) {
	const size = 4 << 10
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, text...)
	t.text = t.text[max(0, len(t.text)-size):]
	return len(text), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}
