package fctest

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
)

// Process is a running program and the server that invokes it. Make one with [Server.Start].
type Process struct {
	*Server
	cmd    *exec.Cmd
	output bytes.Buffer
	ended  chan struct{} // closed when the process has ended and its output is complete
}

// Start runs a program as the function, with env and FC_RUNTIME_API as its whole environment: nothing of this process's
// environment reaches it, such as a proxy or somebody's credentials. When the program ends, so do the invocations under
// way. The caller closes the process instead of the server.
//
// The program writes to a pipe and not to a file. When this process is killed, the pipe breaks, which ends the program
// with its next line; with a file it would ask a closed runtime API for work for ever.
func (s *Server) Start(program string, env ...string) (*Process, error) {
	p := &Process{Server: s, cmd: exec.Command(program), ended: make(chan struct{})}
	p.cmd.Env = append([]string{"FC_RUNTIME_API=" + s.Addr()}, env...)
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.cmd.Wait() // for the end of the output, too
		s.end(fmt.Errorf("the function ended: %v", p.cmd.ProcessState))
		close(p.ended)
	}()
	return p, nil
}

// PID returns the id that the operating system gave the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Err returns nil while the process runs, and then how it ended.
func (p *Process) Err() error { return context.Cause(p.open) }

// Started waits until the process asks for its first invocation. It returns an error when the process or ctx ends before.
func (p *Process) Started(ctx context.Context) error {
	select {
	case <-p.polled:
		return nil
	case <-p.open.Done():
		return p.Err()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Kill ends the process as kill -9 does, without waiting for its end.
func (p *Process) Kill() {
	p.cmd.Process.Kill() // fails only when the process has ended by itself
}

// Wait waits until the process has ended, and returns all that it wrote to stdout and stderr.
func (p *Process) Wait() (output string) {
	<-p.ended
	return p.output.String()
}

// Close kills the process and closes its server. It returns all that the process wrote to stdout and stderr. It may be
// called again.
func (p *Process) Close() (output string) {
	p.Kill()
	output = p.Wait()
	p.Server.Close() // last: without a runtime API the function would ask again and again
	return output
}
