package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"elasticsearch-disconnect/events/replay/fctest"
)

// region is where the programs run; Function Compute says so in the environment, and with every invocation.
const region = "cn-hangzhou"

// The credentials of every invocation have the lengths of real ones, and are nobody's.
const (
	accessKeyID     = "STS.NUbenchKeyId000000000000"
	accessKeySecret = "benchSecretHx7bTq2mVw9LkZ4RfY8aB3cD5eF6gH"
	securityToken   = "CAISbenchTokenq6Ft5B2yfSjIr5fYGojBu4e0oKxDg4NL1LwpXnZcVbMaSdFgHjKlQwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUiOp" +
		"1q2w3e4r5t6y7u8i9o0pAzSxDcFvGbHnJmKlPoIuYtReWqLkJhGfDsAqMnBvCxZ0987654321qazwsxedcrfvtgbyhnujmikolp=="
)

// A process is a running program. Whatever goes wrong with it fails the bench.
type process struct {
	*bench
	*fctest.Process // nil for a program that cannot be started
	program         program
}

// start runs a program that calls the API at an endpoint, until it asks for work.
func (b *bench) start(which program, endpoint string) *process {
	return b.startOn(fctest.NewServer(), which, endpoint)
}

// startOn is start with a runtime API that may have an event already, and with more variables.
func (b *bench) startOn(runtime *fctest.Server, which program, endpoint string, more ...string) *process {
	variables := append([]string{"FC_REGION=" + region, "ELASTICSEARCH_ENDPOINT=" + endpoint, "SSL_CERT_FILE=" + b.roots}, more...)
	p, err := runtime.Start(b.binaries[which], variables...)
	if err != nil {
		b.check(err)
		runtime.Close()
		return &process{bench: b, program: which}
	}
	started := &process{b, p, which}
	if err := p.Started(b.failed); err != nil {
		started.broke(err)
	}
	return started
}

func (p *process) stop() {
	if p.Process != nil {
		p.Close()
	}
}

func (p *process) broke(err error) { p.check(fmt.Errorf("%s: %w\n%s", p.program, err, p.Close())) }

// serve invokes the process with an event, and returns how long that took.
func (p *process) serve(event, want string) time.Duration {
	if p.failed.Err() != nil {
		return 0
	}
	begun := time.Now()
	reply, err := p.Invoke(p.failed, p.invocation(event))
	took := time.Since(begun)
	p.expect(want, reply, err)
	return took
}

// expect fails the bench for a reply without want in it: fast, but not done, does not count.
func (p *process) expect(want string, reply fctest.Reply, err error) {
	if err == nil && (reply.Failed || !strings.Contains(string(reply.Payload), want)) {
		err = fmt.Errorf("the reply has no %s: %s", want, reply.Payload)
	}
	if err != nil && p.failed.Err() == nil {
		p.broke(err)
	}
}

func (b *bench) invocation(event string) fctest.Invocation {
	b.invocations++
	return fctest.Invocation{
		RequestID:       fmt.Sprintf("1-64f6cd87-e591d597472b-%012x", b.invocations),
		Payload:         []byte(event),
		Region:          region,
		AccountID:       "1234567890984321",
		AccessKeyID:     accessKeyID,
		AccessKeySecret: accessKeySecret,
		SecurityToken:   securityToken,
	}
}

// cpu returns the CPU time of all threads, from their schedstat: stat counts it in hundredths of a second only.
func (p *process) cpu() (total time.Duration) {
	files, _ := filepath.Glob(p.stats("task/*/schedstat"))
	for _, file := range files {
		var ns int64
		if _, err := fmt.Sscan(contentOf(file), &ns); err != nil {
			p.check(fmt.Errorf("%s: %w", file, err))
		}
		total += time.Duration(ns)
	}
	return total
}

// reportMemory reports the peak of the resident memory.
func (p *process) reportMemory(name string) {
	_, after, _ := strings.Cut(contentOf(p.stats("status")), "VmHWM:")
	var kibi int
	if _, err := fmt.Sscan(after, &kibi); err != nil {
		p.check(fmt.Errorf("VmHWM of %s: %w", p.program, err))
	}
	p.reportSize(name, p.program, kibi<<10)
}

// stats returns the name of a file in which the kernel says what the process uses.
func (p *process) stats(name string) string {
	if p.Process == nil {
		return ""
	}
	return fmt.Sprintf("/proc/%d/%s", p.PID(), name)
}

// idle gives a process that has started time to prepare for an event.
func (b *bench) idle() {
	ctx, cancel := context.WithTimeout(b.failed, 50*time.Millisecond)
	defer cancel()
	<-ctx.Done()
}
