package elasticsearch_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// TestOpen: a connection that was opened ahead is used by the first request, and
// no request is sent to open it; a failure to open one is of no consequence.
func TestOpen(t *testing.T) {
	t.Parallel()
	https := certificate()
	synctest.Test(t, func(t *testing.T) {
		var dials, requests atomic.Int32
		client := clientOver(t, "https", func(_ int, c net.Conn) {
			dials.Add(1)
			for c := tls.Server(c, https); readRequest(c); {
				requests.Add(1)
				answer(c, 200, success)
			}
		})
		transport := client.Transport.(*elasticsearch.Transport)
		plain := must(elasticsearch.ParseEndpoint("http://127.0.0.1:443"))
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		open := func(ctx context.Context, e elasticsearch.Endpoint) func() {
			return func() { transport.Open(ctx, e) }
		}
		ahead, fails, no := open(t.Context(), client.Endpoint), open(ended, client.Endpoint), open(t.Context(), plain)
		for _, test := range []struct {
			name   string
			before []func()
			opened int32 // before the request
			dials  int32 // with it
		}{
			{"one is open", []func(){ahead}, 1, 1},
			{"it is kept", nil, 0, 0},
			{"one is open, another failed", []func(){transport.CloseIdleConnections, ahead, fails}, 1, 1},
			{"none could be opened", []func(){transport.CloseIdleConnections, fails}, 0, 1},
			{"plain HTTP", []func(){transport.CloseIdleConnections, no}, 0, 1},
			{"one was closed", []func(){transport.CloseIdleConnections, ahead, transport.CloseIdleConnections}, 1, 2},
		} {
			dials.Store(0)
			requests.Store(0)
			for _, f := range test.before {
				f()
			}
			synctest.Wait()
			if dials.Load() != test.opened || requests.Load() != 0 {
				t.Errorf("%s: %d connections, %d requests before the first", test.name, dials.Load(), requests.Load())
			}
			outcome, err := client.DeleteConnectedCluster(t.Context(), removal())
			if err != nil || outcome.Attempts != 1 || dials.Load() != test.dials {
				t.Errorf("%s: %+v, %v, over %d connections, want %d", test.name, outcome, err, dials.Load(), test.dials)
			}
		}
	})
}

// TestOpenedOnce: a connection that was opened ahead is given out once.
func TestOpenedOnce(t *testing.T) {
	t.Parallel()
	https := certificate()
	synctest.Test(t, func(t *testing.T) {
		client := clientOver(t, "https", func(_ int, c net.Conn) { readRequest(tls.Server(c, https)) })
		transport := client.Transport.(*elasticsearch.Transport)
		transport.Open(t.Context(), client.Endpoint)
		first := must(transport.DialTLSContext(t.Context(), "tcp", "127.0.0.1:443"))
		defer first.Close()
		second := must(transport.DialTLSContext(t.Context(), "tcp", "127.0.0.1:443"))
		defer second.Close()
		if first == second {
			t.Error("two requests would share it")
		}
	})
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

// TestOpenPort: an endpoint without a port has that of HTTPS, and what was opened
// to it is used, also where another region is called in between.
func TestOpenPort(t *testing.T) {
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
		own, other := client.Endpoint, must(elasticsearch.ParseEndpoint("https://127.0.0.2"))
		transport.Open(t.Context(), own)
		for _, client.Endpoint = range []elasticsearch.Endpoint{other, own} {
			outcome, err := client.DeleteConnectedCluster(t.Context(), removal())
			if err != nil || outcome.State != connection.Removed {
				t.Errorf("outcome %+v, %v", outcome, err)
			}
		}
		transport.Open(t.Context(), must(elasticsearch.ParseEndpoint("https://127.0.0.1:8443")))
		transport.CloseIdleConnections()
		if want := []string{"127.0.0.1:443", "127.0.0.2:443", "127.0.0.1:8443"}; !slices.Equal(addresses, want) {
			t.Errorf("connected to %q, want %q", addresses, want)
		}
	})
}

// TestOpenBehindProxy: nothing is opened ahead where a proxy makes the
// connections.
func TestOpenBehindProxy(t *testing.T) {
	t.Parallel()
	server, client := startTLS(t)
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
