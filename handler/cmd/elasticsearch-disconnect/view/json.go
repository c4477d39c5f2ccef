package view

import (
	"encoding/json"
	"strings"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
)

// JSON returns the report as one object. A list that is empty is [], not null.
func (r Report) JSON() string {
	var text strings.Builder
	to := json.NewEncoder(&text)
	to.SetEscapeHTML(false)
	to.SetIndent("", "  ")
	if err := to.Encode(r.withLists()); err != nil {
		panic("texts, numbers and booleans are JSON: " + err.Error())
	}
	return printable.Escaped(text.String())
}

func (r Report) withLists() Report {
	r.Connections = append([]Connection{}, r.Connections...)
	r.Scopes = append([]Scope{}, r.Scopes...)
	for i, s := range r.Scopes {
		r.Scopes[i].Unread = append([]Note{}, s.Unread...)
		r.Scopes[i].Malformed = append([]Note{}, s.Malformed...)
	}
	return r
}
