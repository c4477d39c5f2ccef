package acs3

import (
	"net/url"
	"slices"
	"strings"
)

// SetURL rewrites u so that net/http sends the canonical path and query. Opaque
// would be sent in place of the path, and ForceQuery adds "?" to an empty query.
func SetURL(u *url.URL) {
	path := canonicalURI(u.EscapedPath())
	u.Path, u.RawPath = unescapePath(path), path
	u.RawQuery = canonicalQuery(u.RawQuery)
	u.Opaque, u.ForceQuery = "", false
}

// canonicalURI returns V3's CanonicalURI of an escaped path. Each segment is
// escaped anew, so an escaped slash within a segment stays one. The empty path
// is "/" (RFC 9112, section 3.2.1).
func canonicalURI(path string) string {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, segment := range segments {
		segments[i] = escape(unescapePath(segment))
	}
	return "/" + strings.Join(segments, "/")
}

// canonicalQuery returns V3's CanonicalQueryString of an escaped query, in which
// "+" means a space. V3 sorts by name; here the values of one name are sorted
// too, and both before they are escaped, as in Alibaba Cloud's own SDK. An empty
// value is "name=".
func canonicalQuery(query string) string {
	var parameters [][]string
	for pair := range strings.SplitSeq(query, "&") {
		if pair != "" {
			name, value, _ := strings.Cut(pair, "=")
			parameters = append(parameters, []string{unescapeQuery(name), unescapeQuery(value)})
		}
	}
	slices.SortFunc(parameters, slices.Compare)
	var escaped []string
	for _, p := range parameters {
		escaped = append(escaped, escape(p[0])+"="+escape(p[1]))
	}
	return strings.Join(escaped, "&")
}

// escape writes every byte as %XX but for the unreserved characters of RFC 3986,
// section 2.3. [url.QueryEscape] does this except for the space; a "+" in its
// result is always a space, since the plus sign itself becomes %2B.
func escape(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

// unescapeQuery takes a text with an invalid escape literally, so that no
// parameter is lost before the server can judge it.
func unescapeQuery(s string) string {
	if literal, err := url.QueryUnescape(s); err == nil {
		return literal
	}
	return s
}

// unescapePath is for paths from [url.URL.EscapedPath] only, whose escapes are
// valid.
func unescapePath(s string) string {
	literal, _ := url.PathUnescape(s)
	return literal
}
