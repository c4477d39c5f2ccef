package sts_test

import (
	"net/http"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
	"elasticsearch-disconnect/handler/sts"
)

// TestAssume: what is asked for, with and without the limits of a profile.
func TestAssume(t *testing.T) {
	t.Parallel()
	const arn = "acs:ram::2234567890984321:role/ops"
	cloud := elasticsearchtest.NewCloud()
	t.Cleanup(cloud.Close)
	key := elasticsearchtest.Account{AccessKeyID: "id", AccessKeySecret: "secret", ID: "1"}
	gives := elasticsearchtest.Account{AccessKeyID: "STS.id", AccessKeySecret: "s", SecurityToken: "t"}
	cloud.STS.AddAccount(key)
	cloud.STS.AddRole(arn, gives)
	var sent string
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		sent = r.Method + " " + r.URL.String() + " " + r.Header.Get("User-Agent")
		return cloud.RoundTrip(r)
	})
	client := sts.Client{Host: "sts.cn-hangzhou.aliyuncs.com", Credentials: credentials(key), UserAgent: "me/1", Transport: transport}
	const whole = "POST https://sts.cn-hangzhou.aliyuncs.com/?DurationSeconds=900&RoleArn=acs%3Aram%3A%3A2234567890984321%3Arole%2Fops&RoleSessionName=me me/1"
	const limited = "POST https://sts.cn-hangzhou.aliyuncs.com/?DurationSeconds=3600&ExternalId=e&Policy=%7B%7D&RoleArn=acs%3Aram%3A%3A2234567890984321%3Arole%2Fops&RoleSessionName=me me/1"
	for want, role := range map[string]sts.Role{
		whole:   {ARN: arn, SessionName: "me", Duration: 15 * time.Minute},
		limited: {ARN: arn, SessionName: "me", Duration: time.Hour, Policy: "{}", ExternalID: "e"},
	} {
		got, err := client.Assume(t.Context(), role)
		if err != nil || !got.Same(credentials(gives)) || sent != want {
			t.Errorf("got %s, %v, sent\n     %s\nwant %s", got.AccessKeyID.Reveal(), err, sent, want)
		}
	}
}

func credentials(a elasticsearchtest.Account) acs3.Credentials {
	return acs3.Credentials{AccessKeyID: acs3.NewSecret(a.AccessKeyID), AccessKeySecret: acs3.NewSecret(a.AccessKeySecret), SecurityToken: acs3.NewSecret(a.SecurityToken)}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
