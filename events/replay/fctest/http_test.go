package fctest_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"elasticsearch-disconnect/events/replay/fctest"
)

// server adds what a function's process does, in plain HTTP.
type server struct{ *fctest.Server }

func start(t *testing.T) server {
	t.Helper()
	s := fctest.NewServer()
	t.Cleanup(s.Close)
	return server{s}
}

type outcome struct {
	reply fctest.Reply
	err   error
}

func invoke(t *testing.T, s server, inv fctest.Invocation) <-chan outcome {
	t.Helper()
	c := make(chan outcome, 1)
	go func() {
		reply, err := s.Invoke(t.Context(), inv)
		c <- outcome{reply, err}
	}()
	return c
}

func (s server) url(path string) string {
	return "http://" + s.Addr() + "/2020-11-11/runtime/invocation/" + path
}

// get polls, and returns the status; 0 if the connection is refused.
func (s server) get(t *testing.T) (status int) {
	t.Helper()
	r, err := http.Get(s.url("next"))
	if err != nil {
		return 0
	}
	defer r.Body.Close()
	if _, err := io.ReadAll(r.Body); err != nil {
		t.Errorf("read the poll: %v", err)
	}
	return r.StatusCode
}

func (s server) post(t *testing.T, path, body string) int {
	t.Helper()
	r, err := http.Post(s.url(path), "application/json", strings.NewReader(body))
	if err != nil {
		t.Errorf("post: %v", err)
		return 0
	}
	defer r.Body.Close()
	return r.StatusCode
}

// announce posts no more than the head of a reply of that size.
func (s server) announce(t *testing.T, path string, size int) int {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /2020-11-11/runtime/invocation/%s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", path, size)
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	return r.StatusCode
}
