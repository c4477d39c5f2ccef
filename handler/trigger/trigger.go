package trigger

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"elasticsearch-disconnect/handler/connection"
)

// A Shape is the kind of envelope an event came in.
type Shape string

const (
	Direct      Shape = "direct"
	HTTP        Shape = "http"
	EventBridge Shape = "eventbridge"
	Timer       Shape = "timer"
)

// IsDelivered reports whether nobody waits for the reply, and the event may be
// delivered again.
func (s Shape) IsDelivered() bool { return s == EventBridge || s == Timer }

// An Event is an event after parsing.
type Event struct {
	Shape Shape

	// Batch reports whether the reply is a list: the event is an array, or
	// names several instances or places.
	Batch bool

	// Requests are in the order of the event: exactly one, or any number in a
	// batch.
	Requests []Request

	// Async reports whether nobody reads the response: the caller of an HTTP
	// request chose X-Fc-Invocation-Type: Async. Only a function error is repeated.
	Async bool

	head bool // the request is HEAD: the response has no body
}

// A Request is one thing an event asks for.
type Request struct {
	EventID string           // the CloudEvent's id, ActionTrail's eventId, or the time of a timer; "" if the event has none
	Source  string           // the CloudEvent's source, or the timer's name; "" if the event has none
	Scope   connection.Scope // where its instances are; a part that the event does not name is zero
	Action  Action           // nil if Err is set
	Err     error            // the *Error of an event, or an entry of a batch, that is refused
}

// An Action is one of [Info], [Disconnect], [Cleanup], [Reconcile] and [Ignore].
type Action interface{ action() }

// Info asks for the function's name and version (GET or HEAD /). It never acts.
type Info struct{}

// Disconnect asks to remove one connection. The ClientToken is zero when the
// event gives none.
type Disconnect struct{ connection.Removal }

// Cleanup asks to remove every connection of an instance: because a request names it
// (all), or because an event may report its release.
type Cleanup struct {
	Instance    connection.InstanceID
	Requested   bool                   // by a request, which expects nothing
	Expects     Expects                // of an event
	ClientToken connection.ClientToken // from which each removal derives its own; zero when the event gives none
	DryRun      bool
	Force       bool // of a request: also if the instance exists
}

// Reconcile asks to remove every connection whose other end does not exist.
type Reconcile struct {
	ClientToken connection.ClientToken // as of a Cleanup
	DryRun      bool
}

// Ignore is the action of an event that asks for nothing, with the reason. It is
// not a failure: a rule with too wide a pattern must do no harm.
type Ignore struct{ Reason string }

func (Info) action()       {}
func (Disconnect) action() {}
func (Cleanup) action()    {}
func (Reconcile) action()  {}
func (Ignore) action()     {}

// Expects is the state that an event expects of an instance. An event is a hint: only
// the API can prove that the instance is gone.
type Expects string

const (
	Gone        Expects = "gone"         // deleted at once, or reported as gone by the service or Cloud Config
	PerhapsGone Expects = "perhaps gone" // frozen, or anything that may have happened
)

const (
	// maxEventSize is the largest event that is read, in bytes. EventBridge
	// sends at most 256 KiB, an asynchronous invocation holds at most 128 KiB.
	maxEventSize = 1 << 20

	// maxBatch is the most entries that are read of an array, and the most requests.
	maxBatch = 5000
)

// Parse reads one event. If it fails, the error is an *[Error], and the Event has the
// shape, for the reply, and a single request with that error.
//
// The dead letter of an invocation is read as the event in its requestPayload.
func Parse(event []byte) (Event, error) {
	event, err := payload(event)
	form := formOf(event)
	e := Event{Shape: form.shape}
	if err == nil {
		e.head = form.shape == HTTP && isHEAD(event)
		e.Async = form.shape == HTTP && isAsync(event)
		e.Requests, err = form.read("$", event)
	}
	e.Batch = err == nil && event[0] == '[' || len(e.Requests) > 1
	if err != nil {
		e.Requests = []Request{refused(err)}
	}
	return e, err
}

// payload checks the event and unwraps it, if it is a dead letter of an asynchronous
// invocation: also the dead letter of one that was sent as it is.
func payload(event []byte) ([]byte, error) {
	const maxDeadLetters = 8
	if err := check(event); err != nil {
		return trim(event), err
	}
	event = trim(event)
	for range maxDeadLetters {
		raw := lookup(event, "requestPayload")
		if raw == nil {
			break
		}
		inner, err := document(raw)
		if err != nil {
			return event, refuse(http.StatusBadRequest, "$.requestPayload", "%v", err)
		}
		event = inner
	}
	return event, nil
}

// check refuses an event that is too large, or not JSON.
func check(event []byte) error {
	if len(event) > maxEventSize {
		return refuse(http.StatusRequestEntityTooLarge, "$", "has %d bytes, more than %d", len(event), maxEventSize)
	}
	if err := syntax(trim(event)); err != nil {
		return refuse(http.StatusBadRequest, "$", "%v", err)
	}
	return nil
}

// A form is the kind of an event: its shape, and the function that reads its
// requests. An error of that function is an *Error.
type form struct {
	shape Shape
	read  func(path string, event []byte) ([]Request, error)
}

// formOf finds the form by the members of the event. It is safe for bytes that
// are not JSON and allocates nothing: an event that is too large still needs a
// reply in its shape.
func formOf(event []byte) form {
	if c := (cursor{text: event}); c.skip('[') {
		return form{EventBridge, batch}
	}
	found := form{Direct, direct}
	for name, value := range members(event) {
		switch name := string(name); {
		case name == "requestContext" && lookup(value, "http") != nil:
			return form{HTTP, overHTTP}
		case name == "specversion", name == "data", name == "data_base64":
			found = form{EventBridge, cloudEvent}
		case found.shape != Direct: // the first of the others decides
		case name == "triggerTime", name == "triggerName":
			found = form{Timer, timer}
		case strings.EqualFold(name, "eventName"), strings.EqualFold(name, "resourceEventType"):
			found = form{EventBridge, bare}
		}
	}
	return found
}

// asking returns the requests of an event, each with the id and source of r, and with its
// scope where they name none. If there are faults, it returns an *Error instead.
func (r Request) asking(faults []Fault, requests ...Request) ([]Request, error) {
	if len(faults) > 0 {
		if len(requests) == 1 {
			r.Scope = requests[0].Scope.Or(r.Scope)
		}
		return nil, &Error{Status: http.StatusBadRequest, Faults: faults, EventID: r.EventID, Source: r.Source, Scope: r.Scope}
	}
	for i := range requests {
		asked := &requests[i]
		asked.EventID, asked.Source, asked.Scope = r.EventID, r.Source, asked.Scope.Or(r.Scope)
	}
	return requests, nil
}

// refused returns the request of an event that Parse refuses with an *Error.
func refused(err error) Request {
	r := Request{Err: err}
	if e, ok := errors.AsType[*Error](err); ok {
		r.EventID, r.Source, r.Scope = e.EventID, e.Source, e.Scope
	}
	return r
}

// batch reads an array of events, as event streams send it. A refused entry does
// not stop the others.
func batch(path string, array []byte) ([]Request, error) {
	n := 0
	for range elements(array) {
		n++
	}
	if n > maxBatch {
		return nil, refuse(http.StatusRequestEntityTooLarge, path, "has %d entries, more than %d", n, maxBatch)
	}
	var all []Request
	n = 0
	for raw := range elements(array) {
		requests, err := entry(fmt.Sprintf("%s[%d]", path, n), raw)
		if err != nil {
			requests = []Request{refused(err)}
		}
		all = append(all, requests...)
		if len(all) > maxBatch {
			return nil, refuse(http.StatusRequestEntityTooLarge, path, "asks for more than %d things", maxBatch)
		}
		n++
	}
	return all, nil
}

// entry reads an entry of an array: an object, or a string that holds one.
func entry(path string, raw []byte) ([]Request, error) {
	event, err := document(raw)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, path, "%v", err)
	}
	form := formOf(event)
	switch {
	case form.shape == HTTP:
		return nil, refuse(http.StatusBadRequest, path, "is an HTTP request, which an array may not hold")
	case event[0] == '[':
		return direct(path, event)
	}
	return form.read(path, event)
}
