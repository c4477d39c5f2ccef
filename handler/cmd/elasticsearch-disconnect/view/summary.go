package view

import (
	"fmt"
	"slices"
	"strings"
)

// summary returns a scope in one sentence about the subject.
func (s Scope) summary(subject string) string {
	if s.Problem != "" && s.Instances == 0 {
		return subject + ": not read"
	}
	if !s.Whole {
		subject += ", incomplete"
	}
	return fmt.Sprintf("%s: %s, %s: %s", subject, Count(s.Instances, "instance"), Count(s.Connections, "connection"), s.fate())
}

// knowsLeftovers reports whether the number of leftovers says something: what is not read may
// have some.
func (s Scope) knowsLeftovers() bool { return s.Whole || s.Leftover > 0 }

// fate returns what becomes of the connections that need a look.
func (s Scope) fate() string {
	var parts []string
	for _, part := range []struct {
		n    int
		what string
	}{
		{s.Removable, "to remove"},
		{s.withheld(), "withheld"},
		{s.Kept, "kept"},
		{s.Unclear, "unclear"},
		{s.Frozen, "frozen"},
	} {
		if part.n > 0 {
			parts = append(parts, Thousands(part.n)+" "+part.what)
		}
	}
	switch {
	case !s.knowsLeftovers():
		parts = append(parts, "leftovers unknown")
	case s.Leftover == 0:
		parts = append([]string{"none left over"}, parts...)
	}
	return strings.Join(parts, ", ")
}

// withheld returns how many leftovers are proven to be gone, and are not removed.
func (s Scope) withheld() int { return s.Leftover - s.Removable - s.Kept - s.Unclear }

// isOfSeveral reports whether there is another account than the one that asks.
func (r Report) isOfSeveral() bool {
	return slices.ContainsFunc(r.Scopes, func(s Scope) bool { return s.Account != r.Identity.Account })
}

// total returns the scopes as one. It has no place, and no problem of its own.
func (r Report) total() Scope {
	total := Scope{Whole: true}
	for _, s := range r.Scopes {
		total.Instances += s.Instances
		total.Connections += s.Connections
		total.Leftover += s.Leftover
		total.Removable += s.Removable
		total.Kept += s.Kept
		total.Unclear += s.Unclear
		total.Frozen += s.Frozen
		total.Whole = total.Whole && s.Whole
	}
	return total
}
