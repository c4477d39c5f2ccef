package elasticsearch

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"elasticsearch-disconnect/handler/connection"
)

// A Refusal is what STS answers in the place of credentials. It shares its codes with the
// gateways of the API. Its message is left out: it may quote the request, escaped so that a
// secret in it would not be found.
type Refusal struct {
	Status    int    // of HTTP; 0 if it is not known
	Code      string // why; "" if the answer makes no sense
	RequestID string // "" for none
}

// ReadRefusal takes from an answer what can be a code and a request id. CloudSSO has another
// name for the code.
func ReadRefusal(status int, answer []byte) Refusal {
	r := Refusal{Status: status}
	var found struct{ Code, ErrorCode, RequestID string }
	_ = json.Unmarshal(answer, &found) // what cannot be read has no code
	if code := cmp.Or(found.Code, found.ErrorCode); isName(code) {
		r.Code = code
	}
	if isName(found.RequestID) {
		r.RequestID = found.RequestID
	}
	return r
}

// isName reports whether a text can be a code or a request id.
func isName(text string) bool {
	const (
		signs = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
		most  = 64 // of them
	)
	return text != "" && len(text) <= most && strings.Trim(text, signs) == ""
}

// IsPassing reports whether the same request may succeed within moments.
func (r Refusal) IsPassing() bool {
	c := meaningOf(0, r.Code, "").class
	return c == retryMaybeDone || c == retryNotDone || r.Status/100 == 5 || r.Code == "" && r.Status == 0
}

// IsUnclear reports whether the answer may be about something else than the request.
func (r Refusal) IsUnclear() bool { return r.Code == "" || r.IsPassing() }

// IsExpired reports whether the session of the credentials has ended.
func (r Refusal) IsExpired() bool { return r.Code == "InvalidSecurityToken.Expired" }

// Advice says what to do about a code that finds fault with the credentials, or with the clock
// that signed; zero for other codes.
func (r Refusal) Advice() connection.Advice {
	if meaningOf(0, r.Code, "").class != finalForAll {
		return connection.Advice{}
	}
	return advice(r.Code, "", "", "", func() time.Duration { return 0 })
}

func (r Refusal) Error() string {
	text := "the answer makes no sense"
	switch {
	case r.Code != "":
		text = "the answer is " + r.Code
	case r.Status != 0:
		text = strings.TrimSpace(fmt.Sprintf("the answer is HTTP %d %s", r.Status, http.StatusText(r.Status)))
	}
	if r.Code == "" && r.Status/100 == 3 {
		text += ", a redirect, which is not followed"
	}
	if r.RequestID != "" {
		text += ", request id " + r.RequestID
	}
	return text
}
