package identity

import (
	"errors"
	"net"
	"net/url"
	"strings"
	"time"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// errorOf makes an error of credentials-go one as package sts has them: it may quote a whole answer.
func errorOf(err error) error {
	if _, isNetwork := errors.AsType[net.Error](err); isNetwork {
		return err
	}
	_, answer, _ := strings.Cut(err.Error(), "{")
	return elasticsearch.ReadRefusal(0, []byte("{"+answer))
}

// explain says what an error means for a profile. todo is what to do about a refusal of host,
// and from whose session an expired one is.
func (p profile) explain(err error, host, todo string, from profile) error {
	if err == nil {
		return nil
	}
	host = printable.Text(host)
	why, isRefusal := errors.AsType[elasticsearch.Refusal](err)
	switch {
	case !isRefusal:
		return unavailable("no answer from "+host+" for "+p.who, checkNetwork, reasonOfNetwork(err))
	case why.IsExpired():
		return expired(from.who, time.Time{}, from.renew)
	case why.IsUnclear():
		return unavailable("no credentials from "+host+" for "+p.who, tryAgain(why), why)
	}
	return denied(host+" gives "+p.who+" no credentials", todo, why)
}

// tryAgain is what to do about an answer that does not say why it is none.
func tryAgain(why elasticsearch.Refusal) string {
	if why.IsPassing() {
		return "try again"
	}
	return checkNetwork
}

const checkNetwork = "check the network, and HTTPS_PROXY"

// reasonOfNetwork returns why a request has no answer: without its URL, which may be signed,
// without the address of a proxy, which may have a password, and without what came back in
// the place of HTTP.
func reasonOfNetwork(err error) error {
	if request, ok := errors.AsType[*url.Error](err); ok {
		err = request.Err
	}
	switch text := err.Error(); {
	case strings.Contains(text, "invalid proxy address"):
		return errors.New("the address of the proxy cannot be used: check HTTPS_PROXY and HTTP_PROXY")
	case strings.Contains(text, "malformed"):
		return errors.New("the answer is not HTTP")
	}
	return err
}

// expired is for a session that ended; at is zero if it is not known when.
func expired(name string, at time.Time, renew string) *connection.Error {
	when := "has expired"
	if !at.IsZero() {
		when = "expired on " + at.UTC().Format("2006-01-02 15:04 UTC")
	}
	return denied("the session of "+name+" "+when, renew, nil)
}

// denied is for credentials that cannot be used before somebody does what is to do.
func denied(fact, todo string, cause error) *connection.Error {
	return &connection.Error{Kind: connection.Denied, Message: fact, Advice: connection.Advise(": " + todo), EveryCall: true, Err: cause}
}

// unavailable is for a service that gave no answer, or none that makes sense.
func unavailable(fact, todo string, cause error) *connection.Error {
	failed := denied(fact, todo, cause)
	failed.Kind = connection.Unavailable
	return failed
}
