package elasticsearchtest

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// A Cloud is an HTTP proxy on 127.0.0.1 that lets a client call several regions and the Security Token Service by the
// names of their hosts, each a stand-in. It speaks CONNECT alone and hands the connection to the stand-in: TLS is between
// that and the client. A host that no stand-in serves is refused with 502, so no request leaves the machine.
type Cloud struct {
	STS *STS // serves sts.aliyuncs.com, and sts.REGION.aliyuncs.com and sts-vpc.REGION.aliyuncs.com of every region

	proxy     listener
	authority *authority
	arrivals  atomic.Int64 // requests so far, of all stand-ins

	mu      sync.Mutex
	regions map[string]*Server
	others  map[string]*listener // by host
	hosts   []string
}

// NewCloud starts a Cloud without a region.
func NewCloud() *Cloud {
	c := &Cloud{authority: newAuthority(), regions: map[string]*Server{}, others: map[string]*listener{}}
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
		s.http.startBehindDoor(c.authority.config())
		c.regions[id] = s
	}
	return c.regions[id]
}

// Serve makes a handler answer for a host, such as one of another service. It is called once for each host.
func (c *Cloud) Serve(host string, h http.Handler) {
	l := newListener(h)
	l.startBehindDoor(c.authority.config())
	c.mu.Lock()
	defer c.mu.Unlock()
	c.others[host] = &l
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
	for _, l := range others {
		l.close()
	}
	for _, s := range regions {
		s.Close()
	}
}

// ServeHTTP is the proxy.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := strings.TrimSuffix(r.Host, ":443")
	serves := c.arrive(host)
	if r.Method != http.MethodConnect || serves == nil {
		http.Error(w, "no stand-in serves "+r.Method+" "+host, http.StatusBadGateway)
		return
	}
	client, sent, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	_, err = io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	if sent.Reader.Buffered() > 0 || err != nil || serves.door.bring(r.Context(), client) != nil {
		_ = client.Close() // It does not wait for the answer, or is gone, or the stand-in is closed.
	}
}

var servedHost = regexp.MustCompile(`^(elasticsearch|sts)(?:-vpc)?\.([a-z0-9-]+)\.aliyuncs\.com$`)

// arrive records the host of a connection, and returns the listener of the stand-in that serves it; nil when none
// does.
func (c *Cloud) arrive(host string) *listener {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hosts = append(c.hosts, host)
	name := servedHost.FindStringSubmatch(host)
	switch {
	case c.others[host] != nil:
		return c.others[host]
	case host == "sts.aliyuncs.com":
		return &c.STS.http
	case name == nil:
		return nil
	case name[1] == "sts":
		return &c.STS.http
	case c.regions[name[2]] == nil:
		return nil
	}
	return &c.regions[name[2]].http
}
