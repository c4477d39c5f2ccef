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
	a, err := c.roundTrip(r)
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
		slog.String("path", op.path),
		slog.Int("httpStatus", a.status),
		slog.String("code", a.Code),
		slog.String("apiRequestId", a.RequestID),
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
func (c *Reader) roundTrip(r *http.Request) (answer, *failure) {
	response, err := c.transport().RoundTrip(r)
	if err != nil {
		c.closeIdleConnections()
		return answer{}, noAnswer(r.Context(), r.Host, c.redacted(err))
	}
	defer response.Body.Close()

	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerSize+1))
	if err != nil {
		return answer{status: response.StatusCode}, noAnswer(r.Context(), r.Host, c.redacted(err))
	}
	return decode(response, body, c.now(), c.Credentials.Redact), nil
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

// noAnswer is the failure for an error of the network. Whether the API carried
// out the request is not known. The host is for the log: which endpoint is
// called is no concern of the caller's.
func noAnswer(ctx context.Context, host string, err error) *failure {
	cause := fmt.Errorf("%s: %w", host, err)
	if errors.As(err, new(*tls.CertificateVerificationError)) {
		return &failure{&connection.Error{Kind: connection.Unavailable, Message: "the API's certificate is not trusted", Err: cause}, permanent}
	}
	if timeout := net.Error(nil); ctx.Err() != nil || errors.As(err, &timeout) && timeout.Timeout() {
		return outOfTime("no answer from the API in time", cause)
	}
	return &failure{&connection.Error{Kind: connection.Unavailable, Message: "no answer from the API: the connection failed; " + outcomeUnknown, Err: cause}, again}
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
