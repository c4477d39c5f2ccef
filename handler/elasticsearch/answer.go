package elasticsearch

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"elasticsearch-disconnect/handler/connection"
)

// An answer is what the API said: the documented JSON of a success or an error,
// an error in XML as gateways send it, or something else (see odd).
type answer struct {
	Result    json.RawMessage
	RequestID string
	Code      string
	Message   string
	Total     json.Number // X-Total-Count of ListInstance

	status     int
	odd        string        // what the body is, when it is nothing documented
	retryAfter time.Duration // how long the API asks to wait; 0 when it does not say
	date       string        // the gateway's clock, as it says
}

// A body is the documented JSON. Of its members both Code and code occur, and
// the like; encoding/json takes either for either, unless both have a field.
type body struct {
	Result         json.RawMessage
	RequestID      string `json:"RequestId"`
	Code           string
	Message        string
	SmallRequestID string `json:"requestId"`
	SmallCode      string `json:"code"`
	SmallMessage   string `json:"message"`
	Headers        struct {
		Total json.Number `json:"X-Total-Count"`
	}
}

// decode understands a response. All text in it passes through redact: the
// message of SignatureDoesNotMatch repeats the request with its security token.
func decode(response *http.Response, body []byte, now time.Time, redact func(string) string) answer {
	var a answer
	contentType := func() string {
		mediaType, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
		return mediaType
	}
	switch text := bytes.TrimSpace(body); {
	case len(body) > maxAnswerSize:
		a.odd = fmt.Sprintf("more than %d bytes", maxAnswerSize)
	case len(text) == 0:
		a.odd = "empty"
	case text[0] == '{':
		a.json(text)
	case text[0] == '<' && contentType() != "text/html":
		a.xml(text)
	default:
		a.odd = strconv.QuoteToASCII(contentType())
	}
	a.status = response.StatusCode
	a.retryAfter = retryAfter(response.Header, now)
	a.date = response.Header.Get("Date")
	if a.RequestID == "" {
		a.RequestID = response.Header.Get("X-Acs-Request-Id")
	}
	for _, text := range []*string{&a.RequestID, &a.Code, &a.Message} {
		*text = redact(*text)
	}
	return a
}

func (a *answer) json(text []byte) {
	var b body
	if err := json.Unmarshal(text, &b); err != nil {
		a.odd = "not the documented JSON"
		return
	}
	a.Result, a.Total = b.Result, b.Headers.Total
	a.RequestID = cmp.Or(b.RequestID, b.SmallRequestID)
	a.Code = cmp.Or(b.Code, b.SmallCode)
	a.Message = cmp.Or(b.Message, b.SmallMessage)
}

func (a *answer) xml(text []byte) {
	var e struct {
		Code, Message string
		RequestID     string `xml:"RequestId"`
	}
	if err := xml.Unmarshal(text, &e); err != nil || e.Code == "" {
		a.odd = "not the documented XML"
		return
	}
	a.Code, a.Message, a.RequestID = e.Code, e.Message, e.RequestID
}

// isTrue says whether the API did what it was asked.
func (a *answer) isTrue() bool { return string(a.Result) == "true" }

// failed is nil for a success: a status of the 200s, a documented body and no
// Code. Siblings of DeleteConnectedCluster answer 200 with a Code when
// something went wrong. The request was sent at the time sent.
func (a *answer) failed(action string, sent time.Time) *failure {
	success := a.status/100 == 2
	switch {
	case success && a.odd == "" && a.Code == "":
		return nil
	case success && a.odd != "":
		f := a.failure("the body is " + a.odd)
		f.class = again // it may well have been done: only the answer is no answer
		return f
	case a.Code != "":
		return a.failure(strings.TrimSpace(a.Code+": "+a.Message) + hint(a.Code, action, func() time.Duration { return a.skew(sent) }))
	case a.odd != "":
		return a.failure("the body is " + a.odd)
	default:
		return a.failure("the body has no Code")
	}
}

// skew is how far the clock that dated the request is behind the gateway's, in
// whole seconds.
func (a *answer) skew(sent time.Time) time.Duration {
	date, err := http.ParseTime(a.date)
	if err != nil {
		return 0
	}
	return date.Sub(sent).Round(time.Second)
}

// failure makes a failure of what the API answered.
func (a *answer) failure(what string) *failure {
	meaning := meaningOf(a.status, a.Code)
	return &failure{&connection.Error{
		Kind:       meaning.kind,
		Message:    fmt.Sprintf("the API answered HTTP %d: %s", a.status, what),
		Code:       a.Code,
		Status:     a.status,
		RequestID:  a.RequestID,
		RetryAfter: a.retryAfter,
	}, meaning.class}
}
