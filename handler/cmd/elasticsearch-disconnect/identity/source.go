package identity

import (
	"strings"
	"sync"
	"time"
	"unicode"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/parallel"
)

// A Source is where credentials come from.
type Source struct {
	Name   string // for people: profile "prod" of ~/.aliyun/config.json
	Region string // of the profile, as it is written there; "" for none
	Renew  string // what gets a new session: run aliyun configure --mode OAuth --profile prod

	kept *kept
}

// A kept gets credentials from an origin, and keeps them while they are good.
type kept struct {
	mu   sync.Mutex
	from origin
	last grant
}

// An origin gets credentials. It is called by one goroutine at a time.
type origin func() (grant, error)

// A grant is credentials, and until when they are good. If that is zero, the origin is asked
// each time: it has them at hand, or knows by itself.
type grant struct {
	acs3.Credentials
	until time.Time
}

// margin is how long before their end credentials are not used any more, as in
// credentials-go.
const margin = 3 * time.Minute

// new returns the source of an origin.
func newSource(name, region, renew string, from origin) *Source {
	return &Source{name, region, renew, &kept{from: from}}
}

// Credentials returns the credentials of a source that [Find] found. It may be called by several goroutines
// at a time.
func (s Source) Credentials() (acs3.Credentials, error) {
	s.kept.mu.Lock()
	defer s.kept.mu.Unlock()
	if time.Until(s.kept.last.until) > margin {
		return s.kept.last.Credentials, nil
	}
	got, err := guarded(s.kept.from)
	switch {
	case err != nil && connection.KindOf(err) == 0: // a panic, whose text may hold anything
		return acs3.Credentials{}, unavailable("no credentials of "+s.Name+", since an answer makes no sense", "try again", nil)
	case err != nil:
		return acs3.Credentials{}, err
	}
	if malformed := malformedParts(got.Credentials); len(malformed) > 0 {
		return acs3.Credentials{}, denied("a line end or another control character is in the "+strings.Join(malformed, " and the ")+" of "+s.Name, "take it out", nil)
	}
	s.kept.last = got
	return got.Credentials, nil
}

func guarded(from origin) (got grant, err error) {
	err = parallel.Guard(func() error {
		got, err = from()
		return err
	})
	return got, err
}

// malformedParts names the parts that could not be sent, or would sign wrongly.
func malformedParts(c acs3.Credentials) (names []string) {
	for _, part := range []struct {
		name  string
		value acs3.Secret
	}{{"access key id", c.AccessKeyID}, {"access key secret", c.AccessKeySecret}, {"security token", c.SecurityToken}} {
		if strings.ContainsFunc(part.value.Reveal(), unicode.IsControl) {
			names = append(names, part.name)
		}
	}
	return names
}

// Expired is the error of an API that finds the session expired.
func (s Source) Expired() *connection.Error { return expired(s.Name, time.Time{}, s.Renew) }

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
	return failed(connection.Denied, fact, todo, cause)
}

// unavailable is for a service that gave no answer, or none that makes sense.
func unavailable(fact, todo string, cause error) *connection.Error {
	return failed(connection.Unavailable, fact, todo, cause)
}

func failed(kind connection.Kind, fact, todo string, cause error) *connection.Error {
	return &connection.Error{Kind: kind, Message: fact, Advice: connection.Advise(": " + todo), EveryCall: true, Err: cause}
}

// static is the origin of credentials that are at hand.
func static(id, secret, token string) origin {
	return func() (grant, error) { return grant{Credentials: credentials(id, secret, token)}, nil }
}

func credentials(id, secret, token string) acs3.Credentials {
	return acs3.Credentials{AccessKeyID: acs3.NewSecret(id), AccessKeySecret: acs3.NewSecret(secret), SecurityToken: acs3.NewSecret(token)}
}
