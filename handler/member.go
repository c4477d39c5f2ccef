package handler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/aliyun/credentials-go/credentials/providers"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/parallel"
)

const (
	assumeAttempts = 3
	assumeTimeout  = 10 * time.Second // of an attempt
	assumeWait     = time.Second      // after the first attempt; it doubles

	// assumeDuration is the shortest there is (RAM, AssumeRole), and longer than an
	// invocation's timeout in s.yaml.
	assumeDuration = 900 // seconds
)

// A member is the role by which another account lets the function in.
type member struct {
	own     connection.AccountID // the function's; zero where it is not known
	account connection.AccountID // the other
	role    string               // MEMBER_ROLE
	host    string               // of STS
	sleep   func(context.Context, time.Duration) error
}

func (h *Handler) member(own, account connection.AccountID, region connection.Region) member {
	host := "sts." + region.String() + ".aliyuncs.com"
	if h.Config.Network == elasticsearch.VPC {
		host = "sts-vpc." + region.String() + ".aliyuncs.com"
	}
	return member{own, account, h.Config.MemberRole, host, h.sleep}
}

func (m member) arn() string { return "acs:ram::" + m.account.String() + ":role/" + m.role }

// check says why there is no role to assume.
func (m member) check() error {
	const todo = "set MEMBER_ROLE to the name of a role there that the function's role may assume"
	switch {
	case m.role != "":
		return nil
	case m.own == connection.AccountID{}:
		return denied(fmt.Sprintf("account %s is asked for by its id: %s", m.account, todo), nil)
	}
	return denied(fmt.Sprintf("this is of account %s, and the function is of account %s: %s", m.account, m.own, todo), nil)
}

// assume asks STS for credentials of the role. An answer that is no refusal is
// asked for again, as long as there is time.
func (m member) assume(ctx context.Context, own acs3.Credentials) (c acs3.Credentials, err error) {
	wait := assumeWait
	for attempt := 1; ; attempt++ {
		if c, err = m.ask(ctx, own); err == nil || connection.KindOf(err) == connection.Denied || attempt == assumeAttempts {
			return c, err
		}
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < 2*wait || m.sleep(ctx, wait) != nil {
			return c, err
		}
		wait *= 2
	}
}

func (m member) ask(ctx context.Context, own acs3.Credentials) (c acs3.Credentials, err error) {
	timeout := assumeTimeout
	if deadline, ok := ctx.Deadline(); ok {
		timeout = min(timeout, time.Until(deadline))
	}
	if timeout < 10*time.Millisecond || ctx.Err() != nil {
		return c, &connection.Error{Kind: connection.Timeout, Message: "there was no time to assume " + m.arn(), Err: ctx.Err()}
	}
	err = parallel.Guard(func() error { // the provider takes a JSON member for granted
		provider, err := m.provider(own, timeout)
		if err != nil {
			return err
		}
		c, err = obtain(provider)
		return err
	})
	if err == nil && c.SecurityToken.Reveal() == "" {
		err = errors.New("credentials without a security token")
	}
	if err != nil {
		return acs3.Credentials{}, m.failure(err)
	}
	return c, nil
}

// provider is given every field, because it fills an empty one from the environment.
// Its two timeouts add up to that of the whole exchange, in milliseconds.
func (m member) provider(own acs3.Credentials, timeout time.Duration) (providers.CredentialsProvider, error) {
	previous, err := static(own)
	if err != nil {
		return nil, err
	}
	half := int(timeout.Milliseconds() / 2)
	return providers.NewRAMRoleARNCredentialsProviderBuilder().
		WithCredentialsProvider(previous).
		WithRoleArn(m.arn()).
		WithRoleSessionName(Name).
		WithDurationSeconds(assumeDuration).
		WithStsEndpoint(m.host).
		WithHttpOptions(&providers.HttpOptions{ConnectTimeout: half, ReadTimeout: half}).
		Build()
}

// failure sorts what the provider says: STS refused, or it could not be asked.
func (m member) failure(err error) error {
	// The message of a url.Error is the URL, and this one's is the signed request.
	if network := (*url.Error)(nil); errors.As(err, &network) {
		return m.unavailable(fmt.Errorf("%s: %w", m.host, network.Err))
	}
	answer, ok := readRefusal(err.Error())
	switch {
	case !ok:
		return m.unavailable(errors.New("STS gave no credentials, and no reason"))
	case elasticsearch.MayPass(answer.Code):
		return m.unavailable(answer)
	}
	whose := "the function"
	if m.own != (connection.AccountID{}) {
		whose = "the function of account " + m.own.String()
	}
	return denied(fmt.Sprintf("%s may not assume %s: see that account %s has this role, that the role trusts the function's role, and that the function's role has sts:AssumeRole on it", whose, m.arn(), m.account), answer)
}

func (m member) unavailable(cause error) error {
	return &connection.Error{Kind: connection.Unavailable, Message: fmt.Sprintf("no answer from STS to assume %s; nothing was sent to the API, safe to repeat", m.arn()), Err: cause}
}

// A refusal is STS's answer where it gives no credentials.
type refusal struct{ Code, Message, RequestId string }

// readRefusal finds the answer in the text of the provider's error, which ends
// with it.
func readRefusal(text string) (r refusal, ok bool) {
	at := strings.IndexByte(text, '{')
	if at < 0 || json.Unmarshal([]byte(text[at:]), &r) != nil || len(r.Code) == 0 {
		return r, false
	}
	return r, true
}

// Error ends at a percent sign: behind it, STS quotes the request, escaped more than
// once, so that no secret in it could be found.
func (r refusal) Error() string {
	const most = 300 // bytes
	text, _, _ := strings.Cut(fmt.Sprintf("STS answered %s (request %s): %s", r.Code, r.RequestId, r.Message), "%")
	return strings.ToValidUTF8(text[:min(len(text), most)], "")
}

// static is a provider of credentials that are there.
func static(c acs3.Credentials) (providers.CredentialsProvider, error) {
	if token := c.SecurityToken.Reveal(); token != "" {
		return providers.NewStaticSTSCredentialsProviderBuilder().
			WithAccessKeyId(c.AccessKeyID.Reveal()).
			WithAccessKeySecret(c.AccessKeySecret.Reveal()).
			WithSecurityToken(token).
			Build()
	}
	return providers.NewStaticAKCredentialsProviderBuilder().
		WithAccessKeyId(c.AccessKeyID.Reveal()).
		WithAccessKeySecret(c.AccessKeySecret.Reveal()).
		Build()
}
