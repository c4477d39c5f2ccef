package elasticsearch

import (
	"context"
	"net"
	"net/http"
	"time"

	"elasticsearch-disconnect/handler/connection"
)

// Decoded is what the decoders make of one response.
type Decoded struct {
	Failure error // of the response as a whole; nil for a success
	Done    bool  // Result is true
	Peers   []connection.InstanceID
	Page    Page
	Errs    []error // of the decoders of the lists
}

// Decode runs every decoder over a response.
func Decode(status int, contentType string, body []byte, redact func(string) string) Decoded {
	r := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}}}
	a := decode(r, body, time.Time{}, redact)
	d := Decoded{Done: a.isTrue()}
	if f := a.failed("Action", time.Time{}); f != nil {
		d.Failure = f.err
	}
	var peers, page error
	d.Peers, peers = decodePeers(a.Result)
	d.Page, page = decodePage(a)
	d.Errs = []error{peers, page}
	return d
}

// RetryAfter is retryAfter.
var RetryAfter = retryAfter

// Wait is how long a client waits after its nth attempt failed with a code.
func Wait(attempt int, status int, code string, hint time.Duration) time.Duration {
	a := answer{Code: code, status: status, retryAfter: hint}
	return new(Reader).wait(attempt, a.failure(""))
}

// BundleRoots is bundleRoots.
var BundleRoots = bundleRoots

// The classes of failures.
type Class = class

const (
	Permanent = permanent
	Unknown   = unknown
	Again     = again
	Refused   = refused
	Later     = later
)

// Meaning is what a code comes to, without its status.
func Meaning(code string) (connection.Kind, Class) {
	m := meaningOf(http.StatusBadRequest, code)
	return m.kind, m.class
}

// Hint is hint, of an answer without a date.
func Hint(code, action string) string {
	return hint(code, action, func() time.Duration { return 0 })
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
