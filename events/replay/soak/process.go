package soak

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"elasticsearch-disconnect/events/replay/fctest"
)

// A Process is the function from its start to its end. It has a runtime API of its own, so that nothing is handed to a
// process that is gone.
type Process struct {
	Runtime *fctest.Server
	Running context.Context // ends with the process; its cause says how that ended
	Kill    func()          // as kill -9 does, without waiting
	Output  func() string   // all that it wrote, once it has ended

	killed atomic.Bool
}

// kill ends the process, and reports whether that is news. It waits for nothing.
func (p *Process) kill() bool {
	if p == nil || p.Running.Err() != nil || p.killed.Swap(true) {
		return false
	}
	p.Kill()
	return true
}

// invoke delivers an invocation. It fails when the process ends before the reply is there, or when ctx does.
func (p *Process) invoke(ctx context.Context, inv fctest.Invocation) (fctest.Reply, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(p.Running, func() { cancel(context.Cause(p.Running)) })()
	return p.Runtime.Invoke(ctx, inv)
}

// A supervisor sees to it that there is a process.
type supervisor struct {
	start func(context.Context) (*Process, error)
	ended func(*Process) // called once for each

	mu      sync.Mutex // held while a process ends and another begins
	current atomic.Pointer[Process]
}

// process returns one that runs as far as is known: it starts the function when there is none.
func (s *supervisor) process(ctx context.Context) (*Process, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.current.Load(); p != nil && p.Running.Err() == nil {
		return p, nil
	}
	s.conclude()
	p, err := s.start(ctx)
	if err != nil {
		return nil, fmt.Errorf("start the function: %w", err)
	}
	s.current.Store(p)
	return p, nil
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

// conclude waits for the end of the process. The runtime API closes after it: without one the function would spin.
func (s *supervisor) conclude() {
	p := s.current.Swap(nil)
	if p == nil {
		return
	}
	<-p.Running.Done()
	p.Runtime.Close()
	s.ended(p)
}
