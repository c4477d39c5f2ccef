package view

import (
	"fmt"
	"slices"
	"strings"
)

// sentence returns a scope in one sentence about the subject.
func (s Scope) sentence(subject string) string {
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
		{s.Leftover - s.Removable - s.Kept - s.Unclear, "withheld"},
		{s.Kept, "kept"},
		{s.Unclear, "unclear"},
	} {
		if part.n > 0 {
			parts = append(parts, Thousands(part.n)+" "+part.what)
		}
	}
	return strings.Join(parts, ", ")
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

// notes returns what there is to know about a scope besides its connections.
func (s Scope) notes() (notes []string) {
	if s.Withheld {
		notes = append(notes, fmt.Sprintf("withheld: %s left over are more than the limit of %s, so none is removed. If all of them may be removed, --limit %d is the way out for one run.",
			Thousands(s.Leftover), Thousands(s.Limit), s.Leftover))
	}
	for _, same := range byReason(s.Unread) {
		notes = append(notes, "could not read "+strings.Join(same.instances, ", ")+": "+same.reason)
	}
	for _, m := range s.Malformed {
		list := "the list of instances"
		if m.Instance != "" {
			list = "the list of " + Printable(m.Instance)
		}
		notes = append(notes, "skipped an entry of "+list+": it "+Printable(m.Reason))
	}
	return notes
}

// A cause is a reason, and the instances that have it.
type cause struct {
	reason    string
	instances []string
}

// byReason returns the notes with those in one that have the same reason: a permission
// that is missing is missing for all.
func byReason(notes []Note) (causes []cause) {
	for _, n := range notes {
		reason, instance := Printable(n.Reason), Printable(n.Instance)
		i := slices.IndexFunc(causes, func(c cause) bool { return c.reason == reason })
		if i < 0 {
			causes = append(causes, cause{reason: reason})
			i = len(causes) - 1
		}
		causes[i].instances = append(causes[i].instances, instance)
	}
	return causes
}

// howFar returns how far a scope with a problem was read.
func (s Scope) howFar() string {
	if s.Instances == 0 {
		return ""
	}
	return " to its end, so nothing of it is removed"
}
