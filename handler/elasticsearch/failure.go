package elasticsearch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"

	"elasticsearch-disconnect/handler/connection"
)

// An attemptError is why one attempt did not succeed, and what to do about it.
type attemptError struct {
	err   *connection.Error // as the caller gets it
	class class
}

// outcomeUnknown is for requests without an answer that says what became of them.
const outcomeUnknown = "outcome unknown; safe to repeat"

// isThrottled reports whether the pace, and not the single call, has to slow down.
func (e *attemptError) isThrottled() bool { return e.err.Kind == connection.Throttled }

// failure is for an answer of the API that is not a success.
func (a *answer) failure(what string) *attemptError {
	meaning := meaningOf(a.status, a.code, a.message)
	return &attemptError{&connection.Error{
		Kind:       meaning.kind,
		Message:    fmt.Sprintf("the API answered HTTP %d: %s", a.status, what),
		Code:       a.code,
		Status:     a.status,
		RequestID:  a.requestID,
		RetryAfter: a.retryAfter,
		EveryCall:  meaning.class == finalForAll,
	}, meaning.class}
}

// notSent is for an error of connecting or of the handshake, with the API or with
// a proxy before it. The host is in the cause alone, which is for the log: which
// endpoint is used does not concern the caller.
func notSent(host string, err error) *attemptError {
	message, advice, class := "no connection to the API; not sent, safe to repeat", connection.Advice{}, retryNotDone
	var name *net.DNSError
	var op *net.OpError
	var refusal *proxyRefusal
	switch isProxy := errors.As(err, &op) && op.Op == "proxyconnect"; {
	case errors.As(err, &refusal) && refusal.isFinal():
		message, advice, class = refusal.Error()+"; not sent", checkProxy(), finalForAll
	case errors.As(err, &refusal):
		message = refusal.Error() + "; not sent, safe to repeat"
	case errors.As(err, &name) && name.IsNotFound && isProxy:
		message, advice, class = "the host name of the proxy does not exist; not sent", checkProxy(), finalForAll
	case isProxy:
		message, advice = "no connection to the proxy; not sent, safe to repeat", checkProxy()
	case errors.As(err, new(*tls.CertificateVerificationError)):
		message, class = "the API's certificate is not trusted; not sent", finalForAll
	case errors.As(err, &name) && name.IsNotFound:
		message, advice, class = "the API's host name does not exist; not sent", connection.Advise(": is the region right?"), finalForAll
	}
	return &attemptError{&connection.Error{
		Kind:      connection.Unavailable,
		Message:   message,
		Advice:    advice,
		EveryCall: class == finalForAll,
		Err:       fmt.Errorf("%s: %w", host, err),
	}, class}
}

func checkProxy() connection.Advice { return connection.Advise(": check HTTPS_PROXY") }

// notSendable is for a request that net/http refuses before it asks for a connection. Its
// error names a malformed header, and not the value. Any other is about the address of the
// proxy, and may repeat it with its password.
func notSendable(err error) *attemptError {
	failed := &connection.Error{Kind: connection.Internal, Message: "not sent: the address of the proxy cannot be used", Advice: checkProxy(), EveryCall: true}
	if what, isHeader := strings.CutPrefix(err.Error(), "net/http: invalid header "); isHeader {
		failed.Message, failed.Advice, failed.Err = "not sent: a header has a character that cannot be sent: "+what, connection.Advice{}, err
	}
	return &attemptError{failed, finalForAll}
}

// noAnswer is for an error of the network after the connection was made. The API
// may have carried out the request.
func noAnswer(ctx context.Context, host string, err error) *attemptError {
	kind, message := connection.Unavailable, "no answer from the API: the connection failed; "+outcomeUnknown
	if failed, ok := errors.AsType[net.Error](err); ctx.Err() != nil || ok && failed.Timeout() {
		kind, message = connection.Timeout, "no answer from the API in time: "+outcomeUnknown
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		message = "interrupted before the API answered: " + outcomeUnknown
	}
	return &attemptError{&connection.Error{Kind: kind, Message: message, Err: fmt.Errorf("%s: %w", host, err)}, retryMaybeDone}
}

// cutShort says why a call has no time: a person has interrupted it, or the time is up.
func cutShort(ctx context.Context) string {
	if errors.Is(ctx.Err(), context.Canceled) {
		return "interrupted"
	}
	return "out of time"
}

// notBegun is for a call whose first attempt did not get its turn in time.
func notBegun(ctx context.Context) *attemptError {
	if err := ctx.Err(); err != nil {
		return &attemptError{&connection.Error{Kind: connection.Timeout, Message: cutShort(ctx) + ": not sent; safe to repeat", Err: err}, retryNotDone}
	}
	return &attemptError{&connection.Error{Kind: connection.Throttled, Message: "the API limits the rate of requests, and there is no time to wait: not sent; safe to repeat"}, retryNotDone}
}

// outOfTime is the error of a call that has no time for another attempt: a timeout
// if the last one may have been carried out, else the same.
func (e *attemptError) outOfTime(ctx context.Context) *attemptError {
	if e.class != retryMaybeDone || e.err.Kind == connection.Timeout {
		return e
	}
	timeout := *e.err
	timeout.Kind = connection.Timeout
	timeout.Message = cutShort(ctx) + " after " + strings.TrimSuffix(e.err.Message, "; "+outcomeUnknown) + ": " + outcomeUnknown
	return &attemptError{&timeout, e.class}
}
