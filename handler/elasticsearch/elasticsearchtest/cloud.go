package elasticsearchtest

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// A Cloud is an HTTP proxy on 127.0.0.1 that lets a client call several regions and the Security Token Service by the
// names of their hosts, each a stand-in. It speaks CONNECT alone and copies bytes: TLS is between the client and the
// stand-in. A host that no stand-in serves is refused with 502, so no request leaves the machine.
type Cloud struct {
	STS *STS // serves sts.aliyuncs.com, and sts.REGION.aliyuncs.com and sts-vpc.REGION.aliyuncs.com of every region

	proxy     listener
	authority *authority
	arrivals  atomic.Int64 // requests so far, of all stand-ins
	tunnels   sync.WaitGroup

	mu      sync.Mutex
	regions map[string]*Server
	others  map[string]*other // by host
	hosts   []string
}

// NewCloud starts a Cloud without a region.
func NewCloud() *Cloud {
	c := &Cloud{authority: newAuthority(), regions: map[string]*Server{}, others: map[string]*other{}}
	c.STS = newSTS(c.authority.config(), &c.arrivals)
	c.proxy = newListener(c)
	c.proxy.Start()
	return c
}

// Region returns the stand-in that serves elasticsearch.REGION.aliyuncs.com and elasticsearch-vpc.REGION.aliyuncs.com. It
// is started by the first call for its region, and is refused by the proxy until then.
func (c *Cloud) Region(id string) *Server {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.regions[id] == nil {
		s := newServer()
		s.arrivals = &c.arrivals
		s.http.TLS = c.authority.config()
		s.http.StartTLS()
		s.URL = s.http.URL
		c.regions[id] = s
	}
	return c.regions[id]
}

// Serve makes a handler answer for a host, such as one of another service. It is called once for each host.
func (c *Cloud) Serve(host string, h http.Handler) {
	o := &other{h, newListener(h)}
	o.http.TLS = c.authority.config()
	o.http.StartTLS()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.others[host] = o
}

// An other is a stand-in of the caller's own.
type other struct {
	http.Handler
	http listener
}

// Proxy returns the URL that a client has as its proxy, such as the value of HTTPS_PROXY of another process.
func (c *Cloud) Proxy() *url.URL {
	proxy, err := url.Parse(c.proxy.URL)
	if err != nil {
		panic(err)
	}
	return proxy
}

// Hosts returns the host of each connection that was asked for, in order, also those refused: without the port 443.
func (c *Cloud) Hosts() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.hosts)
}

// CertificatePEM returns the certificate to put in the file that SSL_CERT_FILE of another process names. It signs those
// of all hosts.
func (c *Cloud) CertificatePEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.authority.certificate.Raw})
}

// Transport returns a new transport, with a connection pool of its own, that uses the proxy and trusts the certificate.
func (c *Cloud) Transport() *http.Transport {
	pool := x509.NewCertPool()
	pool.AddCert(c.authority.certificate)
	return &http.Transport{Proxy: http.ProxyURL(c.Proxy()), TLSClientConfig: &tls.Config{RootCAs: pool}}
}

// Close closes the stand-ins and the proxy, as [Server.Close] does.
func (c *Cloud) Close() {
	c.proxy.close()
	c.STS.http.close()
	c.mu.Lock()
	regions, others := slices.Collect(maps.Values(c.regions)), slices.Collect(maps.Values(c.others))
	c.mu.Unlock()
	for _, o := range others {
		o.http.close()
	}
	for _, s := range regions {
		s.Close()
	}
	c.tunnels.Wait() // which ended with the stand-ins
}

// ServeHTTP is the proxy.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := strings.TrimSuffix(r.Host, ":443")
	serves := c.arrive(host)
	if r.Method != http.MethodConnect || serves == nil {
		http.Error(w, "no stand-in serves "+r.Method+" "+host, http.StatusBadGateway)
		return
	}
	standIn, err := net.Dial("tcp", serves.address())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	c.tunnels.Go(func() { tunnel(client.(*net.TCPConn), buffered, standIn.(*net.TCPConn)) })
}

// tunnel copies bytes both ways until the stand-in ends the connection. What the client sent may be buffered already.
func tunnel(client *net.TCPConn, sent io.Reader, standIn *net.TCPConn) {
	go func() {
		_, _ = io.Copy(standIn, sent)
		_ = standIn.CloseWrite() // The client is gone, or has nothing more to send and waits for the answer.
	}()
	_, _ = io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	if _, err := io.Copy(client, standIn); err != nil {
		_ = client.SetLinger(0) // What the stand-in reset is reset here, too.
	}
	_ = client.Close()
	_ = standIn.Close()
}

var servedHost = regexp.MustCompile(`^(elasticsearch|sts)(?:-vpc)?\.([a-z0-9-]+)\.aliyuncs\.com$`)

// A standIn is a Server, an STS, or an other.
type standIn interface {
	http.Handler
	address() string // that it listens at
}

func (s *Server) address() string { return s.http.Listener.Addr().String() }
func (s *STS) address() string    { return s.http.Listener.Addr().String() }
func (o *other) address() string  { return o.http.Listener.Addr().String() }

// arrive records the host of a connection, and returns the stand-in that serves it; nil when none does.
func (c *Cloud) arrive(host string) standIn {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hosts = append(c.hosts, host)
	name := servedHost.FindStringSubmatch(host)
	switch {
	case c.others[host] != nil:
		return c.others[host]
	case host == "sts.aliyuncs.com":
		return c.STS
	case name == nil:
		return nil
	case name[1] == "sts":
		return c.STS
	case c.regions[name[2]] == nil:
		return nil
	}
	return c.regions[name[2]]
}
