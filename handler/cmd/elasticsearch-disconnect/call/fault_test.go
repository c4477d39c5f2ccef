package call_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/call"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// closedPort is the URL of a port on which nobody listens.
func closedPort(t *testing.T) *url.URL {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	return &url.URL{Scheme: "https", Host: l.Addr().String()}
}

// noNames is a dialer whose DNS server, on loopback, knows no name.
func noNames(t *testing.T) *net.Dialer {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	go func() {
		for packet := make([]byte, 512); ; {
			n, from, err := server.ReadFrom(packet)
			if err != nil {
				return
			}
			packet[2], packet[3] = packet[2]|0x80, 0x83 // a response: NXDOMAIN (RFC 1035, section 4.1.1)
			_, _ = server.WriteTo(packet[:n], from)
		}
	}()
	return &net.Dialer{Resolver: &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", server.LocalAddr().String())
	}}}
}

// TestNotSent: where there is no connection, nothing was removed, and the whole cause is named.
func TestNotSent(t *testing.T) {
	t.Parallel()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) }))
	t.Cleanup(proxy.Close)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancelLate := context.WithDeadline(t.Context(), time.Now())
	defer cancelLate()
	for name, test := range map[string]struct {
		spoil func(*call.Request, *elasticsearch.Transport)
		ctx   context.Context
		want  string
	}{
		"closed port": {func(r *call.Request, _ *elasticsearch.Transport) { r.URL = closedPort(t) }, t.Context(), "dial tcp ADDRESS: connect: connection refused"},
		"unknown host": {func(r *call.Request, to *elasticsearch.Transport) {
			r.URL, to.DialContext, to.Proxy = &url.URL{Scheme: "https", Host: "misspelt.cn-hangzhou.fcapp.run"}, noNames(t).DialContext, nil
		}, t.Context(), "dial tcp: lookup misspelt.cn-hangzhou.fcapp.run on DNS: no such host"},
		"untrusted certificate": {func(_ *call.Request, to *elasticsearch.Transport) { to.TLSClientConfig.RootCAs = nil }, t.Context(),
			"tls: failed to verify certificate: x509: certificate signed by unknown authority; the certificate is of O=Acme Co, made by O=Acme Co, valid until 2084-01-29: if you trust that, name the file with its authority in SSL_CERT_FILE"},
		"no TLS": {func(r *call.Request, _ *elasticsearch.Transport) {
			r.URL = &url.URL{Scheme: "https", Host: proxy.Listener.Addr().String()}
		}, t.Context(),
			"tls: first record does not look like a TLS handshake"},
		"refused by a proxy": {func(_ *call.Request, to *elasticsearch.Transport) {
			to.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: proxy.Listener.Addr().String()})
		}, t.Context(),
			"the proxy ADDRESS answered HTTP 407 Proxy Authentication Required"},
		"a closed proxy": {func(_ *call.Request, to *elasticsearch.Transport) {
			to.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: closedPort(t).Host})
		}, t.Context(), "proxyconnect tcp: dial tcp ADDRESS: connect: connection refused"},
		"no proxy's address": {func(_ *call.Request, to *elasticsearch.Transport) {
			to.Proxy = func(*http.Request) (*url.URL, error) {
				return nil, errors.New(`invalid proxy address "http://user:canary%@proxy:80"`)
			}
		}, t.Context(), `invalid proxy address ***@proxy:80"`},
		"interrupted": {func(*call.Request, *elasticsearch.Transport) {}, canceled, "interrupted"},
		"out of time": {func(*call.Request, *elasticsearch.Transport) {}, late, "it took too long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newTLSGateway(t, removes)
			r := g.request(t, "", pair(t))
			test.spoil(&r, r.Transport.(*elasticsearch.Transport))
			got := r.Send(test.ctx)
			got.Message = strings.Replace(got.Message, r.URL.Scheme+"://"+r.URL.Host, "HOST", 1)
			got.Message = regexp.MustCompile(`127\.0\.0\.1:[0-9]+`).ReplaceAllString(got.Message, "ADDRESS")
			got.Message = regexp.MustCompile(`on \S+:`).ReplaceAllString(got.Message, "on DNS:") // resolv.conf's
			check(t, name, g.URL, got, handler.ExitFailed, "not sent to HOST, so nothing was removed: "+test.want)
			if got := g.requests(); len(got) > 0 {
				t.Errorf("received %q", got)
			}
		})
	}
}

// raw answers with bytes, which need not be HTTP, and closes the connection.
func raw(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, answer)
	}
}

// TestNoAnswer: after the request was sent, nobody knows what became of it. It is not repeated.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	const end = "; the function may still have done what was asked"
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"reset":               {elasticsearchtest.Reset(), "no answer from HOST: read tcp CONNECTION: read: connection reset by peer"},
		"closed":              {raw(""), "no answer from HOST: EOF"},
		"not HTTP":            {raw("\x1b[2J:canary-secret\r\n\r\n"), `no answer from HOST: net/http: HTTP/1.x transport connection broken: malformed HTTP response "\x1b[2J:***"`},
		"cut":                 {elasticsearchtest.Truncated(), `the answer of HOST (HTTP 200) broke off: unexpected EOF, after {"Result":true,"Req`},
		"cut before the body": {raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), "the answer of HOST (HTTP 200) broke off: unexpected EOF, after nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGateway(t, test.answer)
			got := g.request(t, "", pair(t)).Send(t.Context())
			got.Message = regexp.MustCompile(`127\.\S+->127\.\S+:`).ReplaceAllString(got.Message, "CONNECTION:")
			check(t, name, g.URL, got, handler.ExitFailed, test.want+end)
			if n := len(g.requests()); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// interrupting interrupts when the head of the answer is there.
type interrupting struct {
	http.RoundTripper
	interrupt func()
}

func (i interrupting) RoundTrip(r *http.Request) (*http.Response, error) {
	defer i.interrupt()
	return i.RoundTripper.RoundTrip(r)
}

// TestInterrupted: the wait ends with the context, before and within the answer.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	g := newGateway(t, func(w http.ResponseWriter, r *http.Request) {
		interrupt()
		<-r.Context().Done()
	})
	check(t, "before", g.URL, g.request(t, "", pair(t)).Send(ctx), handler.ExitFailed,
		"no answer from HOST: interrupted; the function may still have done what was asked")

	ctx, interrupt = context.WithCancel(t.Context())
	g = newGateway(t, func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	r := g.request(t, "", pair(t))
	r.Transport = interrupting{r.Transport, interrupt}
	check(t, "within", g.URL, r.Send(ctx), handler.ExitFailed,
		"the answer of HOST (HTTP 200) broke off: interrupted, after nothing; the function may still have done what was asked")
}

// TestEndlessAnswer: its beginning alone is read.
func TestEndlessAnswer(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = io.WriteString(w, strings.Repeat("a", 1<<16))
		}
	})
	got := g.request(t, "", pair(t)).Send(t.Context())
	check(t, "answer", g.URL, got, handler.ExitFailed,
		"HOST answered HTTP 200 and more than 8 MiB, which begin with "+strings.Repeat("a", 300)+" …; the function may still have done what was asked")
}
