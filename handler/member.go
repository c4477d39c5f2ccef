package handler

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/sts"
)

const (
	assumeAttempts = 3
	assumeWait     = time.Second // after the first attempt; it doubles

	// assumeDuration is the minimum (RAM, AssumeRole), and longer than the timeout of an
	// invocation in s.yaml.
	assumeDuration = 15 * time.Minute
)

// A member is the role in another account that the function assumes.
type member struct {
	own     connection.AccountID // of the credentials
	account connection.AccountID // the other
	role    string               // MEMBER_ROLE
	region  connection.Region    // the function's, whose STS is asked
	network elasticsearch.Network

	transport http.RoundTripper
	userAgent string
}

func (m member) String() string { return fmt.Sprintf("the role %s of account %s", m.role, m.account) }

func (m member) arn() string { return "acs:ram::" + m.account.String() + ":role/" + m.role }

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

func (m member) ask(ctx context.Context, own acs3.Credentials) (acs3.Credentials, error) {
	if ctx.Err() != nil {
		return acs3.Credentials{}, &connection.Error{Kind: connection.Timeout, Message: "no time left to assume " + m.arn(), Err: ctx.Err()}
	}
	client := sts.Client{Host: m.network.STS(m.region), Credentials: own, UserAgent: m.userAgent, Transport: m.transport}
	c, err := client.Assume(ctx, sts.Role{ARN: m.arn(), SessionName: Name, Duration: assumeDuration})
	switch {
	case err != nil:
		return acs3.Credentials{}, m.classify(err)
	case c.AccessKeyID.Reveal() == own.AccessKeyID.Reveal(): // not the role's identity
		return acs3.Credentials{}, m.unavailable(errors.New("STS returned credentials that are not a role's"))
	}
	return usable(c, m.arn())
}

// classify tells a refusal of STS from an answer that never came.
func (m member) classify(err error) error {
	answer, isRefusal := errors.AsType[elasticsearch.Refusal](err)
	switch {
	case !isRefusal:
		return m.unavailable(fmt.Errorf("%s: %w", m.network.STS(m.region), err))
	case answer.IsUnclear():
		return m.unavailable(fmt.Errorf("STS: %w", answer))
	}
	const todo = ": check that account %s has this role, that the role trusts %[2]s, and that %[2]s has sts:AssumeRole on it"
	refused := denied(fmt.Sprintf("the credentials of account %s may not assume %s", m.own, m.arn()), fmt.Errorf("STS: %w", answer))
	refused.Advice = connection.Advice{Function: fmt.Sprintf(todo, m.account, "the function's role"), Command: fmt.Sprintf(todo, m.account, "your identity")}
	return refused
}

func (m member) unavailable(cause error) error {
	return &connection.Error{Kind: connection.Unavailable, Message: fmt.Sprintf("no answer from STS to assume %s; nothing was sent to the API, safe to repeat", m.arn()), Err: cause}
}
