package acs3

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
)

// setURL rewrites u so that net/http sends the canonical path and query. Opaque
// would be sent in place of the path, and ForceQuery adds a "?" to no query.
func setURL(u *url.URL) {
	path := canonicalURI(u.EscapedPath())
	u.Path, u.RawPath = unescapePath(path), path
	u.RawQuery = canonicalQuery(u.RawQuery)
	u.Opaque, u.ForceQuery = "", false
}

// canonicalURI returns V3's CanonicalURI of an escaped path: each segment
// escaped anew, so an escaped slash within a segment stays one. The empty path
// is "/" (RFC 9112, section 3.2.1).
func canonicalURI(path string) string {
	b := make([]byte, 0, 128)
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		b = append(b, '/')
		b = append(b, escape(unescapePath(segment))...)
	}
	if string(b) == path { // The usual path, which costs no allocation.
		return path
	}
	return string(b)
}

// canonicalQuery returns V3's CanonicalQueryString of an escaped query, in which
// "+" means a space. An empty value is "name=".
func canonicalQuery(query string) string {
	b := make([]byte, 0, 256)
	for i, p := range appendParameters(make([]parameter, 0, 8), query) {
		if i > 0 {
			b = append(b, '&')
		}
		b = append(b, escape(p.name)...)
		b = append(b, '=')
		b = append(b, escape(p.value)...)
	}
	return string(b)
}

// A parameter is one name and value of a query, not escaped.
type parameter struct{ name, value string }

// compare orders parameters by name, as V3 says, then by value. Both are
// compared before they are escaped, as Alibaba Cloud's own SDK does.
func (p parameter) compare(q parameter) int {
	return cmp.Or(strings.Compare(p.name, q.name), strings.Compare(p.value, q.value))
}

// appendParameters appends the parameters of an escaped query and sorts them.
func appendParameters(ps []parameter, query string) []parameter {
	for pair := range strings.SplitSeq(query, "&") {
		if pair != "" {
			name, value, _ := strings.Cut(pair, "=")
			ps = append(ps, parameter{unescapeQuery(name), unescapeQuery(value)})
		}
	}
	slices.SortFunc(ps, parameter.compare)
	return ps
}

// escape keeps the unreserved characters of RFC 3986, section 2.3, and makes
// every other byte %XX. [url.QueryEscape] does this but for the space; a "+" in
// its result is always a space, since the plus sign itself becomes %2B.
func escape(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

// unescapeQuery takes what is not validly escaped literally: the server is to
// judge it, and a parameter must not get lost on the way.
func unescapeQuery(s string) string {
	if literal, err := url.QueryUnescape(s); err == nil {
		return literal
	}
	return s
}

// unescapePath is for paths from [url.URL.EscapedPath] only, which are validly
// escaped.
func unescapePath(s string) string {
	literal, _ := url.PathUnescape(s)
	return literal
}
