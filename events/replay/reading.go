package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// reading returns the reply on one line as a person reads it: of a function error its type and message, of an HTTP
// response its status, headers and body, of anything else the JSON. The Content-Type is left to the want.
func (s *scene) reading() (label, text string) {
	var reply struct {
		ErrorType, ErrorMessage string
		StatusCode              int
		Headers                 map[string]string
		Body                    string
	}
	err := json.Unmarshal(s.reply, &reply)
	switch {
	case err == nil && s.failed:
		return "error", reply.ErrorType + " " + reply.ErrorMessage
	case err == nil && reply.StatusCode != 0:
		delete(reply.Headers, "Content-Type")
		return "reply", fmt.Sprintf("HTTP %d %s%s", reply.StatusCode, headers(reply.Headers), cmp.Or(reply.Body, "(no body)"))
	default:
		return "reply", compact(s.reply)
	}
}

func headers(h map[string]string) string {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(h)) {
		fmt.Fprintf(&text, "[%s: %s] ", name, h[name])
	}
	return text.String()
}

func compact(reply []byte) string {
	var text bytes.Buffer
	if err := json.Compact(&text, reply); err != nil {
		return string(reply)
	}
	return text.String()
}

// unfolded returns the lines of indented JSON, with JSON inside a string spread out as well: the body of a response and
// the message of an error would else be one line, in which a difference is hard to find.
func unfolded(text string) []string {
	var lines []string
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		lines = append(lines, unfold(line)...)
	}
	return lines
}

func unfold(line string) []string {
	name, value, _ := strings.Cut(line, `": `)
	var text string
	if json.Unmarshal([]byte(strings.TrimSuffix(value, ",")), &text) != nil || !strings.HasPrefix(text, "{") {
		return []string{line}
	}
	margin := strings.Repeat(" ", len(name)-len(strings.TrimLeft(name, " "))+2)
	var inner bytes.Buffer
	if json.Indent(&inner, []byte(text), margin, "  ") != nil {
		return []string{line}
	}
	return append([]string{name + `": a string of`}, strings.Split(margin+inner.String(), "\n")...)
}
