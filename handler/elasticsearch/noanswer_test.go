package elasticsearch_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// TestNoAnswer: where there is no answer, the kind says whether it was time or
// the network, and the cause with the host stays for the log.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer   http.HandlerFunc
		kind     connection.Kind
		status   int
		what     string
		attempts int
	}{
		"a reset":           {elasticsearchtest.Reset(), connection.Unavailable, 0, "no answer from the API: the connection failed; outcome unknown; safe to repeat", 6},
		"a truncated body":  {elasticsearchtest.Truncated(), connection.Unavailable, 200, "no answer from the API: the connection failed; outcome unknown; safe to repeat", 6},
		"no end of waiting": {elasticsearchtest.Hang(), connection.Timeout, 0, "interrupted before the API answered: outcome unknown; safe to repeat", 1},
	} {
		elasticsearch.InBubble(t, name, func(t *testing.T) {
			server, client := start(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			for range 6 {
				server.Fail(elasticsearchtest.Fault{Answer: func(w http.ResponseWriter, r *http.Request) {
					if test.kind == connection.Timeout {
						cancel() // the request has arrived, so the wait for its answer ends now
					}
					test.answer(w, r)
				}})
			}
			outcome, err := client.DeleteConnectedCluster(ctx, removal())
			checkNoAnswer(t, client, err, test.kind, test.what)
			outcome.Uncertain, outcome.Unknown = false, false // see TestLostAnswers
			if want := (connection.Outcome{Status: test.status, Attempts: test.attempts}); outcome != want {
				t.Errorf("outcome %+v, want %+v", outcome, want)
			}
		})
	}
}

// TestOutOfTime: where there is no time at all, no attempt is made.
func TestOutOfTime(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	outcome, err := client.DeleteConnectedCluster(ctx, removal())
	if got, want := outcomeOf(t, outcome, err), "Timeout interrupted: not sent; safe to repeat"; got != want {
		t.Errorf("error:\n got %s\nwant %s", got, want)
	}
	if n := len(server.Requests()); n != 0 || outcome != (connection.Outcome{}) {
		t.Errorf("%d requests, outcome %+v", n, outcome)
	}
}

// TestOutOfTimeWhileSigning: what ends before net/http has a connection was not sent.
func TestOutOfTimeWhileSigning(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	client.Nonce = func() string { cancel(); return "n" }
	outcome, err := client.DeleteConnectedCluster(ctx, removal())
	if got, want := outcomeOf(t, outcome, err), "Timeout interrupted: not sent; safe to repeat"; got != want {
		t.Errorf("error:\n got %s\nwant %s", got, want)
	}
	if n := len(server.Requests()); n != 0 || outcome != (connection.Outcome{Attempts: 1}) || connection.IsOfEveryCall(err) {
		t.Errorf("%d requests, outcome %+v, %v", n, outcome, err)
	}
}

// checkNoAnswer: the host is in the cause, and not in what a caller sees.
func checkNoAnswer(t *testing.T, client *elasticsearch.Client, err error, kind connection.Kind, message string) {
	t.Helper()
	var got *connection.Error
	if !errors.As(err, &got) || got.Err == nil {
		t.Fatalf("error %v (%T), want a connection.Error with a cause", err, err)
	}
	if host := strings.TrimPrefix(strings.TrimPrefix(client.Endpoint.String(), "https://"), "http://"); !strings.HasPrefix(got.Err.Error(), host+": ") {
		t.Errorf("the cause does not begin with %s: %v", host, got.Err)
	}
	if got.Kind != kind || got.Text() != message {
		t.Errorf("error %s %q\n want %s %q", got.Kind, got.Text(), kind, message)
	}
}

// TestUntrustedIsClosed: a connection to a server that is not trusted is closed.
func TestUntrustedIsClosed(t *testing.T) {
	t.Parallel()
	https := certificate()
	synctest.Test(t, func(t *testing.T) {
		closed := make(chan struct{})
		client := clientOver(t, "https", func(_ int, c net.Conn) {
			defer close(closed)
			readRequest(tls.Server(c, https))
			silent(c) // until it is closed
		})
		client.Transport.(*elasticsearch.Transport).TLSClientConfig.InsecureSkipVerify = false
		_, err := client.DeleteConnectedCluster(t.Context(), removal())
		if got, want := outcomeOf(t, "", err), "Unavailable the API's certificate is not trusted; not sent"; got != want || !connection.IsOfEveryCall(err) {
			t.Errorf("error:\n got %s\nwant %s", got, want)
		}
		<-closed
	})
}

// notSent is what a failure to connect comes to.
const (
	notSent = "Unavailable no connection to the API; not sent, safe to repeat"
	noProxy = "Unavailable no connection to the proxy; not sent, safe to repeat: check HTTPS_PROXY"
)

// TestSilence: what never answers is a timeout, and what never connects is not
// sent, after as many attempts as may be made.
func TestSilence(t *testing.T) {
	t.Parallel()
	proxy := must(url.Parse("http://127.0.0.1:3128"))
	never := func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for name, test := range map[string]struct {
		scheme string
		dialer func(context.Context, string, string) (net.Conn, error)
		proxy  *url.URL
		each   time.Duration // of an attempt
		want   string
	}{
		"no answer":                    {"http", nil, nil, 10 * time.Second, "Timeout no answer from the API in time: outcome unknown; safe to repeat"},
		"no handshake":                 {"https", nil, nil, 5 * time.Second, notSent},
		"no handshake behind a proxy":  {"https", nil, proxy, 5 * time.Second, notSent},
		"no connection":                {"https", never, nil, 5 * time.Second, notSent},
		"no connection to a proxy":     {"https", never, proxy, 5 * time.Second, noProxy},
		"no connection for plain HTTP": {"http", never, nil, 5 * time.Second, notSent},
	} {
		elasticsearch.InBubble(t, name, func(t *testing.T) {
			client := clientOver(t, test.scheme, func(_ int, c net.Conn) {
				if test.proxy != nil && readRequest(c) {
					_, _ = io.WriteString(c, "HTTP/1.1 200 \r\n\r\n") // to its CONNECT
				}
				silent(c)
			})
			transport := client.Transport.(*elasticsearch.Transport)
			transport.Proxy = http.ProxyURL(test.proxy)
			if test.dialer != nil {
				transport.SetDialer(test.dialer)
			}
			begun := time.Now()
			outcome, err := client.DeleteConnectedCluster(t.Context(), removal())
			if got := outcomeOf(t, outcome, err); got != test.want {
				t.Errorf("error:\n got %s\nwant %s", got, test.want)
			}
			waited := time.Since(begun) - 6*test.each
			if outcome.Attempts != 6 || waited < 6*time.Second || waited > 10*time.Second {
				t.Errorf("%d attempts, %v between them; want 6 of %v", outcome.Attempts, waited, test.each)
			}
		})
	}
}

// TestNotSent: where there was no connection, no request was sent. What failed
// after that may have been carried out.
func TestNotSent(t *testing.T) {
	t.Parallel()
	https := certificate()
	proxy := must(url.Parse("http://user:hunter22@127.0.0.1:3128"))
	const refused = "Unavailable the proxy 127.0.0.1:3128 answered HTTP "
	const region = "Unavailable the API's host name does not exist; not sent: is the region right?"
	const unknown = "Unavailable no answer from the API: the connection failed; outcome unknown; safe to repeat"
	says := func(text string) func(net.Conn) {
		return func(c net.Conn) {
			if readRequest(c) {
				_, _ = io.WriteString(c, text)
			}
		}
	}
	hangUp := func(net.Conn) {}
	overTLS := func(serve func(net.Conn)) func(net.Conn) {
		return func(c net.Conn) { serve(tls.Server(c, https)) }
	}
	connects := func(serve func(net.Conn)) func(net.Conn) {
		return func(c net.Conn) {
			if readRequest(c) {
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
				serve(c)
			}
		}
	}
	for name, test := range map[string]struct {
		scheme   string
		proxy    *url.URL
		dial     error          // what dialling comes to
		serve    func(net.Conn) // else
		attempts int
		want     string
	}{
		"an unknown host":                         {"https", nil, &net.DNSError{Err: "no such host", Name: "127.0.0.1", IsNotFound: true}, nil, 1, region},
		"an unknown host, as a net.Dialer says":   {"https", nil, &net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}, nil, 1, region},
		"an unknown host, plain HTTP":             {"http", nil, &net.DNSError{IsNotFound: true}, nil, 1, region},
		"an unknown proxy":                        {"https", proxy, &net.DNSError{IsNotFound: true}, nil, 1, "Unavailable the host name of the proxy does not exist; not sent: check HTTPS_PROXY"},
		"a name server that is down":              {"https", nil, &net.DNSError{Err: "server misbehaving", IsTemporary: true}, nil, 6, notSent},
		"a refused connection":                    {"https", nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, nil, 6, notSent},
		"a refused connection, plain HTTP":        {"http", nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, nil, 6, notSent},
		"a refused connection to a proxy":         {"https", proxy, syscall.ECONNREFUSED, nil, 6, noProxy},
		"a handshake that ends":                   {"https", nil, nil, hangUp, 6, notSent},
		"a handshake that is no TLS":              {"https", nil, nil, says("HTTP/1.1 400 \r\n\r\n"), 6, notSent},
		"a proxy that refuses":                    {"https", proxy, nil, says("HTTP/1.1 403 any words\r\n\r\n"), 1, refused + "403 Forbidden; not sent: check HTTPS_PROXY"},
		"a proxy that wants a password":           {"https", proxy, nil, says("HTTP/1.1 407 \r\n\r\n"), 1, refused + "407 Proxy Authentication Required; not sent: check HTTPS_PROXY"},
		"a proxy that is overloaded":              {"https", proxy, nil, says("HTTP/1.1 503 \r\n\r\n"), 6, refused + "503 Service Unavailable; not sent, safe to repeat"},
		"a proxy with a status of its own":        {"https", proxy, nil, says("HTTP/1.1 599 \r\n\r\n"), 6, refused + "599; not sent, safe to repeat"},
		"a proxy that hangs up":                   {"https", proxy, nil, hangUp, 6, notSent},
		"a handshake that ends, behind a proxy":   {"https", proxy, nil, connects(hangUp), 6, notSent},
		"no answer":                               {"http", nil, nil, says(""), 6, unknown},
		"no answer over TLS":                      {"https", nil, nil, overTLS(says("")), 6, unknown},
		"no answer behind a proxy":                {"https", proxy, nil, connects(overTLS(says(""))), 6, unknown},
		"an answer that is no HTTP":               {"https", nil, nil, overTLS(says("SSH-2.0-x\r\n")), 6, unknown},
		"a handshake that is fine, and no reader": {"https", nil, nil, overTLS(func(c net.Conn) { _ = c.(*tls.Conn).Handshake() }), 6, unknown},
	} {
		elasticsearch.InBubble(t, name, func(t *testing.T) {
			client := clientOver(t, test.scheme, func(_ int, c net.Conn) { test.serve(c) })
			transport := client.Transport.(*elasticsearch.Transport)
			transport.Proxy = http.ProxyURL(test.proxy)
			if test.dial != nil {
				transport.SetDialer(func(context.Context, string, string) (net.Conn, error) { return nil, test.dial })
			}
			outcome, err := client.DeleteConnectedCluster(t.Context(), removal())
			checkNoAnswer(t, client, err, connection.Unavailable, strings.TrimPrefix(test.want, "Unavailable "))
			if test.dial != nil && !errors.Is(err, test.dial) {
				t.Errorf("the cause is %v", err)
			}
			if got := connection.IsOfEveryCall(err); got != (test.attempts == 1) {
				t.Errorf("of every call: %v", got)
			}
			if strings.Contains(err.Error(), "hunter22") {
				t.Errorf("the password of the proxy is shown: %v", err)
			}
			if want := (connection.Outcome{Attempts: test.attempts, Uncertain: test.want == unknown, Unknown: test.want == unknown}); outcome != want {
				t.Errorf("outcome %+v, want %+v", outcome, want)
			}
		})
	}
}

// TestNotSendable: what net/http refuses before it has a connection is an error at once, and
// shows no secret.
func TestNotSendable(t *testing.T) {
	t.Parallel()
	const header = "Internal not sent: a header has a character that cannot be sent: field value for "
	const address = "Internal not sent: the address of the proxy cannot be used: check HTTPS_PROXY"
	for name, test := range map[string]struct {
		change func(*elasticsearch.Client, *elasticsearch.Transport)
		want   string
	}{
		"a line end in a token": {func(c *elasticsearch.Client, _ *elasticsearch.Transport) {
			c.Credentials.SecurityToken = acs3.NewSecret("hunter22\n")
		}, header + `"X-Acs-Security-Token"`},
		"a line end in a key": {func(c *elasticsearch.Client, _ *elasticsearch.Transport) {
			c.Credentials = acs3.Credentials{AccessKeyID: acs3.NewSecret("hunter22\r"), AccessKeySecret: c.Credentials.AccessKeySecret}
		}, header + `"Authorization"`},
		"the address of a proxy": {func(_ *elasticsearch.Client, transport *elasticsearch.Transport) {
			port := "port"
			transport.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse("http://user:hunter22@host:" + port) }
		}, address},
	} {
		elasticsearch.InBubble(t, name, func(t *testing.T) {
			client := clientOver(t, "https", func(int, net.Conn) { t.Error("a connection was made") })
			test.change(client, client.Transport.(*elasticsearch.Transport))
			begun := time.Now()
			outcome, err := client.DeleteConnectedCluster(t.Context(), removal())
			if got := outcomeOf(t, outcome, err); got != test.want {
				t.Errorf("error:\n got %s\nwant %s", got, test.want)
			}
			if outcome != (connection.Outcome{Attempts: 1}) || !connection.IsOfEveryCall(err) || time.Since(begun) != 0 {
				t.Errorf("outcome %+v after %v, of every call: %v", outcome, time.Since(begun), connection.IsOfEveryCall(err))
			}
			if strings.Contains(err.Error(), "hunter22") {
				t.Errorf("a secret is shown: %v", err)
			}
		})
	}
}

// TestCheckProxy: what can be used as HTTPS_PROXY, under true, and what cannot. An error
// repeats nothing of the text.
func TestCheckProxy(t *testing.T) {
	t.Parallel()
	for usable, texts := range map[bool][]string{
		true:  {"", "http://127.0.0.1:3128", "https://user:hunter22@proxy.example", "socks5://[::1]:1080", "socks5h://proxy:65535", "proxy.example:3128", "proxy"},
		false: {"://", "http://", "http://:3128", "ftp://proxy:21", "http://user:hunter22@proxy:port", "http://proxy:0", "http://proxy:65536", "http://[::1", "pro xy", "http://proxy:3128\n"},
	} {
		for _, text := range texts {
			switch err := elasticsearch.CheckProxy(text); {
			case (err == nil) != usable:
				t.Errorf("%q: %v", text, err)
			case err != nil && err.Error() != "is not the address of a proxy, such as http://HOST:PORT":
				t.Errorf("%q: %v", text, err)
			}
		}
	}
}

// TestCancelledWait: a wait ends when the context does.
func TestCancelledWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := clientOver(t, "http", func(_ int, c net.Conn) {
			for readRequest(c) {
				answer(c, 400, `{"Code":"InstanceActivating"}`)
			}
		})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		begun := time.Now()
		outcome, err := client.DeleteConnectedCluster(ctx, removal())
		if got, want := outcomeOf(t, outcome, err), "Conflict the API answered HTTP 400: InstanceActivating:"; got != want || outcome.Attempts != 1 {
			t.Errorf("error, in %d attempts:\n got %s\nwant %s", outcome.Attempts, got, want)
		}
		if took := time.Since(begun); took != time.Second {
			t.Errorf("it took %v", took)
		}
	})
}
