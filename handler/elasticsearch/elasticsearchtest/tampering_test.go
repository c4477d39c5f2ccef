package elasticsearchtest

import (
	"io"
	"net/http"
	"strings"
	"time"
)

// A tampering is one thing wrong with a request. before is done ahead of signing, after behind the signer's back.
type tampering struct {
	signer        func(*signer)
	before, after func(*http.Request)
	want          string
}

func set(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func del(name string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Del(name) }
}

func edit(old, new string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, new, 1))
	}
}

func method(name string) func(*http.Request) {
	return func(r *http.Request) { r.Method = name }
}

func path(old, new string) func(*http.Request) {
	return func(r *http.Request) { r.URL.Path = strings.Replace(r.URL.Path, old, new, 1) }
}

func query(raw string) func(*http.Request) {
	return func(r *http.Request) { r.URL.RawQuery = raw }
}

func shift(d time.Duration) func(*signer) {
	return func(k *signer) { k.date = k.date.Add(d) }
}

func unsigned(name string) func(*signer) {
	return func(k *signer) { k.omit = name }
}

func body(text string) func(*http.Request) {
	return func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
	}
}

func signatureTamperings() map[string]tampering {
	return map[string]tampering{
		"nothing wrong": {want: ""},
		"other query":   {after: query("connectedInstanceId=es-cn-c"), want: "SignatureDoesNotMatch"},
		"added query":   {after: query("connectedInstanceId=es-cn-b&x"), want: "SignatureDoesNotMatch"},
		"query encoded twice": {
			before: query("connectedInstanceId=a%20b"),
			after:  query("connectedInstanceId=a%2520b"),
			want:   "SignatureDoesNotMatch",
		},
		"plus not encoded": {
			before: query("connectedInstanceId=a%2Bb"),
			after:  query("connectedInstanceId=a+b"),
			want:   "SignatureDoesNotMatch",
		},
		"path encoded twice": {
			before: path("es-cn-a", "es cn a"),
			after:  path("es cn a", "es%20cn%20a"),
			want:   "SignatureDoesNotMatch",
		},
		"query that cannot be read": {after: query("connectedInstanceId=%zz"), want: "InvalidParameter"},
		"other path":                {after: path("es-cn-a", "es-cn-b"), want: "SignatureDoesNotMatch"},
		"path with a slash more":    {after: path("clusters", "clusters/"), want: "SignatureDoesNotMatch"},
		"other method":              {after: method("GET"), want: "SignatureDoesNotMatch"},
		"other host": {
			after: func(r *http.Request) { r.Host = "elasticsearch.cn-shanghai.aliyuncs.com" },
			want:  "SignatureDoesNotMatch",
		},
		"other signed header": {after: set("x-acs-action", "ListInstance"), want: "SignatureDoesNotMatch"},
		"other secret": {
			signer: func(k *signer) { k.account.AccessKeySecret += "x" },
			want:   "SignatureDoesNotMatch",
		},
		"body added": {after: body("{}"), want: "SignatureDoesNotMatch"},
		"signed hash of another body": {
			before: set("x-acs-content-sha256", hexSHA256([]byte("{}"))),
			want:   "SignatureDoesNotMatch",
		},
		"hash of another body, though the right one is signed": {
			signer: func(k *signer) { k.hash = hexSHA256(nil) },
			before: set("x-acs-content-sha256", hexSHA256([]byte("{}"))),
			want:   "SignatureDoesNotMatch",
		},
		"no hash":                     {before: del("x-acs-content-sha256"), want: "SignatureDoesNotMatch"},
		"signature in upper case":     {after: upperSignature, want: "SignatureDoesNotMatch"},
		"signature with a digit more": {after: edit("Signature=", "Signature=0"), want: "SignatureDoesNotMatch"},
	}
}

func upperSignature(r *http.Request) {
	head, signature, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
	r.Header.Set("Authorization", head+"Signature="+strings.ToUpper(signature))
}
