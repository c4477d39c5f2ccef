// Package call sends an event to the HTTP trigger of the deployed function, and judges its
// answer. An event is done only if the answer is this function's, is about what was asked,
// and says so.
package call

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
)

// A Request is an event and the way to the function.
type Request struct {
	URL         *url.URL // of [ParseURL]
	Event       Event
	Credentials acs3.Credentials
	Transport   http.RoundTripper // follows no redirect; calls the hooks of httptrace
}

// An Answer is what came of a request. Its texts are printable and have no credentials.
type Answer struct {
	Text    string // the function's answer, indented JSON and a line end; "" if nothing of this function came
	Message string // what was done, or why it was not done; a line without its end
	Exit    int    // handler.ExitDone, ExitFailed, ExitInvalid for a refused event, or ExitLeft
}

// mayBeDone ends a message about a request that arrived, or may have.
const mayBeDone = "; the function may still have done what was asked"

// Send sends the request once, and waits for the answer until ctx ends.
func (r Request) Send(ctx context.Context) Answer {
	a := r.send(ctx)
	a.Message = r.Credentials.Redact(a.Message)
	return a
}

func (r Request) send(ctx context.Context) Answer {
	var isSent bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { isSent = true }}
	response, err := r.Transport.RoundTrip(r.signed(httptrace.WithClientTrace(ctx, trace)))
	switch {
	case err != nil && !isSent:
		return failed("not sent to %s, so nothing was removed: %s", r.host(), r.why(ctx, err))
	case err != nil:
		return failed("no answer from %s: %s"+mayBeDone, r.host(), r.why(ctx, err))
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if err != nil {
		return failed("the answer of %s (HTTP %d) broke off: %s, after %s"+mayBeDone, r.host(), response.StatusCode, r.why(ctx, err), r.quoted(body))
	}
	return r.judge(response, body)
}

// signed returns the HTTP request. Its body cannot be read a second time, and it has no
// Idempotency-Key, so net/http does not repeat it by itself.
func (r Request) signed(ctx context.Context) *http.Request {
	body, to := r.Event.bytes(), *r.URL
	request := (&http.Request{
		Method:        http.MethodPost,
		URL:           &to,
		Header:        http.Header{"Content-Type": {"application/json"}, "User-Agent": {handler.Name}},
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
	}).WithContext(ctx)
	sign(request, r.Credentials, time.Now())
	return request
}

// host is what messages call the function. A path or query may be long, or secret.
func (r Request) host() string { return printable.Text(r.URL.Scheme + "://" + r.URL.Host) }

// why returns the cause of a failure of the network.
func (r Request) why(ctx context.Context, err error) string {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return "it took too long"
	case ctx.Err() != nil:
		return "interrupted"
	}
	return printable.Cause(err)
}

// quoted returns the first words of a body.
func (r Request) quoted(body []byte) string {
	return cmp.Or(printable.FirstWords(body, r.Credentials.Redact), "nothing")
}

func failed(format string, args ...any) Answer {
	return Answer{Message: fmt.Sprintf(format, args...), Exit: handler.ExitFailed}
}
