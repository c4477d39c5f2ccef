package view

import (
	"fmt"
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
	text := fmt.Sprintf("%s: %s, %s, %s", subject, Count(s.Instances, "instance"), Count(s.Connections, "connection"), s.left())
	if s.Frozen > 0 {
		text += "; " + Thousands(s.Frozen) + " frozen"
	}
	return text
}

// left returns how many connections are left over, and what becomes of them.
func (s Scope) left() string {
	switch {
	case s.Leftover > 0:
		return Thousands(s.Leftover) + " left over: " + s.fate()
	case s.Problem != "":
		return "leftovers unknown"
	}
	return "none left over"
}

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
	} {
		if part.n > 0 {
			parts = append(parts, Thousands(part.n)+" "+part.what)
		}
	}
	return strings.Join(parts, ", ")
}

// withheld returns how many leftovers are proven to be gone, and are not removed.
func (s Scope) withheld() int { return s.Leftover - s.Removable - s.Kept - s.Unclear }

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
