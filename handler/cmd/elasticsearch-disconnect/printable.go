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

// printable formats a reply for a terminal. JSON is indented, and redact gets its texts
// decoded, since an escape could hide a secret. Anything else is quoted if it is not
// printable ASCII.
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

// jsonText encodes a text in JSON, with escapes for characters that are not printable.
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
