package acs3

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"time"
)

// Algorithm is the name of the signature in the Authorization header and in the
// string to sign.
const Algorithm = "ACS3-HMAC-SHA256"

// dateFormat is ISO 8601 in UTC to the second, V3's format of x-acs-date.
const dateFormat = "2006-01-02T15:04:05Z"

// Input is what a signature depends on besides the request.
type Input struct {
	// Credentials sign the request.
	Credentials Credentials

	// Body is the whole body that the request will send, nil for none.
	Body []byte

	// Time is the time of signing. The server refuses a request whose time is
	// more than 15 minutes from its own.
	Time time.Time

	// Nonce must be new for each attempt: the server refuses one that it has
	// seen before.
	Nonce string
}

// Sign signs the request and returns the sorted lower-case names of the headers
// that the signature covers. The caller sets every other header first, among
// them x-acs-action and x-acs-version, with keys as [http.Header.Set] spells
// them.
//
// Sign modifies the request:
//   - it sets x-acs-date, x-acs-signature-nonce and x-acs-content-sha256;
//   - it sets x-acs-security-token and x-acs-accesskey-id if there is a security
//     token, and removes both if there is none;
//   - it sets Authorization;
//   - it rewrites path and query of the URL into their canonical form and drops
//     Opaque and ForceQuery, so what is sent is what was signed.
//
// The body of the request is neither read nor replaced: Input.Body counts. A
// request may be signed again for a new attempt; all of the above is replaced.
func Sign(r *http.Request, in Input) (signedHeaders []string) {
	setHeaders(r.Header, in)
	SetURL(r.URL)
	names := signedNames(r.Header)
	r.Header.Set("Authorization", Authorization(in.Credentials, canonicalRequest(r, names), names))
	return names
}

// setHeaders sets V3's headers of one attempt. For a plain access key it removes
// those of temporary credentials: a token left from an earlier attempt would be
// refused.
func setHeaders(h http.Header, in Input) {
	h.Set("X-Acs-Date", in.Time.UTC().Format(dateFormat))
	h.Set("X-Acs-Signature-Nonce", in.Nonce)
	h.Set("X-Acs-Content-Sha256", hexSHA256(in.Body))
	h.Del("X-Acs-Security-Token")
	h.Del("X-Acs-Accesskey-Id")
	if token := in.Credentials.SecurityToken.Reveal(); token != "" {
		h.Set("X-Acs-Security-Token", token)
		h.Set("X-Acs-Accesskey-Id", in.Credentials.AccessKeyID.Reveal())
	}
}

// signedNames returns the names of the headers that V3 signs, in lower case and
// sorted. A header without a value is not sent, so it is not signed either.
func signedNames(h http.Header) []string {
	names := []string{"host"}
	for key, values := range h {
		name := strings.ToLower(key)
		if len(values) > 0 && (name == "content-type" || strings.HasPrefix(name, "x-acs-")) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// canonicalRequest returns V3's CanonicalRequest. Path and query come from where
// net/http takes them for the request line.
func canonicalRequest(r *http.Request, names []string) string {
	return strings.Join([]string{
		cmp.Or(r.Method, http.MethodGet),
		r.URL.EscapedPath(),
		r.URL.RawQuery,
		canonicalHeaders(r, names),
		strings.Join(names, ";"),
		r.Header.Get("X-Acs-Content-Sha256"),
	}, "\n")
}

// canonicalHeaders returns V3's CanonicalHeaders, a line "name:value" for each
// name.
func canonicalHeaders(r *http.Request, names []string) string {
	var lines strings.Builder
	for _, name := range names {
		lines.WriteString(name + ":" + headerValue(r, name) + "\n")
	}
	return lines.String()
}

// headerValue returns the value that net/http sends for a header.
//
// The host is never in Request.Header, but Request.Host or else that of the URL.
// Values are trimmed as net/http trims them. Several are joined with a comma,
// which is what several lines of one header mean (RFC 9110, section 5.3).
func headerValue(r *http.Request, name string) string {
	values := r.Header.Values(name)
	if name == "host" {
		values = []string{cmp.Or(r.Host, r.URL.Host)}
	}
	var trimmed []string
	for _, value := range values {
		trimmed = append(trimmed, textproto.TrimString(value))
	}
	return strings.Join(trimmed, ",")
}

// stringToSign returns V3's StringToSign.
func stringToSign(canonicalRequest string) string {
	return Algorithm + "\n" + hexSHA256([]byte(canonicalRequest))
}

// sign returns V3's Signature.
func sign(secret Secret, stringToSign string) string {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write([]byte(stringToSign))
	return hex.EncodeToString(mac.Sum(nil))
}

// Authorization signs a canonical request and returns the value of the Authorization
// header. names are those of the headers that the request covers. It is for a service that
// has another canonical request than V3; for all others there is [Sign].
func Authorization(c Credentials, canonicalRequest string, names []string) string {
	return Algorithm + " Credential=" + c.AccessKeyID.Reveal() +
		",SignedHeaders=" + strings.Join(names, ";") +
		",Signature=" + sign(c.AccessKeySecret, stringToSign(canonicalRequest))
}

// hexSHA256 returns V3's Hex(SHA256(data)), in lower-case digits.
func hexSHA256(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
