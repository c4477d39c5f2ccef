package connection

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// A Region names a region of Alibaba Cloud, as in cn-hangzhou. Only [ParseRegion]
// makes one that is not zero, so a Region is never more than one label of a host's
// name.
type Region struct{ id string }

// maxRegionLength is that of a DNS label (RFC 1035, section 2.3.4), in bytes.
const maxRegionLength = 63

// ParseRegion accepts lower-case letters, digits and hyphens, beginning with a
// letter and with a hyphen among them, as all region ids have it. Events also hold
// names of regions, such as Shanghai, which are no ids.
func ParseRegion(text string) (Region, error) {
	isOther := func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' }
	switch {
	case text == "":
		return Region{}, fmt.Errorf("is empty")
	case len(text) > maxRegionLength:
		return Region{}, fmt.Errorf("has %d characters, more than %d", len(text), maxRegionLength)
	case strings.ContainsFunc(text, isOther), text[0] < 'a', !strings.Contains(text, "-"):
		return Region{}, fmt.Errorf("is no region id, such as cn-hangzhou: %s", strconv.QuoteToASCII(text))
	}
	return Region{text}, nil
}

// String returns the region's id; "" for the zero Region.
func (r Region) String() string { return r.id }

// MarshalText makes a Region a string in JSON.
func (r Region) MarshalText() ([]byte, error) { return []byte(r.id), nil }

// An AccountID names an account of Alibaba Cloud, as in 1234567890984321. Only
// [ParseAccountID] makes one that is not zero.
type AccountID struct{ id string }

// maxAccountLength bounds an account id, in bytes. Those seen have 16.
const maxAccountLength = 32

// ParseAccountID accepts 1 to 32 digits.
func ParseAccountID(text string) (AccountID, error) {
	isOther := func(c rune) bool { return c < '0' || c > '9' }
	switch {
	case text == "":
		return AccountID{}, fmt.Errorf("is empty")
	case len(text) > maxAccountLength:
		return AccountID{}, fmt.Errorf("has %d characters, more than %d", len(text), maxAccountLength)
	case strings.ContainsFunc(text, isOther):
		return AccountID{}, fmt.Errorf("is no account id, which has digits alone: %s", strconv.QuoteToASCII(text))
	}
	return AccountID{text}, nil
}

// String returns the account's id; "" for the zero AccountID.
func (a AccountID) String() string { return a.id }

// MarshalText makes an AccountID a string in JSON.
func (a AccountID) MarshalText() ([]byte, error) { return []byte(a.id), nil }

// A Scope is where instances are. Connections, client tokens and the API's own
// answers are of one scope. What an event does not say of it is zero.
type Scope struct {
	Region  Region
	Account AccountID
}

// Or is the scope, with what it does not say taken from another.
func (s Scope) Or(other Scope) Scope {
	return Scope{cmp.Or(s.Region, other.Region), cmp.Or(s.Account, other.Account)}
}
