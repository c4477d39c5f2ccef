package connection

import (
	"fmt"
	"time"
)

// A Kind says in one word why a connection could not be removed. It is what a
// caller can act on, so its text is part of the function's contract: it is the
// errorType that Function Compute shows, and the last part of a problem's type.
type Kind string

const (
	InvalidEvent Kind = "InvalidEvent" // the event asks for nothing that can be done
	Denied       Kind = "Denied"       // credentials or permissions do not allow it
	Absent       Kind = "Absent"       // there is no such instance or connection
	Conflict     Kind = "Conflict"     // the instance is busy with another change
	Throttled    Kind = "Throttled"    // the API limits the rate of requests
	Upstream     Kind = "Upstream"     // the API refused or failed, or its answer makes no sense
	Unavailable  Kind = "Unavailable"  // the API could not be reached, or says that it cannot serve
	Timeout      Kind = "Timeout"      // no answer in time; whether the connection is removed is unknown
	Internal     Kind = "Internal"     // a fault of this function

	PartialFailure Kind = "PartialFailure" // of several things, some failed
)

// An Error is a failure to remove a connection.
type Error struct {
	Kind       Kind
	Message    string        // for the caller: no secrets, no internals
	Code       string        // the API's error code, when the API gave one
	Status     int           // the HTTP status of the API's answer; 0 when there was none
	RequestID  string        // the API's, when it gave one
	RetryAfter time.Duration // how long the API asks to wait; 0 when it does not say
	Err        error         // the cause, for the log alone
}

// Error returns the whole story, the cause included. It is for the log; a
// caller is shown Message.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return fmt.Sprintf("%s: %v", e.Message, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
