package elasticsearch

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"

	"elasticsearch-disconnect/handler/connection"
)

// A Refusal is what STS answers in the place of credentials. It shares its codes with the
// gateways of the API. Its message is left out: it may quote the request, escaped so that a
// secret in it would not be found.
type Refusal struct {
	Code      string
	RequestID string // "" for none
}

// ReadRefusal takes from an answer what can be a code and a request id. CloudSSO has another
// name for the code.
func ReadRefusal(answer []byte) (r Refusal) {
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

// HasCode reports whether the answer says why. Without a code it makes no sense.
func (r Refusal) HasCode() bool { return r.Code != "" }

// MayPass reports whether the same request may succeed within moments.
func (r Refusal) MayPass() bool {
	c := meaningOf(0, r.Code, "").class
	return c == retryMaybeDone || c == retryNotDone
}

// IsExpired reports whether the session of the credentials has ended.
func (r Refusal) IsExpired() bool { return r.Code == "InvalidSecurityToken.Expired" }

// Advice says what to do about a code that finds fault with the credentials, or with the clock
// that signed; zero for other codes.
func (r Refusal) Advice() connection.Advice {
	if meaningOf(0, r.Code, "").class != finalForAll {
		return connection.Advice{}
	}
	return advice(r.Code, "", "", func() time.Duration { return 0 })
}
