package trigger

import (
	"bytes"
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

	head bool // the reply is to HEAD: no body
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
	var err error
	switch form {
	case arrayForm:
		e.Requests, err = batch(event)
	case httpForm:
		r := readHTTP(event)
		e.head = r.method == http.MethodHead
		e.Requests, err = r.requests()
	default:
		e.Requests, err = form.requests("$", event)
	}
	e.Batch = err == nil && form == arrayForm || len(e.Requests) > 1
	return e, err
}

// check holds the event to the rules for the bytes of all forms.
func check(event []byte) error {
	if len(event) > maxEventSize {
		return refuse(http.StatusRequestEntityTooLarge, "$", "has %d bytes, more than %d", len(event), maxEventSize)
	}
	if err := syntax(event); err != nil {
		return refuse(http.StatusBadRequest, "$", "%v", err)
	}
	return nil
}

// A form is what the content of an event says it is.
type form int

const (
	directForm form = iota
	httpForm
	cloudEventForm
	actionTrailForm // the bare data of an event, as eventSchema RawData sends it
	configForm
	arrayForm
)

// formOf finds the form by the members of the event. It is safe for bytes that
// are not JSON, and holds nothing of them: an event too large to be read still
// has to be answered in its shape.
func formOf(event []byte) form {
	if c := (cursor{text: event}); c.skip('[') {
		return arrayForm
	}
	found := directForm
	for name := range members(event) {
		switch name := string(name); {
		case name == "requestContext", name == "rawPath":
			return httpForm
		case name == "specversion", name == "data":
			found = cloudEventForm
		case found != directForm: // the first of the others decides
		case strings.EqualFold(name, "eventName"):
			found = actionTrailForm
		case strings.EqualFold(name, "resourceEventType"):
			found = configForm
		}
	}
	return found
}

func (f form) shape() Shape {
	switch f {
	case directForm:
		return Direct
	case httpForm:
		return HTTP
	default:
		return EventBridge
	}
}

// requests are what an event that is no array and no HTTP request asks for. The
// error is an *Error.
func (f form) requests(path string, event []byte) ([]Request, error) {
	switch f {
	case cloudEventForm:
		return cloudEvent(path, event)
	case actionTrailForm:
		return bareActionTrail(path, event)
	case configForm:
		return bareConfig(path, event)
	default:
		return direct(path, event)
	}
}

// asking makes a request of each action; r is what they have in common. With
// faults there are none, but an *Error.
func (r Request) asking(faults []Fault, actions ...Action) ([]Request, error) {
	if len(faults) > 0 {
		return nil, &Error{Status: http.StatusBadRequest, Faults: faults, EventID: r.EventID, Source: r.Source}
	}
	requests := make([]Request, len(actions))
	for i, a := range actions {
		requests[i] = r
		requests[i].Action = a
	}
	return requests, nil
}

// batch reads an array of events, as event streams send it. An entry that is
// refused does not stop the others.
func batch(array []byte) ([]Request, error) {
	n := 0
	for range elements(array) {
		n++
	}
	if n > maxBatch {
		return nil, refuse(http.StatusRequestEntityTooLarge, "$", "has %d entries, more than %d", n, maxBatch)
	}
	var all []Request
	n = 0
	for raw := range elements(array) {
		requests, err := entry(fmt.Sprintf("$[%d]", n), raw)
		if refused := (*Error)(nil); errors.As(err, &refused) {
			requests = []Request{{EventID: refused.EventID, Source: refused.Source, Err: refused}}
		}
		all = append(all, requests...)
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
	if form == httpForm {
		return nil, refuse(http.StatusBadRequest, path, "is an HTTP request in an array")
	}
	return form.requests(path, event)
}
