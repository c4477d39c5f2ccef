package handler

import (
	"context"
	"errors"
	"fmt"
	"net"
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

	// assumeDuration is the minimum (RAM, AssumeRole), and longer than the timeout of an
	// invocation in s.yaml.
	assumeDuration = 900 // seconds
)

// A member is the role in another account that the function assumes.
type member struct {
	own     connection.AccountID // of the credentials
	account connection.AccountID // the other
	role    string               // MEMBER_ROLE
	region  connection.Region    // the function's, whose STS is asked
	network elasticsearch.Network
}

func (m member) arn() string { return "acs:ram::" + m.account.String() + ":role/" + m.role }

func (m member) host() string { return m.network.STS(m.region) }

// check returns why there is no role to assume; nil if there is.
func (m member) check() error {
	switch {
	case m.role != "" && m.region == connection.Region{}:
		return internal("no STS without a region", giveRegion())
	case m.role != "":
		return nil
	}
	whose := ""
	if m.own != (connection.AccountID{}) {
		whose = fmt.Sprintf(", the credentials are of account %s", m.own)
	}
	const todo = ": set it to the name of a role in that account that "
	refused := denied(fmt.Sprintf("the request is for account %s%s, and MEMBER_ROLE is not set", m.account, whose), nil)
	refused.Advice = connection.Advice{Function: todo + "the function's role may assume", Command: todo + "you may assume"}
	return refused
}

// assume asks STS for credentials of the role. Unless STS refuses, it tries again while
// there is time.
func (m member) assume(ctx context.Context, own acs3.Credentials) (c acs3.Credentials, err error) {
	wait := assumeWait
	for attempt := 1; ; attempt++ {
		if c, err = m.ask(ctx, own); err == nil || connection.KindOf(err) == connection.Denied || attempt == assumeAttempts {
			return c, err
		}
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < 2*wait || !elasticsearch.Sleep(ctx, wait) {
			return c, err
		}
		wait *= 2
	}
}

func (m member) ask(ctx context.Context, own acs3.Credentials) (c acs3.Credentials, err error) {
	timeout := timeoutWithin(ctx)
	if timeout < 10*time.Millisecond || ctx.Err() != nil {
		return c, &connection.Error{Kind: connection.Timeout, Message: "no time left to assume " + m.arn(), Err: ctx.Err()}
	}
	err = parallel.Guard(func() error { // the provider panics without a JSON member
		provider, err := m.provider(own, timeout)
		if err != nil {
			return err
		}
		c, err = obtain(provider, m.arn())
		return err
	})
	switch {
	case err != nil:
		return acs3.Credentials{}, m.classify(err)
	case c.SecurityToken.Reveal() == "", c.AccessKeyID.Reveal() == own.AccessKeyID.Reveal(): // not the role's identity
		return acs3.Credentials{}, m.unavailable(errors.New("STS returned credentials that are not a role's"))
	}
	return c, nil
}

// timeoutWithin returns the timeout of an attempt: the provider takes no context.
func timeoutWithin(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return min(assumeTimeout, time.Until(deadline))
	}
	return assumeTimeout
}

// provider sets every field, because credentials-go fills an empty one from the
// environment. The two timeouts, in milliseconds, add up to that of the whole exchange.
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
		WithStsEndpoint(m.host()).
		WithHttpOptions(&providers.HttpOptions{ConnectTimeout: half, ReadTimeout: half}).
		Build()
}

// classify tells a refusal of STS from an answer that never came.
func (m member) classify(err error) error {
	// The message of a url.Error has the URL, which is the signed request.
	if request := (*url.Error)(nil); errors.As(err, &request) {
		return m.unavailable(fmt.Errorf("%s: %w", m.host(), request.Err))
	}
	if network := net.Error(nil); errors.As(err, &network) {
		return m.unavailable(fmt.Errorf("%s: %w", m.host(), err))
	}
	_, answer, _ := strings.Cut(err.Error(), "{") // at the end of the provider's text
	refusal := elasticsearch.ReadRefusal([]byte("{" + answer))
	cause := fmt.Errorf("STS answered %s, request id %s", refusal.Code, refusal.RequestID)
	switch {
	case !refusal.HasCode():
		return m.unavailable(errors.New("STS answered with neither credentials nor a code"))
	case refusal.MayPass():
		return m.unavailable(cause)
	}
	const todo = ": check that account %s has this role, that the role trusts %[2]s, and that %[2]s has sts:AssumeRole on it"
	refused := denied(fmt.Sprintf("the credentials of account %s may not assume %s", m.own, m.arn()), cause)
	refused.Advice = connection.Advice{Function: fmt.Sprintf(todo, m.account, "the function's role"), Command: fmt.Sprintf(todo, m.account, "your identity")}
	return refused
}

func (m member) unavailable(cause error) error {
	return &connection.Error{Kind: connection.Unavailable, Message: fmt.Sprintf("no answer from STS to assume %s; nothing was sent to the API, safe to repeat", m.arn()), Err: cause}
}
