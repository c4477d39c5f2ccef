package identity

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/aliyun/credentials-go/credentials/providers"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
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

// role is the origin of a role that the credentials of another origin assume.
func (s Settings) role(p profile, from origin) (origin, error) {
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
	}, p.failure(host, "check that the role "+printable.Text(p.RoleARN)+" exists and trusts the identity of this profile")), nil
}

// duration is that of a role's session, in seconds.
func (p profile) duration() (int, error) {
	if d := cmp.Or(p.DurationSeconds, sessionDuration); d >= leastDuration {
		return d, nil
	}
	return 0, denied("%s has expired_seconds below %d, the least that STS gives: %s", p.who, leastDuration, p.fix)
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
	}, p.failure(host, "check that the token is not too old, and that the role "+printable.Text(p.RoleARN)+" trusts its provider")), nil
}

func (s Settings) oidcToken(p profile) (string, error) {
	if p.OIDCToken != "" {
		return p.OIDCToken, nil
	}
	content, err := os.ReadFile(p.OIDCTokenFile)
	token := strings.TrimSpace(string(content))
	switch file := s.shown(p.OIDCTokenFile); {
	case err != nil:
		failed := denied("the OIDC token file %s of %s cannot be read: check its path", file, p.who)
		failed.Err = reasonOf(err)
		return "", failed
	case token == "":
		return "", denied("the OIDC token file %s of %s is empty", file, p.who)
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
	}, p.failure(host.Host, p.renew()))
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

// failure makes the errors of credentials-go ours, and leaves out their text. todo is what
// to do about a refusal.
func (p profile) failure(host, todo string) func(error) error {
	return func(err error) error {
		if connection.KindOf(err) != 0 {
			return err // of ours, from within
		}
		why, answered := explain(err)
		switch {
		case !answered:
			return unavailable(why, "no answer from %s for %s", printable.Text(host), p.who)
		case elasticsearch.IsExpired(why.reason):
			return expired(p.who, time.Time{}, p.renew())
		case why.isPassing():
			return unavailable(why, "no credentials from %s for %s: try again", printable.Text(host), p.who)
		}
		refused := denied("%s gives %s no credentials: %s", printable.Text(host), p.who, todo)
		refused.Err = why
		return refused
	}
}

// A refusal is an answer without what was asked for. Its message is left out: it may quote
// the request. Without a code it is an answer that makes no sense.
type refusal struct {
	reason    string // the code of the answer; "" for none
	requestID string
	status    int   // of HTTP; 0 if it is not known
	cause     error // of a request without an answer
}

// isPassing reports whether the same request may succeed within moments.
func (r refusal) isPassing() bool {
	return elasticsearch.MayPass(r.reason) || r.status/100 == 5 || r.reason == "" && r.status == 0
}

func (r refusal) Unwrap() error { return r.cause }

func (r refusal) Error() string {
	text := "the answer makes no sense"
	switch {
	case r.cause != nil:
		return r.cause.Error()
	case r.reason != "":
		text = "the answer is " + r.reason
	case r.status != 0:
		text = fmt.Sprintf("the answer is HTTP %d %s", r.status, http.StatusText(r.status))
	}
	if r.requestID != "" {
		text += ", request id " + r.requestID
	}
	return strings.TrimSpace(text)
}

// explain finds in an error of credentials-go what may be shown of it.
func explain(err error) (why refusal, answered bool) {
	if network := net.Error(nil); errors.As(err, &network) {
		return refusal{cause: reasonOfNetwork(err)}, false
	}
	text := err.Error()
	if status := regexp.MustCompile(`status code: ([1-5][0-9][0-9])$`).FindStringSubmatch(text); status != nil {
		_, _ = fmt.Sscan(status[1], &why.status)
		return why, true
	}
	if at := strings.IndexByte(text, '{'); at >= 0 {
		why.read([]byte(text[at:]))
	}
	return why, true
}

// read takes code and request id from an answer, if they can be ones.
func (r *refusal) read(body []byte) {
	var found struct{ Code, ErrorCode, RequestID string }
	_ = json.Unmarshal(body, &found) // what cannot be read has no code
	if code := cmp.Or(found.Code, found.ErrorCode); isName(code) {
		r.reason = code
	}
	if isName(found.RequestID) {
		r.requestID = found.RequestID
	}
}

// isName reports whether a text can be a code or a request id.
func isName(text string) bool { return regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`).MatchString(text) }

// reasonOfNetwork returns why a request has no answer: without its URL, which may be signed,
// and without the address of a proxy, which may have a password.
func reasonOfNetwork(err error) error {
	if request := (*url.Error)(nil); errors.As(err, &request) {
		err = request.Err
	}
	if strings.Contains(err.Error(), "invalid proxy address") {
		return errors.New("the address of the proxy cannot be used: check HTTPS_PROXY and HTTP_PROXY")
	}
	return err
}
