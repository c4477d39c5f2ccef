package acs3

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"strings"
)

const (
	mask = "***" // printed in place of a secret

	// minRedacted is the length of the shortest value that Redact looks for, in bytes. A
	// shorter one, a slip of a person or a test, would also be found in codes and ids.
	minRedacted = 8
)

// Secret is a string that does not print itself: fmt, encoding/json, log/slog
// and every user of [encoding.TextMarshaler] show "***", or "" if it is empty.
// The zero value is the empty secret.
//
// The string is behind a pointer because fmt cannot call the methods of a Secret
// in an unexported field of another struct: it prints the address then. To
// compare two secrets, compare what Reveal returns.
type Secret struct{ value *string }

// NewSecret returns the secret of a value.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{&value}
}

// Reveal returns the value, "" for the zero Secret.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// String implements [fmt.Stringer] for callers other than fmt.
func (s Secret) String() string {
	if s.value == nil {
		return ""
	}
	return mask
}

// Format implements [fmt.Formatter], so that every verb and flag is covered.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// MarshalText implements [encoding.TextMarshaler], which encoding/json uses too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue implements [slog.LogValuer].
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Credentials are an AccessKey pair. SecurityToken is empty for a plain access
// key and set for temporary credentials from STS.
type Credentials struct {
	AccessKeyID     Secret
	AccessKeySecret Secret
	SecurityToken   Secret
}

// Same reports whether all three values are equal.
func (c Credentials) Same(other Credentials) bool {
	return c.AccessKeyID.Reveal() == other.AccessKeyID.Reveal() &&
		c.AccessKeySecret.Reveal() == other.AccessKeySecret.Reveal() &&
		c.SecurityToken.Reveal() == other.SecurityToken.Reveal()
}

// Parts names the parts whose value has a property.
func (c Credentials) Parts(has func(value string) bool) (names []string) {
	for _, part := range []struct {
		name  string
		value Secret
	}{
		{"access key id", c.AccessKeyID},
		{"access key secret", c.AccessKeySecret},
		{"security token", c.SecurityToken},
	} {
		if has(part.value.Reveal()) {
			names = append(names, part.name)
		}
	}
	return names
}

// Redact returns text with "***" in place of each of the three values, plain or
// escaped for a URL, and in place of each signature. It is for text from outside,
// such as the message of SignatureDoesNotMatch, which quotes the canonical
// request and with it the security token. A value shorter than eight characters stays.
func (c Credentials) Redact(text string) string {
	text = maskSignatures(text)
	escaped := strings.ContainsAny(text, "%+") // every escaped form that differs from its value contains one of these
	for _, form := range c.forms(escaped) {
		if form != "" {
			text = strings.ReplaceAll(text, form, mask)
		}
	}
	return text
}

// forms returns the ways in which the values may appear in a text, the longest
// first, so that a value is not cut by a shorter one that is part of it. Some are
// empty. An array costs no allocation: Redact runs for each member of a log line
// (BenchmarkHandle).
func (c Credentials) forms(escaped bool) [15]string {
	var forms [15]string
	for i, s := range [...]Secret{c.AccessKeyID, c.AccessKeySecret, c.SecurityToken} {
		value := s.Reveal()
		if len(value) < minRedacted {
			continue
		}
		forms[5*i] = value
		if escaped {
			forms[5*i+1] = url.QueryEscape(value)
			forms[5*i+2] = url.PathEscape(value)
			forms[5*i+3] = lowerEscapes(forms[5*i+1])
			forms[5*i+4] = lowerEscapes(forms[5*i+2])
		}
	}
	slices.SortFunc(forms[:], func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return forms
}

// lowerEscapes writes the escapes of a text in lower case, which means the same
// (RFC 3986, section 6.2.2.1).
func lowerEscapes(text string) string {
	lower := []byte(text)
	for i := range lower {
		if lower[i] == '%' {
			copy(lower[i:], strings.ToLower(text[i:i+3]))
		}
	}
	return string(lower)
}

// maskSignatures masks what follows each "Signature=": hex digits in an
// Authorization header, escaped base64 in a URL of STS.
func maskSignatures(text string) string {
	const label = "Signature="
	before, after, found := strings.Cut(text, label)
	if !found {
		return text
	}
	after = strings.TrimLeft(after, signatureCharacters)
	return before + label + mask + maskSignatures(after)
}

const signatureCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/%="

// RedactError returns an error without credentials in its text: one of the network may quote
// what the other side sent, and that may be our request. It wraps the other.
func (c Credentials) RedactError(err error) error { return redactedError{err, c.Redact(err.Error())} }

type redactedError struct {
	error
	text string
}

func (e redactedError) Error() string { return e.text }
func (e redactedError) Unwrap() error { return e.error }
