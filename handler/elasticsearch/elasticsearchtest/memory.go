package elasticsearchtest

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
)

// NewMemoryServer starts a stand-in that speaks plain HTTP over pipes. Only Dial reaches it, and so do its Transports.
// It works inside a testing/synctest bubble, and its clock is the bubble's.
func NewMemoryServer() *Server {
	s := newServer()
	s.http.startBehindDoor(nil)
	s.URL = s.http.URL
	return s
}

// Dial connects to a server in memory, whatever the address.
func (s *Server) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	if err := s.http.door.bring(ctx, server); err != nil {
		return nil, err
	}
	return client, nil
}

// RoundTrip makes the Server a transport that needs no network. An answer that breaks the connection needs one.
func (s *Server) RoundTrip(r *http.Request) (*http.Response, error) { return roundTripTo(s, r) }

// RoundTrip makes the Cloud a transport that needs no network, and no proxy. An answer that breaks the connection needs
// one. It finds the stand-in by the name of the host, and fails where no stand-in serves it.
func (c *Cloud) RoundTrip(r *http.Request) (*http.Response, error) {
	if serves := c.arrive(r.URL.Hostname()); serves != nil {
		return roundTripTo(serves.Config.Handler, r)
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
