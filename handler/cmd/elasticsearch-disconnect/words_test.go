package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
	"elasticsearch-disconnect/handler/trigger"
)

// The accounts of the failures below, and the roles in the member.
const (
	ownAccount    = "1234567890984321"
	memberAccount = "2234567890984321"
)

// A failing is what a request of a person meets, over a cloud with es-a in cn-hangzhou.
type failing struct {
	*handler.Handler
	cloud     *elasticsearchtest.Cloud
	transport *elasticsearch.Transport // leads to the cloud, and does not trust it
	request   trigger.Request          // to remove all connections of es-a
}

func newFailing(t *testing.T) *failing {
	t.Helper()
	f := &failing{cloud: elasticsearchtest.NewCloud(), transport: elasticsearch.NewTransport("")}
	t.Cleanup(f.cloud.Close)
	key := elasticsearchtest.Account{AccessKeyID: keyID, AccessKeySecret: secret, ID: ownAccount}
	f.cloud.STS.AddAccount(key)
	f.cloud.STS.Now = func() time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) } // when a bubble begins
	f.cloud.Region("cn-hangzhou").Now = f.cloud.STS.Now
	f.cloud.Region("cn-hangzhou").AddAccount(key)
	f.cloud.Region("cn-hangzhou").AddInstanceOf(ownAccount, "es-a")
	f.transport.Proxy = http.ProxyURL(f.cloud.Proxy())
	f.request = trigger.Request{Action: trigger.Cleanup{Instance: must(connection.ParseInstanceID("es-a")), Requested: true}}
	scope := connection.Scope{Region: must(connection.ParseRegion("cn-hangzhou")), Account: must(connection.ParseAccountID(ownAccount))}
	f.Handler = &handler.Handler{
		Config:    handler.Config{Network: elasticsearch.Public, MemberRole: "ops", Concurrency: 1},
		Log:       slog.New(slog.DiscardHandler),
		Transport: trusting(f.cloud),
		Invocation: func(context.Context) handler.Invocation {
			return handler.Invocation{RequestID: "r", Scope: scope, Credentials: func() (acs3.Credentials, error) {
				return acs3.Credentials{AccessKeyID: acs3.NewSecret(keyID), AccessKeySecret: acs3.NewSecret(secret)}, nil
			}}
		},
	}
	return f
}

// A panicking transport says what it should not.
type panicking struct{}

func (panicking) RoundTrip(*http.Request) (*http.Response, error) { panic("canary-secret") }

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// trusting is a transport over which no connection stays: in a synctest bubble, time stands
// still as long as there is one.
func trusting(cloud *elasticsearchtest.Cloud) *http.Transport {
	transport := cloud.Transport()
	transport.DisableKeepAlives = true
	return transport
}

// proxied makes a proxy that answers CONNECT so, in front of the API.
func (f *failing) proxied(t *testing.T, status int) {
	t.Helper()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	t.Cleanup(proxy.Close)
	address := must(url.Parse(proxy.URL))
	address.User = url.UserPassword("me", "canary-password")
	f.transport.Proxy = http.ProxyURL(address)
	f.Transport = f.transport
}

// toMember asks the member account, where the function has the role ops.
func (f *failing) toMember() {
	f.request.Scope.Account = must(connection.ParseAccountID(memberAccount))
}

func (f *failing) endpoint(address string) {
	f.Config.Endpoint = must(elasticsearch.ParseEndpoint(address))
	f.transport.Proxy = nil
	f.Transport = f.transport
}

func (f *failing) answer(call string, answer http.HandlerFunc) {
	f.cloud.Region("cn-hangzhou").OnRequest = at(call, fault{Answer: answer})
}

// closedPort is an address at which nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	listener := must(net.Listen("tcp", "127.0.0.1:0"))
	defer listener.Close()
	return listener.Addr().String()
}

// TestExplainPlain: an error that is neither the API's nor a panic is what it says.
func TestExplainPlain(t *testing.T) {
	t.Parallel()
	if got := explain(context.DeadlineExceeded); got != "context deadline exceeded" {
		t.Errorf("explained: %s", got)
	}
}

// TestExplain: each kind of failure, as real components have it.
func TestExplain(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arrange func(*testing.T, *failing)
		want    string // a pattern
	}{
		"a closed port": {func(t *testing.T, f *failing) { f.endpoint("http://" + closedPort(t)) },
			`no connection to the API; not sent, safe to repeat \(127\.0\.0\.1:\d+: dial tcp 127\.0\.0\.1:\d+: connect: connection refused\)`},
		"a proxy with a closed port": {func(t *testing.T, f *failing) {
			f.transport.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: closedPort(t)})
			f.Transport = f.transport
		}, `no connection to the proxy; not sent, safe to repeat \(HOST: proxyconnect tcp: dial tcp 127\.0\.0\.1:\d+: connect: connection refused\): check HTTPS_PROXY`},
		"a proxy that refuses":          {func(t *testing.T, f *failing) { f.proxied(t, 403) }, `the proxy 127\.0\.0\.1:\d+ answered HTTP 403 Forbidden; not sent \(HOST\): check HTTPS_PROXY`},
		"a proxy that wants a password": {func(t *testing.T, f *failing) { f.proxied(t, 407) }, `the proxy 127\.0\.0\.1:\d+ answered HTTP 407 Proxy Authentication Required; not sent \(HOST\): check HTTPS_PROXY`},
		"a proxy that fails":            {func(t *testing.T, f *failing) { f.proxied(t, 502) }, `the proxy 127\.0\.0\.1:\d+ answered HTTP 502 Bad Gateway; not sent, safe to repeat \(HOST\)`},
		"a certificate": {func(t *testing.T, f *failing) {
			api := elasticsearchtest.NewTLSServer()
			t.Cleanup(api.Close)
			f.endpoint(api.URL)
		}, `the API\'s certificate is not trusted; not sent \(127\.0\.0\.1:\d+: tls: failed to verify certificate: x509: certificate signed by unknown authority; the certificate is of O=Acme Co, made by O=Acme Co, TRUST\)`},
		"a certificate behind a proxy": {func(_ *testing.T, f *failing) { f.Transport = f.transport }, `the API's certificate is not trusted; not sent \(HOST: tls: failed to verify certificate: x509: certificate signed by unknown authority; the certificate is of CN=HOST, made by CN=elasticsearchtest, TRUST\)`},
		"an answer that breaks off":    {func(_ *testing.T, f *failing) { f.answer("DescribeInstance", elasticsearchtest.Truncated()) }, `no answer from the API: the connection failed; outcome unknown; safe to repeat \(HOST: unexpected EOF\)`},
		"RAM": {func(_ *testing.T, f *failing) {
			f.answer("DescribeInstance", elasticsearchtest.Refuse(403, "Forbidden.RAM", "User not authorized."))
		}, `the API answered HTTP 403: Forbidden\.RAM: User not authorized\.; allow elasticsearch:DescribeInstance on the instance to your credentials`},
		"RAM in a member": {func(_ *testing.T, f *failing) {
			session := elasticsearchtest.Account{AccessKeyID: "STS.canary", AccessKeySecret: "canary-secret-member", SecurityToken: "canary-token", ID: memberAccount}
			f.cloud.STS.AddRole("acs:ram::"+memberAccount+":role/ops", session)
			f.cloud.Region("cn-hangzhou").AddAccount(session)
			f.answer("DescribeInstance", elasticsearchtest.Refuse(403, "Forbidden.RAM", "User not authorized."))
			f.toMember()
		}, `the API answered HTTP 403: Forbidden\.RAM: User not authorized\.; allow elasticsearch:DescribeInstance on the instance to the role ops of account 2234567890984321`},
		"an expired token": {func(_ *testing.T, f *failing) {
			f.answer("DescribeInstance", elasticsearchtest.Refuse(400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired."))
		}, `the API answered HTTP 400: InvalidSecurityToken\.Expired: Specified SecurityToken is expired\.; your session has expired: log in again, or get new credentials`},
		"an instance that exists": {func(*testing.T, *failing) {}, `es-a exists and is active: nothing is removed\. To cut it off on purpose, add --force; to see first what that would remove, --force --dry-run`},
		"STS refuses": {func(_ *testing.T, f *failing) {
			f.cloud.STS.AddRole("acs:ram::"+memberAccount+":role/ops", elasticsearchtest.Account{})
			f.toMember()
		}, `the credentials of account 1234567890984321 may not assume acs:ram::2234567890984321:role/ops \(STS: the answer is NoPermission, request id \S+\): check that account 2234567890984321 has this role, that the role trusts your identity, and that your identity has sts:AssumeRole on it`},
		"STS has another certificate": {func(_ *testing.T, f *failing) {
			f.toMember()
			f.Transport = f.transport
		}, `no answer from STS to assume acs:ram::2234567890984321:role/ops; nothing was sent to the API, safe to repeat \(sts\.cn-hangzhou\.aliyuncs\.com: tls: failed to verify certificate: x509: certificate signed by unknown authority; the certificate is of CN=sts\.cn-hangzhou\.aliyuncs\.com, made by CN=elasticsearchtest, TRUST\)`},
		"no role": {func(_ *testing.T, f *failing) { f.toMember(); f.Config.MemberRole = "" }, `the request is for account 2234567890984321, the credentials are of account 1234567890984321, and MEMBER_ROLE is not set: set it to the name of a role in that account that you may assume`},
		"another region than REGIONS": {func(_ *testing.T, f *failing) {
			f.Config.Regions = []connection.Region{must(connection.ParseRegion("cn-beijing"))}
		}, `cn-hangzhou is not in REGIONS, a variable that is set here and names where this command may act: add it there`},
		"a new region": {func(_ *testing.T, f *failing) { f.request.Scope.Region = must(connection.ParseRegion("cn-hangzou")) }, `cn-hangzou is not in this version's list of Elasticsearch regions \(did you mean cn-hangzhou\?\)\. A new region can be named in REGIONS`},
		"an endpoint of one region": {func(t *testing.T, f *failing) {
			f.endpoint("http://" + closedPort(t))
			f.request.Scope.Region = must(connection.ParseRegion("cn-beijing"))
		}, `the request is for cn-beijing, and ELASTICSEARCH_ENDPOINT serves one region alone: unset it, or name that region alone`},
		"what would steer a terminal": {func(_ *testing.T, f *failing) {
			f.answer("DescribeInstance", elasticsearchtest.Refuse(400, "Odd", "\x1b[2J\n"))
		}, `"the API answered HTTP 400: Odd: \\x1b\[2J"`},
		"a panic":              {func(_ *testing.T, f *failing) { f.Transport = nil }, `a bug of this program: runtime error: invalid memory address or nil pointer dereference`},
		"a panic of a library": {func(_ *testing.T, f *failing) { f.Transport = panicking{} }, `a bug of this program: a panic of a library\. Please report it, with what you did`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFailing(t)
			test.arrange(t, f)
			synctest.Test(t, func(t *testing.T) {
				got := explain(f.Plan(t.Context(), []trigger.Request{f.request}, nil).Steps()[0].Err)
				want := strings.NewReplacer("HOST", `elasticsearch\.cn-hangzhou\.aliyuncs\.com`, "TRUST", `valid until \d{4}-\d\d-\d\d: if you trust that, name the file with its authority in SSL_CERT_FILE`).Replace(test.want)
				if !regexp.MustCompile("^"+want+"$").MatchString(got) || strings.Contains(got, "canary") {
					t.Errorf("explained:\n got %s\nwant %s", got, want)
				}
			})
		})
	}
}
