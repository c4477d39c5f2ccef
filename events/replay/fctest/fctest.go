// Package fctest is a stand-in for the runtime API of Function Compute, the HTTP server on loopback that the function's
// process asks for its next invocation and posts its reply to. It serves the loop of the real SDK:
//
//	GET  /2020-11-11/runtime/invocation/next           waits until there is an invocation, hands it over
//	POST /2020-11-11/runtime/invocation/{id}/response  takes the result
//	POST /2020-11-11/runtime/invocation/{id}/error     takes the function error
//
// Unlike Function Compute it enforces nothing: an invocation gets a deadline and is not killed at it, and the process is
// neither frozen between two invocations nor asked to stop.
package fctest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// Invocation is one call of the function.
type Invocation struct {
	RequestID string // required, and unique among the invocations under way
	Payload   []byte // the event

	Region    string
	AccountID string

	// The credentials of the function's role, fresh for this invocation.
	AccessKeyID, AccessKeySecret, SecurityToken string

	RetryCount int           // how often Function Compute has tried this event before
	Timeout    time.Duration // from the handing over to the deadline; zero means a minute
}

// Reply is what the function posted for an invocation.
type Reply struct {
	Failed  bool // posted to …/error, not to …/response
	Payload []byte
}

// ErrClosed is returned by [Server.Invoke] when the server is closed.
var ErrClosed = errors.New("the runtime API is closed")

// Server is a runtime API that listens on loopback. Make one with [NewServer].
type Server struct {
	http  *httptest.Server
	queue chan *call

	polled    chan struct{} // closed by the first poll
	firstPoll sync.Once

	open context.Context // ends with Close or the process; its cause says which
	end  context.CancelCauseFunc

	mu      sync.Mutex
	pending map[string]*call // the invocations without a reply, by request id
}

// call is an invocation on its way through the server.
type call struct {
	Invocation
	answer chan answer // buffered, for its only answer
}

// answer ends a call, with a reply or with an error in its place.
type answer struct {
	reply Reply
	err   error
}

// NewServer starts a runtime API. The caller closes it.
func NewServer() *Server {
	s := &Server{
		queue:   make(chan *call),
		polled:  make(chan struct{}),
		pending: make(map[string]*call),
	}
	s.open, s.end = context.WithCancelCause(context.Background())
	s.http = httptest.NewServer(s.routes())
	return s
}

// Addr returns host:port, the value of FC_RUNTIME_API for the function's process.
func (s *Server) Addr() string {
	return s.http.Listener.Addr().String()
}

// Close ends the polls and the invocations under way and stops listening. The SDK asks again without a pause for as long
// as it gets no invocation, so end the function's process first.
func (s *Server) Close() {
	s.end(ErrClosed)
	s.http.Close()
}

// Invoke hands the invocation to the next poll and waits for its reply. A function error is a reply, not an error. It is
// safe for concurrent use: the SDK works on as many invocations at once as there are.
//
// It returns an error when
//   - the invocation has no request id, or one that is under way already;
//   - ctx or the process ends, or the server is closed, before the reply is there;
//   - the connection breaks while the invocation or its reply is on the wire.
func (s *Server) Invoke(ctx context.Context, inv Invocation) (Reply, error) {
	c := &call{Invocation: inv, answer: make(chan answer, 1)}
	if err := s.register(c); err != nil {
		return Reply{}, err
	}
	defer s.forget(c)

	select {
	case s.queue <- c:
	case <-ctx.Done():
		return Reply{}, fmt.Errorf("invocation %s: not asked for: %w", inv.RequestID, context.Cause(ctx))
	case <-s.open.Done():
		return Reply{}, context.Cause(s.open)
	}
	select {
	case a := <-c.answer:
		return a.reply, a.err
	case <-ctx.Done():
		return Reply{}, fmt.Errorf("invocation %s: no reply: %w", inv.RequestID, context.Cause(ctx))
	case <-s.open.Done():
		return Reply{}, context.Cause(s.open)
	}
}

func (s *Server) register(c *call) error {
	if c.RequestID == "" {
		return errors.New("an invocation needs a request id")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending[c.RequestID] != nil {
		return fmt.Errorf("invocation %s is under way already", c.RequestID)
	}
	s.pending[c.RequestID] = c
	return nil
}

// forget makes the server refuse a reply that comes too late.
func (s *Server) forget(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending[c.RequestID] == c {
		delete(s.pending, c.RequestID)
	}
}

// finish gives the invocation its answer, and reports whether it had none before.
func (s *Server) finish(requestID string, a answer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.pending[requestID]
	if c == nil {
		return false
	}
	delete(s.pending, requestID)
	c.answer <- a
	return true
}

func (s *Server) routes() http.Handler {
	const invocation = "/2020-11-11/runtime/invocation/"
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+invocation+"next", s.next)
	mux.HandleFunc("POST "+invocation+"{id}/response", s.result)
	mux.HandleFunc("POST "+invocation+"{id}/error", s.failure)
	return mux
}
