package elasticsearchtest

import (
	"crypto/rand"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// The signature that Alibaba Cloud's documentation of the RPC style works out.
func TestRPCSignature(t *testing.T) {
	t.Parallel()
	parameters, err := url.ParseQuery("Timestamp=2016-02-23T12%3A46%3A24Z&Format=XML&AccessKeyId=testid&Action=DescribeRegions" +
		"&SignatureMethod=HMAC-SHA1&SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf&Version=2014-05-26&SignatureVersion=1.0" +
		"&Signature=is+not+signed")
	if err != nil {
		t.Fatal(err)
	}
	c := rpcCall{method: "GET", path: "/", parameters: parameters}
	if got, want := rpcSignature("testsecret", c.stringToSign()), "OLeaidS1JvxuMvnyHOwuJ+uX5qY="; got != want {
		t.Errorf("signature:\n got %s\nwant %s", got, want)
	}
}

const stsHost = "sts.cn-hangzhou.aliyuncs.com"

// A rpcTampering is one thing wrong with a request that would be granted, so that each code has one cause. before is done
// ahead of signing, after behind the signer's back.
type rpcTampering struct {
	before, after func(query, form url.Values)
	request       func(*http.Request)
	account       Account // temporary, if none
	want          string
}

// startSTS starts a Cloud whose STS has a role for two keys.
func startSTS(t *testing.T) *Cloud {
	t.Helper()
	c := NewCloud()
	t.Cleanup(c.Close)
	c.STS.AddAccount(plain)
	c.STS.AddAccount(temporary)
	c.STS.AddRole(role("answered"), member)
	c.STS.AddRole(role("not-allowed"), Account{})
	return c
}

func (r rpcTampering) send(t *testing.T, c *Cloud) (*http.Response, string) {
	t.Helper()
	return roundTrip(t, c.Transport(), r.made(t))
}

// made is the request, with all that is wrong with it.
func (r rpcTampering) made(t *testing.T) *http.Request {
	t.Helper()
	account := r.account
	if account == (Account{}) {
		account = temporary
	}
	query := url.Values{
		"Action": {"AssumeRole"}, "Version": {"2015-04-01"}, "Format": {"JSON"}, "Timestamp": {"2023-10-26T10:22:32Z"},
		"SignatureMethod": {"HMAC-SHA1"}, "SignatureVersion": {"1.0"}, "SignatureNonce": {rand.Text()},
		"AccessKeyId": {account.AccessKeyID},
	}
	if account.SecurityToken != "" {
		query.Set("SecurityToken", account.SecurityToken)
	}
	form := url.Values{"RoleArn": {role("answered")}, "RoleSessionName": {"me"}, "DurationSeconds": {"900"}}
	if r.before != nil {
		r.before(query, form)
	}
	signed := rpcCall{method: "POST", parameters: maps.Clone(query)}
	maps.Copy(signed.parameters, form)
	query.Set("Signature", rpcSignature(account.AccessKeySecret, signed.stringToSign()))
	if r.after != nil {
		r.after(query, form)
	}
	return r.posted(t, query, form)
}

func (r rpcTampering) posted(t *testing.T, query, form url.Values) *http.Request {
	t.Helper()
	request := newRequest(t, "POST", "https://"+stsHost+"/?"+query.Encode())
	body := form.Encode()
	request.Body, request.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if r.request != nil {
		r.request(request)
	}
	return request
}

func inQuery(name, value string) func(query, form url.Values) {
	return func(query, _ url.Values) { query.Set(name, value) }
}

func inForm(name, value string) func(query, form url.Values) {
	return func(_, form url.Values) { form.Set(name, value) }
}

func rpcTamperings() map[string]rpcTampering {
	const (
		mismatch   = "SignatureDoesNotMatch"
		incomplete = "IncompleteSignature"
		noAction   = "InvalidAction.NotFound"
		noName     = "InvalidParameter.RoleSessionName"
		noDuration = "InvalidParameter.DurationSeconds"
		noARN      = "InvalidParameter.RoleArn"
		otherKey   = "InvalidSecurityToken.MismatchWithAccessKey"
	)
	return map[string]rpcTampering{
		"nothing wrong":                {},
		"plain key":                    {account: plain},
		"all in the query":             {before: func(query, form url.Values) { maps.Copy(query, form); clear(form) }},
		"to be encoded":                {before: inForm("Policy", "a b*~+/é")},
		"no duration":                  {before: func(_, form url.Values) { form.Del("DurationSeconds") }},
		"longest duration":             {before: inForm("DurationSeconds", "3600")},
		"other action":                 {before: inQuery("Action", "GetCallerIdentity"), want: noAction},
		"other version":                {before: inQuery("Version", "2017-06-13"), want: noAction},
		"other path":                   {request: func(r *http.Request) { r.URL.Path = "/openapi" }, want: noAction},
		"query that cannot be read":    {request: func(r *http.Request) { r.URL.RawQuery += "&x=%zz" }, want: "InvalidParameter"},
		"parameter in both places":     {after: inQuery("RoleSessionName", "me"), want: "InvalidParameter"},
		"other query":                  {after: inQuery("Format", "XML"), want: mismatch},
		"added query":                  {after: inQuery("x", ""), want: mismatch},
		"other form":                   {after: inForm("RoleArn", role("not-allowed")), want: mismatch},
		"form that is none":            {request: func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, want: mismatch},
		"other method":                 {request: func(r *http.Request) { r.Method = "PUT" }, want: mismatch},
		"other secret":                 {account: Account{AccessKeyID: "Key", AccessKeySecret: "x"}, want: mismatch},
		"no signature":                 {after: inQuery("Signature", ""), want: mismatch},
		"other signature method":       {before: inQuery("SignatureMethod", "HMAC-SHA256"), want: incomplete},
		"other signature version":      {before: inQuery("SignatureVersion", "2.0"), want: incomplete},
		"unknown key":                  {account: Account{AccessKeyID: "Other"}, want: "InvalidAccessKeyId.NotFound"},
		"the member's own key":         {account: member, want: "InvalidAccessKeyId.NotFound"},
		"no token":                     {before: func(query, _ url.Values) { query.Del("SecurityToken") }, want: "MissingSecurityToken"},
		"other token":                  {before: inQuery("SecurityToken", "old"), want: "InvalidSecurityToken.Expired"},
		"token for a plain key":        {account: plain, before: inQuery("SecurityToken", "t"), want: otherKey},
		"no role":                      {before: inForm("RoleArn", ""), want: noARN},
		"role without its account":     {before: inForm("RoleArn", "acs:ram:::role/answered"), want: noARN},
		"unknown role":                 {before: inForm("RoleArn", role("nowhere")), want: "EntityNotExist.Role"},
		"role of another account":      {before: inForm("RoleArn", "acs:ram::1:role/answered"), want: "EntityNotExist.Role"},
		"role that trusts nobody":      {before: inForm("RoleArn", role("not-allowed")), want: "NoPermission"},
		"no session name":              {before: inForm("RoleSessionName", ""), want: noName},
		"session name of a letter":     {before: inForm("RoleSessionName", "a"), want: noName},
		"session name with a star":     {before: inForm("RoleSessionName", "a*"), want: noName},
		"session name of 65 letters":   {before: inForm("RoleSessionName", strings.Repeat("a", 65)), want: noName},
		"duration below the least":     {before: inForm("DurationSeconds", "899"), want: noDuration},
		"duration above the most":      {before: inForm("DurationSeconds", "3601"), want: noDuration},
		"duration that is no number":   {before: inForm("DurationSeconds", "long"), want: noDuration},
		"duration beyond all integers": {before: inForm("DurationSeconds", strings.Repeat("9", 30)), want: noDuration},
	}
}

func TestSTSTampering(t *testing.T) {
	t.Parallel()
	for name, tamper := range rpcTamperings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := startSTS(t)
			r, _ := tamper.send(t, c)
			status := map[string]int{
				"": 200, "InvalidAccessKeyId.NotFound": 404, "InvalidAction.NotFound": 404, "EntityNotExist.Role": 404, "NoPermission": 403,
			}[tamper.want]
			if status == 0 {
				status = http.StatusBadRequest
			}
			if got := c.STS.Requests()[0]; r.StatusCode != status || got.Status != status || got.Code != tamper.want {
				t.Errorf("answer:\n got %d, recorded %d %s\nwant %d %s", r.StatusCode, got.Status, got.Code, status, tamper.want)
			}
		})
	}
}

// A refused signature has the security token in its message, encoded twice.
func TestSTSRefusalQuotesStringToSign(t *testing.T) {
	t.Parallel()
	const want = "server string to sign is:POST&%2F&AccessKeyId%3DSTS.Key%26Action%3DAssumeRole%26DurationSeconds%3D900%26Format%3DJSON" +
		"%26RoleArn%3Dacs%253Aram%253A%253A2234567890984321%253Arole%252Fanswered%26RoleSessionName%3Dme" +
		"%26SecurityToken%3DToken%252B%252F%253D%253D%26SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3Dn"
	sent := rpcTampering{before: inQuery("SignatureNonce", "n"), after: inQuery("x", "")}
	if _, got := sent.send(t, startSTS(t)); !strings.Contains(got, want) {
		t.Errorf("body:\n got %s\nwant %s in it", got, want)
	}
}
