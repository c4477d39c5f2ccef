package main

import (
	"context"
	"strings"
	"sync"
)

// output collects what the function writes, stdout and stderr in one. It gets it through a pipe and not in a file: when
// this process is killed, the pipe breaks and ends the function with its next line. With a file it would go on for ever,
// asking a runtime API that is gone for work.
type output struct {
	mu    sync.Mutex
	fresh strings.Builder // what nobody has taken yet
	grown chan struct{}   // closed by the next write
}

func newOutput() *output {
	return &output{grown: make(chan struct{})}
}

func (o *output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.grown)
	o.grown = make(chan struct{})
	return o.fresh.Write(text)
}

// take returns what is there since the last time.
func (o *output) take() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	text := o.fresh.String()
	o.fresh.Reset()
	return text
}

// takeInvocation returns all that belongs to an invocation: the SDK writes its last line before it posts the reply, but
// the pipe may be slower than the reply. It waits until ctx ends at most.
func (o *output) takeInvocation(ctx context.Context, requestID string) string {
	for {
		ended, grown := o.ended(requestID)
		if ended {
			return o.take()
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return o.take()
		}
	}
}

// ended says whether the whole last line of an invocation is there, or else when to look again.
func (o *output) ended(requestID string) (bool, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, after, found := strings.Cut(o.fresh.String(), "FC Invoke End RequestId: "+requestID)
	return found && strings.Contains(after, "\n"), o.grown
}
