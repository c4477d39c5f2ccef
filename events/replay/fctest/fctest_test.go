package fctest_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"elasticsearch-disconnect/events/replay/fctest"
)

// The tests of this file speak plain HTTP to the server; those of sdk_test.go let the SDK do it.

func TestReplyThatNobodyAwaits(t *testing.T) {
	t.Parallel()
	s := start(t)
	if status := s.post(t, "1-unknown/response", "{}"); status != http.StatusNotFound {
		t.Errorf("unknown request id: got %d, want 404", status)
	}

	got := invoke(t, s, fctest.Invocation{RequestID: "1-a"})
	s.get(t)
	s.post(t, "1-a/response", "{}")
	<-got
	if status := s.post(t, "1-a/error", "{}"); status != http.StatusNotFound {
		t.Errorf("second reply: got %d, want 404", status)
	}
}

func TestReplyOverTheLimit(t *testing.T) {
	t.Parallel()
	s := start(t)
	got := invoke(t, s, fctest.Invocation{RequestID: "1-a"})
	s.get(t)
	if status := s.announce(t, "1-a/response", 32<<20+1); status != http.StatusBadRequest {
		t.Errorf("post: got %d, want 400", status)
	}
	const want = "invocation 1-a: read the reply: 33554433 bytes are more than the 33554432 that Function Compute takes"
	if o := <-got; o.err == nil || o.err.Error() != want {
		t.Errorf("Invoke:\n got %v\nwant %s", o.err, want)
	}
}

func TestInvokeRefusesARequestIDInUse(t *testing.T) {
	t.Parallel()
	s := start(t)
	invoke(t, s, fctest.Invocation{RequestID: "1-a"})
	s.get(t)
	_, err := s.Invoke(t.Context(), fctest.Invocation{RequestID: "1-a"})
	if want := "invocation 1-a is under way already"; err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

func TestInvokeEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := start(t)
	gone := errors.New("the process has ended")
	ctx, cancel := context.WithCancelCause(t.Context())

	polled := make(chan outcome, 1)
	go func() {
		reply, err := s.Invoke(ctx, fctest.Invocation{RequestID: "1-a"})
		polled <- outcome{reply, err}
	}()
	s.get(t)
	cancel(gone)
	if o := <-polled; !errors.Is(o.err, gone) {
		t.Errorf("handed over: got %v, want one that wraps %v", o.err, gone)
	}
	if _, err := s.Invoke(ctx, fctest.Invocation{RequestID: "1-b"}); !errors.Is(err, gone) {
		t.Errorf("not asked for: got %v, want one that wraps %v", err, gone)
	}
	if status := s.post(t, "1-a/response", "{}"); status != http.StatusNotFound {
		t.Errorf("reply after the end: got %d, want 404", status)
	}
	s.Close()
	if _, err := s.Invoke(t.Context(), fctest.Invocation{RequestID: "1-c"}); !errors.Is(err, fctest.ErrClosed) {
		t.Errorf("after Close: got %v, want %v", err, fctest.ErrClosed)
	}
}
