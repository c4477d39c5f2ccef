package elasticsearchtest

import (
	"crypto/hmac"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	dateLayout = "2006-01-02T15:04:05Z"
	dateSkew   = 15 * time.Minute // either way
)

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
	if c.authorization.accessKeyID == "" {
		return Refuse(http.StatusBadRequest, "IncompleteSignature", "Authorization is missing or not of the form "+
			algorithm+" Credential=<AK>,SignedHeaders=<a;b>,Signature=<hex>.")
	}
	if c.queryError != nil {
		return Refuse(http.StatusBadRequest, "InvalidParameter", "The query cannot be decoded: "+c.queryError.Error())
	}
	s.mu.Lock()
	account, known := s.accounts[c.authorization.accessKeyID]
	s.mu.Unlock()
	if !known {
		return Refuse(http.StatusNotFound, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
	}
	for _, check := range []func(*call, Account) http.HandlerFunc{
		checkToken, s.checkDate, checkSignedHeaders, checkSignature, s.spendNonce,
	} {
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
func (s *Server) checkDate(c *call, _ Account) http.HandlerFunc {
	now := time.Now
	if s.Now != nil {
		now = s.Now
	}
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

// spendNonce takes a nonce once from each key. MissingSignatureNonce is the stand-in's choice.
func (s *Server) spendNonce(c *call, account Account) http.HandlerFunc {
	nonce := c.header.Get("x-acs-signature-nonce")
	if nonce == "" {
		return Refuse(http.StatusBadRequest, "MissingSignatureNonce", "x-acs-signature-nonce is mandatory.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	spent := account.AccessKeyID + "\n" + nonce
	if s.nonces[spent] {
		return Refuse(http.StatusBadRequest, "SignatureNonceUsed", "Specified signature nonce was used already.")
	}
	s.nonces[spent] = true
	return nil
}
