package trigger

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"elasticsearch-disconnect/handler/connection"
)

// MaxPlaces is the most places of one request to reconcile. All are read side by side, so
// that none waits for a large one.
const MaxPlaces = 32

// places reads where to reconcile: in each region that is named, for each account that is.
// What is not named is zero, so there is one place at least; none if there are too many.
func places(o *object) (all []connection.Scope) {
	regions := each(o, "regionId", "regionIds", connection.ParseRegion)
	accounts := each(o, "accountId", "accountIds", connection.ParseAccountID)
	if n := len(regions) * len(accounts); n > MaxPlaces {
		o.fault(o.path, "names %d places, its regions times its accounts, more than %d: ask for some of them at a time", n, MaxPlaces)
		return nil
	}
	for _, region := range regions {
		for _, account := range accounts {
			all = append(all, connection.Scope{Region: region, Account: account})
		}
	}
	return all
}

// each returns what the plural member names, each value once; without it, the value of the
// singular one, which may be zero.
func each[T comparable](o *object, singular, plural string, parse func(string) (T, error)) (values []T) {
	if o.value(plural) == nil {
		return []T{parsed(o, singular, parse)}
	}
	o.refuseEach("is not allowed together with "+plural+": put it there, too, or leave one of the two out", singular)
	o.eachText(plural, func(path, text string) {
		value, err := parse(text)
		if err != nil {
			o.fault(path, "%v", err)
		}
		if !slices.Contains(values, value) {
			values = append(values, value)
		}
	})
	return values
}

// eachText calls f with the texts in a member and their paths: in an array of strings, or in
// a string with commas. Anything else is a fault, and so is a list of nothing: it may come
// from a variable that is not set.
func (o *object) eachText(name string, f func(path, text string)) {
	const most = 4 << 10 // bytes
	raw, n := o.value(name), 0
	next := func() string {
		n++
		return fmt.Sprintf("%s[%d]", o.at(name), n-1)
	}
	switch {
	case len(raw) > most:
		o.fault(o.at(name), "has %d bytes, more than %d", len(raw), most)
	case len(bytes.Trim(raw, "[]\", \t\r\n")) == 0:
		o.fault(o.at(name), "is empty: name one at least, or leave it out, which means the function's own")
	case raw[0] == '"':
		for text := range strings.SplitSeq(string(unquote(raw)), ",") {
			f(next(), strings.TrimSpace(text))
		}
	case raw[0] == '[':
		for entry := range elements(raw) {
			if path := next(); entry[0] == '"' {
				f(path, string(unquote(entry)))
			} else {
				o.wrongType(path, entry, "a string")
			}
		}
	default:
		o.wrongType(o.at(name), raw, "an array of strings, or a string with commas")
	}
}
