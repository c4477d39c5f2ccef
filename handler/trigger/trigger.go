package trigger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"unicode/utf8"

	"elasticsearch-disconnect/handler/connection"
)

// A Shape is the kind of envelope an event came in.
type Shape string

const (
	Direct      Shape = "direct"
	HTTP        Shape = "http"
	EventBridge Shape = "eventbridge"
)

// An Event is what came in, understood.
type Event struct {
	Shape Shape

	// Batch says that the reply is a list: the event is an array, or one
	// that names several instances.
	Batch bool

	// Requests are what the event asks for, in order: one, or those of a
	// batch, which may be none.
	Requests []Request

	head bool // answer HEAD: no body
}

// A Request is one thing an event asks for.
type Request struct {
	EventID string // the CloudEvent's id, or ActionTrail's eventId; "" when there is none
	Source  string // the CloudEvent's source; "" when there is none
	Action  Action // nil when Err is not
	Err     error  // in a batch, the *Error of one that is refused
}

// An Action is one of [Info], [Disconnect], [Cleanup] and [Ignore].
type Action interface{ action() }

// Info asks what this function is (GET or HEAD /). It never acts.
type Info struct{}

// Disconnect asks to remove one connection. The ClientToken is zero when the
// event gives none.
type Disconnect struct{ connection.Removal }

// Cleanup asks to remove every connection of an instance.
type Cleanup struct {
	Instance    connection.InstanceID
	Certainty   Certainty
	ClientToken connection.ClientToken // from which each removal derives its own; zero when the event gives none
	DryRun      bool
}

// Ignore says that the event asks for nothing, and why. It is no failure: a
// rule that lets too much pass must cost nothing and harm nothing.
type Ignore struct{ Reason string }

func (Info) action()       {}
func (Disconnect) action() {}
func (Cleanup) action()    {}
func (Ignore) action()     {}

// A Certainty says how sure an event is that an instance is gone for good.
type Certainty string

const (
	Certain   Certainty = "certain"   // it is gone, or the sender asked for its connections alone
	Revocable Certainty = "revocable" // it is frozen, and its release can be cancelled
	Unknown   Certainty = "unknown"   // the event does not say
)

const (
	// maxEventSize is the largest event that is read, in bytes. EventBridge
	// sends at most 256 KiB, an asynchronous invocation holds at most 128 KiB.
	maxEventSize = 1 << 20

	// maxBatch is the most entries that are read of an array.
	maxBatch = 5000
)

// Parse reads one event. When it fails, the error is an *[Error], and the Event
// holds at least the shape, so that it can be answered.
func Parse(event []byte) (Event, error) {
	form := formOf(event)
	e := Event{Shape: form.shape()}
	if err := check(event); err != nil {
		return e, err
	}
	event = bytes.TrimSpace(event)
	if event[0] == '[' {
		return e.batch(event)
	}
	requests, err := e.parse("$", event, form)
	if err != nil {
		return e, err
	}
	e.Requests, e.Batch = requests, len(requests) > 1
	return e, nil
}

// batch reads an array of events, as event streams send it. An entry that is
// refused does not stop the others.
func (e *Event) batch(array []byte) (Event, error) {
	n := 0
	for range elements(array) {
		n++
	}
	if n > maxBatch {
		return *e, refuse(http.StatusRequestEntityTooLarge, "$", "has %d entries, more than %d", n, maxBatch)
	}
	e.Batch = true
	n = 0
	for entry := range elements(array) {
		e.Requests = append(e.Requests, e.entry(fmt.Sprintf("$[%d]", n), entry)...)
		n++
	}
	return *e, nil
}

// entry reads an entry of an array: an object, or a string that holds one.
func (e *Event) entry(path string, entry []byte) []Request {
	entry, err := document(entry)
	form := directForm
	if err == nil {
		form = formOf(entry)
	}
	if form == httpForm {
		err = errors.New("is an HTTP request in an array")
	}
	if err != nil {
		return []Request{{Err: refuse(http.StatusBadRequest, path, "%v", err)}}
	}
	requests, err := e.parse(path, entry, form)
	if refused := (*Error)(nil); errors.As(err, &refused) {
		return []Request{{EventID: refused.EventID, Source: refused.Source, Err: refused}}
	}
	return requests
}

// document returns the JSON that a string holds, or raw itself.
func document(raw []byte) ([]byte, error) {
	if raw[0] != '"' {
		return raw, nil
	}
	text := unquote(raw)
	if err := syntax(text); err != nil {
		return nil, fmt.Errorf("is a string whose text %w", err)
	}
	return bytes.TrimSpace(text), nil
}

// check holds the event to the rules for the bytes of all shapes.
func check(event []byte) error {
	switch {
	case len(event) > maxEventSize:
		return refuse(http.StatusRequestEntityTooLarge, "$", "has %d bytes, more than %d", len(event), maxEventSize)
	case !utf8.Valid(event):
		return refuse(http.StatusBadRequest, "$", "is not UTF-8")
	}
	if err := syntax(event); err != nil {
		return refuse(http.StatusBadRequest, "$", "%v", err)
	}
	return nil
}

// syntax says what keeps text from being one JSON value with nothing after it.
func syntax(text []byte) error {
	switch {
	case json.Valid(text):
		return nil
	case len(bytes.TrimSpace(text)) == 0:
		return errors.New("is empty")
	}
	var raw json.RawMessage
	err := json.Unmarshal(text, &raw)
	if at := (*json.SyntaxError)(nil); errors.As(err, &at) {
		return fmt.Errorf("is not JSON: %w, at byte %d", at, at.Offset)
	}
	return err
}
