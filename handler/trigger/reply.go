package trigger

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/events"

	"elasticsearch-disconnect/handler/connection"
)

// Succeed seals a result in the request's envelope: an HTTP response with the
// result as its body, or the result itself.
func (r Request) Succeed(result any) any {
	if r.Shape != HTTP {
		return result
	}
	return r.response(http.StatusOK, "application/json", encode(result))
}

// Fail seals a failure in the request's envelope. Over HTTP that is a response
// with a problem, never an error; for an event it is the problem as the error,
// so that Function Compute retries the invocation and at last hands it to the
// dead-letter destination. The requestID is Function Compute's.
func (r Request) Fail(failure error, requestID string) (any, error) {
	p := problem(failure, requestID)
	if r.Shape != HTTP {
		return nil, p
	}
	response := r.response(p.Status, "application/problem+json", encode(p))
	if p.allow != "" {
		response.Headers["Allow"] = p.allow
	}
	if p.Kind == connection.Throttled {
		response.Headers["Retry-After"] = strconv.Itoa(retryAfterSeconds(p.retryAfter))
	}
	return response, nil
}

// retryAfterSeconds rounds a wait up to the whole seconds that Retry-After
// tells (RFC 9110, section 10.2.3), at least one.
func retryAfterSeconds(wait time.Duration) int {
	return max(1, int(math.Ceil(wait.Seconds())))
}

// response makes the struct that FC 3.0 takes for an HTTP response. The answer
// to HEAD has no content (RFC 9110, section 9.3.2).
func (r Request) response(status int, contentType, body string) events.HTTPTriggerResponse {
	if r.head {
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
