package connection

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// An id is a text that its parser accepted. Outside this package nothing but a
// parser makes one that is not empty.
type id struct{ text string }

// String returns the text as it was parsed; "" for the zero id.
func (i id) String() string { return i.text }

// MarshalText makes an id a string in JSON.
func (i id) MarshalText() ([]byte, error) { return []byte(i.text), nil }

// parseID accepts a text of 1 to longest bytes in which wrong finds nothing
// wrong. An error is worded to follow the name of what holds the text.
func parseID(text string, longest int, wrong func(text string) string) (id, error) {
	switch {
	case text == "":
		return id{}, errors.New("is empty")
	case len(text) > longest:
		return id{}, fmt.Errorf("has %d characters, more than %d", len(text), longest)
	}
	if what := wrong(text); what != "" {
		return id{}, fmt.Errorf("%s: %s", what, strconv.QuoteToASCII(text))
	}
	return id{text}, nil
}

func isLower(c rune) bool { return 'a' <= c && c <= 'z' }

func isDigit(c rune) bool { return '0' <= c && c <= '9' }

func isAlphanumeric(c rune) bool { return isLower(c) || 'A' <= c && c <= 'Z' || isDigit(c) }

// An InstanceID names an Elasticsearch instance, as in
// es-cn-n6w1o1x0w001c0001. Only [ParseInstanceID] makes one that is not zero,
// so an InstanceID can never leave its segment of a URL path.
type InstanceID struct{ id }

// maxInstanceID bounds an instance id, in bytes. Ids seen have 22.
const maxInstanceID = 64

// ParseInstanceID accepts 1 to 64 of the characters A-Z a-z 0-9 _ - of which
// the first is a letter or a digit. Alibaba Cloud publishes no grammar for
// instance ids; this one is wider than every id seen (es-cn-…, es-sg-…, ls-…).
func ParseInstanceID(text string) (InstanceID, error) {
	isOther := func(c rune) bool { return !isAlphanumeric(c) && c != '-' && c != '_' }
	parsed, err := parseID(text, maxInstanceID, func(text string) string {
		switch {
		case !isAlphanumeric(rune(text[0])):
			return "does not start with a letter or digit"
		case strings.ContainsFunc(text, isOther):
			return "has a character other than letters, digits, - and _"
		}
		return ""
	})
	return InstanceID{parsed}, err
}

// Same reports whether two ids are of one instance. Ids seen are in lower case;
// whether the case counts is documented nowhere.
func (i InstanceID) Same(other InstanceID) bool { return strings.EqualFold(i.text, other.text) }

// Key is equal for all ids that are [InstanceID.Same].
func (i InstanceID) Key() string { return strings.ToLower(i.text) }

// A ClientToken makes repeated requests one: the API carries out a token once.
// The zero ClientToken means that none was given.
type ClientToken struct{ id }

// maxClientToken is the API's limit, in characters.
const maxClientToken = 64

// ParseClientToken accepts 1 to 64 printable ASCII characters, the API's rule
// for clientToken.
func ParseClientToken(text string) (ClientToken, error) {
	isOther := func(c rune) bool { return c < ' ' || c > '~' }
	parsed, err := parseID(text, maxClientToken, func(text string) string {
		if strings.ContainsFunc(text, isOther) {
			return "has a character that is not printable ASCII"
		}
		return ""
	})
	return ClientToken{parsed}, err
}

// A Region names a region of Alibaba Cloud, as in cn-hangzhou. Only [ParseRegion]
// makes one that is not zero, so a Region is never more than one label of a host's
// name.
type Region struct{ id }

// maxRegion is the length of a DNS label (RFC 1035, section 2.3.4), in bytes.
const maxRegion = 63

// ParseRegion accepts lower-case letters, digits and hyphens, beginning with a
// letter and with at least one hyphen, as in every region id. Events also have
// display names of regions, such as Shanghai, which are not ids.
func ParseRegion(text string) (Region, error) {
	isOther := func(c rune) bool { return !isLower(c) && !isDigit(c) && c != '-' }
	parsed, err := parseID(text, maxRegion, func(text string) string {
		if strings.ContainsFunc(text, isOther) || !isLower(rune(text[0])) || !strings.Contains(text, "-") {
			return "is not a region id such as cn-hangzhou"
		}
		return ""
	})
	return Region{parsed}, err
}

// An AccountID names an account of Alibaba Cloud, as in 1234567890984321. Only
// [ParseAccountID] makes one that is not zero.
type AccountID struct{ id }

// maxAccountID bounds an account id, in bytes. Those seen have 16.
const maxAccountID = 32

// ParseAccountID accepts 1 to 32 digits.
func ParseAccountID(text string) (AccountID, error) {
	isOther := func(c rune) bool { return !isDigit(c) }
	parsed, err := parseID(text, maxAccountID, func(text string) string {
		if strings.ContainsFunc(text, isOther) {
			return "is not an account id, which has only digits"
		}
		return ""
	})
	return AccountID{parsed}, err
}
