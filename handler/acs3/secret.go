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

// mask stands for a secret in everything that is printed.
const mask = "***"

// Secret is a string that does not print itself: fmt, encoding/json, log/slog
// and whatever uses [encoding.TextMarshaler] show "***", or "" if it is empty.
// The zero value is the empty secret.
//
// The string is behind a pointer for the sake of fmt, which cannot call the
// methods of a Secret in an unexported field of another struct. It prints the
// address there. Compare what Reveal returns, not secrets.
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

// Format implements [fmt.Formatter], which covers every verb and flag.
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

// Same says whether all three values are the same.
func (c Credentials) Same(other Credentials) bool {
	return c.AccessKeyID.Reveal() == other.AccessKeyID.Reveal() &&
		c.AccessKeySecret.Reveal() == other.AccessKeySecret.Reveal() &&
		c.SecurityToken.Reveal() == other.SecurityToken.Reveal()
}

// Redact returns text with "***" for every occurrence of one of the three
// values, escaped for a URL or not, and for every signature. It is for text from
// outside, such as the message of SignatureDoesNotMatch, which quotes the
// canonical request and so the security token.
func (c Credentials) Redact(text string) string {
	text = maskSignatures(text)
	// An escaped form that differs from its value contains one of these.
	escaped := strings.ContainsAny(text, "%+")
	for _, form := range c.forms(escaped) {
		if form != "" {
			text = strings.ReplaceAll(text, form, mask)
		}
	}
	return text
}

// forms returns what a value of c looks like in text, the longest first, so
// that no value gets cut by a shorter one that is a part of it. Some are empty.
func (c Credentials) forms(escaped bool) [15]string {
	var forms [15]string
	for i, s := range [...]Secret{c.AccessKeyID, c.AccessKeySecret, c.SecurityToken} {
		forms[5*i] = s.Reveal()
		if escaped {
			forms[5*i+1] = url.QueryEscape(s.Reveal())
			forms[5*i+2] = url.PathEscape(s.Reveal())
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

// maskSignatures masks what follows "Signature=", as in Authorization, in hex, and in
// a URL of STS, in base64.
func maskSignatures(text string) string {
	const label = "Signature="
	before, after, found := strings.Cut(text, label)
	if !found {
		return text
	}
	after = strings.TrimLeftFunc(after, isOfSignature)
	return before + label + mask + maskSignatures(after)
}

func isOfSignature(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("+/%=", c)
}
