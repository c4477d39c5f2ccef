package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
)

// printable is a reply for a terminal: JSON is indented, its texts spelt so that no
// escape hides a secret from redact; anything else is quoted where it has to be.
func printable(reply []byte, redact func(string) string) string {
	reply = bytes.TrimSpace(reply)
	var indented bytes.Buffer
	switch {
	case len(reply) == 0:
		return ""
	case json.Indent(&indented, reply, "", "  ") != nil:
		return ascii(redact(string(reply))) + "\n"
	}
	texts := regexp.MustCompile(`"(\\.|[^"\\])*"`)
	return texts.ReplaceAllStringFunc(indented.String(), func(quoted string) string {
		var text string
		_ = json.Unmarshal([]byte(quoted), &text) // it is valid
		return jsonText(redact(text))
	}) + "\n"
}

// jsonText writes a text in JSON, with escapes for what is not to be seen.
func jsonText(text string) string {
	var quoted, safe strings.Builder
	to := json.NewEncoder(&quoted)
	to.SetEscapeHTML(false)
	encode(to, text)
	for _, c := range strings.TrimSpace(quoted.String()) {
		if unicode.IsPrint(c) {
			safe.WriteRune(c)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, c) {
			fmt.Fprintf(&safe, `\u%04x`, unit)
		}
	}
	return safe.String()
}
