package elasticsearchtest

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
)

// NewMemoryServer starts a stand-in that speaks plain HTTP over pipes. Only Dial reaches it, and so do its Transports.
// It works inside a testing/synctest bubble, and its clock is the bubble's.
func NewMemoryServer() *Server {
	s := newServer()
	_ = s.http.Listener.Close()
	s.pipes = newPipes()
	s.http.Listener = s.pipes
	s.http.Start()
	s.URL = s.http.URL
	return s
}

// Dial connects to a server in memory, whatever the address.
func (s *Server) Dial(ctx context.Context, _, _ string) (net.Conn, error) { return s.pipes.dial(ctx) }

// pipes is a listener in memory.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	close  func() // net/http closes a listener more than once
}

func newPipes() *pipes {
	closed := make(chan struct{})
	return &pipes{make(chan net.Conn), closed, sync.OnceFunc(func() { close(closed) })}
}

func (p *pipes) dial(ctx context.Context) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.close(); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

// RoundTrip makes the Server a transport that needs no network. An answer that breaks the connection needs one.
func (s *Server) RoundTrip(r *http.Request) (*http.Response, error) { return roundTripTo(s, r) }

// RoundTrip makes the Cloud a transport that needs no network, and no proxy. An answer that breaks the connection needs
// one. It finds the stand-in by the name of the host, and fails where no stand-in serves it.
func (c *Cloud) RoundTrip(r *http.Request) (*http.Response, error) {
	if serves := c.arrive(r.URL.Hostname()); serves != nil {
		return roundTripTo(serves, r)
	}
	return nil, errors.New("no stand-in serves " + r.URL.Hostname())
}

func roundTripTo(h http.Handler, r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	arrived := r.Clone(r.Context())
	arrived.RequestURI, arrived.Host = r.URL.RequestURI(), cmp.Or(r.Host, r.URL.Host)
	if arrived.Body == nil {
		arrived.Body = http.NoBody
	}
	h.ServeHTTP(w, arrived)
	return w.Result(), nil
}
