package elasticsearch_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// TestOpen: a connection that was opened ahead is used by the first request, and
// no request is sent to open it; a failure to open one is of no consequence.
func TestOpen(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	transport := client.Transport.(*elasticsearch.Transport)
	transport.Open(t.Context(), client.Endpoint)
	if dials, requests := server.Dials(), len(server.Requests()); dials != 1 || requests != 0 {
		t.Errorf("%d connections, %d requests", dials, requests)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	transport.Open(ended, client.Endpoint) // fails, and leaves what is open
	if _, err := client.DeleteConnectedCluster(t.Context(), removal()); err != nil || server.Dials() != 1 {
		t.Errorf("%v, over %d connections", err, server.Dials())
	}

	transport.CloseIdleConnections()
	transport.Open(ended, client.Endpoint)
	transport.Open(t.Context(), must(elasticsearch.ParseEndpoint("http"+strings.TrimPrefix(server.URL, "https"))))
	if n := server.Dials(); n != 1 {
		t.Errorf("%d connections after nothing was to be opened", n)
	}
	if outcome, err := client.DeleteConnectedCluster(t.Context(), removal()); err != nil || outcome.Attempts != 1 || server.Dials() != 2 {
		t.Errorf("after nothing was opened: %+v, %v, over %d connections", outcome, err, server.Dials())
	}

	transport.CloseIdleConnections()
	transport.Open(t.Context(), client.Endpoint)
	transport.CloseIdleConnections()
	if outcome, err := client.DeleteConnectedCluster(t.Context(), removal()); err != nil || outcome.Attempts != 1 || server.Dials() != 4 {
		t.Errorf("after it was closed: %+v, %v, over %d connections", outcome, err, server.Dials())
	}
}

// TestOpenedOnce: a connection that was opened ahead is used by one request
// alone. Two requests that are answered together need two connections.
func TestOpenedOnce(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	client.Transport.(*elasticsearch.Transport).Open(t.Context(), client.Endpoint)
	server.OnRequest = elasticsearchtest.Together(t.Context(), 2, "DescribeInstance")
	var requests sync.WaitGroup
	for range 2 {
		requests.Go(func() {
			status, err := client.DescribeInstance(t.Context(), removal().Instance)
			if got := outcomeOf(t, status, err); got != "active" {
				t.Errorf("status %s", got)
			}
		})
	}
	requests.Wait()
	if dials, requests := server.Dials(), len(server.Requests()); dials != 2 || requests != 2 {
		t.Errorf("%d connections, %d requests, want 2 of each", dials, requests)
	}
}

// TestOpenedForNothing: a connection that was opened ahead and not used is closed
// when another is opened, after five seconds, and when it turns out to be older.
func TestOpenedForNothing(t *testing.T) {
	t.Parallel()
	https := certificate()
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		ends := make(chan time.Duration, 4)
		client := clientOver(t, "https", func(_ int, c net.Conn) {
			for c := tls.Server(c, https); readRequest(c); {
				answer(c, 200, success)
			}
			ends <- time.Since(begun)
		})
		transport := client.Transport.(*elasticsearch.Transport)
		transport.Open(t.Context(), client.Endpoint)
		time.Sleep(time.Second)
		transport.Open(t.Context(), client.Endpoint)
		if first := <-ends; first != time.Second {
			t.Errorf("the first was closed after %v", first)
		}
		if second := <-ends; second > 6*time.Second {
			t.Errorf("the second was closed after %v", second)
		}
		begun = time.Now()
		transport.Open(t.Context(), client.Endpoint)
		transport.Age(time.Minute)
		if outcome, err := client.DeleteConnectedCluster(t.Context(), removal()); err != nil || outcome.Attempts != 1 {
			t.Errorf("after a minute: %+v, %v", outcome, err)
		}
		if third := <-ends; third != 0 {
			t.Errorf("the third was closed after %v", third)
		}
	})
}

// TestOpenWithoutPort: an endpoint without a port has that of HTTPS, and what was
// opened to it is used.
func TestOpenWithoutPort(t *testing.T) {
	t.Parallel()
	https := certificate()
	synctest.Test(t, func(t *testing.T) {
		client := clientOver(t, "https", nil)
		var addresses []string
		transport := client.Transport.(*elasticsearch.Transport)
		transport.SetDialer(func(_ context.Context, _, address string) (net.Conn, error) {
			addresses = append(addresses, address)
			near, far := net.Pipe()
			go func() {
				defer far.Close()
				for c := tls.Server(far, https); readRequest(c); {
					answer(c, 200, success)
				}
			}()
			return near, nil
		})
		transport.Open(t.Context(), client.Endpoint)
		outcome, err := client.DeleteConnectedCluster(t.Context(), removal())
		if err != nil || outcome.State != connection.Removed {
			t.Errorf("outcome %+v, %v", outcome, err)
		}
		if want := []string{"127.0.0.1:443"}; !slices.Equal(addresses, want) {
			t.Errorf("connected to %q, want %q", addresses, want)
		}
	})
}

// TestOpenedLongAgo: after a freeze, the connection that was opened ahead is
// replaced, and costs no attempt.
func TestOpenedLongAgo(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	transport := client.Transport.(*elasticsearch.Transport)
	transport.Open(t.Context(), client.Endpoint)
	transport.Age(time.Minute)
	outcome, err := client.DeleteConnectedCluster(t.Context(), removal())
	if err != nil || outcome.Attempts != 1 || server.Dials() != 2 {
		t.Errorf("outcome %+v, %v, over %d connections", outcome, err, server.Dials())
	}
}

// TestOpenBehindProxy: nothing is opened ahead where a proxy makes the
// connections.
func TestOpenBehindProxy(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	transport := client.Transport.(*elasticsearch.Transport)
	for name, proxy := range map[string]func(*http.Request) (*url.URL, error){
		"a proxy":                func(*http.Request) (*url.URL, error) { return url.Parse("http://127.0.0.1:1") },
		"a proxy that is no URL": func(*http.Request) (*url.URL, error) { return nil, errors.New("no URL") },
		"one for this host alone": func(r *http.Request) (*url.URL, error) {
			if r.URL.String() != server.URL {
				return nil, nil
			}
			return url.Parse("http://127.0.0.1:1")
		},
	} {
		transport.Proxy = proxy
		transport.Open(t.Context(), client.Endpoint)
		if n := server.Dials(); n != 0 {
			t.Errorf("%s: %d connections past it", name, n)
		}
	}
}

// TestOpenedForAnother: a connection that was opened ahead is used for its own
// host alone.
func TestOpenedForAnother(t *testing.T) {
	t.Parallel()
	other, client := start(t)
	server := elasticsearchtest.NewTLSServer()
	t.Cleanup(server.Close)
	server.AddAccount(account)
	server.AddInstance(instance, connected)
	server.Connect(instance, connected)
	client.Transport.(*elasticsearch.Transport).Open(t.Context(), client.Endpoint)
	client.Endpoint = must(elasticsearch.ParseEndpoint(server.URL))
	if outcome, err := client.DeleteConnectedCluster(t.Context(), removal()); err != nil || outcome.State != connection.Removed {
		t.Errorf("outcome %+v, %v", outcome, err)
	}
	if len(other.Requests()) != 0 {
		t.Error("the request went to another host")
	}
}
