package elasticsearchtest

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// A vector is one entry of testdata/vectors.json: a request and the signature it must have.
type vector struct {
	Name            string            `json:"name"`
	Method          string            `json:"method"`
	Path            string            `json:"path"`
	Query           map[string]string `json:"query"`
	Host            string            `json:"host"`
	Action          string            `json:"action"`
	Version         string            `json:"version"`
	AccessKeyID     string            `json:"access_key_id"`
	AccessKeySecret string            `json:"access_key_secret"`
	SecurityToken   string            `json:"security_token"`
	HashedCanonical string            `json:"hashed_canonical_request"`
	SignedHeaders   string            `json:"signed_headers"`
	Signature       string            `json:"signature"`
	Date            string            `json:"date"`
	Nonce           string            `json:"nonce"`
	ContentSHA256   string            `json:"content_sha256"`
	ExtraHeaders    map[string]string `json:"extra_headers"`
}

func vectors(t *testing.T) []vector {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []vector }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) != 4 {
		t.Fatalf("vectors.json holds %d vectors, want 4", len(file.Vectors))
	}
	return file.Vectors
}

// request builds the request of a vector, without Authorization, to the server at base.
func (v vector) request(t *testing.T, base string) *http.Request {
	t.Helper()
	query := url.Values{}
	for key, value := range v.Query {
		query.Set(key, value)
	}
	r := newRequest(t, v.Method, base+v.Path+"?"+query.Encode(), "")
	r.Host = v.Host
	for name, value := range map[string]string{
		"x-acs-action": v.Action, "x-acs-version": v.Version, "x-acs-date": v.Date,
		"x-acs-signature-nonce": v.Nonce, "x-acs-content-sha256": v.ContentSHA256,
	} {
		r.Header.Set(name, value)
	}
	for name, value := range v.ExtraHeaders {
		r.Header.Set(name, value)
	}
	return r
}

func (v vector) now() time.Time {
	now, err := time.Parse(time.RFC3339, v.Date)
	if err != nil {
		panic(err)
	}
	return now
}

func newRequest(t *testing.T, method, target, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body == "" {
		r.Body, r.ContentLength = nil, 0
	}
	return r
}

// A signer is a client's side of the signature, written apart from the code it tests. TestVectors holds it to the
// vectors.
type signer struct {
	account Account
	date    time.Time
	omit    string // a header to leave unsigned
	hash    string // to sign in place of that in x-acs-content-sha256
}

// prepare sets every header the signature covers, as the official SDK does.
func (k signer) prepare(r *http.Request, action string) {
	body := ""
	if r.GetBody != nil {
		reader, _ := r.GetBody()
		data, _ := io.ReadAll(reader)
		body = string(data)
	}
	r.Header.Set("x-acs-action", action)
	r.Header.Set("x-acs-version", "2017-06-13")
	r.Header.Set("x-acs-date", k.date.UTC().Format("2006-01-02T15:04:05Z"))
	r.Header.Set("x-acs-signature-nonce", rand.Text())
	r.Header.Set("x-acs-content-sha256", fmt.Sprintf("%x", sha256.Sum256([]byte(body))))
	if k.account.SecurityToken != "" {
		r.Header.Set("x-acs-accesskey-id", k.account.AccessKeyID)
		r.Header.Set("x-acs-security-token", k.account.SecurityToken)
	}
}

// sign sets Authorization from the request as it stands.
func (k signer) sign(r *http.Request) {
	signed := []string{"host"}
	lines := map[string]string{"host": r.Host}
	for name, values := range r.Header {
		name = strings.ToLower(name)
		if (strings.HasPrefix(name, "x-acs-") || name == "content-type") && name != k.omit {
			signed = append(signed, name)
			lines[name] = values[0]
		}
	}
	slices.Sort(signed)
	signed = slices.DeleteFunc(signed, func(name string) bool { return name == k.omit })
	text := r.Method + "\n" + r.URL.EscapedPath() + "\n" + strings.ReplaceAll(r.URL.Query().Encode(), "+", "%20") + "\n"
	for _, name := range signed {
		text += name + ":" + lines[name] + "\n"
	}
	names := strings.Join(signed, ";")
	text += "\n" + names + "\n" + cmp.Or(k.hash, r.Header.Get("x-acs-content-sha256"))
	mac := hmac.New(sha256.New, []byte(k.account.AccessKeySecret))
	fmt.Fprintf(mac, "ACS3-HMAC-SHA256\n%x", sha256.Sum256([]byte(text)))
	r.Header.Set("Authorization", fmt.Sprintf("ACS3-HMAC-SHA256 Credential=%s,SignedHeaders=%s,Signature=%x",
		k.account.AccessKeyID, names, mac.Sum(nil)))
}
