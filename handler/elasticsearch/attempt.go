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
	"time"

	"elasticsearch-disconnect/handler/connection"
)

// maxAnswerSize is the most that is read of an answer, in bytes.
const maxAnswerSize = 1 << 20

// attempt sends one request and reads its answer. The answer's status and
// request id are told with a failure too, as far as they are known.
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
		attrs = append(attrs, slog.String("error", err.told.Error()))
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
	if t, ok := c.transport().(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// noAnswer tells an error of the network. Whether the API carried out the
// request is not known. The host is for the log: which endpoint is called is the
// operator's affair.
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
