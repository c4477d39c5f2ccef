package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// A callFixture is a command and an HTTP trigger: a server that verifies the signature as the stand-in API does, with
// code that is not the signer's, and answers what a test says.
type callFixture struct {
	*fixture
	url    string
	bodies []string // received
}

// newCallFixture has a configuration that is wrong: --call needs none.
func newCallFixture(t *testing.T, start func(http.Handler) *httptest.Server, answer http.HandlerFunc) *callFixture {
	t.Helper()
	f := &callFixture{fixture: newFixture(t)}
	f.env["DRY_RUN"] = "maybe"
	f.api.OnRequest = func(request) fault { return fault{Answer: answer} }
	server := start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		f.bodies = append(f.bodies, string(body))
		r.Body = io.NopCloser(bytes.NewReader(body))
		f.api.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	f.url, f.Transport = server.URL, server.Client().Transport
	return f
}

func (f *callFixture) call(t *testing.T, args ...string) int {
	t.Helper()
	return f.run(t, append([]string{"--call", f.url, "--instance", "es-a"}, args...)...)
}

var removed = elasticsearchtest.Body(200, "application/json", `{"Result":true,"outcome":"removed"}`)

// TestCall: each request is signed for what it is, and has its own nonce.
func TestCall(t *testing.T) {
	t.Parallel()
	for args, body := range map[string]string{
		"--connected es-b":           `{"instanceId":"es-a","connectedInstanceId":"es-b"}`,
		"--connected es-b --dry-run": `{"instanceId":"es-a","connectedInstanceId":"es-b","dryRun":true}`,
		"--all":                      `{"instanceId":"es-a","all":true}`,
		"--all --force --dry-run":    `{"instanceId":"es-a","all":true,"force":true,"dryRun":true}`,
	} {
		for scheme, start := range map[string]func(http.Handler) *httptest.Server{"http": httptest.NewServer, "https": httptest.NewTLSServer} {
			t.Run(scheme+" "+args, func(t *testing.T) {
				t.Parallel()
				f := newCallFixture(t, start, removed)
				for _, slash := range []string{"", "/"} {
					f.stdout.Reset()
					f.url += slash
					if exit := f.call(t, strings.Fields(args)...); exit != handler.ExitDone || f.stderr.Len() > 0 {
						t.Errorf("exit code %d, want %d: %s", exit, handler.ExitDone, &f.stderr)
					}
					if got, want := f.stdout.String(), "{\n  \"Result\": true,\n  \"outcome\": \"removed\"\n}\n"; got != want {
						t.Errorf("standard output:\n got %q\nwant %q", got, want)
					}
				}
				if want := []string{body, body}; !slices.Equal(f.bodies, want) {
					t.Errorf("bodies:\n got %q\nwant %q", f.bodies, want)
				}
				checkSigned(t, f.api.Requests(), "content-type;host;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce")
			})
		}
	}
}

// checkSigned holds requests to POST /, to a signature that was accepted, and to the headers that it covers.
func checkSigned(t *testing.T, requests []request, headers string) {
	t.Helper()
	for _, r := range requests {
		if r.Method != "POST" || r.Path != "/" || len(r.Query) > 0 || r.Header.Get("Content-Type") != "application/json" || r.Code != "" {
			t.Errorf("%s %s?%s, %q: %d %s", r.Method, r.Path, r.Query.Encode(), r.Header.Get("Content-Type"), r.Status, r.Code)
		}
		if got := regexp.MustCompile(`SignedHeaders=([^,]*)`).FindStringSubmatch(r.Header.Get("Authorization")); len(got) == 0 || got[1] != headers {
			t.Errorf("signed headers:\n got %q\nwant %q", got, headers)
		}
	}
}

// TestCallWithToken is not parallel, for it changes the environment.
func TestCallWithToken(t *testing.T) {
	t.Setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "canary+token/==")
	f := newCallFixture(t, httptest.NewServer, elasticsearchtest.Body(403, "application/json",
		`{"message":"x-acs-security-token:canary+token\/== canary%2Btoken%2F%3D%3D"}`))
	f.api.AddAccount(elasticsearchtest.Account{AccessKeyID: keyID, AccessKeySecret: secret, SecurityToken: "canary+token/=="})
	if exit := f.call(t, "--all"); exit != handler.ExitFailed {
		t.Errorf("exit code %d, want %d: %s", exit, handler.ExitFailed, &f.stderr)
	}
	if got, want := f.stdout.String(), "{\n  \"message\": \"x-acs-security-token:*** ***\"\n}\n"; got != want {
		t.Errorf("standard output:\n got %q\nwant %q", got, want)
	}
	checkSigned(t, f.api.Requests(), "content-type;host;x-acs-accesskey-id;x-acs-content-sha256;x-acs-date;x-acs-security-token;x-acs-signature-nonce")
}

// TestCallWithoutCredentials is not parallel either.
func TestCallWithoutCredentials(t *testing.T) {
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "")
	t.Setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
	t.Setenv("HOME", t.TempDir())
	f := newCallFixture(t, httptest.NewServer, removed)
	if exit := f.call(t, "--all"); exit != handler.ExitFailed || f.stdout.Len() > 0 || len(f.bodies) > 0 {
		t.Errorf("exit code %d, want %d; %d requests; standard output %q", exit, handler.ExitFailed, len(f.bodies), &f.stdout)
	}
	if got, want := f.stderr.String(), "no credentials; set ALIBABA_CLOUD_ACCESS_KEY_ID and "; !strings.HasPrefix(got, want) {
		t.Errorf("standard error:\n got %q\nwant %q", got, want)
	}
}

// TestCallExitCode: by the status, and what is no success is said. A redirect is not followed.
func TestCallExitCode(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]int{
		200: 0, 202: 0, 204: 0, 207: 1, 301: 1, 302: 1, 307: 1, 308: 1, 400: 2, 401: 1, 403: 1, 404: 1, 405: 1, 409: 1,
		413: 2, 415: 1, 422: 1, 429: 1, 500: 1, 502: 1, 503: 1, 504: 1, 599: 1,
	} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			f := newCallFixture(t, httptest.NewServer, elasticsearchtest.Redirect(status, "/elsewhere"))
			if exit := f.call(t, "--all"); exit != want {
				t.Errorf("exit code %d, want %d", exit, want)
			}
			said := ""
			if status/100 != 2 {
				said = f.url + " answered " + strconv.Itoa(status) + " " + http.StatusText(status) + "\n"
			}
			if f.stderr.String() != said || f.stdout.Len() > 0 {
				t.Errorf("standard error %q, want %q; standard output %q", &f.stderr, said, &f.stdout)
			}
			if n := len(f.api.Requests()); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// TestCallReply: JSON is printed as it is, indented. Nothing of a reply steers a terminal or gives a credential away.
func TestCallReply(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, want string }{
		"nothing":                {"", ""},
		"order and numbers":      {` {"b":12345678901234567890,"a":[1.50,{}],"b":"<&>\"\\é名"} ` + "\r\n", "{\n  \"b\": 12345678901234567890,\n  \"a\": [\n    1.50,\n    {}\n  ],\n  \"b\": \"<&>\\\"\\\\é名\"\n}\n"},
		"escaped controls":       {`"\u001b[2J\r\n\u0000"`, `"\u001b[2J\r\n\u0000"` + "\n"},
		"controls":               {"\"\x7f\u009b2J\u202e\u200b\U000e0001\"", `"\u007f\u009b2J\u202e\u200b\udb40\udc01"` + "\n"},
		"controls of a name":     {"{\"\u009b2J\":\"\\u009b\"}", "{\n  \"\\u009b2J\": \"\\u009b\"\n}\n"},
		"a byte that is no text": {"\"\x9b2J\"", "\"\ufffd2J\"\n"},
		"plain text":             {"upstream failed\n", "upstream failed\n"},
		"a page":                 {"<h1>\x1b]0;x\a</h1>\n<p>\u009b", `"<h1>\x1b]0;x\a</h1>\n<p>\u009b"` + "\n"},
		"broken JSON":            {"{\"a\":\"\x1b[2J\"}", `"{\"a\":\"\x1b[2J\"}"` + "\n"},
		"credentials":            {`{"a":"canary-key canary\u002dsecret Signature=0a1b,x","canary-secret":1}`, "{\n  \"a\": \"*** *** Signature=***,x\",\n  \"***\": 1\n}\n"},
		"no end":                 {strings.Repeat("a", 9<<20), strings.Repeat("a", 8<<20) + "\n"},
		"credentials in text":    {"canary-key: canary-secret", "***: ***\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newCallFixture(t, httptest.NewServer, elasticsearchtest.Body(200, "application/json", test.body))
			if exit := f.call(t, "--all"); exit != handler.ExitDone {
				t.Errorf("exit code %d: %s", exit, &f.stderr)
			}
			if got := f.stdout.String(); got != test.want {
				t.Errorf("standard output:\n got %.200q\nwant %.200q", got, test.want)
			}
		})
	}
}

// TestCallWrongURL: nothing is sent, and nothing of the URL is repeated.
func TestCallWrongURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                               "is not of the form https://HOST",
		"example.com":                    "is not of the form https://HOST",
		"ftp://example.com":              "is not of the form https://HOST",
		"https://":                       "is not of the form https://HOST",
		"https:///path":                  "is not of the form https://HOST",
		"https://example.com/path":       "has more than a scheme and a host",
		"https://example.com/?a=canary":  "has more than a scheme and a host",
		"https://example.com?":           "has more than a scheme and a host",
		"https://example.com/#canary":    "has more than a scheme and a host",
		"https://canary@example.com":     "has more than a scheme and a host",
		"https://u:canary@example.com/":  "has more than a scheme and a host",
		"https://u:canary%@example.com/": "is not a URL",
		"https://example.com\x1b[2J":     "is not a URL",
		"http://example.com":             "is plain http, which only a loopback address may use",
		"http://localhost.example.com/":  "is plain http, which only a loopback address may use",
		"http://10.0.0.1":                "is plain http, which only a loopback address may use",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			if exit := f.run(t, "--call", text, "--instance", "es-a", "--all"); exit != handler.ExitInvalid {
				t.Errorf("exit code %d, want %d", exit, handler.ExitInvalid)
			}
			f.refused(t, "--call "+want+"\n")
		})
	}
}

// garbage answers with what is no HTTP.
func garbage(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "\x1b[2J:canary-secret\r\n\r\n")
}

// TestCallWithoutAnswer: it is said in a line, without what the error repeats of credentials.
func TestCallWithoutAnswer(t *testing.T) {
	t.Parallel()
	proxied := &http.Transport{Proxy: func(*http.Request) (*url.URL, error) {
		return nil, errors.New(`invalid proxy address "http://user:canary%@proxy:80"`)
	}}
	for name, test := range map[string]struct {
		answer    http.HandlerFunc
		transport http.RoundTripper
		want      string
	}{
		"broken off":    {elasticsearchtest.Reset(), nil, `(EOF|.*connection reset by peer)`},
		"cut short":     {elasticsearchtest.Truncated(), nil, `unexpected EOF`},
		"no HTTP":       {garbage, nil, `.*malformed HTTP response "\\x1b\[2J:\*\*\*"`},
		"no such proxy": {removed, proxied, `invalid proxy address \*\*\*@proxy:80"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newCallFixture(t, httptest.NewServer, test.answer)
			if test.transport != nil {
				f.Transport = test.transport
			}
			if exit := f.call(t, "--all"); exit != handler.ExitFailed {
				t.Errorf("exit code %d, want %d", exit, handler.ExitFailed)
			}
			f.noAnswer(t, test.want)
		})
	}
}

// noAnswer checks the line that says why there is none.
func (f *callFixture) noAnswer(t *testing.T, why string) {
	t.Helper()
	want := `^no reply from ` + regexp.QuoteMeta(f.url) + `: ` + why + `; the function may still have done what was asked\n$`
	if got := f.stderr.String(); !regexp.MustCompile(want).MatchString(got) || f.stdout.Len() > 0 {
		t.Errorf("standard error:\n got %q\nwant %q\nand standard output %q", got, want, &f.stdout)
	}
}

// TestCallInterrupted: who interrupts need not wait for a server that hangs.
func TestCallInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	f := newCallFixture(t, httptest.NewServer, func(w http.ResponseWriter, r *http.Request) {
		interrupt()
		elasticsearchtest.Hang()(w, r)
	})
	if exit := f.runWith(ctx, t, "--call", f.url, "--instance", "es-a", "--all"); exit != handler.ExitFailed {
		t.Errorf("exit code %d, want %d", exit, handler.ExitFailed)
	}
	f.noAnswer(t, "context canceled")
}

// A hanging transport never has an answer.
type hanging struct{}

func (hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// TestCallTimeLimit: it is ten minutes.
func TestCallTimeLimit(t *testing.T) {
	t.Parallel()
	f := newCallFixture(t, httptest.NewServer, removed)
	f.Transport = hanging{}
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if exit := f.call(t, "--all"); exit != handler.ExitFailed {
			t.Errorf("exit code %d, want %d", exit, handler.ExitFailed)
		}
		if took := time.Since(start); took != 10*time.Minute {
			t.Errorf("took %s", took)
		}
	})
	f.noAnswer(t, "context deadline exceeded")
}
