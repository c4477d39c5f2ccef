package elasticsearch

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
)

// Decoded is what the decoders make of one response.
type Decoded struct {
	Failure error // of the response as a whole; nil for a success
	Done    bool  // Result is true
	List    List
	Total   int
	Err     error // of the list
}

// Decode runs every decoder over a response.
func Decode(status int, contentType string, body io.Reader, known acs3.Credentials) Decoded {
	r := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}}}
	a := decode(r, &bounded{r: body, most: maxPageSize}, time.Time{}, known.Redact)
	d := Decoded{Done: a.result.token == true, Total: a.total}
	if f := a.failed("Action", "", time.Time{}); f != nil {
		d.Failure = f.err
	}
	d.List, d.Err = (&Reader{Credentials: known}).list(a)
	return d
}

// RetryAfter is retryAfter.
var RetryAfter = retryAfter

// Wait is how long a client waits after its nth attempt failed with a code.
func Wait(attempt int, status int, code string, hint time.Duration) time.Duration {
	a := answer{document: document{code: code}, status: status, retryAfter: hint}
	return waitAfter(attempt, a.failure(""))
}

// BundleRoots is bundleRoots.
var BundleRoots = bundleRoots

// The classes of failures.
type Class = class

const (
	Final          = final
	FinalForAll    = finalForAll
	Unclassified   = unclassified
	RetryMaybeDone = retryMaybeDone
	RetryNotDone   = retryNotDone
	RetryWhenIdle  = retryWhenIdle
)

// Meaning is what a code comes to, with a message and a status that says nothing.
func Meaning(code, message string) (connection.Kind, Class) {
	m := meaningOf(http.StatusBadRequest, code, message)
	return m.kind, m.class
}

// AdviceOn is advice, of an answer without a date.
func AdviceOn(code, message, action string) connection.Advice {
	return advice(code, message, action, "", func() time.Duration { return 0 })
}

// SetDialer makes connections in the place of a net.Dialer.
func (t *Transport) SetDialer(dial func(ctx context.Context, network, address string) (net.Conn, error)) {
	t.dialer = dial
}

// Age makes the connection that was opened ahead older.
func (t *Transport) Age(by time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.since = t.since.Add(-by)
}

// BundleFiles is bundleFiles.
var BundleFiles = bundleFiles

// ReadFirst is readFirst.
var ReadFirst = readFirst

// InBubble runs a parallel subtest in a synctest bubble.
func InBubble(t *testing.T, name string, test func(*testing.T)) {
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, test)
	})
}
