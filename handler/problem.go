package handler

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/parallel"
	"elasticsearch-disconnect/handler/trigger"
)

// about is what a problem says of the invocation, and of where it acted.
type about struct {
	RequestID string `json:"requestId"` // Function Compute's
	connection.Scope
}

// A problem is a failure as the caller reads it: the members of an RFC 9457 problem,
// over HTTP as the body, for other events as one line in the error message. It has
// nothing of the cause, which is for the log.
type problem struct {
	Type   string `json:"type"` // urn:elasticsearch-disconnect: and the kind
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Code   string `json:"code,omitempty"` // the API's error code
	about
	APIRequestID string          `json:"apiRequestId,omitempty"`
	Errors       []trigger.Fault `json:"errors,omitempty"` // of a refused event

	// Of a partial failure.
	Failed []failedPart `json:"failed,omitempty"`
	Done   []donePart   `json:"done,omitempty"`

	kind       connection.Kind
	allow      string        // the methods allowed, with status 405
	retryAfter time.Duration // as the API asks, with status 429
}

// statusAndTitle is the one table from the kind of a failure to its words in HTTP.
func statusAndTitle(kind connection.Kind) (int, string) {
	switch kind {
	case connection.InvalidEvent:
		return http.StatusBadRequest, "The request is not valid"
	case connection.Denied:
		return http.StatusForbidden, "Credentials or permissions do not allow it"
	case connection.NoInstance, connection.NoConnection:
		return http.StatusNotFound, "There is no such instance or connection"
	case connection.Conflict:
		return http.StatusConflict, "The state of the instance does not allow it now"
	case connection.Throttled:
		return http.StatusTooManyRequests, "The Elasticsearch API limits the rate of requests"
	case connection.Upstream:
		return http.StatusBadGateway, "The Elasticsearch API did not do it"
	case connection.Unavailable:
		return http.StatusServiceUnavailable, "The Elasticsearch API cannot be reached"
	case connection.Timeout:
		return http.StatusGatewayTimeout, "No answer; the outcome is unknown, and it is safe to repeat"
	case connection.PartialFailure:
		return http.StatusMultiStatus, "Some of what was asked failed; it is safe to repeat"
	default:
		return http.StatusInternalServerError, "The function failed"
	}
}

// problemOf renders an error of trigger or of connection. Of any other it says only that
// there was one.
func problemOf(err error, about about) *problem {
	var refused *trigger.Error
	var failure *connection.Error
	switch {
	case errors.As(err, &refused):
		p := newProblem(connection.InvalidEvent, refused.Error(), about)
		if n := len(refused.Faults); n > 1 {
			p.Detail = fmt.Sprintf("%d faults, listed in errors", n)
		}
		p.Status, p.Errors, p.allow = refused.Status, refused.Faults, refused.Allow
		return p
	case errors.As(err, &failure):
		p := newProblem(failure.Kind, failure.Text(), about)
		p.Code, p.APIRequestID, p.retryAfter = failure.Code, failure.RequestID, failure.RetryAfter
		if failure.Kind == connection.Denied && failure.Status == http.StatusUnauthorized {
			p.Status = http.StatusUnauthorized
		}
		return p
	}
	return newProblem(connection.Internal, "unexpected error; see the function's log for this requestId", about)
}

func newProblem(kind connection.Kind, detail string, about about) *problem {
	status, title := statusAndTitle(kind)
	return &problem{
		Type:   "urn:elasticsearch-disconnect:" + kind.String(),
		Title:  title,
		Status: status,
		Detail: detail,
		about:  about,
		kind:   kind,
	}
}

// A partialFailure is what failed and what was done of an event.
type partialFailure struct {
	failed []failedPart
	done   []donePart
}

// A partName says what a part is about, as far as that is known.
type partName struct {
	InstanceID          connection.InstanceID `json:"instanceId,omitzero"`
	ConnectedInstanceID connection.InstanceID `json:"connectedInstanceId,omitzero"`
	connection.Scope
	EventID string `json:"eventId,omitempty"`
}

// A failedPart is a connection that was not removed, an instance whose connections could
// not be read, or an entry of a batch that was refused.
type failedPart struct {
	partName
	Kind   connection.Kind `json:"kind"`
	Code   string          `json:"code,omitempty"`
	Detail string          `json:"detail"`

	status     int
	retryAfter time.Duration
}

// A donePart is a connection, or a request that has none.
type donePart struct {
	partName
	Outcome string `json:"outcome"`
}

// add adds a part: it failed if there is an error.
func (f *partialFailure) add(of partName, err error, outcome string) {
	if err == nil {
		f.done = append(f.done, donePart{of, outcome})
		return
	}
	p := problemOf(err, about{})
	if refused, ok := errors.AsType[*trigger.Error](err); ok {
		p.Detail = refused.Error() // all faults: a part has no list of them
	}
	f.failed = append(f.failed, failedPart{partName: of, Kind: p.kind, Code: p.Code, Detail: shortened(p.Detail, maxDetail), status: p.Status, retryAfter: p.retryAfter})
}

// maxDetail bounds the detail of a part, in bytes: it may have many faults, or be the API's.
const maxDetail = 500

// cutOff is the end of a text that is cut.
const cutOff = " …"

// shortened returns so many bytes of a text, and shows if there are more.
func shortened(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:max(0, most)], "") + cutOff
}

// status is 200 if nothing failed, 207 if something was done, and else that of the
// gravest failure, with the longest wait before the next try.
func (f *partialFailure) status() (status int, retryAfter time.Duration) {
	switch {
	case len(f.failed) == 0:
		return http.StatusOK, 0
	case len(f.done) > 0:
		return http.StatusMultiStatus, 0
	}
	for _, part := range f.failed {
		status, retryAfter = max(status, part.status), max(retryAfter, part.retryAfter)
	}
	return status, retryAfter
}

// problem lists as many parts as there is room for.
func (f *partialFailure) problem(about about) *problem {
	p := newProblem(connection.PartialFailure, fmt.Sprintf("%d of %d failed", len(f.failed), len(f.failed)+len(f.done)), about)
	p.Status, _ = f.status()
	if len(f.done) == 0 {
		p.Title = "Nothing of what was asked was done; it is safe to repeat"
	}
	failed, more := byPlace(f.failed, func(part failedPart) connection.Scope { return part.Scope })
	p.Failed = listed(append(fitted(failed), more...))
	done, rest := byPlace(f.done, func(part donePart) connection.Scope { return part.Scope })
	p.Done = listed(append(done, rest...))
	return p
}

// A dead-letter queue takes messages of at most 64 KiB, in which the text of a problem is
// quoted once more.
const (
	maxParts     = 50       // of each list
	maxPartsSize = 16 << 10 // bytes of each list
)

// byPlace returns the first part of each place, and all others. The first ones come first, so
// that what there is room for names each place.
func byPlace[Part any](parts []Part, place func(Part) connection.Scope) (first, others []Part) {
	for _, of := range parallel.Groups(parts, place) {
		first, others = append(first, of[0]), append(others, of[1:]...)
	}
	return first, others
}

// fitted shortens the details of parts so that there is room for all of these.
func fitted(parts []failedPart) []failedPart {
	share := maxPartsSize / max(1, min(len(parts), maxParts))
	for i, part := range parts {
		if over := len(marshal(part)) - share; over > 0 {
			parts[i].Detail = shortened(part.Detail, len(part.Detail)-over-len(cutOff))
		}
	}
	return parts
}

// listed returns as many of the first parts as there is room for.
func listed[Part any](parts []Part) []Part {
	size := 0
	for i, part := range parts {
		if size += len(marshal(part)); size > maxPartsSize || i == maxParts {
			return parts[:i]
		}
	}
	return parts
}

// marshal returns the JSON of one of the types of replies, on one line.
func marshal(reply any) string {
	text, err := json.Marshal(reply)
	if err != nil {
		panic("handler: a reply that is not JSON: " + err.Error())
	}
	return string(text)
}
