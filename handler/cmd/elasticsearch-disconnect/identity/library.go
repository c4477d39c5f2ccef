package identity

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/aliyun/credentials-go/credentials/providers"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/sts"
)

const (
	sessionName     = "elasticsearch-disconnect" // where a profile has none
	sessionDuration = 3600                       // seconds; so too
	leastDuration   = 900                        // that STS gives
)

// RefuseRedirects lets a request of credentials-go fail where an answer is a redirect, which
// the library would follow, with a token in its form. t is http.DefaultTransport: the library
// clones it for each request, and its Proxy is asked about a redirected one first.
func RefuseRedirects(t *http.Transport) {
	proxy := t.Proxy
	t.Proxy = func(r *http.Request) (*url.URL, error) {
		if r.Response != nil { // which led to this request
			return nil, elasticsearch.Refusal{Status: r.Response.StatusCode}
		}
		return proxy(r)
	}
}

// provided are the credentials of a provider of credentials-go, as its Build returns it.
func provided[P providers.CredentialsProvider](provider P, err error) (acs3.Credentials, error) {
	if err != nil {
		return acs3.Credentials{}, errorOf(err)
	}
	c, err := provider.GetCredentials()
	if err != nil {
		return acs3.Credentials{}, errorOf(err)
	}
	return newCredentials(c.AccessKeyId, c.AccessKeySecret, c.SecurityToken), nil
}

// assume gets the credentials of the profile's role with those that get returns of signer.
func (s Settings) assume(p, signer profile, get func(Settings, profile) (acs3.Credentials, error)) (acs3.Credentials, error) {
	host, duration, err := p.sts()
	if err != nil {
		return acs3.Credentials{}, err
	}
	first, err := get(s, signer)
	if err != nil {
		return acs3.Credentials{}, err
	}
	client := sts.Client{Host: host, Credentials: first, UserAgent: sessionName, Transport: s.Transport}
	c, err := client.Assume(context.Background(), sts.Role{
		ARN:         p.has["ram_role_arn"],
		SessionName: cmp.Or(p.has["ram_session_name"], sessionName),
		Duration:    time.Duration(duration) * time.Second,
		Policy:      p.has["policy"],
		ExternalID:  p.has["external_id"],
	})
	return c, p.explain(err, host, "check that the role "+printable.Text(p.has["ram_role_arn"])+" exists and trusts the identity of this profile", signer)
}

// oidc is for a role for which a token of somebody else vouches. The token is read here:
// credentials-go would prefer one of the environment.
func (s Settings) oidc(p profile) (acs3.Credentials, error) {
	host, duration, err := p.sts()
	if err != nil {
		return acs3.Credentials{}, err
	}
	content, err := os.ReadFile(p.has["oidc_token_file"])
	token := strings.TrimSpace(string(content))
	switch file := s.shown(p.has["oidc_token_file"]); {
	case err != nil:
		return acs3.Credentials{}, denied("the OIDC token file "+file+" of "+p.who+" cannot be read", "check its path", reasonOfFile(err))
	case token == "":
		return acs3.Credentials{}, denied("the OIDC token file "+file+" of "+p.who+" is empty", "check what writes it", nil)
	}
	c, err := provided(providers.NewOIDCCredentialsProviderBuilder().
		WithOIDCToken(token).
		WithOIDCProviderARN(p.has["oidc_provider_arn"]).
		WithRoleArn(p.has["ram_role_arn"]).
		WithRoleSessionName(cmp.Or(p.has["ram_session_name"], sessionName)).
		WithDurationSeconds(duration).
		WithPolicy(p.has["policy"]).
		WithSTSEndpoint(host).
		Build())
	return c, p.explain(err, host, "check that the token is not too old, and that the role "+printable.Text(p.has["ram_role_arn"])+" trusts its provider", p)
}

// sts returns the host that a profile asks, as Alibaba Cloud's tools choose it, and for how
// many seconds of a session.
func (p profile) sts() (host string, seconds int, err error) {
	seconds, err = strconv.Atoi(cmp.Or(p.has["expired_seconds"], "0"))
	seconds = cmp.Or(seconds, sessionDuration)
	if err != nil || seconds < leastDuration {
		return "", 0, denied(fmt.Sprintf("%s has expired_seconds below %d, the least that STS gives", p.who, leastDuration), p.fix, nil)
	}
	if p.has["sts_region"] == "" {
		return "sts.aliyuncs.com", seconds, nil
	}
	region, err := connection.ParseRegion(p.has["sts_region"])
	if err != nil {
		return "", 0, denied(p.who+" has an sts_region that is not a region id such as cn-hangzhou", p.fix, nil)
	}
	network := elasticsearch.Public
	if p.has["enable_vpc"] == "true" {
		network = elasticsearch.VPC
	}
	return network.STS(region), seconds, nil
}

// cloudSSO is for a person's session at CloudSSO.
func (s Settings) cloudSSO(p profile) (acs3.Credentials, error) {
	at, err := p.url("cloud_sso_sign_in_url")
	if err != nil {
		return acs3.Credentials{}, err
	}
	ends := p.time("cloud_sso_access_token_expire")
	if !ends.After(time.Now()) {
		return acs3.Credentials{}, expired(p.who, ends, p.renew)
	}
	c, err := provided(providers.NewCloudSSOCredentialsProviderBuilder().
		WithSignInUrl(p.has["cloud_sso_sign_in_url"]).
		WithAccountId(p.has["cloud_sso_account_id"]).
		WithAccessConfig(p.has["cloud_sso_access_config"]).
		WithAccessToken(p.has["access_token"]).
		WithAccessTokenExpire(ends.Unix()).
		Build())
	return c, p.explain(err, at.Host, p.renew, p)
}
