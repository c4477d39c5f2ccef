package identity

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

const host = "sts.cn-hangzhou.aliyuncs.com"

// credentialsOf are those of an identity.
func credentialsOf(a account) acs3.Credentials {
	return newCredentials(a.AccessKeyID, a.AccessKeySecret, a.SecurityToken)
}

// asked asks a transport as whom an identity works. No pause takes time.
func asked(t *testing.T, transport http.RoundTripper, a account) (caller Caller, err error) {
	t.Helper()
	from := Source{Name: `profile "prod" of ~/.aliyun/config.json`, renew: "run aliyun configure --mode CloudSSO --profile prod"}
	synctest.Test(t, func(t *testing.T) { caller, err = Ask(t.Context(), transport, host, credentialsOf(a), from) })
	return caller, err
}

// answers is a transport that gives each answer once, and the last of them from then on.
type answers []http.HandlerFunc

func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	next := (*a)[0]
	if len(*a) > 1 {
		*a = (*a)[1:]
	}
	if next == nil {
		return nil, errors.New(`the server said "` + r.Header.Get("X-Acs-Security-Token") + `"`)
	}
	w := newRecorder()
	next(w, r)
	return w.Result(), nil
}

// A hanging transport never answers.
type hanging struct{}

func (hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestAsk(t *testing.T) {
	t.Parallel()
	forged := session
	forged.SecurityToken = "canary-old-token"
	mistyped := person
	mistyped.AccessKeySecret = "canary-mistyped"
	words := strings.NewReplacer("HOST", host, "PROD", `profile "prod" of ~/.aliyun/config.json`)
	body := func(status int, text string) http.HandlerFunc { return elasticsearchtest.Body(status, jsonType, text) }
	whole := body(200, `{"AccountId":"1234567890984321","Arn":"acs:ram::1234567890984321:root","IdentityType":"Account","RequestId":"r"}`)
	busy := body(503, `{"Code":"ServiceUnavailable","Message":"canary","RequestId":"r-1"}`)
	for name, test := range map[string]struct {
		transport http.RoundTripper
		as        account
		want      string // the caller, or the error
	}{
		"a user":               {cloud, person, "1234567890984321 acs:ram::1234567890984321:user/somebody"},
		"a session of a role":  {cloud, member, "2234567890984321 acs:ram::2234567890984321:assumed-role/ops/a-session"},
		"an account itself":    {&answers{whole}, person, "1234567890984321 acs:ram::1234567890984321:root"},
		"busy, then an answer": {&answers{busy, busy, whole}, person, "1234567890984321 acs:ram::1234567890984321:root"},
		"an expired session": {cloud, forged,
			"the session of PROD has expired: run aliyun configure --mode CloudSSO --profile prod"},
		"a mistyped secret": {cloud, mistyped,
			"HOST refuses the credentials of PROD (the answer is SignatureDoesNotMatch); check your access key secret"},
		"an unknown key": {cloud, account{AccessKeyID: "canary-deleted", AccessKeySecret: "x"},
			"HOST refuses the credentials of PROD (the answer is InvalidAccessKeyId.NotFound); check your access key"},
		"a token of another key": {&answers{body(400, `{"Code":"InvalidSecurityToken.MismatchWithAccessKey"}`)}, session,
			"HOST refuses the credentials of PROD (the answer is InvalidSecurityToken.MismatchWithAccessKey); the security token is refused: check your credentials"},
		"a wrong clock": {&answers{body(400, `{"Code":"InvalidTimeStamp.Expired","RequestId":"r-1"}`)}, person,
			"HOST refuses the credentials of PROD (the answer is InvalidTimeStamp.Expired, request id r-1); this clock and the API's differ"},
		"another refusal": {&answers{body(403, `{"Code":"Forbidden","Message":"canary","RequestId":"canary is none"}`), whole}, person,
			"HOST refuses the credentials of PROD (the answer is Forbidden): ask who gave them to you"},
		"busy": {&answers{busy}, person,
			"HOST does not say whose PROD is (the answer is ServiceUnavailable, request id r-1): try again"},
		"a gateway's page, then an answer": {&answers{elasticsearchtest.HTML(502), whole}, person, "1234567890984321 acs:ram::1234567890984321:root"},
		"a page of a portal": {&answers{elasticsearchtest.HTML(200), whole}, person,
			"HOST does not say whose PROD is (the answer is HTTP 200 OK): check the network, and HTTPS_PROXY"},
		"no account": {&answers{body(200, `{"AccountId":"canary","Arn":"a"}`)}, person,
			"HOST does not say whose PROD is (the answer is HTTP 200 OK): check the network, and HTTPS_PROXY"},
		"no ARN": {&answers{body(200, `{"AccountId":"1"}`)}, person,
			"HOST does not say whose PROD is (the answer is HTTP 200 OK): check the network, and HTTPS_PROXY"},
		"a refusal that names somebody": {&answers{body(403, `{"AccountId":"1","Arn":"a"}`)}, person,
			"HOST does not say whose PROD is (the answer is HTTP 403 Forbidden): check the network, and HTTPS_PROXY"},
		"a redirect": {&answers{elasticsearchtest.Redirect(302, "https://portal.example.com/"), whole}, session,
			"HOST does not say whose PROD is (the answer is HTTP 302 Found, a redirect, which is not followed): check the network, and HTTPS_PROXY"},
		"an ARN that is a trick": {&answers{body(200, `{"AccountId":"1","Arn":"\u001b[2Kcanary"}`)}, person,
			"HOST does not say whose PROD is (the answer is HTTP 200 OK): check the network, and HTTPS_PROXY"},
		"a code that is a message": {&answers{body(400, `{"Code":"canary is wrong"}`)}, person,
			"HOST does not say whose PROD is (the answer is HTTP 400 Bad Request): check the network, and HTTPS_PROXY"},
		"no answer in time": {hanging{}, person,
			"no answer from HOST about the identity of PROD (context deadline exceeded): check the network, and HTTPS_PROXY"},
		"an address of a proxy that is none": {&http.Transport{Proxy: func(*http.Request) (*url.URL, error) {
			return nil, errors.New(`invalid proxy address "http://me:canary%@proxy"`)
		}}, person,
			"no answer from HOST about the identity of PROD (the address of the proxy cannot be used: check HTTPS_PROXY and HTTP_PROXY): check the network, and HTTPS_PROXY"},
		"no answer": {&answers{nil}, session,
			`no answer from HOST about the identity of PROD (the server said "***"): check the network, and HTTPS_PROXY`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			caller, err := asked(t, test.transport, test.as)
			got := caller.Account.String() + " " + caller.ARN
			if err != nil {
				got = strings.Replace(shown(err), " (Client.Timeout exceeded while awaiting headers)", "", 1) // net/http does not always say so
			}
			if want := words.Replace(test.want); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
			if strings.Contains(got, "canary") {
				t.Errorf("a secret is in %s", got)
			}
		})
	}
}
