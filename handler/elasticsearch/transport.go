package elasticsearch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxConnections bounds the connections of a process to a host, and lets all
	// of them be kept: as many as may ever be used at a time for a region of an account.
	maxConnections = 64

	// dialTimeout bounds connecting, and the TLS handshake after it.
	dialTimeout = attemptTimeout / 2

	// spareAge is how long a connection that was opened ahead is kept. Later,
	// the instance may have been frozen meanwhile, or the API have closed it.
	spareAge = 5 * time.Second
)

// A Transport is a process's way to the API. Connections are kept for later
// invocations, and TLS sessions for connections that were lost.
type Transport struct {
	*http.Transport

	dialer func(ctx context.Context, network, address string) (net.Conn, error)
	bundle func() *x509.CertPool // the roots of the system's bundle; nil for none
	system atomic.Bool           // the bundle does not do

	mu      sync.Mutex
	spare   net.Conn // opened ahead; nil for none
	spareTo string
	since   time.Time
}

// NewTransport returns a transport that trusts the system's root certificates.
// sslCertFile is SSL_CERT_FILE of the environment, which may name another
// bundle.
func NewTransport(sslCertFile string) *Transport {
	t := &Transport{
		dialer: new(net.Dialer).DialContext,
		bundle: sync.OnceValue(func() *x509.CertPool { return bundleRoots(sslCertFile) }),
	}
	t.Transport = &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: readProxyAnswer,
		DialContext:            t.connect,
		DialTLSContext:         t.dialTLS,
		TLSClientConfig:        &tls.Config{ClientSessionCache: tls.NewLRUClientSessionCache(0)},
		TLSHandshakeTimeout:    dialTimeout, // behind a proxy
		IdleConnTimeout:        90 * time.Second,
		MaxConnsPerHost:        maxConnections,
		MaxIdleConnsPerHost:    maxConnections,
		MaxResponseHeaderBytes: 64 << 10,
	}
	return t
}

// Open opens a connection ahead, for the next request to use. It sends no
// request, and a failure is of no consequence: the request opens its own.
func (t *Transport) Open(ctx context.Context, e Endpoint) {
	address := e.address()
	if e.scheme != "https" || t.isProxied(e) {
		return
	}
	conn, err := t.dial(ctx, "tcp", address)
	if err != nil {
		return
	}
	t.closeSpare() // one that no request has used
	t.mu.Lock()
	defer t.mu.Unlock()
	t.spare, t.spareTo, t.since = conn, address, wallClock()
	time.AfterFunc(spareAge, t.closeSpare)
}

// isProxied says whether requests to the endpoint go through a proxy, which
// makes its own connections.
func (t *Transport) isProxied(e Endpoint) bool {
	proxy, err := t.Proxy(&http.Request{URL: &url.URL{Scheme: e.scheme, Host: e.host}})
	return proxy != nil || err != nil
}

// CloseIdleConnections closes what is kept for later requests.
func (t *Transport) CloseIdleConnections() {
	t.closeSpare()
	t.Transport.CloseIdleConnections()
}

func (t *Transport) closeSpare() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.spare != nil {
		t.spare.Close()
		t.spare = nil
	}
}

// wallClock goes on while an instance is frozen.
func wallClock() time.Time { return time.Now().Round(0) }

// dialTLS is how the http.Transport gets a connection.
func (t *Transport) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	if conn := t.takeSpare(address); conn != nil {
		return conn, nil
	}
	return t.dial(ctx, network, address)
}

// takeSpare leaves a connection to another address, such as that of another region,
// to a later request.
func (t *Transport) takeSpare(address string) net.Conn {
	t.mu.Lock()
	conn, age := t.spare, wallClock().Sub(t.since)
	if conn == nil || t.spareTo != address {
		t.mu.Unlock()
		return nil
	}
	t.spare = nil
	t.mu.Unlock()
	if age > spareAge {
		conn.Close()
		return nil
	}
	return conn
}

// dial opens a connection that is verified with the roots of the system's
// bundle or, if they do not do, with all of the system's. Reading those takes
// three times as long (make bench, first invocation). The bundle is a part of
// them, so what is accepted is what the system's roots accept.
func (t *Transport) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if given := t.TLSClientConfig.RootCAs; given != nil || t.system.Load() {
		return t.handshake(ctx, network, address, given)
	}
	if roots := t.bundle(); roots != nil {
		conn, err := t.handshake(ctx, network, address, roots)
		if _, isUntrusted := errors.AsType[*tls.CertificateVerificationError](err); !isUntrusted {
			return conn, err
		}
	}
	conn, err := t.handshake(ctx, network, address, nil)
	if err == nil {
		t.system.Store(true)
	}
	return conn, err
}

// handshake opens a connection that is verified with the roots; nil for all of
// the system's.
func (t *Transport) handshake(ctx context.Context, network, address string, roots *x509.CertPool) (net.Conn, error) {
	plain, err := t.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	config := t.TLSClientConfig.Clone()
	config.RootCAs = roots
	config.ServerName, _, _ = net.SplitHostPort(address)
	conn := tls.Client(plain, config)
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		plain.Close()
		return nil, err
	}
	return conn, nil
}

func (t *Transport) connect(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	return t.dialer(ctx, network, address)
}

// bundleRoots reads the bundle of the system's root certificates, and no other
// file: crypto/x509 reads the bundle and then every file of the certificate
// directories, where Debian has each root a second time. It returns nil where
// there is no bundle, and on systems that verify in another way.
func bundleRoots(sslCertFile string) *x509.CertPool {
	if runtime.GOOS != "linux" {
		return nil
	}
	pem := readFirst(bundleFiles(sslCertFile))
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil
	}
	return roots
}

// bundleFiles is crypto/x509's list (root_linux.go), in its order: it reads the
// first that there is. SSL_CERT_FILE takes the place of the list.
func bundleFiles(sslCertFile string) []string {
	if sslCertFile != "" {
		return []string{sslCertFile}
	}
	return []string{
		"/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/ssl/ca-bundle.pem",
		"/etc/pki/tls/cacert.pem",
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
		"/etc/ssl/cert.pem",
	}
}

func readFirst(files []string) []byte {
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil {
			return text
		}
	}
	return nil
}
