package main

import (
	"fmt"
	"strings"
)

// plain returns the survey as a table, with notes and a summary below.
func (s survey) plain() string {
	var text strings.Builder
	text.WriteString(table(s.connections))
	for _, u := range s.unread {
		fmt.Fprintf(&text, "could not read %s: %s\n", u.Instance, u.Reason)
	}
	for _, m := range s.malformed {
		list := "the instance list"
		if m.Instance != "" {
			list = "the connections of " + m.Instance
		}
		fmt.Fprintf(&text, "skipped an entry of %s: it %s\n", list, m.Reason)
	}
	text.WriteString(s.summary() + "\n")
	return text.String()
}

// leftovers returns the table of the leftovers alone.
func (s survey) leftovers() string { return table(s.connections[:s.leftover]) }

// table returns one line for each connection, in columns; "" if there is none.
func table(rows []row) string {
	if len(rows) == 0 {
		return ""
	}
	lines := [][]string{{" ", "instance", "status", "connected instance", "status", "network", "reconcile"}}
	for _, r := range rows {
		mark, action := " ", ""
		switch {
		case r.Kept != "":
			mark, action = "*", "kept: "+r.Kept
		case r.Leftover:
			mark, action = "*", "remove"
		}
		lines = append(lines, []string{mark, r.Instance, r.Status, r.Connected, r.ConnectedStatus, r.Network, action})
	}
	return columns(lines)
}

// columns aligns the cells of lines.
func columns(lines [][]string) string {
	widths := make([]int, len(lines[0]))
	for _, cells := range lines {
		for i, cell := range cells {
			widths[i] = max(widths[i], len(cell))
		}
	}
	var text strings.Builder
	for _, cells := range lines {
		var line strings.Builder
		for i, cell := range cells {
			fmt.Fprintf(&line, "%-*s  ", widths[i], cell)
		}
		text.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return text.String()
}

// summary returns the survey in one line.
func (s survey) summary() string {
	left := "none left over"
	switch {
	case s.problem != "":
		left = "leftovers unknown"
	case s.leftover > 0:
		left = thousands(s.leftover) + " left over: " + s.fate()
	}
	line := fmt.Sprintf("%s, %s, %s", count(s.instances, "instance"), count(len(s.connections), "connection"), left)
	if !s.isWhole() {
		return "incomplete: " + line
	}
	return line
}

// fate returns how many leftovers would be removed, and how many kept.
func (s survey) fate() string {
	var parts []string
	if n := len(s.removable); n > 0 {
		parts = append(parts, thousands(n)+" would be removed")
	}
	if n := s.kept(); n > 0 {
		parts = append(parts, thousands(n)+" kept")
	}
	if s.unproven > 0 {
		parts = append(parts, thousands(s.unproven)+" unknown")
	}
	return strings.Join(parts, ", ")
}
