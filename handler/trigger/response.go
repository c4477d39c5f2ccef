package trigger

import "github.com/aliyun/fc-runtime-go-sdk/events"

// Response returns the struct that FC 3.0 takes for an HTTP response. The response to
// HEAD has no content (RFC 9110, section 9.3.2).
func (e Event) Response(status int, headers map[string]string, body string) events.HTTPTriggerResponse {
	if e.head {
		body = ""
	}
	return events.HTTPTriggerResponse{StatusCode: status, Headers: headers, Body: body}
}
