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
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// A callFixture is a command and an HTTP trigger: a server that verifies the signature as the stand-in API does, with
// code of its own, and answers as a test wants.
type callFixture struct {
	*fixture
	url    string
	bodies []string // received
}

// newCallFixture has a wrong configuration, because --call needs none.
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

// call is outside of synctest, because the server listens on the network.
func (f *callFixture) call(t *testing.T, args ...string) int {
	t.Helper()
	return f.runWith(t.Context(), t, append([]string{"--call", f.url, "--instance", "es-a"}, args...)...)
}

var removed = elasticsearchtest.Body(200, "application/json", `{"Result":true,"outcome":"removed"}`)

// TestCall: each request is signed, and has its own nonce. TestInstance has the other flags.
func TestCall(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		start func(http.Handler) *httptest.Server
		slash string
		args  string
		body  string
	}{
		"http":                   {httptest.NewServer, "", "--connected es-b", `{"instanceId":"es-a","connectedInstanceId":"es-b"}`},
		"https, a URL with path": {httptest.NewTLSServer, "/", "--all --force --dry-run", `{"instanceId":"es-a","all":true,"force":true,"dryRun":true}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newCallFixture(t, test.start, removed)
			f.url += test.slash
			for range 2 {
				if exit := f.call(t, strings.Fields(test.args)...); exit != handler.ExitDone || f.stderr.Len() > 0 {
					t.Errorf("exit code %d, want %d: %s", exit, handler.ExitDone, &f.stderr)
				}
			}
			if got, want := f.stdout.String(), strings.Repeat("{\n  \"Result\": true,\n  \"outcome\": \"removed\"\n}\n", 2); got != want {
				t.Errorf("standard output:\n got %q\nwant %q", got, want)
			}
			if got, want := strings.Join(f.bodies, "\n"), test.body+"\n"+test.body; got != want {
				t.Errorf("bodies:\n got %s\nwant %s", got, want)
			}
			checkSigned(t, f.api.Requests(), "content-type;host;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce")
		})
	}
}

// checkSigned checks that requests are POST /, that their signature was accepted, and which headers it covers.
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

// TestCallWithToken is not parallel, because it changes the environment.
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

// TestCallExitCode: any status but success is reported, and a redirect is not followed.
func TestCallExitCode(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]int{200: 0, 204: 0, 207: 1, 307: 1, 400: 2, 403: 1, 404: 1, 409: 1, 413: 2, 503: 1, 599: 1} {
		f := newFixture(t)
		f.api.OnRequest = at("", fault{Answer: elasticsearchtest.Redirect(status, "/elsewhere")})
		if exit := f.run(t, "--call", f.api.URL, "--instance", "es-a", "--all"); exit != want {
			t.Errorf("%d: exit code %d, want %d", status, exit, want)
		}
		report := ""
		if status/100 != 2 {
			report = f.api.URL + " answered " + strconv.Itoa(status) + " " + http.StatusText(status) + "\n"
		}
		if f.stderr.String() != report || f.stdout.Len() > 0 {
			t.Errorf("%d: standard error %q, want %q; standard output %q", status, &f.stderr, report, &f.stdout)
		}
		if n := len(f.api.Requests()); n != 1 {
			t.Errorf("%d: %d requests", status, n)
		}
	}
}

// TestPrintable: JSON keeps its order and numbers. No text steers a terminal, or has a credential.
func TestPrintable(t *testing.T) {
	t.Parallel()
	redact := acs3.Credentials{AccessKeyID: acs3.NewSecret(keyID), AccessKeySecret: acs3.NewSecret(secret)}.Redact
	for name, test := range map[string]struct{ reply, want string }{
		"nothing":             {" \n", ""},
		"order and numbers":   {` {"b":12345678901234567890,"a":[1.50,{}],"b":"<&>\"\\é名"} ` + "\r\n", "{\n  \"b\": 12345678901234567890,\n  \"a\": [\n    1.50,\n    {}\n  ],\n  \"b\": \"<&>\\\"\\\\é名\"\n}\n"},
		"escaped controls":    {`"\u001b[2J\r\n\u0000"`, `"\u001b[2J\r\n\u0000"` + "\n"},
		"controls":            {"\"\x7f\u009b2J\u202e\u200b\U000e0001\"", `"\u007f\u009b2J\u202e\u200b\udb40\udc01"` + "\n"},
		"controls of a name":  {"{\"\u009b2J\":\"\\u009b\"}", "{\n  \"\\u009b2J\": \"\\u009b\"\n}\n"},
		"invalid UTF-8":       {"\"\x9b2J\"", "\"\ufffd2J\"\n"},
		"plain text":          {"upstream failed\n", "upstream failed\n"},
		"a page":              {"<h1>\x1b]0;x\a</h1>\n<p>\u009b", `"<h1>\x1b]0;x\a</h1>\n<p>\u009b"` + "\n"},
		"broken JSON":         {"{\"a\":\"\x1b[2J\"}", `"{\"a\":\"\x1b[2J\"}"` + "\n"},
		"credentials":         {`{"a":"canary-key canary\u002dsecret Signature=0a1b,x","canary-secret":1}`, "{\n  \"a\": \"*** *** Signature=***,x\",\n  \"***\": 1\n}\n"},
		"credentials in text": {"canary-key: canary-secret", "***: ***\n"},
	} {
		if got := printable([]byte(test.reply), redact); got != test.want {
			t.Errorf("%s:\n got %q\nwant %q", name, got, test.want)
		}
	}
}

// TestCallEndlessReply: only the beginning of a reply is read.
func TestCallEndlessReply(t *testing.T) {
	t.Parallel()
	f := newCallFixture(t, httptest.NewServer, elasticsearchtest.Body(200, "application/json", strings.Repeat("a", 9<<20)))
	if exit := f.call(t, "--all"); exit != handler.ExitDone || f.stdout.Len() != 8<<20+1 {
		t.Errorf("exit code %d, %d bytes on standard output: %s", exit, f.stdout.Len(), &f.stderr)
	}
}

// TestCallWrongURL: nothing is sent, and nothing of the URL is repeated. TestParseEndpoint has all forms.
func TestCallWrongURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                               "is not of the form https://HOST",
		"https://u:canary@example.com/":  "has more than a scheme and a host",
		"https://u:canary%@example.com/": "is not a URL",
		"http://localhost.example.com/":  "is plain http, which only a loopback address may use",
	} {
		f := newFixture(t)
		if exit := f.run(t, "--call", text, "--instance", "es-a", "--all"); exit != handler.ExitInvalid {
			t.Errorf("exit code %d, want %d", exit, handler.ExitInvalid)
		}
		f.refused(t, "--call "+want+"\n")
	}
}

// garbage answers with bytes that are not HTTP.
func garbage(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "\x1b[2J:canary-secret\r\n\r\n")
}

// TestCallWithoutReply: the error is one line, without credentials.
func TestCallWithoutReply(t *testing.T) {
	t.Parallel()
	proxied := &http.Transport{Proxy: func(*http.Request) (*url.URL, error) {
		return nil, errors.New(`invalid proxy address "http://user:canary%@proxy:80"`)
	}}
	for name, test := range map[string]struct {
		answer    http.HandlerFunc
		transport http.RoundTripper
		want      string
	}{
		"cut short":     {elasticsearchtest.Truncated(), nil, `unexpected EOF`},
		"not HTTP":      {garbage, nil, `.*malformed HTTP response "\\x1b\[2J:\*\*\*"`},
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
			f.noReply(t, f.url, test.want)
		})
	}
}

// noReply checks the line that says why there is none.
func (f *fixture) noReply(t *testing.T, url, why string) {
	t.Helper()
	want := `^no reply from ` + regexp.QuoteMeta(url) + `: ` + why + `; the function may still have done what was asked\n$`
	if got := f.stderr.String(); !regexp.MustCompile(want).MatchString(got) || f.stdout.Len() > 0 {
		t.Errorf("standard error:\n got %q\nwant %q\nand standard output %q", got, want, &f.stdout)
	}
}

// A hanging transport never answers.
type hanging struct{}

func (hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// TestCallOfHangingFunction: the call ends with an interrupt, or else after ten minutes.
func TestCallOfHangingFunction(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]string{time.Minute: "context canceled", time.Hour: "context deadline exceeded"} {
		f := newFixture(t)
		f.Transport = hanging{}
		synctest.Test(t, func(t *testing.T) {
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			defer time.AfterFunc(after, interrupt).Stop()
			start := time.Now()
			if exit := f.runWith(ctx, t, "--call", f.api.URL, "--instance", "es-a", "--all"); exit != handler.ExitFailed {
				t.Errorf("exit code %d, want %d", exit, handler.ExitFailed)
			}
			if took := time.Since(start); took != min(after, 10*time.Minute) {
				t.Errorf("took %s", took)
			}
		})
		f.noReply(t, f.api.URL, want)
	}
}
