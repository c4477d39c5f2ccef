package elasticsearch_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

const success = `{"Result":true,"RequestId":"r"}`

// clientOver is a client whose every connection is the other end of a pipe that
// serve is given, with its number from 1. It trusts every certificate: time is
// what it is used for.
func clientOver(t *testing.T, scheme string, serve func(n int, c net.Conn)) *elasticsearch.Client {
	t.Helper()
	transport := elasticsearch.NewTransport("")
	transport.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool(), InsecureSkipVerify: true}
	var dialled atomic.Int32
	transport.SetDialer(func(ctx context.Context, _, _ string) (net.Conn, error) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		near, far := net.Pipe()
		go func() {
			defer far.Close()
			serve(int(dialled.Add(1)), far)
		}()
		return near, nil
	})
	return clientAt(t, scheme+"://127.0.0.1", transport)
}

// readRequest reports whether a request came.
func readRequest(c net.Conn) bool {
	_, err := http.ReadRequest(bufio.NewReader(c))
	return err == nil
}

// answer writes an answer of HTTP/1.1 that keeps the connection.
func answer(c net.Conn, status int, body string) {
	_, _ = fmt.Fprintf(c, "HTTP/1.1 %d \r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", status, len(body), body)
}

// silent never answers.
func silent(c net.Conn) { _, _ = io.Copy(io.Discard, c) }

// certificate is any certificate, of a server that is gone.
func certificate() *tls.Config {
	server := httptest.NewUnstartedServer(nil)
	server.StartTLS()
	server.Close()
	return &tls.Config{Certificates: server.TLS.Certificates}
}

// TestAnswersOfOtherServers: what comes over a connection, byte by byte, and
// what it comes to: the outcome, in how many attempts and how long.
func TestAnswersOfOtherServers(t *testing.T) {
	t.Parallel()
	https := certificate()
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	drip := func(c net.Conn, before, text string) {
		_, err := io.WriteString(c, before)
		for err == nil {
			time.Sleep(time.Second)
			_, err = io.WriteString(c, text)
		}
	}
	endless := func(c net.Conn, before string, most int) {
		_, err := io.WriteString(c, before)
		for n := 0; err == nil; n++ {
			if _, err = io.WriteString(c, strings.Repeat("x", 64<<10)); n > most>>16 {
				t.Errorf("%d bytes were read", most)
				return
			}
		}
	}
	for name, test := range map[string]struct {
		scheme      string
		first       func(net.Conn) // what the first connection gets for its request
		attempts    int
		least, most time.Duration
	}{
		"HTTP/1.0":               {"http", func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.0 200 OK\r\n\r\n"+success) }, 1, 0, 0},
		"HTTP/1.0, with nothing": {"http", func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.0 200 OK\r\n\r\n") }, 2, 0, time.Second},
		"no length":              {"http", func(c net.Conn) { _, _ = io.WriteString(c, head+"\r\n"+success) }, 1, 0, 0},
		"an early hint before the answer": {"http", func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 103 Early Hints\r\n\r\n")
			answer(c, 200, success)
		}, 1, 0, 0},
		"a body that drips":               {"http", func(c net.Conn) { drip(c, head+"Content-Length: 1000\r\n\r\n", " ") }, 2, 10 * time.Second, 11 * time.Second},
		"headers that drip":               {"http", func(c net.Conn) { drip(c, head, "X: y\r\n") }, 2, 10 * time.Second, 11 * time.Second},
		"informational answers that drip": {"http", func(c net.Conn) { drip(c, "", "HTTP/1.1 100 Continue\r\n\r\n") }, 2, 5 * time.Second, 11 * time.Second},
		"nothing":                         {"http", silent, 2, 10 * time.Second, 11 * time.Second},
		"an endless body":                 {"http", func(c net.Conn) { endless(c, head+"\r\n", 33<<20) }, 2, 0, time.Second},
		"an endless header":               {"http", func(c net.Conn) { endless(c, head+"X: ", 1<<20) }, 2, 0, time.Second},
		"a handshake that never comes":    {"https", silent, 2, 5 * time.Second, 6 * time.Second},
		"an answer that is no HTTP":       {"http", func(c net.Conn) { _, _ = io.WriteString(c, "SSH-2.0-x\r\n") }, 2, 0, time.Second},
		"the connection closed":           {"http", func(net.Conn) {}, 2, 0, time.Second},
	} {
		elasticsearch.InBubble(t, name, func(t *testing.T) {
			dials := 0
			client := clientOver(t, test.scheme, func(n int, c net.Conn) {
				dials = n
				switch {
				case n == 1 && test.scheme == "https":
					test.first(c)
				case test.scheme == "https":
					c = tls.Server(c, https)
					fallthrough
				default:
					if readRequest(c) && n == 1 && test.scheme == "http" {
						test.first(c)
					} else {
						answer(c, 200, success)
					}
				}
			})
			begun := time.Now()
			outcome, err := client.DeleteConnectedCluster(t.Context(), removal())
			took := time.Since(begun)
			time.Sleep(time.Minute) // until the other side notices
			if err != nil || outcome.State != connection.Removed || outcome.Attempts != test.attempts || dials != test.attempts {
				t.Errorf("outcome %+v, %v, over %d connections; want %d attempts", outcome, err, dials, test.attempts)
			}
			if took < test.least || took > test.most {
				t.Errorf("it took %v, not %v to %v", took, test.least, test.most)
			}
		})
	}
}

// TestStaleConnections: connections that died while the function was frozen,
// unnoticed, cost one more attempt, however many there are.
func TestStaleConnections(t *testing.T) {
	t.Parallel()
	for name, kept := range map[string]int{"one": 1, "eight": 8} {
		elasticsearch.InBubble(t, name, func(t *testing.T) {
			var waiting, stale atomic.Int32
			all := make(chan struct{})
			client := clientOver(t, "http", func(n int, c net.Conn) {
				for heard := 0; readRequest(c); heard++ {
					if n <= kept && heard == 1 {
						stale.Add(1)
						return // as if closed long ago
					}
					if n <= kept && int(waiting.Add(1)) == kept {
						close(all)
					}
					<-all
					answer(c, 200, success)
				}
			})
			errs := make(chan error)
			for range kept {
				go func() {
					_, err := client.DeleteConnectedCluster(t.Context(), removal())
					errs <- err
				}()
			}
			for range kept {
				if err := <-errs; err != nil {
					t.Fatal(err)
				}
			}
			outcome, err := client.DeleteConnectedCluster(t.Context(), removal())
			if err != nil || outcome.State != connection.Removed || outcome.Attempts > 2 || stale.Load() == 0 {
				t.Errorf("outcome %+v, %v, after %d stale connections", outcome, err, stale.Load())
			}
		})
	}
}

// TestRedirectIsNotFollowed: another host gets nothing, least of all a token.
func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		var seen atomic.Int32
		other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { seen.Add(1) }))
		t.Cleanup(other.Close)
		server, client := start(t)
		always(server, elasticsearchtest.Redirect(status, other.URL+"/openapi/instances"))
		_, err := client.DeleteConnectedCluster(t.Context(), removal())
		var failed *connection.Error
		if !errors.As(err, &failed) || failed.Kind != connection.Upstream || failed.Status != status {
			t.Errorf("%d: error %v", status, err)
		}
		if seen.Load() != 0 || len(server.Requests()) != 1 {
			t.Errorf("%d: %d requests to the other host, %d to the API", status, seen.Load(), len(server.Requests()))
		}
	}
}

// TestPackedAnswer: an answer may be small, and too long once it is unpacked.
func TestPackedAnswer(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, _ = writer.Write(make([]byte, 1<<20))
	_ = writer.Close()
	body := bytes.Repeat(packed.Bytes(), 33)
	synctest.Test(t, func(t *testing.T) {
		client := clientOver(t, "http", func(_ int, c net.Conn) {
			if readRequest(c) {
				_, _ = fmt.Fprintf(c, "HTTP/1.1 200 \r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
			}
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond) // for one attempt
		defer cancel()
		_, err := client.DeleteConnectedCluster(ctx, removal())
		if got, want := outcomeOf(t, "", err), "Timeout out of time after the API answered HTTP 200: the body is more than 1048576 bytes: outcome unknown; safe to repeat"; got != want {
			t.Errorf("error:\n got %s\nwant %s", got, want)
		}
	})
}

// TestLimits: the limits that the tests of time do not reach.
func TestLimits(t *testing.T) {
	t.Parallel()
	transport := elasticsearch.NewTransport("")
	const kept = 64 // SWEEP_CONCURRENCY is at most 64
	if transport.MaxConnsPerHost != kept || transport.MaxIdleConnsPerHost != kept || transport.MaxIdleConns != 0 && transport.MaxIdleConns < kept {
		t.Errorf("connections: %d, kept %d and %d", transport.MaxConnsPerHost, transport.MaxIdleConnsPerHost, transport.MaxIdleConns)
	}
	if transport.IdleConnTimeout <= 0 || transport.IdleConnTimeout > 90*time.Second {
		t.Errorf("IdleConnTimeout %v", transport.IdleConnTimeout)
	}
	if transport.Proxy == nil || transport.MaxResponseHeaderBytes != 64<<10 {
		t.Errorf("no proxy of the environment, or headers of %d bytes", transport.MaxResponseHeaderBytes)
	}
}

// TestHTTP1: a server that also has HTTP/2 is spoken to in HTTP/1.1.
func TestHTTP1(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	transport := elasticsearch.NewTransport("")
	t.Cleanup(transport.CloseIdleConnections)
	transport.TLSClientConfig.RootCAs = x509.NewCertPool()
	transport.TLSClientConfig.RootCAs.AddCert(server.Certificate())
	response, err := transport.RoundTrip(httptest.NewRequestWithContext(t.Context(), "GET", server.URL, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.ProtoMajor != 1 {
		t.Errorf("the server answered in %s", response.Proto)
	}
}
