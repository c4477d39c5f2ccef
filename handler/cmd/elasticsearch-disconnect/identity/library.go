package identity

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aliyun/credentials-go/credentials/providers"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
)

const (
	sessionName     = "elasticsearch-disconnect" // where a profile has none
	sessionDuration = 3600                       // seconds; so too
	leastDuration   = 900                        // that STS gives
)

// library is the origin of a provider of credentials-go, which keeps credentials while they
// are good. failed makes its errors ours.
func library[P providers.CredentialsProvider](build func() (P, error), failed func(error) error) origin {
	var provider *P
	return func() (grant, error) {
		if provider == nil {
			built, err := build()
			if err != nil {
				return grant{}, failed(err)
			}
			provider = &built
		}
		c, err := (*provider).GetCredentials()
		if err != nil {
			return grant{}, failed(err)
		}
		return grant{Credentials: credentials(c.AccessKeyId, c.AccessKeySecret, c.SecurityToken)}, nil
	}
}

// A previous is an origin as credentials-go wants it, to assume a role with.
type previous struct{ from origin }

func (p previous) GetProviderName() string { return "elasticsearch-disconnect" }

func (p previous) GetCredentials() (*providers.Credentials, error) {
	got, err := guarded(p.from)
	if err != nil {
		return nil, err
	}
	return &providers.Credentials{
		AccessKeyId:     got.AccessKeyID.Reveal(),
		AccessKeySecret: got.AccessKeySecret.Reveal(),
		SecurityToken:   got.SecurityToken.Reveal(),
		ProviderName:    p.GetProviderName(),
	}, nil
}

// role is the origin of a role that the credentials of another origin assume: those of
// signer, which may be the same profile.
func (s Settings) role(p profile, from origin, signer profile) (origin, error) {
	host, err := p.stsOf()
	if err != nil {
		return nil, err
	}
	duration, err := p.duration()
	if err != nil {
		return nil, err
	}
	return library(func() (*providers.RAMRoleARNCredentialsProvider, error) {
		return providers.NewRAMRoleARNCredentialsProviderBuilder().
			WithCredentialsProvider(previous{from}).
			WithRoleArn(p.RoleARN).
			WithRoleSessionName(cmp.Or(p.SessionName, sessionName)).
			WithDurationSeconds(duration).
			WithPolicy(p.Policy).
			WithExternalId(p.ExternalID).
			WithStsEndpoint(host).
			Build()
	}, p.failure(host, "check that the role "+printable.Text(p.RoleARN)+" exists and trusts the identity of this profile", signer)), nil
}

// duration is that of a role's session, in seconds.
func (p profile) duration() (int, error) {
	if d := cmp.Or(p.DurationSeconds, sessionDuration); d >= leastDuration {
		return d, nil
	}
	return 0, denied(fmt.Sprintf("%s has expired_seconds below %d, the least that STS gives", p.who, leastDuration), p.fix, nil)
}

// oidc is the origin of a role for which a token of somebody else vouches. The token is read
// here: credentials-go would prefer one of the environment.
func (s Settings) oidc(p profile) (origin, error) {
	host, err := p.stsOf()
	if err != nil {
		return nil, err
	}
	duration, err := p.duration()
	if err != nil {
		return nil, err
	}
	return library(func() (*providers.OIDCCredentialsProvider, error) {
		token, err := s.oidcToken(p)
		if err != nil {
			return nil, err
		}
		return providers.NewOIDCCredentialsProviderBuilder().
			WithOIDCToken(token).
			WithOIDCProviderARN(p.OIDCProviderARN).
			WithRoleArn(p.RoleARN).
			WithRoleSessionName(cmp.Or(p.SessionName, sessionName)).
			WithDurationSeconds(duration).
			WithPolicy(p.Policy).
			WithSTSEndpoint(host).
			Build()
	}, p.failure(host, "check that the token is not too old, and that the role "+printable.Text(p.RoleARN)+" trusts its provider", p)), nil
}

func (s Settings) oidcToken(p profile) (string, error) {
	if p.OIDCToken != "" {
		return p.OIDCToken, nil
	}
	content, err := os.ReadFile(p.OIDCTokenFile)
	token := strings.TrimSpace(string(content))
	switch file := s.shown(p.OIDCTokenFile); {
	case err != nil:
		return "", denied("the OIDC token file "+file+" of "+p.who+" cannot be read", "check its path", reasonOf(err))
	case token == "":
		return "", denied("the OIDC token file "+file+" of "+p.who+" is empty", "check what writes it", nil)
	}
	return token, nil
}

// cloudSSO is the origin of a person's session at CloudSSO.
func (s Settings) cloudSSO(p profile) (origin, error) {
	host, err := uriOf("the cloud_sso_sign_in_url of "+p.who, p.SignInURL)
	if err != nil {
		return nil, err
	}
	get := library(func() (*providers.CloudSSOCredentialsProvider, error) {
		return providers.NewCloudSSOCredentialsProviderBuilder().
			WithSignInUrl(p.SignInURL).
			WithAccountId(p.SSOAccount).
			WithAccessConfig(p.SSOConfig).
			WithAccessToken(p.SSOToken).
			WithAccessTokenExpire(p.SSOTokenExpire).
			Build()
	}, p.failure(host.Host, p.renew(), p))
	return func() (grant, error) {
		if ends := time.Unix(p.SSOTokenExpire, 0); !ends.After(time.Now()) {
			return grant{}, expired(p.who, known(ends), p.renew())
		}
		return get()
	}, nil
}

// known is zero for the time that stands for none.
func known(t time.Time) time.Time {
	if t.Unix() == 0 {
		return time.Time{}
	}
	return t
}
