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
	"strconv"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/call"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

const removedPair = `{"Result":true,"RequestId":"r","instanceId":"es-a","connectedInstanceId":"es-b","regionId":"cn-hangzhou","clientToken":"c","outcome":"removed"}`

var removes = elasticsearchtest.Body(200, "application/json", removedPair)

// TestSignature: the gateway accepts what is signed, whatever the URL is, and gets the event once.
func TestSignature(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		token, url, target string
		start              func(*testing.T, http.HandlerFunc) *gateway
	}{
		"without STS":              {"", "", "/", newGateway},
		"with STS, over https":     {"canary+token/==", "/", "/", newTLSGateway},
		"a path":                   {"", "/es/remove", "/es/remove", newGateway},
		"a path with $ and spaces": {"", "/$LATEST/a%20b/c%2Fd/*~", "/%24LATEST/a%20b/c%2Fd/%2A~", newGateway},
		"a query":                  {"canary+token/==", "/es?x-b=2&x-a=$1+0&x-c&x-a=%E4%BA%91", "/es?x-a=%241%200&x-a=%E4%BA%91&x-b=2&x-c=", newGateway},
		"a query without a path":   {"", "?x-a=1", "/?x-a=1", newGateway},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := test.start(t, removes)
			g.token = test.token
			check(t, "answer", g.URL, g.request(t, test.url, pair(t)).Send(t.Context()), handler.ExitDone, "1 removed")
			want := "POST " + test.target + ` application/json {"instanceId":"es-a","connectedInstanceId":"es-b"}`
			if got := strings.Join(g.requests(), "\n"); got != want {
				t.Errorf("requests:\n got %s\nwant %s", got, want)
			}
		})
	}
}

// without is a proxy on the way that takes a header away.
type without struct {
	http.RoundTripper
	header string
}

func (w without) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Del(w.header)
	return w.RoundTripper.RoundTrip(r)
}

// TestRefusedSignature: the documented refusals are quoted, with what to do.
func TestRefusedSignature(t *testing.T) {
	t.Parallel()
	const begin = `HOST answered HTTP 403, and not as this function does: { "Code": "AccessDenied", "Message": "`
	for name, test := range map[string]struct {
		spoil func(*gateway, *call.Request)
		want  string
	}{
		"another secret": {func(g *gateway, _ *call.Request) { g.secret = "other" },
			begin + `The request signature we calculated does not match the signature you provided: x-acs-security-token:***", "RequestId": "1-64f6cd87" }; if the access key is right, ` + "`s invoke` is another way: it signs in its own form"},
		"a clock that is wrong": {func(g *gateway, _ *call.Request) {
			g.now = func() time.Time { return time.Date(2023, 9, 5, 6, 41, 11, 0, time.UTC) }
		}, begin + "the difference between the request time DATE and the current time 2023-09-05 06:41:11 +0000 UTC is too large\", \"RequestId\": \"1-64f6cd87\" }; check the clock of this machine"},
		"a header is taken away": {func(_ *gateway, r *call.Request) { r.Transport = without{r.Transport, "X-Acs-Date"} },
			begin + `required HTTP header Date was not specified", "RequestId": "1-64f6cd87" }; if the access key is right, ` + "`s invoke` is another way: it signs in its own form"},
	} {
		g := newGateway(t, removes)
		g.token = "canary+token/=="
		r := g.request(t, "", pair(t))
		test.spoil(g, &r)
		got := r.Send(t.Context())
		if before, after, found := strings.Cut(got.Message, "request time "); found {
			got.Message = before + "request time DATE and the " + after[strings.Index(after, "current"):]
		}
		check(t, name, g.URL, got, handler.ExitFailed, test.want)
	}
}

// TestRedirect: it is not followed, and nothing goes to the other host.
func TestRedirect(t *testing.T) {
	t.Parallel()
	other := newGateway(t, removes)
	for _, status := range []int{301, 302, 303, 307, 308} {
		g := newGateway(t, elasticsearchtest.Redirect(status, other.URL+"/?canary-secret"))
		got := g.request(t, "", pair(t)).Send(t.Context())
		got.Message = strings.Replace(got.Message, other.URL, "OTHER", 1)
		check(t, "answer", g.URL, got, handler.ExitFailed, "HOST answered HTTP "+strconv.Itoa(status)+", a redirect to OTHER/?***, which is not followed")
	}
	g := newGateway(t, raw("HTTP/1.1 302 Found\r\nLocation: \u202e/\r\n\r\n"))
	check(t, "controls", g.URL, g.request(t, "", pair(t)).Send(t.Context()), handler.ExitFailed, `HOST answered HTTP 302, a redirect to "\u202e/", which is not followed`)
	if got := other.requests(); len(got) > 0 {
		t.Errorf("the other host got %q", got)
	}
}

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
			r.URL, to.DialContext = &url.URL{Scheme: "https", Host: "misspelt.cn-hangzhou.fcapp.run"}, noNames(t).DialContext
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

// resetting accepts connections, and breaks them in the middle of a request.
func resetting(t *testing.T) *url.URL {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 1))
			_ = conn.(*net.TCPConn).SetLinger(0)
			conn.Close()
		}
	}()
	return &url.URL{Scheme: "http", Host: l.Addr().String()}
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
		"cut in a chunk":      {raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n99\r\n{}"), "the answer of HOST (HTTP 200) broke off: unexpected EOF, after {}"},
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

// TestReset: a connection that breaks may have carried the request.
func TestReset(t *testing.T) {
	t.Parallel()
	g := newGateway(t, removes)
	r := g.request(t, "", pair(t))
	r.URL = resetting(t)
	got := r.Send(t.Context())
	if !strings.HasPrefix(got.Message, "no answer from "+r.URL.String()+": ") || !strings.HasSuffix(got.Message, "; the function may still have done what was asked") {
		t.Errorf("message: %s", got.Message)
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

// TestParseURL: a text that may hold a password is not repeated. TestParseEndpoint has the forms of a host.
func TestParseURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://x.cn-hangzhou.fcapp.run":   "",
		"https://es.example.com/a/b?x-a=1":  "",
		"http://127.0.0.1:8080/":            "",
		"http://es.example.com/":            "is plain http, which only a loopback address may use",
		"es.example.com":                    "is not of the form https://HOST",
		"":                                  "is not of the form https://HOST",
		"https://u:canary@es.example.com/":  "has a user name or a password: the request is signed with your credentials, and needs none",
		"https://u:canary%@es.example.com/": "is not a URL",
		"https://es.example.com/#x":         "has a fragment (#), which cannot be sent",
	} {
		u, err := call.ParseURL(text)
		switch {
		case want == "" && (err != nil || u.String() != text):
			t.Errorf("ParseURL(%q) = %v, %v", text, u, err)
		case want != "" && (err == nil || err.Error() != want):
			t.Errorf("ParseURL(%q): error %v, want %s", text, err, want)
		}
	}
}
