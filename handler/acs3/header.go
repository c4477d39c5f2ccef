package acs3

import (
	"cmp"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"time"
)

// setHeaders sets the headers of V3 which belong to one attempt. The two of
// temporary credentials are removed for a plain access key: a token left from
// an attempt with other credentials would be refused.
func setHeaders(h http.Header, in Input) {
	canonicalKeys(h)
	hash := appendHexSHA256(make([]byte, 0, 64), in.Body)
	set(h, []string{headerDate, headerNonce, headerContentSHA256}, []string{date(in.Time), in.Nonce, string(hash)})

	delete(h, headerSecurityToken)
	delete(h, headerAccessKeyID)
	if token := in.Credentials.SecurityToken.Reveal(); token != "" {
		set(h, []string{headerSecurityToken, headerAccessKeyID}, []string{token, in.Credentials.AccessKeyID.Reveal()})
	}
}

// set sets several headers at once. All values share one allocation, which
// [http.Header.Set] makes for each; the limit on their capacity keeps a later
// [http.Header.Add] from writing into the next one.
func set(h http.Header, keys, values []string) {
	for i, key := range keys {
		h[key] = values[i : i+1 : i+1]
	}
}

// canonicalKeys spells the keys of h as [http.Header.Set] does. Names of
// headers are case-insensitive (RFC 9110, section 5.1), but net/http sends a
// key put into the map by hand as well as its other spelling, and a name sent twice
// would not match its signature.
func canonicalKeys(h http.Header) {
	for key, values := range h {
		if canonical := http.CanonicalHeaderKey(key); canonical != key {
			delete(h, key)
			h[canonical] = slices.Concat(h[canonical], values)
		}
	}
}

// date returns the value of x-acs-date.
func date(t time.Time) string {
	if t.IsZero() {
		t = time.Now()
	}
	return t.UTC().Format(dateFormat)
}

// appendKeys appends the keys of the headers which V3 signs, in the order of
// their lower-case names. A key without a value is not sent, hence not signed.
func appendKeys(keys []string, h http.Header) []string {
	keys = append(keys, headerHost)
	for key, values := range h {
		if len(values) > 0 && (key == headerContentType || strings.HasPrefix(key, prefixACS)) {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, compareLower)
	return keys
}

// compareLower compares the lower-case forms of two keys, which may be another
// order than that of the keys: "_" is between upper and lower-case letters.
func compareLower(a, b string) int {
	for i := range min(len(a), len(b)) {
		if x, y := lower(a[i]), lower(b[i]); x != y {
			return cmp.Compare(x, y)
		}
	}
	return cmp.Compare(len(a), len(b))
}

// lower returns the lower-case form of an ASCII letter, any other byte as it is.
func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

func appendLower(b []byte, key string) []byte {
	for i := range len(key) {
		b = append(b, lower(key[i]))
	}
	return b
}

// signedHeaderList returns V3's SignedHeaders.
func signedHeaderList(keys []string) string {
	b := make([]byte, 0, 256)
	for i, key := range keys {
		if i > 0 {
			b = append(b, ';')
		}
		b = appendLower(b, key)
	}
	return string(b)
}

// appendHeaders appends V3's CanonicalHeaders, a line "name:value" for each of
// the keys.
func appendHeaders(b []byte, r *http.Request, keys []string) []byte {
	for _, key := range keys {
		b = append(appendLower(b, key), ':')
		b = append(appendValue(b, r, key), '\n')
	}
	return b
}

// appendValue appends the value of a header. Several values are joined with a
// comma, which is what several lines of one header mean (RFC 9110, section
// 5.3). [textproto.TrimString] trims what net/http trims when it sends them.
func appendValue(b []byte, r *http.Request, key string) []byte {
	if key == headerHost {
		return append(b, host(r)...)
	}
	for i, value := range r.Header[key] {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, textproto.TrimString(value)...)
	}
	return b
}

// host returns what net/http sends as the Host header, which is never in
// Request.Header: Request.Host, for which the host of the URL stands in.
func host(r *http.Request) string {
	return textproto.TrimString(cmp.Or(r.Host, r.URL.Host))
}
