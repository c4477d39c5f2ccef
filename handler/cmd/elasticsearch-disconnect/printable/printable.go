// Package printable makes texts from outside fit for a terminal: no control characters and
// nothing else that could steer it, and no credentials.
package printable

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Text quotes a text unless all of it is printable. Then it has no line end either.
func Text(text string) string {
	isOther := func(c rune) bool { return !unicode.IsPrint(c) }
	if !utf8.ValidString(text) || strings.ContainsFunc(text, isOther) {
		return strconv.Quote(text)
	}
	return text
}

// JSON formats a document. What is JSON is indented, and its texts are decoded for redact,
// since an escape could hide a secret. Anything else is a line as of Text.
func JSON(document []byte, redact func(string) string) string {
	document = bytes.TrimSpace(document)
	var indented bytes.Buffer
	switch {
	case len(document) == 0:
		return ""
	case json.Indent(&indented, document, "", "  ") != nil:
		return Text(redact(string(document))) + "\n"
	}
	texts := regexp.MustCompile(`"(\\.|[^"\\])*"`)
	return texts.ReplaceAllStringFunc(indented.String(), func(quoted string) string {
		var text string
		_ = json.Unmarshal([]byte(quoted), &text) // it is valid
		return jsonText(redact(text))
	}) + "\n"
}

// jsonText encodes a text in JSON.
func jsonText(text string) string {
	var quoted strings.Builder
	to := json.NewEncoder(&quoted)
	to.SetEscapeHTML(false)
	_ = to.Encode(text) // a text is JSON
	return Escaped(strings.TrimSpace(quoted.String()))
}

// Escaped returns a JSON text with escapes for the characters that could steer a terminal. It
// says the same: but for the ends of lines they can only stand in strings.
func Escaped(text string) string {
	var safe strings.Builder
	for _, c := range text {
		if c == '\n' || unicode.IsPrint(c) {
			safe.WriteRune(c)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, c) {
			fmt.Fprintf(&safe, `\u%04x`, unit)
		}
	}
	return safe.String()
}

// mostWords bounds what is quoted of a document, in bytes.
const mostWords = 300

// FirstWords quotes the beginning of a document of any kind, on one line.
func FirstWords(document []byte, redact func(string) string) string {
	text := string(document)
	if json.Valid(document) {
		text = JSON(document, redact)
	} else {
		text = redact(unescaped(text))
	}
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > mostWords {
		text = strings.ToValidUTF8(text[:mostWords], "") + " …"
	}
	return Text(text)
}

// unescaped decodes the escapes of printable ASCII in what may be JSON that is cut short.
func unescaped(text string) string {
	return regexp.MustCompile(`\\(/|u00[2-7][0-9a-fA-F])`).ReplaceAllStringFunc(text, func(escape string) string {
		var c string
		_ = json.Unmarshal([]byte(`"`+escape+`"`), &c) // it is valid
		return c
	})
}
