package elasticsearch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"elasticsearch-disconnect/handler/connection"
)

const (
	// maxAnswerSize is the most that is read of an answer, in bytes.
	maxAnswerSize = 1 << 20

	// maxConnections bounds the connections of a process, and lets all of
	// them be kept: as many as an invocation may ever use at a time.
	maxConnections = 64
)

// attempt sends one request and reads its answer. The answer's status and
// request id are told with an error too, as far as they are known.
func (c *Client) attempt(ctx context.Context, op call) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()

	start := c.now()
	r, _ := c.request(ctx, op)
	a, err := c.roundTrip(r)
	if err == nil {
		err = a.err()
	}
	if c.Log != nil {
		c.Log.LogAttrs(ctx, slog.LevelDebug, "attempt",
			slog.String("action", op.action),
			slog.String("method", op.method),
			slog.String("path", op.path),
			slog.Int("httpStatus", a.status),
			slog.String("code", string(a.Code)),
			slog.String("apiRequestId", string(a.RequestID)),
			slog.Int64("durationMs", c.now().Sub(start).Milliseconds()))
	}
	return a, err
}

// roundTrip exchanges a request for an answer. It goes to the transport and
// not through an http.Client, which would follow a redirect and take the
// security token along.
func (c *Client) roundTrip(r *http.Request) (answer, error) {
	response, err := c.transport().RoundTrip(r)
	if err != nil {
		return answer{}, noAnswer(r.Context(), r.Host, err)
	}
	defer response.Body.Close()

	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerSize+1))
	if err != nil {
		return answer{status: response.StatusCode}, noAnswer(r.Context(), r.Host, err)
	}
	return decode(response, body, c.Credentials.Redact), nil
}

// noAnswer tells an error of the network. Whether the API carried out the
// request is not known.
func noAnswer(ctx context.Context, host string, err error) *connection.Error {
	if timeout := net.Error(nil); ctx.Err() != nil || errors.As(err, &timeout) && timeout.Timeout() {
		return &connection.Error{Kind: connection.Timeout, Message: fmt.Sprintf("no answer from %s in time; the outcome is unknown, and it is safe to repeat", host), Err: err}
	}
	return &connection.Error{Kind: connection.Unavailable, Message: fmt.Sprintf("no answer from %s: the connection failed", host), Err: err}
}

// NewTransport returns the transport for a process: connections are kept for
// later invocations, and no step of a request may take longer than an attempt.
func NewTransport() *http.Transport {
	t := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: attemptTimeout / 2}).DialContext,
		TLSHandshakeTimeout:    attemptTimeout / 2,
		ResponseHeaderTimeout:  attemptTimeout,
		IdleConnTimeout:        90 * time.Second,
		MaxConnsPerHost:        maxConnections,
		MaxIdleConnsPerHost:    maxConnections,
		MaxResponseHeaderBytes: 64 << 10,
		Protocols:              new(http.Protocols),
	}
	t.Protocols.SetHTTP1(true)
	return t
}
