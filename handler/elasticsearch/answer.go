package elasticsearch

import (
	"bufio"
	"errors"
	"fmt"
	"io"
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
	document

	status     int
	total      int           // how many instances there are in all; -1 when it does not say
	odd        string        // what the body is, when it is nothing documented
	retryAfter time.Duration // how long the API asks to wait; 0 when it does not say
	date       string        // the gateway's clock, as it says
}

// decode understands a response whose body is read by body. All text in it passes
// through redact: the message of SignatureDoesNotMatch repeats the request with
// its security token.
func decode(response *http.Response, body *bounded, now time.Time, redact func(string) string) answer {
	a := answer{
		status:     response.StatusCode,
		retryAfter: retryAfter(response.Header, now),
		date:       response.Header.Get("Date"),
	}
	a.read(body, redact(response.Header.Get("Content-Type")))
	if a.requestID == "" {
		a.requestID = response.Header.Get("X-Acs-Request-Id")
	}
	if a.total = parseTotal(a.document.total); a.total < 0 {
		a.total = parseTotal(response.Header.Get(totalHeader))
	}
	if a.code == "0" || a.status/100 == 2 && saysNothing(a.code) {
		a.code = ""
	}
	for _, text := range []*string{&a.requestID, &a.code, &a.message} {
		*text = redact(*text)
	}
	return a
}

// read reads the body to its end.
func (a *answer) read(body *bounded, contentType string) {
	mediaType, _, _ := mime.ParseMediaType(contentType)
	var err error
	r := bufio.NewReaderSize(body, 16) // for one byte: the decoders have buffers of their own
	switch first := firstByte(r); {
	case first == 0:
		a.odd = "empty"
	case first == '{':
		err = a.document.read(r)
	case first == '<' && mediaType != "text/html":
		err = a.readXML(r)
	default:
		a.odd = strconv.QuoteToASCII(mediaType)
	}
	if err != nil {
		a.odd = err.Error()
	}
	_, _ = io.Copy(io.Discard, r) // an error of the network shows in body
	if body.over() {
		a.odd = fmt.Sprintf("more than %d bytes", body.most)
	}
	if a.odd != "" {
		a.document = document{}
	}
}

// firstByte finds the first byte that is no white space, and does not read it; 0
// for none.
func firstByte(r *bufio.Reader) byte {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return 0
		}
		if b != ' ' && b != '\t' && b != '\r' && b != '\n' {
			_ = r.UnreadByte() // cannot fail after ReadByte
			return b
		}
	}
}

// readXML reads <Error><Code>…</Code><Message>…</Message><RequestId>…</RequestId></Error>,
// in any order and with other elements. encoding/xml would be a hundredth of the binary
// (make bench).
func (a *answer) readXML(r io.Reader) error {
	body, err := io.ReadAll(r)
	text := strings.TrimSpace(string(body))
	code := element(text, "Code")
	if err != nil || code == "" || !strings.Contains(text, "<Error>") || !strings.HasSuffix(text, "</Error>") {
		return errors.New("not the documented XML")
	}
	a.code, a.message, a.requestID = code, element(text, "Message"), element(text, "RequestId")
	return nil
}

// element returns the text of the first element of a name; "" if there is none, or it
// has elements of its own, or signs by their numbers, in which no secret is found.
func element(text, name string) string {
	_, after, _ := strings.Cut(text, "<"+name+">")
	content, _, found := strings.Cut(after, "</"+name+">")
	if !found || strings.Contains(content, "<") || strings.Contains(content, "&#") {
		return ""
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&apos;", "'", "&amp;", "&").Replace(content)
}

// A bounded reads a body, no more of it than is sensible, and remembers how that
// ended.
type bounded struct {
	r    io.Reader
	most int // bytes
	read int
	err  error // of the network
}

func (b *bounded) Read(p []byte) (n int, err error) {
	if b.over() {
		return 0, io.EOF
	}
	n, err = b.r.Read(p)
	b.read += n
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}

func (b *bounded) over() bool { return b.read > b.most }

// failed is nil for a success: a status of the 200s, a documented body and no
// Code. Siblings of DeleteConnectedCluster answer 200 with a Code when
// something went wrong. The request was sent at the time sent.
func (a *answer) failed(action string, sent time.Time) *failure {
	success := a.status/100 == 2
	switch {
	case success && a.odd == "" && a.code == "" && !a.unsuccessful:
		return nil
	case success && a.odd != "":
		f := a.failure("the body is " + a.odd)
		f.class = again // it may well have been done: only the answer is no answer
		return f
	case a.code != "":
		return a.failure(strings.TrimSpace(a.code+": "+a.message) + hint(a.code, action, func() time.Duration { return a.skew(sent) }))
	case a.odd != "":
		return a.failure("the body is " + a.odd)
	case a.unsuccessful:
		return a.failure(strings.TrimSuffix("Success is false: "+a.message, ": "))
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
	meaning := meaningOf(a.status, a.code)
	return &failure{&connection.Error{
		Kind:       meaning.kind,
		Message:    fmt.Sprintf("the API answered HTTP %d: %s", a.status, what),
		Code:       a.code,
		Status:     a.status,
		RequestID:  a.requestID,
		RetryAfter: a.retryAfter,
	}, meaning.class}
}
