package elasticsearchtest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// An rpcCall is a request in the RPC style: an action and its parameters, in the query and in a form.
type rpcCall struct {
	method, path string
	parameters   url.Values // of both places
	fault        error      // in how they are written
}

// readRPC leaves the body to be read again.
func readRPC(r *http.Request) (*rpcCall, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, bodyLimit))
	if err != nil {
		return nil, fmt.Errorf("body: %w", err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	c := &rpcCall{method: r.Method, path: r.URL.Path}
	c.parameters, c.fault = url.ParseQuery(r.URL.RawQuery)
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media == "application/x-www-form-urlencoded" {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			c.fault = err
		}
		for name, values := range form {
			c.parameters[name] = append(c.parameters[name], values...)
		}
	}
	for name, values := range c.parameters {
		if len(values) > 1 {
			c.fault = fmt.Errorf("%s is given more than once", name)
		}
	}
	return c, nil
}

func (c *rpcCall) get(name string) string { return c.parameters.Get(name) }

// stringToSign is METHOD & %2F & the parameters but Signature, sorted, the whole encoded a second time. Signature
// version 1.0 signs neither host nor headers.
func (c *rpcCall) stringToSign() string {
	signed := url.Values{}
	for name, values := range c.parameters {
		if name != "Signature" {
			signed[name] = values
		}
	}
	return c.method + "&" + encode("/") + "&" + encode(canonicalQuery(signed))
}

// rpcSignature uses the secret and an ampersand as its key.
func rpcSignature(secret, stringToSign string) string {
	mac := hmac.New(sha1.New, []byte(secret+"&"))
	mac.Write([]byte(stringToSign))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// verify returns the refusal that a call earns, or nil when it may be carried out. Timestamp and SignatureNonce are
// signed but not judged: the official provider makes them, not a client of ours. Where no document says which code a
// fault has, the code is the stand-in's choice.
func (s *STS) verify(c *rpcCall) http.HandlerFunc {
	if c.fault != nil {
		return refuseRPC(http.StatusBadRequest, "InvalidParameter", "The parameters cannot be read: "+c.fault.Error())
	}
	if c.path != "/" || c.get("Action") != "AssumeRole" || c.get("Version") != stsVersion {
		return refuseRPC(http.StatusNotFound, "InvalidAction.NotFound", "No action of version "+stsVersion+" has this name and path.")
	}
	s.mu.Lock()
	account, known := s.accounts[c.get("AccessKeyId")]
	s.mu.Unlock()
	if !known {
		return refuseRPC(http.StatusNotFound, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
	}
	if refusal := checkRPCToken(c, account); refusal != nil {
		return refusal
	}
	return checkRPCSignature(c, account)
}

// checkRPCToken holds a key and its security token together.
func checkRPCToken(c *rpcCall, account Account) http.HandlerFunc {
	token := c.get("SecurityToken")
	switch {
	case token == account.SecurityToken:
		return nil
	case token == "":
		return refuseRPC(http.StatusBadRequest, "MissingSecurityToken", "SecurityToken is mandatory for this key.")
	case account.SecurityToken == "":
		return refuseRPC(http.StatusBadRequest, "InvalidSecurityToken.MismatchWithAccessKey", "This key has no SecurityToken.")
	default:
		return refuseRPC(http.StatusBadRequest, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.")
	}
}

// checkRPCSignature quotes the string to sign in its refusal, as the real gateway does. It holds the security token,
// encoded twice: whoever logs the message leaks it.
func checkRPCSignature(c *rpcCall, account Account) http.HandlerFunc {
	if c.get("SignatureMethod") != "HMAC-SHA1" || c.get("SignatureVersion") != "1.0" {
		return refuseRPC(http.StatusBadRequest, "IncompleteSignature", "The signature is not HMAC-SHA1 of version 1.0.")
	}
	toSign := c.stringToSign()
	if want := rpcSignature(account.AccessKeySecret, toSign); !hmac.Equal([]byte(want), []byte(c.get("Signature"))) {
		return refuseRPC(http.StatusBadRequest, "SignatureDoesNotMatch",
			"Specified signature is not matched with our calculation. server string to sign is:"+toSign)
	}
	return nil
}

// refuseRPC answers with the documented error body of the RPC style, which has no Recommend.
func refuseRPC(status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, status, struct{ RequestId, HostId, Code, Message string }{
			w.Header().Get(requestIDHeader), r.Host, code, message,
		})
	}
}
