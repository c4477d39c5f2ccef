package elasticsearchtest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/acs3"
)

const stsHost = "sts.cn-hangzhou.aliyuncs.com"

func role(name string) string { return "acs:ram::2234567890984321:role/" + name }

// startSTS starts a Cloud whose STS has a role for a key.
func startSTS(t *testing.T) *Cloud {
	t.Helper()
	c := NewCloud()
	t.Cleanup(c.Close)
	c.STS.AddAccount(temporary)
	c.STS.AddRole(role("answered"), member)
	c.STS.AddRole(role("not-allowed"), Account{})
	return c
}

// assuming is an AssumeRole that would be granted, but for one parameter.
func assuming(t *testing.T, name, value string) *http.Request {
	t.Helper()
	query := url.Values{"RoleArn": {role("answered")}, "RoleSessionName": {"a.b-c_d@e"}, "DurationSeconds": {"900"}}
	query.Set(name, value)
	r := newRequest(t, "POST", "https://"+stsHost+"/?"+query.Encode())
	r.Header.Set("x-acs-action", "AssumeRole")
	r.Header.Set("x-acs-version", stsVersion)
	acs3.Sign(r, input(&Server{Now: time.Now}, temporary))
	return r
}

func TestAssumeRole(t *testing.T) {
	t.Parallel()
	const name, duration, arn = "RoleSessionName", "DurationSeconds", "RoleArn"
	for _, test := range []struct{ parameter, value, want string }{
		{"Policy", "a b*~+/é", ""},
		{duration, "", ""},
		{duration, "3600", ""},
		{duration, "899", "InvalidParameter.DurationSeconds"},
		{duration, "3601", "InvalidParameter.DurationSeconds"},
		{duration, "long", "InvalidParameter.DurationSeconds"},
		{duration, strings.Repeat("9", 30), "InvalidParameter.DurationSeconds"},
		{arn, "", "InvalidParameter.RoleArn"},
		{arn, "acs:ram:::role/answered", "InvalidParameter.RoleArn"},
		{arn, role("nowhere"), "EntityNotExist.Role"},
		{arn, "acs:ram::1:role/answered", "EntityNotExist.Role"},
		{arn, role("not-allowed"), "NoPermission"},
		{name, "", "InvalidParameter.RoleSessionName"},
		{name, "a", "InvalidParameter.RoleSessionName"},
		{name, "a*", "InvalidParameter.RoleSessionName"},
		{name, strings.Repeat("a", 65), "InvalidParameter.RoleSessionName"},
	} {
		t.Run(test.parameter+" "+test.value, func(t *testing.T) {
			t.Parallel()
			c := startSTS(t)
			r, body := roundTrip(t, c.Transport(), assuming(t, test.parameter, test.value))
			got := c.STS.Requests()[0]
			granted := r.StatusCode == 200 && strings.Contains(body, `"SecurityToken":"`+member.SecurityToken+`"`)
			if granted != (test.want == "") || got.Code != test.want || got.Status != r.StatusCode || got.AccessKeyID != temporary.AccessKeyID {
				t.Errorf("got %d %s, recorded %+v\nwant %s", r.StatusCode, body, got, test.want)
			}
		})
	}
}
