package printable_test

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
)

var redact = strings.NewReplacer("canary-key", "***", "canary-secret", "***").Replace

func TestText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                      "",
		"a b, 名é":               "a b, 名é",
		`a "quoted" \ one`:      `a "quoted" \ one`,
		"\x1b[2J":               `"\x1b[2J"`,
		"two\nlines":            `"two\nlines"`,
		"\u202e\u200b\u009b":    `"\u202e\u200b\u009b"`,
		"not \x9b UTF-8":        `"not \x9b UTF-8"`,
		"a\u00a0space of width": `"a\u00a0space of width"`,
	} {
		if got := printable.Text(text); got != want {
			t.Errorf("Text(%q):\n got %s\nwant %s", text, got, want)
		}
	}
}

// TestJSON: order and numbers stay. No text steers a terminal, or has a credential.
func TestJSON(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ document, want string }{
		"nothing":             {" \n", ""},
		"order and numbers":   {` {"b":12345678901234567890,"a":[1.50,{}],"b":"<&>\"\\é名"} ` + "\r\n", "{\n  \"b\": 12345678901234567890,\n  \"a\": [\n    1.50,\n    {}\n  ],\n  \"b\": \"<&>\\\"\\\\é名\"\n}\n"},
		"escaped controls":    {`"\u001b[2J\r\n\u0000"`, `"\u001b[2J\r\n\u0000"` + "\n"},
		"controls":            {"\"\x7f\u009b2J\u202e\u200b\U000e0001\"", `"\u007f\u009b2J\u202e\u200b\udb40\udc01"` + "\n"},
		"controls of a name":  {"{\"\u009b2J\":\"\\u009b\"}", "{\n  \"\\u009b2J\": \"\\u009b\"\n}\n"},
		"invalid UTF-8":       {"\"\x9b2J\"", "\"\ufffd2J\"\n"},
		"plain text":          {"upstream failed\n", "upstream failed\n"},
		"a page":              {"<h1>\x1b]0;x\a</h1>\n<p>\u009b", `"<h1>\x1b]0;x\a</h1>\n<p>\u009b"` + "\n"},
		"broken JSON":         {"{\"a\":\"\x1b[2J\"}", `"{\"a\":\"\x1b[2J\"}"` + "\n"},
		"credentials":         {`{"a":"canary-key canary\u002dsecret","canary-secret":1}`, "{\n  \"a\": \"*** ***\",\n  \"***\": 1\n}\n"},
		"credentials in text": {"canary-key: canary-secret", "***: ***\n"},
	} {
		if got := printable.JSON([]byte(test.document), redact); got != test.want {
			t.Errorf("%s:\n got %q\nwant %q", name, got, test.want)
		}
	}
}

func TestFirstWords(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ document, want string }{
		"nothing":                 {" \n", ""},
		"a page":                  {"<html>\r\n  <h1>502</h1>\n", "<html> <h1>502</h1>"},
		"controls":                {"\x1b[2J", `"\x1b[2J"`},
		"JSON":                    {`{"a":"canary\u002dsecret"}`, `{ "a": "***" }`},
		"JSON that is cut":        {`{"a":"canary\u002Dsecret \/ \u001b \"`, `{"a":"*** / \u001b \"`},
		"long":                    {strings.Repeat("ab ", 200), strings.Repeat("ab ", 100) + " …"},
		"long, cut in a letter":   {"a" + strings.Repeat("名", 200), "a" + strings.Repeat("名", 99) + " …"},
		"a credential at the cut": {strings.Repeat("a", 295) + "canary-secret", strings.Repeat("a", 295) + "***"},
	} {
		if got := printable.FirstWords([]byte(test.document), redact); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, test.want)
		}
	}
}

func TestCause(t *testing.T) {
	t.Parallel()
	untrusted := func(c *x509.Certificate) error {
		return fmt.Errorf("dial: %w", &tls.CertificateVerificationError{UnverifiedCertificates: []*x509.Certificate{c}, Err: errors.New("expired")})
	}
	until := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	proxy := pkix.Name{CommonName: "Example Proxy CA"}
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"a plain error":    {errors.New("two\nlines"), `"two\nlines"`},
		"a proxy's URL":    {errors.New(`proxy "http://user:secret%@proxy:80" is not one`), `proxy ***@proxy:80" is not one`},
		"of a subject":     {untrusted(&x509.Certificate{Subject: pkix.Name{CommonName: "a.example"}, Issuer: proxy, NotAfter: until}), "dial: tls: failed to verify certificate: expired; the certificate is of CN=a.example, made by CN=Example Proxy CA, valid until 2026-03-01: if you trust that, name the file with its authority in SSL_CERT_FILE"},
		"of names":         {untrusted(&x509.Certificate{DNSNames: []string{"a", "b", "c", "d"}, Issuer: proxy, NotAfter: until}), "dial: tls: failed to verify certificate: expired; the certificate is of a, b, c, made by CN=Example Proxy CA, valid until 2026-03-01: if you trust that, name the file with its authority in SSL_CERT_FILE"},
		"no certificate":   {&tls.CertificateVerificationError{Err: errors.New("expired")}, "tls: failed to verify certificate: expired"},
		"controls of both": {untrusted(&x509.Certificate{Subject: pkix.Name{CommonName: "\x1b"}, Issuer: proxy, NotAfter: until}), `"dial: tls: failed to verify certificate: expired; the certificate is of CN=\x1b, made by CN=Example Proxy CA, valid until 2026-03-01: if you trust that, name the file with its authority in SSL_CERT_FILE"`},
	} {
		if got := printable.Cause(test.err); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, test.want)
		}
	}
}
