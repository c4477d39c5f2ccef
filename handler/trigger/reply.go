package trigger

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/events"

	"elasticsearch-disconnect/handler/connection"
)

// Succeed puts a result into the event's envelope: an HTTP response with the
// result as its body, or the result itself.
func (e Event) Succeed(result any) any {
	if e.Shape != HTTP {
		return result
	}
	return e.response(http.StatusOK, "application/json", result, 0)
}

// Fail puts a failure into the event's envelope. Over HTTP that is a response
// with a problem, never an error; for other events it is the problem as the
// error, so that Function Compute retries the invocation and at last hands it
// to the dead-letter destination.
func (e Event) Fail(failure error, about About) (any, error) {
	p := NewProblem(failure, about)
	if e.Shape != HTTP {
		return nil, p
	}
	response := e.response(p.Status, "application/problem+json", p, p.retryAfter)
	if p.allow != "" {
		response.Headers["Allow"] = p.allow
	}
	return response, nil
}

// FailPartly puts a result of which some parts failed into the event's envelope:
// over HTTP the whole result, with the status of the failure; for other events
// the failure, as Fail does, which lists what failed and what was done.
func (e Event) FailPartly(result any, failure *PartialFailure, about About) (any, error) {
	if e.Shape != HTTP {
		return nil, failure.problem(about)
	}
	status, retryAfter := failure.status()
	return e.response(status, "application/json", result, retryAfter), nil
}

// response makes the struct that FC 3.0 takes for an HTTP response. A throttled
// caller is to wait whole seconds, at least one (RFC 9110, section 10.2.3); the
// answer to HEAD has no content (section 9.3.2).
func (e Event) response(status int, contentType string, body any, wait time.Duration) events.HTTPTriggerResponse {
	response := events.HTTPTriggerResponse{StatusCode: status, Headers: map[string]string{"Content-Type": contentType}}
	if status == http.StatusTooManyRequests {
		response.Headers["Retry-After"] = strconv.Itoa(max(1, int(math.Ceil(wait.Seconds()))))
	}
	if !e.head {
		response.Body = encode(body)
	}
	return response
}

// encode returns the JSON of one of this function's own reply types, none of
// which can fail to have one.
func encode(reply any) string {
	text, err := json.Marshal(reply)
	if err != nil {
		panic("trigger: a reply that is not JSON: " + err.Error())
	}
	return string(text)
}

// A Place is where something was done, as a reply says it. The AccountID is zero
// where it is the function's own.
type Place struct {
	RegionID  connection.Region    `json:"regionId,omitzero"`
	AccountID connection.AccountID `json:"accountId,omitzero"`
}

// About is what a problem says of the invocation, and of where it acted.
type About struct {
	RequestID string `json:"requestId"` // Function Compute's
	Place
}

// A Problem is a failure as the caller reads it: the members of an RFC 9457
// problem, over HTTP as the body and for an event as the one line of the error
// message. It holds nothing of a cause that the caller has no part in.
type Problem struct {
	Type   string `json:"type"` // urn:elasticsearch-disconnect: and the kind
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Code   string `json:"code,omitempty"` // the API's error code, when it was the API
	About
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

// statusAndTitle is the one table from the kind of a failure to what HTTP says.
func statusAndTitle(kind connection.Kind) (int, string) {
	type entry struct {
		status int
		title  string
	}
	e, ok := map[connection.Kind]entry{
		connection.InvalidEvent:   {http.StatusBadRequest, "The request is not valid"},
		connection.Denied:         {http.StatusForbidden, "Credentials or permissions do not allow it"},
		connection.NoInstance:     {http.StatusNotFound, "There is no such instance or connection"},
		connection.NoConnection:   {http.StatusNotFound, "There is no such instance or connection"},
		connection.Conflict:       {http.StatusConflict, "The state of the instance does not allow it now"},
		connection.Throttled:      {http.StatusTooManyRequests, "The Elasticsearch API limits the rate of requests"},
		connection.Upstream:       {http.StatusBadGateway, "The Elasticsearch API did not do it"},
		connection.Unavailable:    {http.StatusServiceUnavailable, "The Elasticsearch API cannot be reached"},
		connection.Timeout:        {http.StatusGatewayTimeout, "No answer in time; the outcome is unknown, and it is safe to repeat"},
		connection.PartialFailure: {http.StatusMultiStatus, "Some of what was asked failed; it is safe to repeat"},
	}[kind]
	if !ok {
		return http.StatusInternalServerError, "The function failed"
	}
	return e.status, e.title
}

// NewProblem renders an error of this package or of connection, and of every
// other only that there was one.
func NewProblem(err error, about About) *Problem {
	if refused := (*Error)(nil); errors.As(err, &refused) {
		return refusedProblem(refused, about)
	}
	if failed := (*connection.Error)(nil); errors.As(err, &failed) {
		return failedProblem(failed, about)
	}
	return newProblem(connection.Internal, "an unforeseen fault, told in the function's log under this requestId", about)
}

func newProblem(kind connection.Kind, detail string, about About) *Problem {
	status, title := statusAndTitle(kind)
	return &Problem{
		Type:   "urn:elasticsearch-disconnect:" + kind.String(),
		Title:  title,
		Status: status,
		Detail: detail,
		About:  about,
		Kind:   kind,
	}
}

func refusedProblem(e *Error, about About) *Problem {
	detail := e.Error()
	if n := len(e.Faults); n > 1 {
		detail = fmt.Sprintf("%d faults, listed in errors", n)
	}
	p := newProblem(connection.InvalidEvent, detail, about)
	p.Status, p.Errors, p.allow = e.Status, e.Faults, e.Allow
	return p
}

func failedProblem(e *connection.Error, about About) *Problem {
	p := newProblem(e.Kind, e.Message, about)
	p.Code, p.APIRequestID, p.retryAfter = e.Code, e.RequestID, e.RetryAfter
	if e.Kind == connection.Denied && e.Status == http.StatusUnauthorized {
		p.Status = http.StatusUnauthorized
	}
	return p
}

// A PartialFailure is that of an event that asks for several things, of which
// some failed.
type PartialFailure struct {
	Failed []FailedPart
	Done   []DonePart
}

// A FailedPart is one thing that failed: a connection, or where none is known
// an instance at the connected end, or an entry of a batch that was refused.
type FailedPart struct {
	Pair
	Kind   connection.Kind `json:"kind"`
	Code   string          `json:"code,omitempty"`
	Detail string          `json:"detail"`

	status     int
	retryAfter time.Duration
}

// A DonePart is one thing that went well, or was ignored.
type DonePart struct {
	Pair
	Outcome string `json:"outcome"`
}

// A Pair names what a part is about, as far as it is known.
type Pair struct {
	InstanceID          connection.InstanceID `json:"instanceId,omitzero"`
	ConnectedInstanceID connection.InstanceID `json:"connectedInstanceId,omitzero"`
	Place
	EventID string `json:"eventId,omitempty"`
}

// Add adds a part: one that failed if there is an error, rendered as in a
// Problem, else one that was done.
func (f *PartialFailure) Add(err error, outcome, eventID string, place Place, pair connection.Pair) {
	of := Pair{pair.Instance, pair.Connected, place, eventID}
	if err == nil {
		f.Done = append(f.Done, DonePart{of, outcome})
		return
	}
	p := NewProblem(err, About{})
	if refused := (*Error)(nil); errors.As(err, &refused) {
		p.Detail = refused.Error() // all faults: there is no list of them here
	}
	f.Failed = append(f.Failed, FailedPart{Pair: of, Kind: p.Kind, Code: p.Code, Detail: shortened(p.Detail), status: p.Status, retryAfter: p.retryAfter})
}

// shortened bounds a text, which may be of many faults, or the API's.
func shortened(text string) string {
	const most = 500 // bytes
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + " …"
}

// maxParts bounds how many parts of each kind an error lists, and maxPartsSize
// how many bytes they take: a dead-letter queue takes messages of at most
// 64 KiB, in which this text is quoted once more.
const (
	maxParts     = 50
	maxPartsSize = 16 << 10
)

// listed returns as many of the first parts as there is room for.
func listed[Part any](parts []Part) []Part {
	size := 0
	for i, part := range parts {
		if size += len(encode(part)); size > maxPartsSize || i == maxParts {
			return parts[:i]
		}
	}
	return parts
}

// status is 207, or when nothing was done that of the gravest failure, and how
// long to wait before trying again.
func (f *PartialFailure) status() (status int, retryAfter time.Duration) {
	if len(f.Done) > 0 {
		return http.StatusMultiStatus, 0
	}
	for _, part := range f.Failed {
		status, retryAfter = max(status, part.status), max(retryAfter, part.retryAfter)
	}
	return status, retryAfter
}

// problem lists the parts, as many as there is room for.
func (f *PartialFailure) problem(about About) *Problem {
	detail := fmt.Sprintf("%d of %d failed", len(f.Failed), len(f.Failed)+len(f.Done))
	p := newProblem(connection.PartialFailure, detail, about)
	p.Status, _ = f.status()
	if len(f.Done) == 0 {
		p.Title = "Nothing of what was asked was done; it is safe to repeat"
	}
	p.Failed, p.Done = listed(f.Failed), listed(f.Done)
	return p
}
