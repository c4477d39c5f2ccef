package elasticsearch

import (
	"bytes"
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
	RequestID first `json:"RequestId"`
	Code      first
	Message   first
	Headers   struct {
		Total json.Number `json:"X-Total-Count"` // of ListInstance
	}

	status     int
	odd        string        // what the body is, when it is nothing documented
	retryAfter time.Duration // how long the API asks to wait; 0 when it does not say
}

// first keeps the first spelling of a member that says something: both Code
// and code occur, and encoding/json takes either for the field.
type first string

func (f *first) UnmarshalJSON(text []byte) error {
	if *f != "" {
		return nil
	}
	return json.Unmarshal(text, (*string)(f))
}

// decode understands a response. All text in it passes through redact: the
// message of SignatureDoesNotMatch repeats the request with its security token.
func decode(response *http.Response, body []byte, redact func(string) string) answer {
	var a answer
	contentType, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	switch text := bytes.TrimSpace(body); {
	case len(body) > maxAnswerSize:
		a.odd = fmt.Sprintf("more than %d bytes", maxAnswerSize)
	case len(text) == 0:
		a.odd = "empty"
	case text[0] == '{':
		a.json(text)
	case text[0] == '<' && contentType != "text/html":
		a.xml(text)
	default:
		a.odd = strconv.QuoteToASCII(contentType)
	}
	a.status = response.StatusCode
	a.retryAfter = retryAfter(response.Header)
	if a.RequestID == "" {
		a.RequestID = first(response.Header.Get("X-Acs-Request-Id"))
	}
	for _, text := range []*first{&a.RequestID, &a.Code, &a.Message} {
		*text = first(redact(string(*text)))
	}
	return a
}

func (a *answer) json(text []byte) {
	if err := json.Unmarshal(text, a); err != nil {
		*a = answer{odd: "not the documented JSON"}
	}
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
	a.Code, a.Message, a.RequestID = first(e.Code), first(e.Message), first(e.RequestID)
}

// isTrue says whether the API did what it was asked.
func (a *answer) isTrue() bool { return string(a.Result) == "true" }

// err is nil for a success: a status of the 200s, a documented body and no
// Code. Siblings of DeleteConnectedCluster answer 200 with a Code when
// something went wrong.
func (a *answer) err() error {
	switch success := a.status/100 == 2; {
	case success && a.odd == "" && a.Code == "":
		return nil
	case a.Code != "":
		return a.failure(strings.TrimSpace(string(a.Code + ": " + a.Message)))
	case a.odd != "":
		return a.failure("the body is " + a.odd)
	default:
		return a.failure("the body has no Code")
	}
}

// failure makes an error of what the API answered.
func (a *answer) failure(what string) *connection.Error {
	return &connection.Error{
		Kind:       kindOf(a.status, string(a.Code)),
		Message:    fmt.Sprintf("the API answered HTTP %d: %s", a.status, what),
		Code:       string(a.Code),
		Status:     a.status,
		RequestID:  string(a.RequestID),
		RetryAfter: a.retryAfter,
	}
}

// retryAfter reads how long the API asks to wait: x-acs-retry-after in
// milliseconds (as aliyun-cli reads it), else Retry-After in seconds.
func retryAfter(h http.Header) time.Duration {
	if ms, err := strconv.ParseUint(h.Get("X-Acs-Retry-After"), 10, 31); err == nil {
		return time.Duration(ms) * time.Millisecond
	}
	if s, err := strconv.ParseUint(h.Get("Retry-After"), 10, 31); err == nil {
		return time.Duration(s) * time.Second
	}
	return 0
}
