package identity

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/google/uuid"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
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
	client := &http.Client{Transport: transport, Timeout: requestTimeout}
	for attempt := 1; ; attempt++ {
		status, body, err := send(client, question(ctx, host, c))
		if err != nil {
			return Caller{}, unavailable("no answer from "+host+" about the identity of "+from.Name, checkNetwork, c.RedactError(err))
		}
		why := refusal{elasticsearch.ReadRefusal(body), status}
		if !why.isPassing() || attempt == attempts || !elasticsearch.Sleep(ctx, time.Second) {
			return callerIn(body, why, host, from)
		}
	}
}

// question is a GetCallerIdentity, signed.
func question(ctx context.Context, host string, c acs3.Credentials) *http.Request {
	r, _ := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+host+"/", http.NoBody) // a host makes a URL
	r.Header = http.Header{
		"Accept":        {"application/json"},
		"User-Agent":    {sessionName},
		"X-Acs-Action":  {"GetCallerIdentity"},
		"X-Acs-Version": {"2015-04-01"},
	}
	acs3.Sign(r, acs3.Input{Credentials: c, Time: time.Now(), Nonce: uuid.NewString()})
	return r
}

// callerIn returns whom an answer names, or why it names nobody.
func callerIn(body []byte, why refusal, host string, from Source) (Caller, error) {
	var answer struct{ AccountID, Arn string }
	_ = json.Unmarshal(body, &answer) // what cannot be read names nobody
	account, err := connection.ParseAccountID(answer.AccountID)
	isARN := answer.Arn != "" && printable.Text(answer.Arn) == answer.Arn
	switch {
	case why.status == http.StatusOK && err == nil && isARN:
		return Caller{account, answer.Arn}, nil
	case why.IsExpired():
		return Caller{}, expired(from.Name, time.Time{}, from.renew)
	case !why.HasCode() || why.isPassing():
		return Caller{}, unavailable(host+" does not say whose "+from.Name+" is", "try again", why)
	}
	refused := denied(host+" refuses the credentials of "+from.Name, "ask who gave them to you", why)
	refused.Advice = cmp.Or(why.Advice(), refused.Advice)
	return Caller{}, refused
}
