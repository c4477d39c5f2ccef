package elasticsearchtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHangUntilTheClientLeaves(t *testing.T) {
	t.Parallel()
	s := startConnected(t, NewServer)
	arrived, left := make(chan struct{}), make(chan struct{})
	s.Fail(Fault{Answer: signalled(arrived, left)})
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		<-arrived
		leave()
	}()
	err := read(s.Transport(), signed(t, s, "DELETE", "DeleteConnectedCluster", deletionTarget).WithContext(ctx))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error:\n got %v\nwant %v", err, context.Canceled)
	}
	<-left
}

func TestCloseEndsHangingAnswers(t *testing.T) {
	t.Parallel()
	for name, create := range map[string]func() *Server{"plain": NewServer, "TLS": NewTLSServer} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startConnected(t, create)
			arrived, left := make(chan struct{}), make(chan struct{})
			s.Fail(Fault{Answer: signalled(arrived, left)})
			failed := make(chan error, 1)
			go func() {
				failed <- read(s.Transport(), signed(t, s, "DELETE", "DeleteConnectedCluster", deletionTarget))
			}()
			<-arrived
			s.Close()
			<-left
			if err := <-failed; err == nil {
				t.Error("the client got an answer")
			}
		})
	}
}

// signalled hangs, and closes arrived when it begins and left when it ends.
func signalled(arrived, left chan struct{}) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		defer close(left)
		Hang()(w, r)
	}
}

// Behind a second request that has begun, net/http does not notice that the client is gone.
func TestCloseEndsAHangWithMoreToRead(t *testing.T) {
	t.Parallel()
	s := startConnected(t, NewServer)
	arrived, left := make(chan struct{}), make(chan struct{})
	s.Fail(Fault{Answer: signalled(arrived, left)})
	connection, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	var request strings.Builder
	if err := signed(t, s, "GET", "ListInstance", "").Write(&request); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(connection, request.String()+strings.Repeat("G", 8<<10)) // more than net/http buffers
	<-arrived
	s.Reset()
	if s.MaxInFlight() != 1 {
		t.Errorf("MaxInFlight after a Reset with a request in flight: got %d, want 1", s.MaxInFlight())
	}
	s.Close()
	<-left
}

func TestHangSendsNothing(t *testing.T) {
	t.Parallel()
	ctx, leave := context.WithCancel(t.Context())
	leave()
	defer func() {
		if got := recover(); got != http.ErrAbortHandler {
			t.Errorf("panic:\n got %v\nwant %v", got, http.ErrAbortHandler)
		}
	}()
	Hang()(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/", nil))
}

func TestCloseWithAnUnfinishedRequest(t *testing.T) {
	t.Parallel()
	s := NewServer()
	connection, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	fmt.Fprint(connection, "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n")
	// The server asks for the body once its handler reads it.
	if _, err := connection.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s.Close() // Closing twice does no harm.
}
