package preflight

import (
	"fmt"
	"slices"
	"strings"
)

// A finding is a line of the output: what a check came to.
type finding struct {
	level level
	about string // a tool, a file, or a variable
	text  string // what is so and, if that is not good, what to do
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

// preflight makes all checks.
func preflight(m machine) []finding {
	found := tools(m)
	s, err := readSettings(m)
	if err != nil {
		return append(found, fault("s.yaml", "and .env cannot be read: %v; run this in their folder", err))
	}
	region := s.value("FUNCTION_REGION")
	return slices.Concat(found,
		envFile(s),
		hidden(s),
		configuration(s),
		[]finding{
			functionRegion(region),
			functionRole(s.value("FUNCTION_ROLE")),
			deadLetterQueue(s.value("DEAD_LETTER_QUEUE")),
			reconcile(s.value("RECONCILE")),
			reconcileCron(s.value("RECONCILE_CRON"), m.now()),
		},
		profile(m, region))
}

func isBad(found []finding) bool {
	return slices.ContainsFunc(found, func(f finding) bool { return f.level == bad })
}

// table is the findings as lines of three columns.
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
