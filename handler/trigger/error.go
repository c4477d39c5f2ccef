package trigger

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"elasticsearch-disconnect/handler/connection"
)

// An Error is the refusal of an event, with its reasons. It is the only type of
// error that [Parse] returns.
type Error struct {
	Status int     // the HTTP status: 400, 404, 405, 413 or 415
	Allow  string  // the allowed methods, with status 405
	Faults []Fault // at least one, in a fixed order

	EventID string // as in a Request, of the refused event
	Source  string
	Scope   connection.Scope
}

// A Fault is one thing wrong with an event.
type Fault struct {
	Path   string `json:"path"`   // JSON path from the root of the event, such as $.data.instanceId
	Detail string `json:"detail"` // such as: is missing
}

func (e *Error) Error() string {
	texts := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		texts[i] = f.Path + " " + f.Detail
	}
	return strings.Join(texts, "; ")
}

// refuse makes an Error of a single fault.
func refuse(status int, path, format string, args ...any) *Error {
	return &Error{Status: status, Faults: []Fault{{path, fmt.Sprintf(format, args...)}}}
}

// maxQuoted bounds foreign text in a message, in bytes.
const maxQuoted = 64

// quote repeats foreign text in a message: bounded, and in ASCII, so that no
// control or bidirectional character reaches a terminal or a log.
func quote(text string) string {
	if len(text) <= maxQuoted {
		return strconv.QuoteToASCII(text)
	}
	end := maxQuoted
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return strconv.QuoteToASCII(text[:end]) + "…"
}
