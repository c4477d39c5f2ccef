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
	date       time.Time     // the gateway's clock; zero when it does not say
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
func decode(response *http.Response, body []byte, now time.Time, redact func(string) string) answer {
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
	a.retryAfter = retryAfter(response.Header, now)
	a.date, _ = http.ParseTime(response.Header.Get("Date"))
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
		return a.failure(strings.TrimSpace(string(a.Code+": "+a.Message)) + hint(string(a.Code), action, a.skew(sent)))
	case a.odd != "":
		return a.failure("the body is " + a.odd)
	default:
		return a.failure("the body has no Code")
	}
}

// skew is how far the clock that dated the request is behind the gateway's, in
// whole seconds.
func (a *answer) skew(sent time.Time) time.Duration {
	if a.date.IsZero() {
		return 0
	}
	return a.date.Sub(sent).Round(time.Second)
}

// failure makes a failure of what the API answered.
func (a *answer) failure(what string) *failure {
	meaning := meaningOf(a.status, string(a.Code))
	return &failure{&connection.Error{
		Kind:       meaning.kind,
		Message:    fmt.Sprintf("the API answered HTTP %d: %s", a.status, what),
		Code:       string(a.Code),
		Status:     a.status,
		RequestID:  string(a.RequestID),
		RetryAfter: a.retryAfter,
	}, meaning.class}
}
