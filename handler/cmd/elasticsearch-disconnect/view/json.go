package view

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"
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
	return EscapeJSON(text.String())
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

// EscapeJSON returns a JSON text with escapes for the characters that could steer a
// terminal. It says the same: but for the ends of lines they can only stand in strings.
func EscapeJSON(text string) string {
	var safe strings.Builder
	for _, c := range text {
		if c == '\n' || !isUnprintable(c) {
			safe.WriteRune(c)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, c) {
			fmt.Fprintf(&safe, `\u%04x`, unit)
		}
	}
	return safe.String()
}
