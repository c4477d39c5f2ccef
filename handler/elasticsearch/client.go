// Package elasticsearch is a client of the Alibaba Cloud Elasticsearch OpenAPI,
// version 2017-06-13 (ROA style, JSON), for the four operations that this
// function needs.
//
// The official SDK is not used: a request is one line, and the SDK brings tens
// of packages into every cold start.
package elasticsearch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
)

const (
	apiVersion     = "2017-06-13"
	attemptTimeout = 10 * time.Second // of one request and the reading of its answer
	maxAnswerSize  = 1 << 20          // the most that is read of an answer, in bytes
	maxPageSize    = 32 << 20         // of a page of 100 instances with all that they are
)

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

	Pace     *Pace         // shared by all calls that the API counts together; nil: one for each call
	Slots    chan struct{} // has room for as many requests as may be under way; nil: any number
	Patience Patience

	Log *slog.Logger // gets each attempt at debug level; nil: no log
}

// A Client is a Reader that can also remove connections.
type Client struct{ Reader }

// A call is one operation of the API with its parameters.
type call struct {
	action, method, path string
	query                url.Values
	large                bool // the answer is a page
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
		// When a kept connection breaks, net/http sends a GET without a body
		// again by itself, with a nonce that is used up.
		Body: io.NopCloser(strings.NewReader("")),
	}).WithContext(ctx)
	return r, acs3.Sign(r, acs3.Input{Credentials: c.Credentials, Time: c.now(), Nonce: c.nonce()})
}

// attempt sends one request and reads its answer. With a failure too, the answer
// has its status and request id, as far as they are known.
func (c *Reader) attempt(ctx context.Context, op call) (answer, *failure) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()

	start := c.now()
	r, _ := c.request(ctx, op)
	a, err := c.roundTrip(r, op)
	if err == nil {
		err = a.failed(op.action, start)
	}
	c.logAttempt(ctx, op, a, err, start)
	return a, err
}

func (c *Reader) logAttempt(ctx context.Context, op call, a answer, err *failure, start time.Time) {
	if c.Log == nil {
		return
	}
	attrs := []slog.Attr{
		slog.String("action", op.action),
		slog.String("method", op.method),
		slog.String("path", c.Credentials.Redact(op.path)),
		slog.Int("httpStatus", a.status),
		slog.String("code", a.code),
		slog.String("apiRequestId", a.requestID),
		slog.Int64("durationMs", c.now().Sub(start).Milliseconds()),
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", err.err.Error()))
	}
	c.Log.LogAttrs(ctx, slog.LevelDebug, "attempt", attrs...)
}

// roundTrip exchanges a request for an answer. It goes to the transport and
// not through an http.Client, which would follow a redirect and take the
// security token along.
func (c *Reader) roundTrip(r *http.Request, op call) (answer, *failure) {
	var way progress
	response, err := c.transport().RoundTrip(r.WithContext(way.trace(r.Context())))
	if err != nil {
		c.closeIdleConnections()
		if way.asked && !way.connected {
			return answer{}, notSent(r.Host, c.redacted(err))
		}
		return answer{}, noAnswer(r.Context(), r.Host, c.redacted(err))
	}
	defer response.Body.Close()

	body := &bounded{r: response.Body, most: maxAnswerSize}
	if op.large {
		body.most = maxPageSize
	}
	a := decode(response, body, c.now(), c.Credentials.Redact)
	if body.err != nil {
		return answer{status: response.StatusCode}, noAnswer(r.Context(), r.Host, c.redacted(body.err))
	}
	return a, nil
}

// A redactedError is an error of the network, which may quote what the other
// side sent, without the credentials that it may have sent back.
type redactedError struct {
	error
	text string
}

func (e redactedError) Error() string { return e.text }
func (e redactedError) Unwrap() error { return e.error }

func (c *Reader) redacted(err error) error {
	return redactedError{err, c.Credentials.Redact(err.Error())}
}

// closeIdleConnections has the next attempt open a connection of its own. After
// an instance was frozen all that were kept are dead, and each would cost an
// attempt.
func (c *Reader) closeIdleConnections() {
	(&http.Client{Transport: c.transport()}).CloseIdleConnections()
}

// A progress is how far a request came: it asked for a connection, and had one.
type progress struct{ asked, connected bool }

func (p *progress) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { p.asked = true },
		GotConn: func(httptrace.GotConnInfo) { p.connected = true },
	})
}

// notSent is the failure for an error of connecting or shaking hands, with the API
// or with a proxy on the way. The host is for the log: which endpoint is called is
// no concern of the caller's.
func notSent(host string, err error) *failure {
	var name *net.DNSError
	var op *net.OpError
	switch isProxy := errors.As(err, &op) && op.Op == "proxyconnect"; {
	case errors.As(err, new(*tls.CertificateVerificationError)):
		return unavailable("the API's certificate is not trusted; not sent", host, err, permanent)
	case errors.As(err, &name) && name.IsNotFound && !isProxy:
		return unavailable("the API's host is not known; not sent: is the region right?", host, err, permanent)
	}
	return unavailable("no connection to the API; not sent, safe to repeat", host, err, refused)
}

// noAnswer is the failure for an error of the network once there was a connection.
// Whether the API carried out the request is not known.
func noAnswer(ctx context.Context, host string, err error) *failure {
	if timeout := net.Error(nil); ctx.Err() != nil || errors.As(err, &timeout) && timeout.Timeout() {
		return outOfTime("no answer from the API in time", fmt.Errorf("%s: %w", host, err))
	}
	return unavailable("no answer from the API: the connection failed; "+outcomeUnknown, host, err, again)
}

func unavailable(what, host string, err error, c class) *failure {
	return &failure{&connection.Error{Kind: connection.Unavailable, Message: what, Err: fmt.Errorf("%s: %w", host, err)}, c}
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
