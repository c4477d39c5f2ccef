package trigger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"unicode/utf8"
)

// members yields the members of a JSON object in order: the name, unquoted, and
// the bytes of the value. It copies nothing except a name with escapes, so an
// object of any size costs no memory. It yields nothing if the text is not an
// object, and some part of a text that is not JSON.
//
// encoding/json does not serve here. Unmarshal takes Instanceid for instanceId and
// the last of two members of one name: both could act on an instance that the
// sender did not mean. A Decoder makes BenchmarkParse 6 to 8 times slower and
// allocates 73 MB for an event of 800 kB, where TestFloods allows 8 MiB.
func members(object []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		c := cursor{text: object}
		if !c.skip('{') {
			return
		}
		for {
			name := c.value()
			if len(name) < 2 || name[0] != '"' || !c.skip(':') {
				return
			}
			value := c.value()
			if len(value) == 0 || !yield(unquote(name), value) || !c.skip(',') {
				return
			}
		}
	}
}

// elements yields the elements of a JSON array in order, as members does.
func elements(array []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		c := cursor{text: array}
		if !c.skip('[') {
			return
		}
		for {
			value := c.value()
			if len(value) == 0 || !yield(value) || !c.skip(',') {
				return
			}
		}
	}
}

// lookup returns the first member of an object that has the name, in any case,
// and is not null; nil if no member does.
func lookup(object []byte, name string) []byte {
	for key, value := range members(object) {
		if value[0] != 'n' && isSame(key, name) {
			return value
		}
	}
	return nil
}

// isSame reports whether two names are the same in any letter case.
func isSame(key []byte, name string) bool {
	return len(key) == len(name) && strings.EqualFold(string(key), name)
}

// texts returns the texts of a string, split at commas, or of an array of
// strings; nil for every other value.
func texts(raw []byte) []string {
	if len(raw) > 0 && raw[0] == '"' {
		return split(string(unquote(raw)))
	}
	var all []string
	for element := range elements(raw) {
		if len(all) > maxNamed {
			break
		}
		if element[0] == '"' {
			all = append(all, split(string(unquote(element)))...)
		}
	}
	return all
}

// split returns the parts between commas that are not empty: at most maxNamed + 1,
// enough to detect a list that is too long.
func split(list string) []string {
	var parts []string
	for part := range strings.SplitSeq(list, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
		if len(parts) > maxNamed {
			break
		}
	}
	return parts
}

// document returns the JSON that a string holds, or raw itself.
func document(raw []byte) ([]byte, error) {
	if raw[0] != '"' {
		return raw, nil
	}
	text := trim(unquote(raw))
	if err := syntax(text); err != nil {
		return nil, fmt.Errorf("is a string whose text %w", err)
	}
	return text, nil
}

// trim removes a byte order mark and white space around the text.
func trim(text []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\ufeff")))
}

// syntax returns an error unless text is exactly one JSON value in UTF-8.
func syntax(text []byte) error {
	switch {
	case !utf8.Valid(text):
		return errors.New("is not UTF-8")
	case json.Valid(text):
		return nil
	case len(bytes.TrimSpace(text)) == 0:
		return errors.New("is empty")
	}
	at := json.Unmarshal(text, new(json.RawMessage)).(*json.SyntaxError)
	return fmt.Errorf("is not JSON: %w, at byte %d", at, at.Offset)
}

// typeOf names the type of a JSON value by its first byte.
func typeOf(raw []byte) string {
	switch raw[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	default:
		return "a number"
	}
}

// unquote returns the text of a JSON string.
func unquote(quoted []byte) []byte {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	var text string
	_ = json.Unmarshal(quoted, &text) // it fails only for text that is not JSON, which check refuses
	return []byte(text)
}

// A cursor walks over JSON text. On text that is not JSON it stops somewhere.
type cursor struct {
	text []byte
	at   int
}

// space moves over white space (RFC 8259, section 2).
func (c *cursor) space() {
	for c.at < len(c.text) {
		switch c.text[c.at] {
		case ' ', '\t', '\r', '\n':
			c.at++
		default:
			return
		}
	}
}

// skip moves over white space and then over b, and reports whether b was next.
func (c *cursor) skip(b byte) bool {
	c.space()
	if c.at >= len(c.text) || c.text[c.at] != b {
		return false
	}
	c.at++
	return true
}

// value moves over one value, white space before it included, and returns it.
// It counts brackets and does not call itself, so depth costs nothing.
func (c *cursor) value() []byte {
	c.space()
	start, depth := c.at, 0
	for c.at < len(c.text) {
		switch c.text[c.at] {
		case '"':
			c.string()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 { // the end of the container around the value
				return c.text[start:c.at]
			}
			depth--
		case ',', ':', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return c.text[start:c.at]
			}
		}
		c.at++
	}
	return c.text[start:]
}

// string moves over the string that begins here.
func (c *cursor) string() {
	for c.at++; c.at < len(c.text); c.at++ {
		switch c.text[c.at] {
		case '\\':
			c.at++
		case '"':
			c.at++
			return
		}
	}
}
