package trigger

import (
	"net/http"
	"strings"
)

// A form is what the content of an event tells it to be.
type form int

const (
	directForm form = iota
	httpForm
	cloudEventForm
	actionTrailForm // the bare data of an event, as eventSchema RawData sends it
	configForm
	arrayForm
)

// formOf tells the form by the members of the event. It is safe for bytes that
// are not JSON, and holds nothing of them: an event too large to be read still
// has to be answered in its shape.
func formOf(event []byte) form {
	found := directForm
	if c := (cursor{text: event}); c.skip('[') {
		return arrayForm
	}
	for name := range members(event) {
		switch name := string(name); {
		case name == "requestContext", name == "rawPath":
			return httpForm
		case name == "specversion", name == "data":
			found = cloudEventForm
		case found != directForm:
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

// A parser collects what one event, or one entry of a batch, asks for and what
// is wrong with it.
type parser struct {
	event   *Event
	request Request  // what all actions have in common
	actions []Action // one, or one for each instance released
	refusal Error

	idempotencyKey string // of an HTTP request; "" when there is none
}

// parse reads one event that is no array. Its error is an *Error.
func (e *Event) parse(path string, raw []byte, form form) ([]Request, error) {
	p := &parser{event: e}
	switch form {
	case httpForm:
		p.http(raw)
	case cloudEventForm:
		p.cloudEvent(path, raw)
	case actionTrailForm:
		p.rawActionTrail(path, raw)
	case configForm:
		p.config(path, raw)
	default:
		p.removal(path, raw)
	}
	return p.result()
}

// fault notes one fault, and goes on: all faults are reported at once.
func (p *parser) fault(path, format string, args ...any) {
	p.refusal.add(path, format, args...)
}

// act notes what the event asks for.
func (p *parser) act(a Action) { p.actions = append(p.actions, a) }

// result is what the event asks for, unless a fault was found.
func (p *parser) result() ([]Request, error) {
	if len(p.refusal.Faults) > 0 {
		if p.refusal.Status == 0 {
			p.refusal.Status = http.StatusBadRequest
		}
		p.refusal.EventID, p.refusal.Source = p.request.EventID, p.request.Source
		return nil, &p.refusal
	}
	requests := make([]Request, len(p.actions))
	for i, a := range p.actions {
		requests[i] = p.request
		requests[i].Action = a
	}
	return requests, nil
}
