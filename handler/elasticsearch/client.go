// Package elasticsearch is a client of the Alibaba Cloud Elasticsearch OpenAPI,
// version 2017-06-13 (ROA style, JSON), for the four operations that this
// function needs.
//
// The official SDK is not used: a request is one line, and the SDK brings tens
// of packages into every cold start.
package elasticsearch

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
)

const (
	apiVersion     = "2017-06-13"
	attemptTimeout = 10 * time.Second // of one request and the reading of its answer
	maxAnswerSize  = 1 << 20          // bytes
	maxPageSize    = 32 << 20         // bytes, of 100 instances with all their members
)

// A Reader reads the OpenAPI with one identity. Every invocation makes its own, so
// that no credentials outlive it; connections are kept by the Transport.
type Reader struct {
	Endpoint    Endpoint
	Credentials acs3.Credentials
	Role        string // of the credentials, as messages name it; "" if they are the function's or a person's own
	UserAgent   string

	Transport http.RoundTripper // follows no redirects; calls the hooks of httptrace
	Nonce     func() string     // new for every request

	Pace        *Pace         // shared by all calls that the API counts together; required
	Slots       chan struct{} // its capacity bounds the requests under way
	RetryPolicy RetryPolicy

	Log *slog.Logger // gets each attempt at debug level; nil: no log
}

// A Client is a Reader that can also remove connections.
type Client struct{ Reader }

// A call is one operation of the API with its parameters.
type call struct {
	action, method, path string
	query                url.Values
	large                bool // the answer may have maxPageSize
}

// prepare signs a request, and describes it in the place of sending it.
func (c *Reader) prepare(op call) *connection.Unsent {
	r, signed := c.request(context.Background(), op)
	return &connection.Unsent{Method: r.Method, URL: r.URL.String(), SignedHeaders: signed}
}

// request makes a signed request, with a date and nonce of its own.
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
		// Without a body, net/http would repeat a GET by itself when a kept
		// connection breaks, with a nonce that is used up.
		Body: io.NopCloser(strings.NewReader("")),
	}).WithContext(ctx)
	return r, acs3.Sign(r, acs3.Input{Credentials: c.Credentials, Time: time.Now(), Nonce: c.Nonce()})
}

// attempt sends one request and reads its answer. With an error too, the answer
// has status and request id if they came.
func (c *Reader) attempt(ctx context.Context, op call) (answer, *attemptError) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()

	start := time.Now()
	r, _ := c.request(ctx, op)
	a, err := c.roundTrip(r, op)
	if err == nil {
		err = a.failed(op.action, c.Role, start)
	}
	c.logAttempt(ctx, op, a, err, start)
	return a, err
}

func (c *Reader) logAttempt(ctx context.Context, op call, a answer, err *attemptError, start time.Time) {
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
		slog.Int64("durationMs", time.Since(start).Milliseconds()),
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", err.err.Error()))
	}
	c.Log.LogAttrs(ctx, slog.LevelDebug, "attempt", attrs...)
}

// roundTrip uses the transport and not an http.Client, which would follow a
// redirect and send the security token there.
func (c *Reader) roundTrip(r *http.Request, op call) (answer, *attemptError) {
	var way progress
	response, err := c.Transport.RoundTrip(r.WithContext(way.trace(r.Context())))
	if err != nil {
		c.closeIdleConnections()
		return answer{}, way.failure(r, c.Credentials.RedactError(err))
	}
	defer response.Body.Close()

	body := &bounded{r: response.Body, most: maxAnswerSize}
	if op.large {
		body.most = maxPageSize
	}
	a := decode(response, body, time.Now(), c.Credentials.Redact)
	if body.err != nil {
		return answer{status: response.StatusCode}, noAnswer(r.Context(), r.Host, c.Credentials.RedactError(body.err))
	}
	return a, nil
}

// closeIdleConnections makes the next attempt open a new connection. After a
// freeze of the instance all kept ones are dead, and each would cost an attempt.
func (c *Reader) closeIdleConnections() {
	(&http.Client{Transport: c.Transport}).CloseIdleConnections()
}

// A progress says how far a request came: it asked for a connection, and had one.
type progress struct{ asked, connected bool }

// failure is for a request that came so far and got no answer.
func (p progress) failure(r *http.Request, err error) *attemptError {
	switch {
	case p.connected:
		return noAnswer(r.Context(), r.Host, err)
	case p.asked:
		return notSent(r.Host, err)
	case r.Context().Err() != nil:
		return notBegun(r.Context())
	}
	return notSendable(err)
}

func (p *progress) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { p.asked = true },
		GotConn: func(httptrace.GotConnInfo) { p.connected = true },
	})
}
