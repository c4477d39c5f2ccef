package elasticsearchtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const (
	algorithm = "ACS3-HMAC-SHA256"
	bodyLimit = 1 << 20 // bytes; a longer body fails the check of its hash
)

// A call is a request as the gateway reads it: path and query come from the raw request line, so that what a client
// encoded wrongly is not mended by net/http before it is judged.
type call struct {
	method        string
	path          []string // decoded segments, the first one after the leading slash
	query         url.Values
	queryError    error
	header        http.Header // with Host
	body          []byte
	authorization authorization
}

func readCall(r *http.Request) (*call, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, bodyLimit))
	if err != nil {
		return nil, fmt.Errorf("body: %w", err)
	}
	rawPath, rawQuery, _ := strings.Cut(r.RequestURI, "?")
	path, err := decodePath(rawPath)
	if err != nil {
		return nil, fmt.Errorf("path: %w", err)
	}
	query, queryError := url.ParseQuery(rawQuery)
	header := r.Header.Clone()
	header.Set("Host", r.Host)
	return &call{
		method:        r.Method,
		path:          path,
		query:         query,
		queryError:    queryError,
		header:        header,
		body:          body,
		authorization: parseAuthorization(header.Values("Authorization")),
	}, nil
}

// decodePath decodes segment by segment: an encoded slash stays inside its segment.
func decodePath(raw string) ([]string, error) {
	segments := strings.Split(strings.TrimPrefix(raw, "/"), "/")
	for i, segment := range segments {
		decoded, err := url.PathUnescape(segment)
		if err != nil {
			return nil, err
		}
		segments[i] = decoded
	}
	return segments, nil
}

// canonicalRequest is the text whose hash is signed:
// METHOD \n CanonicalURI \n CanonicalQuery \n CanonicalHeaders \n SignedHeaders \n HexSHA256(body).
func (c *call) canonicalRequest() string {
	return strings.Join([]string{
		c.method,
		canonicalURI(c.path),
		canonicalQuery(c.query),
		canonicalHeaders(c.header, c.authorization.signedHeaders),
		strings.Join(c.authorization.signedHeaders, ";"),
		hexSHA256(c.body),
	}, "\n")
}

func canonicalURI(segments []string) string {
	var b strings.Builder
	for _, segment := range segments {
		b.WriteString("/" + encode(segment))
	}
	return b.String()
}

// canonicalQuery sorts by key, and by value where a key occurs twice. An empty value keeps its equals sign.
func canonicalQuery(query url.Values) string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(query)) {
		for _, value := range slices.Sorted(slices.Values(query[key])) {
			pairs = append(pairs, encode(key)+"="+encode(value))
		}
	}
	return strings.Join(pairs, "&")
}

// canonicalHeaders ends every line with a newline, the last one too.
func canonicalHeaders(header http.Header, signed []string) string {
	var b strings.Builder
	for _, name := range signed {
		b.WriteString(name + ":" + strings.TrimSpace(strings.Join(header.Values(name), ",")) + "\n")
	}
	return b.String()
}

// encode keeps the unreserved characters of RFC 3986 section 2.3 and percent-encodes every other byte, in upper case
// as section 2.1 asks for.
func encode(text string) string {
	const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	var b strings.Builder
	for _, char := range []byte(text) {
		if strings.IndexByte(unreserved, char) >= 0 {
			b.WriteByte(char)
		} else {
			fmt.Fprintf(&b, "%%%02X", char)
		}
	}
	return b.String()
}

func stringToSign(canonicalRequest string) string {
	return algorithm + "\n" + hexSHA256([]byte(canonicalRequest))
}

// signature uses the secret as it is: ACS3 derives no key for day or region.
func signature(secret, stringToSign string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(stringToSign))
	return hex.EncodeToString(mac.Sum(nil))
}

func hexSHA256(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
