package preflight

import (
	"fmt"
	"slices"
	"strings"
)

// A finding is a line of the output: the result of a check.
type finding struct {
	level level
	about string // a tool, a file, or a variable
	text  string // the state and, if it is not good, what to do
}

type level string

const (
	fine    level = "ok"
	warning level = "warning"
	bad     level = "ERROR"
)

func ok(about, format string, args ...any) finding {
	return finding{fine, about, fmt.Sprintf(format, args...)}
}

func warn(about, format string, args ...any) finding {
	return finding{warning, about, fmt.Sprintf(format, args...)}
}

func fault(about, format string, args ...any) finding {
	return finding{bad, about, fmt.Sprintf(format, args...)}
}

func isBad(found []finding) bool {
	return slices.ContainsFunc(found, func(f finding) bool { return f.level == bad })
}

// table formats the findings as lines of three columns.
func table(found []finding) string {
	width := 0
	for _, f := range found {
		width = max(width, len(f.about))
	}
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintf(&b, "%-*s  %-*s  %s\n", len(warning), f.level, width, f.about, f.text)
	}
	return b.String()
}
