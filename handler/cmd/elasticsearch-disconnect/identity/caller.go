package identity

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/sts"
)

// A Caller is as whom credentials work.
type Caller struct {
	Account connection.AccountID
	ARN     string // of the user, or of the session of a role; printable
}

// Ask asks STS as whom credentials work. That needs no right. host is such as
// [elasticsearch.Network.STS] returns; from is where the credentials come from, and is named
// in errors.
func Ask(ctx context.Context, transport http.RoundTripper, host string, c acs3.Credentials, from Source) (Caller, error) {
	const attempts = 3
	client := sts.Client{Host: host, Credentials: c, UserAgent: sessionName, Transport: transport}
	for attempt := 1; ; attempt++ {
		caller, err := ask(ctx, client)
		why, isRefusal := errors.AsType[elasticsearch.Refusal](err)
		switch {
		case err == nil:
			return caller, nil
		case !isRefusal:
			return Caller{}, unavailable("no answer from "+host+" about the identity of "+from.Name, checkNetwork, reasonOfNetwork(err))
		case !why.IsPassing() || attempt == attempts || !elasticsearch.Sleep(ctx, time.Second):
			return Caller{}, refused(why, host, from)
		}
	}
}

// ask returns whom an answer names.
func ask(ctx context.Context, client sts.Client) (Caller, error) {
	body, err := client.Ask(ctx, "GetCallerIdentity", nil)
	if err != nil {
		return Caller{}, err
	}
	var answer struct{ AccountID, Arn string }
	_ = json.Unmarshal(body, &answer) // what cannot be read names nobody
	account, err := connection.ParseAccountID(answer.AccountID)
	if err != nil || answer.Arn == "" || printable.Text(answer.Arn) != answer.Arn {
		return Caller{}, elasticsearch.ReadRefusal(http.StatusOK, body)
	}
	return Caller{account, answer.Arn}, nil
}

// refused is for an answer that names nobody.
func refused(why elasticsearch.Refusal, host string, from Source) error {
	switch {
	case why.IsExpired():
		return expired(from.Name, time.Time{}, from.renew)
	case why.IsUnclear():
		return unavailable(host+" does not say whose "+from.Name+" is", tryAgain(why), why)
	}
	failed := denied(host+" refuses the credentials of "+from.Name, "ask who gave them to you", why)
	failed.Advice = cmp.Or(why.Advice(), failed.Advice)
	return failed
}
