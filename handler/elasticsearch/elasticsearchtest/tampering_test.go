package elasticsearchtest

import (
	"cmp"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/acs3"
)

// A tampering is one thing wrong with a deletion that would succeed, by an account with a security token, so that each
// code has one cause. before is done ahead of signing, after behind the signer's back.
type tampering struct {
	before, after func(*http.Request)
	signed        func(*acs3.Input)
	account       Account // temporary, if none
	want          string
}

func set(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}
func del(name string) func(*http.Request)  { return func(r *http.Request) { r.Header.Del(name) } }
func query(raw string) func(*http.Request) { return func(r *http.Request) { r.URL.RawQuery = raw } }

func edit(old, new string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, new, 1))
	}
}

func shift(d time.Duration) func(*acs3.Input) {
	return func(in *acs3.Input) { in.Time = in.Time.Add(d) }
}

func (c tampering) send(t *testing.T, s *Server) (*http.Response, string) {
	t.Helper()
	in := input(s, cmp.Or(c.account, temporary))
	if c.signed != nil {
		c.signed(&in)
	}
	r := unsigned(t, s, "DELETE", "DeleteConnectedCluster", deletionTarget)
	for _, step := range []func(*http.Request){c.before, func(r *http.Request) { acs3.Sign(r, in) }, c.after} {
		if step != nil {
			step(r)
		}
	}
	return send(t, s, r)
}

func tamperings() map[string]tampering {
	const (
		mismatch   = "SignatureDoesNotMatch"
		incomplete = "IncompleteSignature"
		noAPI      = "InvalidApi.NotFound"
		otherKey   = "InvalidSecurityToken.MismatchWithAccessKey"
	)
	return map[string]tampering{
		"nothing wrong":          {},
		"plain key":              {account: plain},
		"old date":               {signed: shift(-15*time.Minute - time.Second), want: "InvalidTimeStamp.Expired"},
		"future date":            {signed: shift(15*time.Minute + time.Second), want: "InvalidTimeStamp.Expired"},
		"no date":                {after: del("x-acs-date"), want: "InvalidTimeStamp.Format"},
		"no nonce":               {signed: func(in *acs3.Input) { in.Nonce = "" }, want: "MissingSignatureNonce"},
		"other version":          {before: set("x-acs-version", "2014-05-26"), want: noAPI},
		"action of another path": {before: set("x-acs-action", "ListInstance"), want: noAPI},

		"other query":                 {after: query("connectedInstanceId=es-cn-c"), want: mismatch},
		"other secret":                {signed: func(in *acs3.Input) { in.Credentials.AccessKeySecret = acs3.NewSecret("x") }, want: mismatch},
		"signed hash of another body": {signed: func(in *acs3.Input) { in.Body = []byte("{}") }, want: mismatch},
		"no hash":                     {after: edit("x-acs-content-sha256;", ""), want: incomplete},
		"body added": {after: func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader("{}")), 2
		}, want: mismatch},

		"no Authorization":       {after: del("Authorization"), want: incomplete},
		"unknown key":            {account: Account{AccessKeyID: "Other", AccessKeySecret: "Other"}, want: "InvalidAccessKeyId.NotFound"},
		"unsigned host":          {after: edit("=host;", "="), want: incomplete},
		"unsigned x-acs-version": {after: edit(";x-acs-version", ""), want: incomplete},
		"x-acs header added":     {after: set("x-acs-more", "1"), want: incomplete},
		"not sorted":             {after: edit("host;x-acs-accesskey-id", "x-acs-accesskey-id;host"), want: incomplete},
		"unsigned token":         {after: edit("x-acs-security-token;", ""), want: incomplete},
		"unsigned accesskey-id":  {after: edit("x-acs-accesskey-id;", ""), want: incomplete},
		"no token":               {after: del("x-acs-security-token"), want: "MissingSecurityToken"},
		"other token":            {after: set("x-acs-security-token", "old"), want: "InvalidSecurityToken.Expired"},
		"token for a plain key":  {account: plain, after: set("x-acs-security-token", "t"), want: otherKey},
	}
}

func TestTampering(t *testing.T) {
	t.Parallel()
	for name, tamper := range tamperings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startConnected(t, NewServer)
			r, _ := tamper.send(t, s)
			want, status := tamper.want, http.StatusBadRequest
			switch want {
			case "":
				status = http.StatusOK
			case "InvalidAccessKeyId.NotFound", "InvalidApi.NotFound":
				status = http.StatusNotFound
			}
			if r.StatusCode != status || s.Requests()[0].Code != want {
				t.Errorf("answer:\n got %d %s\nwant %d %s", r.StatusCode, s.Requests()[0].Code, status, want)
			}
			if s.Connected("es-cn-a", "es-cn-b") != (want != "") {
				t.Errorf("connected: got %t", want == "")
			}
		})
	}
}
