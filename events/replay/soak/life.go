package soak

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"elasticsearch-disconnect/events/replay/fctest"
)

// A Life is the function from its start to its end. It has a runtime API of its own, so that nothing is handed to a
// process that is gone.
type Life struct {
	Runtime *fctest.Server
	Running context.Context // ends with the process; its cause tells how that ended
	Kill    func()          // as kill -9 does, without waiting
	Output  func() string   // all that it wrote, once it has ended

	killed atomic.Bool
}

// kill ends the life. The process is told last, or its end might be taken for its own.
func (l *Life) kill() {
	l.killed.Store(true)
	l.Kill()
}

// isOver says whether the life has ended, or is about to.
func (l *Life) isOver() bool { return l.killed.Load() || l.Running.Err() != nil }

// grace is what an invocation gets beyond its deadline before it counts as unanswered. Function Compute gives none, but
// this machine may be busy.
const grace = 2 * time.Second

// invoke delivers an invocation. It fails when the life ends before the reply is there, or when there is none in time.
func (l *Life) invoke(ctx context.Context, inv fctest.Invocation) (fctest.Reply, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(l.Running, func() { cancel(context.Cause(l.Running)) })()
	unanswered := fmt.Errorf("no reply %v after the deadline", grace)
	ctx, release := context.WithTimeoutCause(ctx, inv.Timeout+grace, unanswered)
	defer release()
	return l.Runtime.Invoke(ctx, inv)
}

// A keeper sees to it that there is a life.
type keeper struct {
	start func(context.Context) (*Life, error)
	ended func(*Life) // told once of each

	mu      sync.Mutex // held while a life ends and another begins
	current atomic.Pointer[Life]
	lives   atomic.Int64
}

// life returns one that has not ended as far as is known: it starts the function when there is none.
func (k *keeper) life(ctx context.Context) (*Life, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if l := k.current.Load(); l != nil {
		if !l.isOver() {
			return l, nil
		}
		k.conclude(l)
	}
	l, err := k.start(ctx)
	if err != nil {
		return nil, fmt.Errorf("start the function: %w", err)
	}
	k.current.Store(l)
	k.lives.Add(1)
	return l, nil
}

// kill ends the life that there is, and reports whether it was alive. It waits for nothing, so it may be called while
// the API answers.
func (k *keeper) kill() bool {
	l := k.current.Load()
	if l == nil || l.isOver() {
		return false
	}
	l.kill()
	return true
}

// bury ends the last life.
func (k *keeper) bury() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if l := k.current.Load(); l != nil {
		if l.Running.Err() == nil {
			l.kill()
		}
		k.conclude(l)
	}
}

// conclude waits for the end of a life. The runtime API closes after it: without one the function would spin.
func (k *keeper) conclude(l *Life) {
	<-l.Running.Done()
	l.Runtime.Close()
	k.ended(l)
	k.current.Store(nil)
}
