package connection

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// An InstanceID names an Elasticsearch instance, as in
// es-cn-n6w1o1x0w001c0001. Only [ParseInstanceID] makes one that is not zero,
// so an InstanceID can never leave its segment of a URL path.
//
// Alibaba Cloud publishes no grammar for instance ids; this one is wider than
// every id seen (es-cn-…, es-sg-…, ls-…).
type InstanceID struct{ id string }

// maxIDLength bounds an id, in bytes. Ids seen have 22.
const maxIDLength = 64

// ParseInstanceID accepts 1 to 64 of the characters A-Z a-z 0-9 _ - of which
// the first is a letter or a digit.
func ParseInstanceID(text string) (InstanceID, error) {
	switch {
	case text == "":
		return InstanceID{}, fmt.Errorf("is empty")
	case len(text) > maxIDLength:
		return InstanceID{}, fmt.Errorf("has %d characters, more than %d", len(text), maxIDLength)
	case !isAlphanumeric(text[0]):
		return InstanceID{}, fmt.Errorf("does not start with a letter or digit: %s", strconv.QuoteToASCII(text))
	}
	for i := range len(text) {
		if !isAlphanumeric(text[i]) && text[i] != '-' && text[i] != '_' {
			return InstanceID{}, fmt.Errorf("has a character other than letters, digits, - and _: %s", strconv.QuoteToASCII(text))
		}
	}
	return InstanceID{text}, nil
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// String returns the id as it was parsed; "" for the zero InstanceID.
func (i InstanceID) String() string { return i.id }

// Same says whether two ids are of one instance. Ids seen are in lower case;
// whether the case counts is documented nowhere.
func (i InstanceID) Same(other InstanceID) bool { return strings.EqualFold(i.id, other.id) }

// Key is the same for all ids that are [InstanceID.Same].
func (i InstanceID) Key() string { return strings.ToLower(i.id) }

// MarshalText makes an InstanceID a string in JSON.
func (i InstanceID) MarshalText() ([]byte, error) { return []byte(i.id), nil }

// A Pair is two connected instances. Removing the connection from one side
// removes it from both; Instance is the side that is asked.
type Pair struct {
	Instance  InstanceID
	Connected InstanceID
}

// Reversed is the same connection, with the other side to be asked.
func (p Pair) Reversed() Pair { return Pair{Instance: p.Connected, Connected: p.Instance} }

// Compare orders pairs by the side that is asked, then by the other.
func (p Pair) Compare(q Pair) int {
	return cmp.Or(strings.Compare(p.Instance.id, q.Instance.id), strings.Compare(p.Connected.id, q.Connected.id))
}

// A ClientToken makes repeated requests one: the API carries out a token once.
// The zero ClientToken means that none was given.
type ClientToken struct{ token string }

// maxTokenLength is the API's limit, in characters.
const maxTokenLength = 64

// ParseClientToken accepts 1 to 64 printable ASCII characters, the API's rule
// for clientToken.
func ParseClientToken(text string) (ClientToken, error) {
	switch {
	case text == "":
		return ClientToken{}, fmt.Errorf("is empty")
	case len(text) > maxTokenLength:
		return ClientToken{}, fmt.Errorf("has %d characters, more than %d", len(text), maxTokenLength)
	}
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return ClientToken{}, fmt.Errorf("has a character that is not printable ASCII: %s", strconv.QuoteToASCII(text))
		}
	}
	return ClientToken{text}, nil
}

// String returns the token as it was parsed; "" for the zero ClientToken.
func (t ClientToken) String() string { return t.token }

// MarshalText makes a ClientToken a string in JSON.
func (t ClientToken) MarshalText() ([]byte, error) { return []byte(t.token), nil }

// A Removal is a request to remove one connection.
type Removal struct {
	Pair
	ClientToken ClientToken
	DryRun      bool // prepare and sign the request, but do not send it

	// MayBeDone says that the connection may have been removed before this
	// was asked, by an earlier delivery or with the instance: that it is gone
	// is then a success.
	MayBeDone bool
}

// A State is what became of a connection.
type State string

const (
	Removed State = "removed" // the API removed it
	DryRun  State = "dry-run" // nothing was sent
	// Withheld: nothing was sent, until a person approves of how many there are.
	Withheld State = "withheld"

	// AlreadyAbsent: there was no such connection, or no such instance any more.
	AlreadyAbsent State = "absent"
)

// An Outcome is what became of one Removal. Status, Attempts and Uncertain are
// filled in for a failure too.
type Outcome struct {
	State     State
	RequestID string  // the API's id of the answer that settled it
	Status    int     // the HTTP status of the API's last answer; 0 when there was none
	Attempts  int     // requests sent
	Uncertain bool    // a request before the last may have been carried out, its answer lost
	Unsent    *Unsent // the request of a dry run, else nil
}

// Unsent describes the request that a dry run prepared and did not send. It
// holds the names of what was signed, never a value that could be replayed.
type Unsent struct {
	Method        string   `json:"method"`
	URL           string   `json:"url"`
	SignedHeaders []string `json:"signedHeaders"`
}
