package acs3

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"
)

// vector is a signature made by the documentation or by the official SDK.
type vector struct {
	Name                   string
	Method, Path           string
	Query                  map[string]string
	Host, Action, Version  string
	Date                   time.Time
	Nonce, Body            string
	AccessKeyID            string `json:"access_key_id"`
	AccessKeySecret        string `json:"access_key_secret"`
	SecurityToken          string `json:"security_token"`
	ContentSHA256          string `json:"content_sha256"`
	HashedCanonicalRequest string `json:"hashed_canonical_request"`
	SignedHeaders          string `json:"signed_headers"`
	Signature              string
}

// readVectors returns the vectors by their names.
func readVectors(t testing.TB) map[string]vector {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []vector }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	vectors := map[string]vector{}
	for _, v := range file.Vectors {
		vectors[v.Name] = v
	}
	return vectors
}

// request returns the request of a vector, not signed.
func (v vector) request() *http.Request {
	query := url.Values{}
	for name, value := range v.Query {
		query.Set(name, value)
	}
	return &http.Request{
		Method: v.Method,
		URL:    &url.URL{Scheme: "https", Host: v.Host, Path: v.Path, RawQuery: query.Encode()},
		Header: http.Header{
			"Accept":        {"application/json"},
			"X-Acs-Action":  {v.Action},
			"X-Acs-Version": {v.Version},
		},
	}
}

// input returns what else the vector was signed with.
func (v vector) input() Input {
	return Input{Credentials: v.credentials(), Body: []byte(v.Body), Time: v.Date, Nonce: v.Nonce}
}

func (v vector) credentials() Credentials {
	return Credentials{NewSecret(v.AccessKeyID), NewSecret(v.AccessKeySecret), NewSecret(v.SecurityToken)}
}

// canonical returns the canonical request of a signed request.
func canonical(r *http.Request) string {
	keys := appendKeys(nil, r.Header)
	return string(appendCanonicalRequest(nil, r, keys, signedHeaderList(keys)))
}

// equal compares two strings exactly.
func equal(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

// equalJSON compares two values as JSON, in which the keys of maps are sorted.
func equalJSON(t *testing.T, what string, got, want any) {
	t.Helper()
	g, errGot := json.Marshal(got)
	w, errWant := json.Marshal(want)
	if errGot != nil || errWant != nil {
		t.Fatal(errGot, errWant)
	}
	equal(t, what, string(g), string(w))
}
