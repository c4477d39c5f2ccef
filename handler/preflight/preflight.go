package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
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

func fault(about, format string, args ...any) finding {
	return finding{bad, about, fmt.Sprintf(format, args...)}
}

// preflight makes all checks.
func preflight(m machine) []finding {
	s, err := readSettings(m)
	if err != nil {
		return []finding{fault("s.yaml", "and .env have to be readable: %v", err)}
	}
	return []finding{
		reconcile(s.value("RECONCILE")),
		reconcileCron(s.value("RECONCILE_CRON"), m.now()),
	}
}

// reconcile checks what the timer does. s.yaml takes any other value for report.
func reconcile(mode string) finding {
	if !slices.Contains([]string{"off", "report", "remove"}, mode) {
		return fault("RECONCILE", "is %q, and can be off, report or remove, such as RECONCILE=report", mode)
	}
	return ok("RECONCILE", "%s", mode)
}

// reconcileCron checks when the timer does it, also where it is off: the trigger is
// deployed even so.
func reconcileCron(expression string, now time.Time) finding {
	const example = "such as RECONCILE_CRON=CRON_TZ=UTC 0 17 3 * * * (daily at 03:17 UTC)"
	when, err := schedule(expression)
	if err != nil {
		return fault("RECONCILE_CRON", "is %q and %v; %s", expression, err, example)
	}
	next := when.Next(now)
	if next.IsZero() {
		return fault("RECONCILE_CRON", "is %q, a day that does not come in the next five years; %s", expression, example)
	}
	return ok("RECONCILE_CRON", "%s, next at %s", expression, next.UTC().Format("2006-01-02 15:04 UTC"))
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
