package acs3

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestCanonicalHeaders(t *testing.T) {
	t.Parallel()
	const host = "host:url.example\n"
	for name, test := range map[string]struct {
		host        string // of the request
		header      http.Header
		names, want string
	}{
		"only the host": {"", nil, "host", host},
		"the request's host goes before the URL's": {"request.example:9200", nil, "host", "host:request.example:9200\n"},
		"a host is trimmed":                        {" request.example ", nil, "host", "host:request.example\n"},
		"a Host in the header map is not sent":     {"", http.Header{"Host": {"map.example"}}, "host", host},
		"content-type is signed, other headers are not": {"",
			http.Header{"Accept": {"a"}, "Authorization": {"b"}, "Content-Type": {"application/json"}, "User-Agent": {"c"}, "X-Acsx": {"d"}},
			"content-type;host", "content-type:application/json\n" + host},
		"values are trimmed outside, not inside":       {"", http.Header{"X-Acs-A": {" \ta  b\t "}}, "host;x-acs-a", host + "x-acs-a:a  b\n"},
		"a non-breaking space is no space in a header": {"", http.Header{"X-Acs-A": {"\u00a0a"}}, "host;x-acs-a", host + "x-acs-a:\u00a0a\n"},
		"several values are joined in their order":     {"", http.Header{"X-Acs-A": {"b ", " a", ""}}, "host;x-acs-a", host + "x-acs-a:b,a,\n"},
		"an empty value is sent, a key without values is not": {"",
			http.Header{"X-Acs-A": {""}, "X-Acs-B": {}, "X-Acs-C": nil, "Content-Type": nil}, "host;x-acs-a", host + "x-acs-a:\n"},
		"names are sorted in lower case, a prefix first": {"",
			http.Header{"X-Acs-Z": {"6"}, "X-Acs-Ba": {"5"}, "X-Acs-_a": {"2"}, "X-Acs-A-B": {"4"}, "X-Acs-A": {"3"}, "X-Acs-1": {"1"}},
			"host;x-acs-1;x-acs-_a;x-acs-a;x-acs-a-b;x-acs-ba;x-acs-z",
			host + "x-acs-1:1\nx-acs-_a:2\nx-acs-a:3\nx-acs-a-b:4\nx-acs-ba:5\nx-acs-z:6\n"},
	} {
		r := &http.Request{Host: test.host, URL: &url.URL{Host: "url.example"}, Header: test.header}
		names := signedNames(r.Header)
		equal(t, name+": signed headers", strings.Join(names, ";"), test.names)
		equal(t, name+": canonical headers", canonicalHeaders(r, names), test.want)
	}
}

// TestSignSetsHeaders: headers of an earlier attempt are replaced, also where a token
// comes or goes.
func TestSignSetsHeaders(t *testing.T) {
	t.Parallel()
	const helloSHA256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
	plain := Credentials{AccessKeyID: NewSecret("id"), AccessKeySecret: NewSecret("secret")}
	sts := Credentials{NewSecret("id"), NewSecret("secret"), NewSecret("token")}
	stale := http.Header{
		"X-Acs-Date": {"stale"}, "X-Acs-Signature-Nonce": {"stale"}, "X-Acs-Content-Sha256": {"stale"}, "Authorization": {"stale"},
		"X-Acs-Security-Token": {"stale"}, "X-Acs-Accesskey-Id": {"stale"},
	}
	token := http.Header{"X-Acs-Accesskey-Id": {"id"}, "X-Acs-Security-Token": {"token"}}
	for name, test := range map[string]struct {
		credentials  Credentials
		header, want http.Header
	}{
		"plain key":                      {plain, http.Header{}, http.Header{}},
		"STS":                            {sts, http.Header{}, token},
		"stale values, and a token goes": {plain, stale, http.Header{}},
		"stale values, and a token":      {sts, stale, token},
		"a header that is not signed":    {plain, http.Header{"Accept": {"a", "b"}}, http.Header{"Accept": {"a", "b"}}},
	} {
		r := &http.Request{URL: &url.URL{Host: "url.example"}, Header: test.header.Clone()}
		east := time.FixedZone("", 8*60*60)
		Sign(r, Input{test.credentials, []byte("hello"), time.Date(2023, 10, 26, 18, 22, 32, 999, east), "nonce"})

		want := test.want.Clone()
		want.Set("Authorization", r.Header.Get("Authorization")) // Its value is for the vectors to test.
		want.Set("X-Acs-Date", "2023-10-26T10:22:32Z")
		want.Set("X-Acs-Signature-Nonce", "nonce")
		want.Set("X-Acs-Content-Sha256", helloSHA256)
		equalJSON(t, name+": headers", r.Header, want)
		if r.Header.Get("Authorization") == "stale" {
			t.Errorf("%s: Authorization is that of before", name)
		}
	}
}

func TestEmptyMethodIsGET(t *testing.T) {
	t.Parallel()
	r := &http.Request{URL: &url.URL{Host: "url.example", Path: "/a", RawQuery: "b=c"}, Header: http.Header{"X-Acs-Content-Sha256": {"hash"}}}
	equal(t, "canonical request", canonical(r), "GET\n/a\nb=c\nhost:url.example\nx-acs-content-sha256:hash\n\nhost;x-acs-content-sha256\nhash")
}
