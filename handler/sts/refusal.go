package sts

import (
	"fmt"
	"net/http"
	"strings"

	"elasticsearch-disconnect/handler/elasticsearch"
)

// A Refusal is an answer without what was asked for. Without a code it makes no sense.
type Refusal struct {
	elasticsearch.Refusal
	Status int // of HTTP; 0 if it is not known
}

// ReadRefusal reads the body of an answer.
func ReadRefusal(status int, body []byte) Refusal {
	return Refusal{elasticsearch.ReadRefusal(body), status}
}

// IsPassing reports whether the same request may succeed within moments.
func (r Refusal) IsPassing() bool {
	return r.MayPass() || r.Status/100 == 5 || !r.HasCode() && r.Status == 0
}

// IsUnclear reports whether the answer may be about something else than the request.
func (r Refusal) IsUnclear() bool { return !r.HasCode() || r.IsPassing() }

func (r Refusal) Error() string {
	text := "the answer makes no sense"
	switch {
	case r.HasCode():
		text = fmt.Sprintf("the answer is %s", r.Code)
	case r.Status != 0:
		text = strings.TrimSpace(fmt.Sprintf("the answer is HTTP %d %s", r.Status, http.StatusText(r.Status)))
	}
	if !r.HasCode() && r.Status/100 == 3 {
		text += ", a redirect, which is not followed"
	}
	if r.RequestID != "" {
		text += ", request id " + r.RequestID
	}
	return text
}
