package elasticsearchtest

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
)

// A listener is an HTTP server on 127.0.0.1 that ends its answers when it is closed, those that hang too.
type listener struct {
	*httptest.Server
	stop context.CancelFunc // ends the context of every request
}

// newListener makes a listener that is yet to be started.
func newListener(handler http.Handler) listener {
	ctx, stop := context.WithCancel(context.Background())
	l := listener{httptest.NewUnstartedServer(handler), stop}
	l.Config.BaseContext = func(net.Listener) context.Context { return ctx }
	l.Config.ErrorLog = log.New(io.Discard, "", 0) // a client that does not trust the certificate is no news
	return l
}

// close cuts every connection and returns when no request is left.
func (l listener) close() {
	l.stop()
	// A client that stopped in the middle of its request body keeps the handler reading, which no context ends.
	l.CloseClientConnections()
	l.Close()
}
