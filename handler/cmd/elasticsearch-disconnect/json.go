package main

import (
	"encoding/json"
	"strings"
)

// json is the survey as one object a line: the connections, then a summary.
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
		Removable:   s.removable,
		Kept:        s.leftover - s.removable,
		Unread:      append([]note{}, s.unread...),
		Odd:         append([]note{}, s.odd...),
		Whole:       s.isWhole(),
		Problem:     s.problem,
	}})
	return text.String()
}

// The totals are the last line. Their lists are [] when they are empty.
type totals struct {
	Region      string `json:"regionId"`
	Instances   int    `json:"instances"`
	Connections int    `json:"connections"`
	Leftover    int    `json:"leftover"`
	Removable   int    `json:"removable"`
	Kept        int    `json:"kept"`
	Unread      []note `json:"unread"`
	Odd         []note `json:"odd"`
	Whole       bool   `json:"whole"`
	Problem     string `json:"problem,omitempty"`
}

func encode(to *json.Encoder, line any) {
	if err := to.Encode(line); err != nil {
		panic("texts, numbers and booleans are JSON: " + err.Error())
	}
}
