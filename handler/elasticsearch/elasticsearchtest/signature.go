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
	"time"
)

const (
	algorithm  = "ACS3-HMAC-SHA256"
	bodyLimit  = 1 << 20 // bytes; a longer body fails the check of its hash
	dateLayout = "2006-01-02T15:04:05Z"
	dateSkew   = 15 * time.Minute // either way
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
	account       string // that the access key is of; found on arrival
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

// An authorization is what the header of that name says. Its zero value stands for one that is missing or garbled.
type authorization struct {
	accessKeyID   string
	signedHeaders []string
	signature     string
}

// parseAuthorization reads `ACS3-HMAC-SHA256 Credential=<AK>,SignedHeaders=a;b,Signature=<hex>`, sent once.
func parseAuthorization(values []string) authorization {
	if len(values) != 1 {
		return authorization{}
	}
	fields := strings.Split(values[0], ",")
	if len(fields) != 3 {
		return authorization{}
	}
	credential, isCredential := strings.CutPrefix(fields[0], algorithm+" Credential=")
	signed, isSigned := strings.CutPrefix(fields[1], "SignedHeaders=")
	signature, isSignature := strings.CutPrefix(fields[2], "Signature=")
	if !isCredential || !isSigned || !isSignature {
		return authorization{}
	}
	return authorization{credential, strings.Split(signed, ";"), signature}
}

// verify returns the refusal that a request earns, or nil when it may be carried out. Nonces are spent by accepted
// requests only.
func (s *Server) verify(c *call) http.HandlerFunc {
	s.mu.Lock()
	account, known := s.accounts[c.authorization.accessKeyID]
	s.mu.Unlock()
	now := time.Now
	if s.Now != nil {
		now = s.Now
	}
	return checkAll(c, account, known, checkToken, checkDate(now), checkSignedHeaders, checkSignature, s.spendNonce)
}

// A check returns the refusal that a request of an account earns, or nil.
type check func(*call, Account) http.HandlerFunc

// checkAll makes checks in order, after those that need no account.
func checkAll(c *call, account Account, known bool, checks ...check) http.HandlerFunc {
	switch {
	case c.authorization.accessKeyID == "":
		return Refuse(http.StatusBadRequest, "IncompleteSignature", "Authorization is missing or not of the form "+
			algorithm+" Credential=<AK>,SignedHeaders=<a;b>,Signature=<hex>.")
	case c.queryError != nil:
		return Refuse(http.StatusBadRequest, "InvalidParameter", "The query cannot be decoded: "+c.queryError.Error())
	case !known:
		return Refuse(http.StatusNotFound, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
	}
	for _, check := range checks {
		if refusal := check(c, account); refusal != nil {
			return refusal
		}
	}
	return nil
}

// checkToken holds a key and its security token together: a token account sends x-acs-security-token and
// x-acs-accesskey-id both, and a plain key sends no token. All codes but InvalidSecurityToken.Expired are the
// stand-in's choice.
func checkToken(c *call, account Account) http.HandlerFunc {
	token, key := c.header.Get("x-acs-security-token"), c.header.Get("x-acs-accesskey-id")
	temporary := account.SecurityToken != ""
	switch {
	case temporary && token == "":
		return Refuse(http.StatusBadRequest, "MissingSecurityToken", "x-acs-security-token is mandatory for this key.")
	case temporary && key == "":
		return Refuse(http.StatusBadRequest, "MissingAccessKeyId", "x-acs-accesskey-id is mandatory for this key.")
	case temporary && token != account.SecurityToken:
		return Refuse(http.StatusBadRequest, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.")
	case !temporary && token != "", key != "" && key != account.AccessKeyID:
		return Refuse(http.StatusBadRequest, "InvalidSecurityToken.MismatchWithAccessKey",
			"Specified SecurityToken or x-acs-accesskey-id belongs to another key than the Credential.")
	}
	return nil
}

// checkDate takes the one documented form. Parsing alone would let fractions of a second pass.
func checkDate(now func() time.Time) check {
	return func(c *call, _ Account) http.HandlerFunc {
		given := c.header.Get("x-acs-date")
		date, err := time.Parse(dateLayout, given)
		if err != nil || date.Format(dateLayout) != given {
			return Refuse(http.StatusBadRequest, "InvalidTimeStamp.Format", "x-acs-date is not of the form "+dateLayout+".")
		}
		if now().Sub(date).Abs() > dateSkew {
			return Refuse(http.StatusBadRequest, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
		}
		return nil
	}
}

// checkSignedHeaders wants SignedHeaders in order, without a name twice or one that was not sent, and in it every
// x-acs-* header, host, and content-type where there is one.
func checkSignedHeaders(c *call, _ Account) http.HandlerFunc {
	signed := c.authorization.signedHeaders
	incomplete := func(why string) http.HandlerFunc {
		return Refuse(http.StatusBadRequest, "IncompleteSignature", why)
	}
	if !slices.IsSorted(signed) || len(slices.Compact(slices.Clone(signed))) != len(signed) {
		return incomplete("SignedHeaders is not sorted, or names a header twice.")
	}
	for _, name := range signed {
		if name != strings.ToLower(name) || len(c.header.Values(name)) == 0 {
			return incomplete("SignedHeaders names a header that was not sent, or not in lower case: " + name)
		}
	}
	for name := range c.header {
		name = strings.ToLower(name)
		needed := strings.HasPrefix(name, "x-acs-") || name == "host" || name == "content-type"
		if _, found := slices.BinarySearch(signed, name); needed && !found {
			return incomplete("SignedHeaders lacks a header.")
		}
	}
	return nil
}

// checkSignature quotes the canonical request in its refusal, as the real gateway does. With a security token that
// text holds the token: whoever logs the message leaks it.
func checkSignature(c *call, account Account) http.HandlerFunc {
	if c.header.Get("x-acs-content-sha256") != hexSHA256(c.body) {
		return Refuse(http.StatusBadRequest, "SignatureDoesNotMatch", "x-acs-content-sha256 is not the hash of the body.")
	}
	canonical := c.canonicalRequest()
	toSign := stringToSign(canonical)
	want := signature(account.AccessKeySecret, toSign)
	if !hmac.Equal([]byte(want), []byte(c.authorization.signature)) {
		return Refuse(http.StatusBadRequest, "SignatureDoesNotMatch", fmt.Sprintf("Specified signature is not matched "+
			"with our calculation. server StringToSign is [%s], server CanonicalRequest is [%s]", toSign, canonical))
	}
	return nil
}

func (s *Server) spendNonce(c *call, account Account) http.HandlerFunc {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nonces.spend(c, account)
}

// nonces are those that were spent, with the key that spent them.
type nonces map[[2]string]bool

// spend takes a nonce once from each key. MissingSignatureNonce is the stand-in's choice.
func (n nonces) spend(c *call, account Account) http.HandlerFunc {
	nonce := c.header.Get("x-acs-signature-nonce")
	if nonce == "" {
		return Refuse(http.StatusBadRequest, "MissingSignatureNonce", "x-acs-signature-nonce is mandatory.")
	}
	spent := [2]string{account.AccessKeyID, nonce}
	if n[spent] {
		return Refuse(http.StatusBadRequest, "SignatureNonceUsed", "Specified signature nonce was used already.")
	}
	n[spent] = true
	return nil
}
