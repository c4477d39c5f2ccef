package identity

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"elasticsearch-disconnect/handler/acs3"
)

// A profile is a source of credentials in the words of the aliyun CLI. What variables, the
// SDKs' file and an answer say is put into these words.
type profile struct {
	who   string // for people: profile "prod" of ~/.aliyun/config.json
	part  string // of it that these members are, such as an answer; "" for all
	fix   string // what to do about a member that is missing or wrong
	renew string // what gets a new session
	has   members
	names map[string]string // of members that are called otherwise where they are

	among   *profiles // of its file
	behind  []string  // the profiles that have this one as their source
	isGuess bool      // nothing names it
}

// members are those of a JSON object: texts, numbers and booleans, all as texts.
type members map[string]string

// UnmarshalJSON reads an object. null is as a member that is not there.
func (m *members) UnmarshalJSON(document []byte) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(document, &object); err != nil {
		return err
	}
	*m = members{}
	for name, value := range object {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		(*m)[name] = text
	}
	return nil
}

// renamed returns members by the names on the left, which are called as on the right.
func (m members) renamed(names map[string]string) members {
	renamed := members{}
	for name, is := range names {
		renamed[name] = m[is]
	}
	return renamed
}

// mode returns how the profile gets credentials. It has all that this needs.
func (p profile) mode() (mode, error) {
	found, isKnown := modes()[p.has["mode"]]
	var missing []string
	for _, member := range append([]string{"mode"}, found.needs...) {
		if p.has[member] == "" {
			missing = append(missing, cmp.Or(p.names[member], member))
		}
	}
	switch {
	case len(missing) > 0:
		return found, denied(cmp.Or(p.part, p.who)+" has no "+strings.Join(missing, " and no "), p.fix, nil)
	case !isKnown:
		return found, denied(fmt.Sprintf("%s has the mode %q, which is not supported", p.who, p.has["mode"]), "choose another profile with --profile", nil)
	}
	return found, nil
}

// time returns a time in Unix seconds, or as in RFC 3339; zero for none.
func (p profile) time(member string) (t time.Time) {
	if seconds, err := strconv.ParseInt(p.has[member], 10, 64); err == nil && seconds > 0 {
		return time.Unix(seconds, 0)
	}
	_ = t.UnmarshalText([]byte(p.has[member])) // what is no time is not known
	return t
}

// url returns an address. No error repeats it, for it may hold a secret.
func (p profile) url(member string) (*url.URL, error) {
	u, err := url.Parse(p.has[member])
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, denied("the address in "+p.who+" is not a URL that begins with http:// or https://", "correct it", nil)
	}
	return u, nil
}

func newCredentials(id, secret, token string) acs3.Credentials {
	return acs3.Credentials{AccessKeyID: acs3.NewSecret(id), AccessKeySecret: acs3.NewSecret(secret), SecurityToken: acs3.NewSecret(token)}
}
