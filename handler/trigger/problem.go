package trigger

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"elasticsearch-disconnect/handler/connection"
)

// A Problem is a failure as the caller is told it: the members of an RFC 9457
// problem, over HTTP as the body and for an event as the one line of the error
// message. It holds nothing of a cause that the caller has no part in.
type Problem struct {
	Type         string  `json:"type"` // urn:elasticsearch-disconnect: and the kind
	Title        string  `json:"title"`
	Status       int     `json:"status"`
	Detail       string  `json:"detail"`
	Code         string  `json:"code,omitempty"`         // the API's error code, when it was the API
	RequestID    string  `json:"requestId"`              // Function Compute's
	APIRequestID string  `json:"apiRequestId,omitempty"` // the API's, when it gave one
	Errors       []Fault `json:"errors,omitempty"`       // the faults of the event, when it was the event

	// Of a partial failure, what failed and what was done.
	Failed []FailedPart `json:"failed,omitempty"`
	Done   []DonePart   `json:"done,omitempty"`

	Kind       connection.Kind `json:"-"`
	allow      string
	retryAfter time.Duration
}

// Error returns the problem as one line of JSON.
func (p *Problem) Error() string { return encode(p) }

// kinds is the one table from the kind of a failure to the HTTP status and the
// title that tell it.
func kinds(kind connection.Kind) (status int, title string) {
	switch kind {
	case connection.InvalidEvent:
		return http.StatusBadRequest, "The request is not valid"
	case connection.Denied:
		return http.StatusForbidden, "Credentials or permissions do not allow it"
	case connection.NoInstance, connection.NoConnection:
		return http.StatusNotFound, "There is no such instance or connection"
	case connection.Conflict:
		return http.StatusConflict, "The instance is busy with another change"
	case connection.Throttled:
		return http.StatusTooManyRequests, "The Elasticsearch API limits the rate of requests"
	case connection.Upstream:
		return http.StatusBadGateway, "The Elasticsearch API did not do it"
	case connection.Unavailable:
		return http.StatusServiceUnavailable, "The Elasticsearch API cannot be reached"
	case connection.Timeout:
		return http.StatusGatewayTimeout, "No answer in time; the outcome is unknown, and it is safe to repeat"
	case connection.PartialFailure:
		return http.StatusMultiStatus, "Some of what was asked failed; it is safe to repeat"
	default:
		return http.StatusInternalServerError, "The function failed"
	}
}

// NewProblem tells an error of this package or of connection, and of every
// other only that there was one.
func NewProblem(err error, requestID string) *Problem {
	if refused := (*Error)(nil); errors.As(err, &refused) {
		return refusedProblem(refused, requestID)
	}
	if failed := (*connection.Error)(nil); errors.As(err, &failed) {
		return failedProblem(failed, requestID)
	}
	return newProblem(connection.Internal, "an unforeseen fault, told in the function's log under this requestId", requestID)
}

func newProblem(kind connection.Kind, detail, requestID string) *Problem {
	status, title := kinds(kind)
	return &Problem{
		Type:      "urn:elasticsearch-disconnect:" + kind.String(),
		Title:     title,
		Status:    status,
		Detail:    detail,
		RequestID: requestID,
		Kind:      kind,
	}
}

func refusedProblem(e *Error, requestID string) *Problem {
	detail := e.Error()
	if n := len(e.Faults); n > 1 {
		detail = fmt.Sprintf("%d faults, listed in errors", n)
	}
	p := newProblem(connection.InvalidEvent, detail, requestID)
	p.Status, p.Errors, p.allow = e.Status, e.Faults, e.Allow
	return p
}

func failedProblem(e *connection.Error, requestID string) *Problem {
	p := newProblem(e.Kind, e.Message, requestID)
	p.Code, p.APIRequestID, p.retryAfter = e.Code, e.RequestID, e.RetryAfter
	if e.Kind == connection.Denied && e.Status == http.StatusUnauthorized {
		p.Status = http.StatusUnauthorized
	}
	return p
}
