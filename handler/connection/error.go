package connection

import (
	"errors"
	"fmt"
	"time"
)

// A Kind says why a connection could not be removed. Its text is part of the
// function's contract: callers act on it, Function Compute shows it as errorType,
// and a problem's type ends with it. The zero Kind means no kind; its text is "".
type Kind int

const (
	InvalidEvent Kind = iota + 1 // the event asks for nothing that can be done
	Denied                       // credentials or permissions do not allow it
	NoInstance                   // the instance does not exist
	NoConnection                 // the instances are not connected
	Conflict                     // the instance is busy with another change
	Throttled                    // the API limits the rate of requests
	Upstream                     // the API refused or failed, or gave an answer that makes no sense
	Unavailable                  // the API could not be reached, or says that it cannot serve
	Timeout                      // no answer in time; the connection may or may not be removed
	Internal                     // a fault of this function

	PartialFailure // of several things, some failed
)

// String returns the text of the contract. NoInstance and NoConnection share one:
// a caller acts on both in the same way.
func (k Kind) String() string {
	return [...]string{
		InvalidEvent:   "InvalidEvent",
		Denied:         "Denied",
		NoInstance:     "Absent",
		NoConnection:   "Absent",
		Conflict:       "Conflict",
		Throttled:      "Throttled",
		Upstream:       "Upstream",
		Unavailable:    "Unavailable",
		Timeout:        "Timeout",
		Internal:       "Internal",
		PartialFailure: "PartialFailure",
	}[k]
}

// MarshalText makes a Kind a string in JSON.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// Kinds returns every Kind, in order.
func Kinds() []Kind {
	var all []Kind
	for k := InvalidEvent; k <= PartialFailure; k++ {
		all = append(all, k)
	}
	return all
}

// KindOf returns the Kind of an [Error] in the chain of err; zero if there is none.
func KindOf(err error) Kind {
	if failed, ok := errors.AsType[*Error](err); ok {
		return failed.Kind
	}
	return 0
}

// IsOfEveryCall reports whether an [Error] in the chain of err has EveryCall.
func IsOfEveryCall(err error) bool {
	failed, ok := errors.AsType[*Error](err)
	return ok && failed.EveryCall
}

// An Advice says what to do about an [Error], in the words of each program that shows it: the
// function, for which somebody wrote an event and set its role, and the command, for which
// somebody typed flags and has credentials. Each text follows the message, with its
// punctuation; "" if there is nothing to do.
type Advice struct{ Function, Command string }

// Advise returns advice in which both programs have the same words.
func Advise(text string) Advice { return Advice{text, text} }

// An Error is a failure to remove a connection.
type Error struct {
	Kind       Kind
	Message    string        // what failed, for the caller: without secrets and internals
	Advice     Advice        // what to do about it
	Code       string        // the API's error code, when the API gave one
	Status     int           // the HTTP status of the API's answer; 0 when there was none
	RequestID  string        // the API's, when it gave one
	RetryAfter time.Duration // how long the API asks to wait; 0 if it does not say
	EveryCall  bool          // with the same credentials, every call in the scope fails like this one
	Err        error         // the cause, for the log alone
}

// Text returns what the caller of the function sees: the message and the advice.
func (e *Error) Text() string { return e.Message + e.Advice.Function }

// Error returns that and the cause. It is for the log.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Text()
	}
	return fmt.Sprintf("%s: %v", e.Text(), e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
