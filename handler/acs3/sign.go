package acs3

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// Algorithm is the name of the signature, as it stands in the Authorization
// header and in the string to sign.
const Algorithm = "ACS3-HMAC-SHA256"

// dateFormat is ISO 8601 in UTC to the second, as V3 asks of x-acs-date.
const dateFormat = "2006-01-02T15:04:05Z"

// Header keys in the form that [http.Header] stores them in.
const (
	headerAccessKeyID   = "X-Acs-Accesskey-Id"
	headerAuthorization = "Authorization"
	headerContentSHA256 = "X-Acs-Content-Sha256"
	headerContentType   = "Content-Type"
	headerDate          = "X-Acs-Date"
	headerHost          = "Host"
	headerNonce         = "X-Acs-Signature-Nonce"
	headerSecurityToken = "X-Acs-Security-Token"
	prefixACS           = "X-Acs-"
)

// Input is what a signature depends on besides the request.
type Input struct {
	// Credentials sign the request.
	Credentials Credentials

	// Body is the whole body that the request will send, nil for none.
	Body []byte

	// Time is the time of signing; zero means now. The server refuses a
	// request whose time is more than 15 minutes from its own.
	Time time.Time

	// Nonce must be new for each attempt: the server refuses one that it has
	// seen before.
	Nonce string
}

// Sign signs the request and returns the sorted lower-case names of the headers
// that the signature covers. The caller sets every other header first, among
// them x-acs-action and x-acs-version.
//
// Sign modifies the request:
//   - it sets x-acs-date, x-acs-signature-nonce and x-acs-content-sha256;
//   - it sets x-acs-security-token and x-acs-accesskey-id if there is a security
//     token, and removes both if there is none;
//   - it sets Authorization;
//   - it rewrites path and query of the URL into their canonical form and drops
//     Opaque and ForceQuery, so what is sent is what was signed;
//   - it gives the header keys their canonical spelling.
//
// The body of the request is neither read nor replaced: Input.Body counts. A
// request may be signed again for a new attempt; all of the above is replaced.
func Sign(r *http.Request, in Input) (signedHeaders []string) {
	setHeaders(r.Header, in)
	setURL(r.URL)

	keys := appendKeys(make([]string, 0, 16), r.Header)
	list := signedHeaderList(keys)
	request := appendCanonicalRequest(make([]byte, 0, 2048), r, keys, list)
	signature := sign(in.Credentials.AccessKeySecret, stringToSign(request))

	r.Header.Set(headerAuthorization, authorization(in.Credentials.AccessKeyID, list, signature))
	return strings.Split(list, ";")
}

// appendCanonicalRequest appends V3's CanonicalRequest, which has six elements.
// Path and query come from where net/http takes them for the request line.
func appendCanonicalRequest(b []byte, r *http.Request, keys []string, list string) []byte {
	b = appendLine(b, cmp.Or(r.Method, http.MethodGet))
	b = appendLine(b, r.URL.EscapedPath())
	b = appendLine(b, r.URL.RawQuery)
	b = appendLine(appendHeaders(b, r, keys), "")
	b = appendLine(b, list)
	return append(b, r.Header.Get(headerContentSHA256)...)
}

func appendLine(b []byte, line string) []byte { return append(append(b, line...), '\n') }

// stringToSign returns V3's StringToSign.
func stringToSign(canonicalRequest []byte) []byte {
	b := appendLine(make([]byte, 0, 128), Algorithm)
	return appendHexSHA256(b, canonicalRequest)
}

// sign returns V3's Signature. The secret is the key as it is.
func sign(secret Secret, stringToSign []byte) string {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write(stringToSign)
	return string(hex.AppendEncode(make([]byte, 0, 64), mac.Sum(nil)))
}

// authorization returns the value of the Authorization header.
func authorization(accessKeyID Secret, list, signature string) string {
	return Algorithm + " Credential=" + accessKeyID.Reveal() + ",SignedHeaders=" + list + ",Signature=" + signature
}

// appendHexSHA256 appends V3's Hex(SHA256(data)), in lower-case digits.
func appendHexSHA256(b, data []byte) []byte {
	sum := sha256.Sum256(data)
	return hex.AppendEncode(b, sum[:])
}
