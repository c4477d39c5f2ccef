package identity

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
)

const (
	askAttempts = 3
	askTimeout  = 10 * time.Second // of an attempt
	maxCaller   = 64 << 10         // bytes of an answer
)

// A Caller is as whom credentials work.
type Caller struct {
	Account connection.AccountID
	ARN     string // of the user, or of the session of a role; printable
}

// Ask asks STS as whom credentials work. That needs no right. host is such as
// [elasticsearch.Network.STS] returns; from is where the credentials come from, and is named
// in errors: its Name and its Renew are enough.
func Ask(ctx context.Context, transport http.RoundTripper, host string, c acs3.Credentials, from Source) (Caller, error) {
	for attempt := 1; ; attempt++ {
		answer, err := ask(ctx, transport, host, c)
		switch {
		case err != nil:
			return Caller{}, unavailable("no answer from "+host+" about the identity of "+from.Name, checkNetwork, err)
		case !answer.isPassing(), attempt == askAttempts, !elasticsearch.Sleep(ctx, time.Second):
			return answer.caller(host, from)
		}
	}
}

// An identityAnswer is what STS answers to GetCallerIdentity.
type identityAnswer struct {
	refusal
	AccountID, Arn string
}

func ask(ctx context.Context, transport http.RoundTripper, host string, c acs3.Credentials) (a identityAnswer, err error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	response, err := transport.RoundTrip(question(ctx, host, c))
	if err != nil {
		err = reasonOfNetwork(err)
		return a, redacted{err, c.Redact(err.Error())}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxCaller))
	if err != nil {
		return a, redacted{err, c.Redact(err.Error())}
	}
	_ = json.Unmarshal(body, &a) // what cannot be read names nobody
	a.refusal = refusal{status: response.StatusCode}
	a.read(body)
	return a, nil
}

// A redacted error of the network has no credentials in its text: it may quote what the
// other side sent, and that may be our request.
type redacted struct {
	error
	text string
}

func (r redacted) Error() string { return r.text }
func (r redacted) Unwrap() error { return r.error }

// question is a GetCallerIdentity, signed.
func question(ctx context.Context, host string, c acs3.Credentials) *http.Request {
	r := (&http.Request{
		Method: http.MethodPost,
		URL:    &url.URL{Scheme: "https", Host: host, Path: "/"},
		Host:   host,
		Header: http.Header{
			"Accept":        {"application/json"},
			"User-Agent":    {sessionName},
			"X-Acs-Action":  {"GetCallerIdentity"},
			"X-Acs-Version": {"2015-04-01"},
		},
		Body: http.NoBody,
	}).WithContext(ctx)
	acs3.Sign(r, acs3.Input{Credentials: c, Time: time.Now(), Nonce: uuid.NewString()})
	return r
}

// caller returns whom an answer names, or why it names nobody.
func (a identityAnswer) caller(host string, from Source) (Caller, error) {
	account, err := connection.ParseAccountID(a.AccountID)
	isARN := a.Arn != "" && !strings.ContainsFunc(a.Arn, func(c rune) bool { return !unicode.IsPrint(c) })
	switch {
	case a.status == http.StatusOK && a.reason == "" && err == nil && isARN:
		return Caller{account, a.Arn}, nil
	case elasticsearch.IsExpired(a.reason):
		return Caller{}, from.Expired()
	case a.reason == "" || a.isPassing():
		return Caller{}, unavailable(host+" does not say whose "+from.Name+" is", "try again", a.refusal)
	}
	refused := denied(host+" refuses the credentials of "+from.Name, "ask who gave them to you", a.refusal)
	refused.Advice = cmp.Or(elasticsearch.AdviceOnCredentials(a.reason), refused.Advice)
	return Caller{}, refused
}
