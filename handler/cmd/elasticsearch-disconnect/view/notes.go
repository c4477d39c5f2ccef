package view

import (
	"fmt"
	"slices"
	"strings"
)

// notes returns what there is to know about a scope besides its connections.
func (s Scope) notes() (notes []string) {
	if s.Withheld {
		notes = append(notes, fmt.Sprintf("withheld: %s left over, and the limit is %s, so none is removed. If you know that all of them were released, add --limit %d to reconcile, for one run.",
			Thousands(s.Leftover), Thousands(s.Limit), s.Leftover))
	}
	for _, same := range byReason(s.Unread) {
		notes = append(notes, "could not read "+strings.Join(same.Instances, ", ")+": "+same.Reason)
	}
	for _, m := range s.Malformed {
		list := "the list of instances"
		if m.Instance != "" {
			list = "the list of " + m.Instance
		}
		notes = append(notes, "skipped an entry of "+list+": it "+m.Reason)
	}
	return notes
}

// A cause is a reason, and the instances that have it.
type cause struct {
	Reason    string
	Instances []string
}

// byReason returns the notes with those in one that have the same reason: a permission
// that is missing is missing for all.
func byReason(notes []Note) (causes []cause) {
	for _, n := range notes {
		i := slices.IndexFunc(causes, func(c cause) bool { return c.Reason == n.Reason })
		if i < 0 {
			causes = append(causes, cause{Reason: n.Reason})
			i = len(causes) - 1
		}
		causes[i].Instances = append(causes[i].Instances, n.Instance)
	}
	return causes
}

// problem returns why the subject was not read, and what that means.
func (s Scope) problem(subject string) string {
	how := " was not read: "
	if s.Instances > 0 {
		how = " was not read to its end, so nothing is removed there: "
	}
	return subject + how + s.Problem
}
