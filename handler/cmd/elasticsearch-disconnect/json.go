package main

import (
	"encoding/json"
	"strings"
)

// json returns the survey as lines of JSON: an object for each connection, then the
// summary.
func (s survey) json() string {
	var text strings.Builder
	lines := json.NewEncoder(&text)
	lines.SetEscapeHTML(false)
	for _, r := range s.connections {
		encode(lines, r)
	}
	encode(lines, struct {
		Summary totals `json:"summary"`
	}{totals{
		Region:      s.region,
		Instances:   s.instances,
		Connections: len(s.connections),
		Leftover:    s.leftover,
		Removable:   len(s.removable),
		Kept:        s.kept(),
		Unread:      append([]note{}, s.unread...),
		Malformed:   append([]note{}, s.malformed...),
		Whole:       s.isWhole(),
		Problem:     s.problem,
	}})
	return text.String()
}

// The totals are the last line. An empty list is [], not null.
type totals struct {
	Region      string `json:"regionId"`
	Instances   int    `json:"instances"`
	Connections int    `json:"connections"`
	Leftover    int    `json:"leftover"`
	Removable   int    `json:"removable"`
	Kept        int    `json:"kept"`
	Unread      []note `json:"unread"`
	Malformed   []note `json:"odd"`
	Whole       bool   `json:"whole"`
	Problem     string `json:"problem,omitempty"`
}

func encode(to *json.Encoder, line any) {
	if err := to.Encode(line); err != nil {
		panic("texts, numbers and booleans are JSON: " + err.Error())
	}
}
