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

// A Request is an event, understood.
type Request struct {
	Shape   Shape
	EventID string // the CloudEvent's id; "" for other shapes
	Source  string // the CloudEvent's source; "" for other shapes

	// Info asks what this function is (GET or HEAD /). It never acts: the
	// removal is zero.
	Info bool

	// Removal is what to remove. Its ClientToken is zero when the event gives
	// none.
	Removal connection.Removal

	head bool // answer HEAD: no body
}

// maxEventSize is the largest event that is read, in bytes. EventBridge sends
// at most 256 KiB, an asynchronous invocation holds at most 128 KiB.
const maxEventSize = 1 << 20

// Parse reads one event. When it fails, the error is an *[Error] and the
// Request holds at least the shape of the event, so that it can be answered.
func Parse(event []byte) (Request, error) {
	p := &parser{request: Request{Shape: shapeOf(event)}}
	if err := check(event); err != nil {
		return p.request, err
	}
	event = bytes.TrimSpace(event)
	switch p.request.Shape {
	case HTTP:
		p.http(event)
	case EventBridge:
		p.cloudEvent(event)
	default:
		p.removal("$", event)
	}
	return p.result()
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

// shapeOf tells the shape by the members of the event. It is safe for bytes
// that are not JSON, and holds nothing of them: an event too large to be read
// still has to be answered in its shape.
func shapeOf(event []byte) Shape {
	shape := Direct
	for name := range members(event) {
		switch string(name) {
		case "requestContext", "rawPath":
			return HTTP
		case "specversion", "data":
			shape = EventBridge
		}
	}
	return shape
}

// A parser collects what one event says and what is wrong with it.
type parser struct {
	request Request
	refusal Error
}

// fault notes one fault, and goes on: all faults are reported at once.
func (p *parser) fault(path, format string, args ...any) {
	p.refusal.add(path, format, args...)
}

// result is the request, unless a fault was found.
func (p *parser) result() (Request, error) {
	if len(p.refusal.Faults) == 0 {
		return p.request, nil
	}
	if p.refusal.Status == 0 {
		p.refusal.Status = http.StatusBadRequest
	}
	refused := Request{Shape: p.request.Shape, EventID: p.request.EventID, Source: p.request.Source, head: p.request.head}
	return refused, &p.refusal
}
