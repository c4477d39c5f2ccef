package elasticsearch

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
)

// apiVersion of the Elasticsearch OpenAPI.
const apiVersion = "2017-06-13"

// attemptTimeout bounds one request and the reading of its answer.
const attemptTimeout = 10 * time.Second

// A Reader reads the OpenAPI with one identity. It is made anew for every
// invocation, so that credentials are never kept beyond it; what is worth
// keeping, connections, is kept by the Transport.
type Reader struct {
	Endpoint    Endpoint
	Credentials acs3.Credentials
	UserAgent   string

	Transport http.RoundTripper // follows no redirects; nil: http.DefaultTransport
	Now       func() time.Time  // nil: time.Now
	Nonce     func() string     // new for every request; nil: a random UUID

	// Sleep waits between attempts, and ends early with ctx; nil: a timer.
	Sleep func(context.Context, time.Duration) error

	Log *slog.Logger // gets each attempt at debug level; nil: no log
}

// A Client is a Reader that can also remove connections.
type Client struct{ Reader }

// A call is one operation of the API with its parameters.
type call struct {
	action, method, path string
	query                url.Values
}

// prepare goes all the way to the signature and describes what it would send.
func (c *Reader) prepare(op call) *connection.Unsent {
	r, signed := c.request(context.Background(), op)
	return &connection.Unsent{Method: r.Method, URL: r.URL.String(), SignedHeaders: signed}
}

// request makes a signed request, with the date and nonce of now.
func (c *Reader) request(ctx context.Context, op call) (r *http.Request, signedHeaders []string) {
	header := make(http.Header, 16) // with room for what the signature adds
	header["Accept"] = []string{"application/json"}
	header["User-Agent"] = []string{c.UserAgent}
	header["X-Acs-Action"] = []string{op.action}
	header["X-Acs-Version"] = []string{apiVersion}
	r = (&http.Request{
		Method: op.method,
		URL:    &url.URL{Scheme: c.Endpoint.scheme, Host: c.Endpoint.host, Path: op.path, RawQuery: op.query.Encode()},
		Host:   c.Endpoint.host,
		Header: header,
	}).WithContext(ctx)
	if op.method == http.MethodGet {
		// When a kept connection breaks, net/http sends a GET again by
		// itself, with a nonce that is used up. One that has a body, if an
		// empty one, it leaves to do.
		r.Body = io.NopCloser(strings.NewReader(""))
	}
	return r, acs3.Sign(r, acs3.Input{Credentials: c.Credentials, Time: c.now(), Nonce: c.nonce()})
}

func (c *Reader) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

func (c *Reader) nonce() string {
	if c.Nonce == nil {
		return uuid.NewString()
	}
	return c.Nonce()
}

func (c *Reader) transport() http.RoundTripper {
	if c.Transport == nil {
		return http.DefaultTransport
	}
	return c.Transport
}
