package elasticsearchtest

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
)

// A listener is an HTTP server on 127.0.0.1, or behind a door, that ends its answers when it is closed, those that hang
// too.
type listener struct {
	*httptest.Server
	stop context.CancelFunc // ends the context of every request
	door *door              // nil on 127.0.0.1
}

// newListener makes a listener that is yet to be started.
func newListener(handler http.Handler) listener {
	ctx, stop := context.WithCancel(context.Background())
	l := listener{Server: httptest.NewUnstartedServer(handler), stop: stop}
	l.Config.BaseContext = func(net.Listener) context.Context { return ctx }
	l.Config.ErrorLog = log.New(io.Discard, "", 0) // a client that does not trust the certificate is no news
	return l
}

// startBehindDoor starts a listener without an address; with TLS unless the config is nil.
func (l *listener) startBehindDoor(config *tls.Config) {
	_ = l.Listener.Close()
	l.door = newDoor()
	l.Listener, l.TLS = l.door, config
	if config == nil {
		l.Start()
	} else {
		l.StartTLS()
	}
}

// close cuts every connection and returns when no request is left.
func (l listener) close() {
	l.stop()
	// A client that stopped in the middle of its request body keeps the handler reading, which no context ends.
	l.CloseClientConnections()
	l.Close()
}

// A door is a net.Listener without an address: connections that others made are brought to it.
type door struct {
	conns  chan net.Conn
	closed chan struct{}
	close  func() // net/http closes a listener more than once
}

func newDoor() *door {
	closed := make(chan struct{})
	return &door{make(chan net.Conn), closed, sync.OnceFunc(func() { close(closed) })}
}

// bring returns once the connection is taken, or why it is not.
func (d *door) bring(ctx context.Context, c net.Conn) error {
	select {
	case d.conns <- c:
		return nil
	case <-d.closed:
		return net.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *door) Accept() (net.Conn, error) {
	select {
	case c := <-d.conns:
		return c, nil
	case <-d.closed:
		return nil, net.ErrClosed
	}
}

func (d *door) Close() error   { d.close(); return nil }
func (d *door) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }
