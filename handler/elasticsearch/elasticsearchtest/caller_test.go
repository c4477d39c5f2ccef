package elasticsearchtest

import (
	"crypto/rand"
	"net/http"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/acs3"
)

// A callerQuestion is a GetCallerIdentity with at most one thing wrong with it.
type callerQuestion struct {
	before, after func(*http.Request)
	signed        func(*acs3.Input)
	account       Account
	status        int
	want          string // the body, or the code that was answered
}

func (q callerQuestion) made(t *testing.T) *http.Request {
	t.Helper()
	r := newRequest(t, "POST", "https://"+stsHost)
	r.Header.Set("x-acs-action", "GetCallerIdentity")
	r.Header.Set("x-acs-version", "2015-04-01")
	in := input(&Server{Now: time.Now}, q.account)
	if q.signed != nil {
		q.signed(&in)
	}
	for _, step := range []func(*http.Request){q.before, func(r *http.Request) { acs3.Sign(r, in) }, q.after} {
		if step != nil {
			step(r)
		}
	}
	return r
}

// user and session are keys of one account, the second of them of a role.
var (
	user    = Account{AccessKeyID: "Key", AccessKeySecret: "Secret", ID: "1"}
	session = Account{AccessKeyID: "STS.Key", AccessKeySecret: "Other", SecurityToken: "Token+/==", ID: "1"}
)

func TestCallerIdentity(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]callerQuestion{
		"user": {account: user, status: 200, want: `{"AccountId":"1","Arn":"acs:ram::1:user/somebody","IdentityType":"RAMUser",` +
			`"PrincipalId":"200000000000000001","RequestId":"A55E0000-0000-4000-8000-000000000001","UserId":"200000000000000001"}`},
		"assumed role": {account: session, status: 200, want: `{"AccountId":"1","Arn":"acs:ram::1:assumed-role/mine/a-session",` +
			`"IdentityType":"AssumedRoleUser","PrincipalId":"200000000000000001:a-session",` +
			`"RequestId":"A55E0000-0000-4000-8000-000000000001","RoleId":"200000000000000001"}`},

		"unknown key":           {account: Account{AccessKeyID: "x"}, status: 404, want: "InvalidAccessKeyId.NotFound"},
		"other secret":          {account: user, signed: func(in *acs3.Input) { in.Credentials.AccessKeySecret = acs3.NewSecret("x") }, status: 400, want: "SignatureDoesNotMatch"},
		"expired token":         {account: session, signed: func(in *acs3.Input) { in.Credentials.SecurityToken = acs3.NewSecret("old") }, status: 400, want: "InvalidSecurityToken.Expired"},
		"no token":              {account: session, after: del("x-acs-security-token"), status: 400, want: "MissingSecurityToken"},
		"garbled Authorization": {account: Account{}, after: set("Authorization", "Bearer x"), status: 400, want: "IncompleteSignature"},
		"old date":              {account: user, signed: shift(-time.Hour), status: 400, want: "InvalidTimeStamp.Expired"},
		"unsigned header":       {account: user, after: set("x-acs-more", "1"), status: 400, want: "IncompleteSignature"},
		"other action":          {account: user, before: set("x-acs-action", "AssumeRoleWithOIDC"), status: 404, want: "InvalidAction.NotFound"},
		"other version":         {account: user, before: set("x-acs-version", "2017-06-13"), status: 404, want: "InvalidAction.NotFound"},
		"other method":          {account: user, before: func(r *http.Request) { r.Method = "GET" }, status: 404, want: "InvalidAction.NotFound"},
		"other path":            {account: user, before: func(r *http.Request) { r.URL.Path = "/who" }, status: 404, want: "InvalidAction.NotFound"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := NewCloud()
			t.Cleanup(c.Close)
			c.STS.AddAccount(user)
			c.STS.AddAccount(session)
			c.STS.AddRole("acs:ram::1:role/mine", session)
			r, body := roundTrip(t, c.Transport(), test.made(t))
			got := c.STS.Requests()[0]
			if r.StatusCode != test.status || got.Status != test.status || body != test.want && got.Code != test.want {
				t.Errorf("answer:\n got %d %s, recorded %d %s\nwant %d %s", r.StatusCode, body, got.Status, got.Code, test.status, test.want)
			}
			if got.Account != test.account.ID || got.Host != stsHost {
				t.Errorf("recorded: got account %q, host %q", got.Account, got.Host)
			}
		})
	}
}

// A nonce is good for one request, and the Cloud is a transport that needs no network.
func TestCallerIdentityInMemory(t *testing.T) {
	t.Parallel()
	c := NewCloud()
	t.Cleanup(c.Close)
	c.STS.AddAccount(user)
	nonce := rand.Text()
	for _, want := range []int{200, 400} {
		r, err := c.RoundTrip(callerQuestion{account: user, signed: func(in *acs3.Input) { in.Nonce = nonce }}.made(t))
		if err != nil || r.StatusCode != want {
			t.Errorf("got %v, %v, want %d", r, err, want)
		}
	}
	if r, err := c.RoundTrip(newRequest(t, "GET", "https://elasticsearch.cn-hangzhou.aliyuncs.com")); err == nil {
		t.Errorf("a host that nobody serves: got %v", r)
	}
}
