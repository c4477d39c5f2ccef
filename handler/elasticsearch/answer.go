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
)

// An answer is a response of the API: the documented JSON of a success or an
// error, an error in XML as gateways send it, or an unexpected body.
type answer struct {
	document

	status         int
	total          int           // of all instances of the region; -1 if the response has none
	unexpectedBody string        // what the body is, if it is not a documented one
	retryAfter     time.Duration // how long the API asks to wait; 0 if it does not ask
	date           string        // of the gateway's clock
}

// decode reads a response, whose body is behind body. All its texts pass through
// redact: the message of SignatureDoesNotMatch repeats the request with its
// security token.
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
	if a.code == "0" || a.status/100 == 2 && meansSuccess(a.code) {
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
		a.unexpectedBody = "empty"
	case first == '{':
		err = a.document.read(r)
	case first == '<' && mediaType != "text/html":
		err = a.readXML(r)
	default:
		a.unexpectedBody = strconv.QuoteToASCII(mediaType)
	}
	if err != nil {
		a.unexpectedBody = err.Error()
	}
	_, _ = io.Copy(io.Discard, r) // an error of the network shows in body
	if body.over() {
		a.unexpectedBody = fmt.Sprintf("more than %d bytes", body.most)
	}
	if a.unexpectedBody != "" {
		a.document = document{}
	}
}

// firstByte peeks at the first byte after white space; 0 if there is none.
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

// element returns the text of the first element of a name. It returns "" if there is
// no such element, if it has child elements, or if it has numeric character
// references (&#65;), since a secret written that way would not be redacted.
func element(text, name string) string {
	_, after, _ := strings.Cut(text, "<"+name+">")
	content, _, found := strings.Cut(after, "</"+name+">")
	if !found || strings.Contains(content, "<") || strings.Contains(content, "&#") {
		return ""
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&apos;", "'", "&amp;", "&").Replace(content)
}

// A bounded reads a body up to a size, and remembers how that ended.
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

// failed returns nil for a success: a status of the 200s, a documented body and no
// Code. Siblings of DeleteConnectedCluster answer 200 with a Code on an error.
// role is the Reader's. sent is when the request was sent.
func (a *answer) failed(action, role string, sent time.Time) *attemptError {
	success := a.status/100 == 2
	switch {
	case success && a.unexpectedBody == "" && a.code == "" && !a.unsuccessful:
		return nil
	case success && a.unexpectedBody != "":
		f := a.failure("the body is " + a.unexpectedBody)
		f.class = retryMaybeDone // it may have been carried out: only the answer is damaged
		return f
	case a.code != "":
		f := a.failure(strings.TrimSpace(a.code + ": " + a.message))
		f.err.Advice = advice(a.code, a.message, action, role, func() time.Duration { return a.skew(sent) })
		return f
	case a.unexpectedBody != "":
		return a.failure("the body is " + a.unexpectedBody)
	case a.unsuccessful:
		return a.failure(strings.TrimSuffix("Success is false: "+a.message, ": "))
	default:
		return a.failure("the body has no Code")
	}
}

// skew is how far the clock that dated the request is behind the gateway's, in
// whole seconds; 0 if the answer has no date.
func (a *answer) skew(sent time.Time) time.Duration {
	date, err := http.ParseTime(a.date)
	if err != nil {
		return 0
	}
	return date.Sub(sent).Round(time.Second)
}
