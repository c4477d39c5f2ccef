package handler

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/aliyun/credentials-go/credentials/providers"
	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
)

// An Invocation is the context of one event: its id, where the function runs, and the
// credentials.
type Invocation struct {
	RequestID  string           // Function Compute's
	Scope      connection.Scope // where the function runs
	RetryCount int              // how often Function Compute has tried this event before

	Secrets acs3.Credentials // to redact; as they came with the invocation, complete or not

	// Credentials is called if the event needs the API.
	Credentials func() (acs3.Credentials, error)
}

// FunctionCompute returns the invocation that the FC runtime describes in ctx.
func FunctionCompute(ctx context.Context) Invocation {
	fc, ok := fccontext.FromContext(ctx)
	if !ok {
		fc = &fccontext.FcContext{}
	}
	secrets := acs3.Credentials{
		AccessKeyID:     acs3.NewSecret(fc.Credentials.AccessKeyId),
		AccessKeySecret: acs3.NewSecret(fc.Credentials.AccessKeySecret),
		SecurityToken:   acs3.NewSecret(fc.Credentials.SecurityToken),
	}
	return Invocation{
		RequestID:   fc.RequestID,
		Scope:       scopeOf(fc),
		RetryCount:  fc.RetryCount,
		Secrets:     secrets,
		Credentials: func() (acs3.Credentials, error) { return roleCredentials(secrets) },
	}
}

// scopeOf returns the region and the account that the runtime names; what it does not
// name, or not validly, is zero.
func scopeOf(fc *fccontext.FcContext) connection.Scope {
	region, _ := connection.ParseRegion(fc.Region)
	account, _ := connection.ParseAccountID(fc.AccountId)
	return connection.Scope{Region: region, Account: account}
}

// roleCredentials returns the function role's credentials. It refuses an empty part:
// credentials-go would fill it from the environment, and mix two identities.
func roleCredentials(c acs3.Credentials) (acs3.Credentials, error) {
	missing := c.Parts(func(value string) bool { return value == "" })
	if len(missing) > 0 {
		return acs3.Credentials{}, denied("the invocation came without "+strings.Join(missing, " and ")+": give the function a role", nil)
	}
	from, err := providers.NewStaticSTSCredentialsProviderBuilder().
		WithAccessKeyId(c.AccessKeyID.Reveal()).
		WithAccessKeySecret(c.AccessKeySecret.Reveal()).
		WithSecurityToken(c.SecurityToken.Reveal()).
		Build()
	if err != nil {
		return acs3.Credentials{}, denied("the invocation's credentials cannot be used", err)
	}
	given, err := from.GetCredentials()
	if err != nil {
		return acs3.Credentials{}, err
	}
	return usable(acs3.Credentials{
		AccessKeyID:     acs3.NewSecret(given.AccessKeyId),
		AccessKeySecret: acs3.NewSecret(given.AccessKeySecret),
		SecurityToken:   acs3.NewSecret(given.SecurityToken),
	}, "the function's role")
}

// usable returns credentials that can be sent. With a control character, mostly a line end,
// they could not be, or would sign wrongly: that is a *connection.Error which names the part
// and the source.
func usable(c acs3.Credentials, source string) (acs3.Credentials, error) {
	malformed := c.Parts(func(value string) bool { return strings.ContainsFunc(value, unicode.IsControl) })
	if len(malformed) > 0 {
		failed := denied(fmt.Sprintf("a line end or another control character is in the %s, which came from %s", strings.Join(malformed, " and the "), source), nil)
		failed.EveryCall = true
		return acs3.Credentials{}, failed
	}
	return c, nil
}

func denied(message string, cause error) *connection.Error {
	return &connection.Error{Kind: connection.Denied, Message: message, Err: cause}
}

// shown returns a scope as replies and log lines show it: the account only if it is not
// the function's own.
func (inv Invocation) shown(s connection.Scope) connection.Scope {
	if s.Account == inv.Scope.Account {
		s.Account = connection.AccountID{}
	}
	return s
}
