package trigger

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/events"
)

// Succeed seals a result in the event's envelope: an HTTP response with the
// result as its body, or the result itself.
func (e Event) Succeed(result any) any {
	if e.Shape != HTTP {
		return result
	}
	return e.response(http.StatusOK, "application/json", encode(result))
}

// Fail seals a failure in the event's envelope. Over HTTP that is a response
// with a problem, never an error; for other events it is the problem as the
// error, so that Function Compute retries the invocation and at last hands it
// to the dead-letter destination. The requestID is Function Compute's.
func (e Event) Fail(failure error, requestID string) (any, error) {
	p := NewProblem(failure, requestID)
	if e.Shape != HTTP {
		return nil, p
	}
	response := e.response(p.Status, "application/problem+json", encode(p))
	if p.allow != "" {
		response.Headers["Allow"] = p.allow
	}
	setRetryAfter(response, p.retryAfter)
	return response, nil
}

// FailPartly seals a result of which some parts failed: over HTTP the whole
// result, with the status of the failure; for other events the failure, as Fail
// does, which lists what failed and what was done.
func (e Event) FailPartly(result any, failure *PartialFailure, requestID string) (any, error) {
	if e.Shape != HTTP {
		return nil, failure.problem(requestID)
	}
	status, retryAfter := failure.status()
	response := e.response(status, "application/json", encode(result))
	setRetryAfter(response, retryAfter)
	return response, nil
}

// setRetryAfter tells a throttled caller how long to wait: in whole seconds, at
// least one (RFC 9110, section 10.2.3).
func setRetryAfter(response events.HTTPTriggerResponse, wait time.Duration) {
	if response.StatusCode == http.StatusTooManyRequests {
		response.Headers["Retry-After"] = strconv.Itoa(max(1, int(math.Ceil(wait.Seconds()))))
	}
}

// response makes the struct that FC 3.0 takes for an HTTP response. The answer
// to HEAD has no content (RFC 9110, section 9.3.2).
func (e Event) response(status int, contentType, body string) events.HTTPTriggerResponse {
	if e.head {
		body = ""
	}
	return events.HTTPTriggerResponse{
		StatusCode: status,
		Headers:    map[string]string{"Content-Type": contentType},
		Body:       body,
	}
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
