package elasticsearchtest

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/acs3"
)

// roundTrip takes a transport of its own.
func roundTrip(t *testing.T, transport *http.Transport, r *http.Request) (*http.Response, string) {
	t.Helper()
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	response.Request = r
	return response, string(body)
}

// startRegions starts a Cloud of two regions, whose instances and keys are those of startConnected.
func startRegions(t *testing.T) (c *Cloud, hangzhou, beijing *Server) {
	t.Helper()
	c = startSTS(t)
	for _, id := range []string{"cn-hangzhou", "cn-beijing"} {
		s := c.Region(id)
		s.Now = now
		s.AddAccount(plain)
	}
	c.Region("cn-hangzhou").AddInstance("es-cn-a", "es-cn-b")
	c.Region("cn-hangzhou").Connect("es-cn-a", "es-cn-b")
	return c, c.Region("cn-hangzhou"), c.Region("cn-beijing")
}

// called is a request of the plain account to a host.
func called(t *testing.T, c *Cloud, host, action, target string) *http.Request {
	t.Helper()
	r := newRequest(t, "GET", "https://"+host+"/openapi/instances"+target)
	r.Header.Set("x-acs-action", action)
	r.Header.Set("x-acs-version", "2017-06-13")
	in := input(c.Region("cn-hangzhou"), plain)
	acs3.Sign(r, in)
	return r
}

// Each region has its own instances, under the names of both networks.
func TestRegions(t *testing.T) {
	t.Parallel()
	c, hangzhou, beijing := startRegions(t)
	hosts := []string{
		"elasticsearch.cn-beijing.aliyuncs.com", "elasticsearch.cn-hangzhou.aliyuncs.com",
		"elasticsearch-vpc.cn-hangzhou.aliyuncs.com", "elasticsearch-vpc.cn-beijing.aliyuncs.com",
	}
	for _, host := range hosts {
		r, body := roundTrip(t, c.Transport(), called(t, c, host, "DescribeInstance", "/es-cn-a"))
		if exists := strings.Contains(host, "hangzhou"); (r.StatusCode == 200) != exists {
			t.Errorf("%s: got %d %s", host, r.StatusCode, body)
		}
	}
	roundTrip(t, c.Transport(), assuming(t, "DurationSeconds", "900"))
	if got, want := c.Hosts(), append(hosts, stsHost); !slices.Equal(got, want) {
		t.Errorf("Hosts:\n got %q\nwant %q", got, want)
	}
	order := []int64{
		beijing.Requests()[0].Order, hangzhou.Requests()[0].Order, hangzhou.Requests()[1].Order, beijing.Requests()[1].Order,
		c.STS.Requests()[0].Order,
	}
	if !slices.Equal(order, []int64{1, 2, 3, 4, 5}) {
		t.Errorf("Order: got %d, want 1 to 5", order)
	}
	if got := hangzhou.Requests()[1].Header.Get("Host"); got != hosts[2] {
		t.Errorf("Host: got %s, want %s", got, hosts[2])
	}
}

// What no stand-in serves is refused, and seen.
func TestOtherHostsAreRefused(t *testing.T) {
	t.Parallel()
	c, _, _ := startRegions(t)
	hosts := []string{
		"elasticsearch.cn-shanghai.aliyuncs.com", "elasticsearch.cn-hangzhou.example.com", "ecs.cn-hangzhou.aliyuncs.com",
		"x.elasticsearch.cn-hangzhou.aliyuncs.com", "elasticsearch.aliyuncs.com", "elasticsearch.cn-hangzhou.aliyuncs.com:8443",
	}
	for _, host := range hosts {
		response, err := c.Transport().RoundTrip(newRequest(t, "GET", "https://"+host+"/"))
		if err == nil || err.Error() != "Bad Gateway" {
			t.Errorf("%s: got %v, %v, want Bad Gateway", host, response, err)
		}
	}
	r, body := roundTrip(t, c.Transport(), newRequest(t, "GET", "http://elasticsearch.cn-hangzhou.aliyuncs.com/"))
	if r.StatusCode != http.StatusBadGateway || body != "no stand-in serves GET elasticsearch.cn-hangzhou.aliyuncs.com\n" {
		t.Errorf("without TLS: got %d %s", r.StatusCode, body)
	}
	if got, want := c.Hosts(), append(hosts, "elasticsearch.cn-hangzhou.aliyuncs.com"); !slices.Equal(got, want) {
		t.Errorf("Hosts:\n got %q\nwant %q", got, want)
	}
}

// A client that sends before it knows that it is connected is cut off, and not left waiting: no stand-in would see its
// first bytes.
func TestClientThatDoesNotWait(t *testing.T) {
	t.Parallel()
	c := startSTS(t)
	client, err := net.Dial("tcp", c.Proxy().Host)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(client, "CONNECT "+stsHost+":443 HTTP/1.1\r\nHost: "+stsHost+":443\r\n\r\nearly"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, client); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("it is left waiting")
	}
}

// A handler of the caller's own answers for its host, through the proxy and without.
func TestServe(t *testing.T) {
	t.Parallel()
	c := startSTS(t)
	c.Serve("signin.example.com", Body(http.StatusOK, "text/plain", "hello"))
	for name, transport := range map[string]http.RoundTripper{"proxy": c.Transport(), "memory": c} {
		r, err := transport.RoundTrip(newRequest(t, "GET", "https://signin.example.com/"))
		if err != nil {
			t.Fatal(name, err)
		}
		if body, err := io.ReadAll(r.Body); string(body) != "hello" || r.Body.Close() != nil {
			t.Errorf("%s: got %s, %v", name, body, err)
		}
	}
}

// An answer that hangs ends with its client, though there is a proxy between, and with the Cloud. A client that is killed
// says no goodbye in TLS.
func TestHangEndsBehindTheProxy(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(c *Cloud, leave func(), connection net.Conn){
		"the client leaves":    func(_ *Cloud, leave func(), _ net.Conn) { leave() },
		"the client is killed": func(_ *Cloud, _ func(), connection net.Conn) { connection.Close() },
		"the cloud is closed":  func(c *Cloud, _ func(), _ net.Conn) { c.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startSTS(t)
			arrived, left := make(chan struct{}), make(chan struct{})
			c.STS.OnRequest = func(STSRequest) http.HandlerFunc { return signalled(arrived, left) }
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			transport, dialled, failed := c.Transport(), make(chan net.Conn, 1), make(chan error, 1)
			transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
				connection, err := new(net.Dialer).DialContext(ctx, network, address)
				dialled <- connection
				return connection, err
			}
			go func() { failed <- read(transport, assuming(t, "DurationSeconds", "900").WithContext(ctx)) }()
			<-arrived
			end(c, leave, <-dialled)
			<-left
			if err := <-failed; err == nil {
				t.Error("the client got an answer")
			}
			if got := c.STS.Requests()[0]; got.Status != 0 {
				t.Errorf("recorded: got %d, want no status", got.Status)
			}
		})
	}
}
