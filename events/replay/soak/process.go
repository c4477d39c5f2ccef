package soak

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"elasticsearch-disconnect/events/replay/fctest"
)

// A process is the function from its start to its end. It has a runtime API of its own, so that no invocation is handed to
// a process that has ended.
type process struct {
	*fctest.Process
	killed atomic.Bool
}

// kill ends the process without waiting, and reports whether it was running.
func (p *process) kill() bool {
	if p == nil || p.Err() != nil || p.killed.Swap(true) {
		return false
	}
	p.Kill()
	return true
}

// A supervisor starts the function again when it has ended.
type supervisor struct {
	start func(context.Context) (*fctest.Process, error)
	ended func(p *process, log string) // called once for each

	mu      sync.Mutex // held while a process ends and another begins
	current atomic.Pointer[process]
}

// running returns the running process, and starts one if there is none. It may end at any moment.
func (s *supervisor) running(ctx context.Context) (*process, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.current.Load(); p != nil && p.Err() == nil {
		return p, nil
	}
	s.conclude()
	p, err := s.start(ctx)
	if err != nil {
		return nil, fmt.Errorf("start the function: %w", err)
	}
	started := &process{Process: p}
	s.current.Store(started)
	return started, nil
}

// kill may be called while the API answers.
func (s *supervisor) kill() bool { return s.current.Load().kill() }

// stop ends the last process.
func (s *supervisor) stop() {
	s.kill()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conclude()
}

func (s *supervisor) conclude() {
	if p := s.current.Swap(nil); p != nil {
		s.ended(p, p.Close())
	}
}
