package soak

import (
	"fmt"
	"io"
	"net/http"
	"strings"
)

// How much is printed of a case that failed.
const (
	maxViolations = 5
	maxRequests   = 60 // about a connection
)

// report prints what was played, any violations, and how to see them again.
func (r *run) report(w io.Writer) {
	deliveries := 0
	for _, a := range r.attempts {
		deliveries += a.delivered
	}
	made, left, violations := len(r.expected.made), len(r.api.Connections()), r.expected.violations
	const summary = "seed %d: %d events, %d deliveries, %d kills, %d faults in %d requests; " +
		"%d connections removed, %d left; %d violations\n"
	fmt.Fprintf(w, summary, r.seed, len(r.attempts), deliveries, r.faults.killed, r.faults.failed, r.faults.requests,
		made-left, left, len(violations))
	for _, v := range violations[:min(len(violations), maxViolations)] {
		r.violation(w, v)
	}
	if len(violations) > 0 {
		fmt.Fprintf(w, "to see it again: go run ./events/replay -soak 1s -seed %d\n", r.seed)
	}
}

// violation prints the broken promise, its events and the requests about its connection.
func (r *run) violation(w io.Writer, v violation) {
	fmt.Fprintln(w, v.what)
	if a := v.attempt; a != nil {
		fmt.Fprintf(w, "  %v\n%s\n  %s\n", a.event, a.text, strings.Join(a.history, "\n  "))
	}
	if v.pair == (pair{}) {
		return
	}
	fmt.Fprintf(w, "  connection %s – %s\n", v.pair[0], v.pair[1])
	for _, a := range r.attempts {
		if a != v.attempt && (a.ask.names(v.pair) || a.ask.reconciles) {
			fmt.Fprintf(w, "  also asked for by %v\n", a.event)
		}
	}
	lines := r.requests(v.pair)
	fmt.Fprintf(w, "  %s\n", strings.Join(lines[max(0, len(lines)-maxRequests):], "\n  "))
}

// requests returns the requests to remove a connection, and those that read about either of its instances.
func (r *run) requests(p pair) []string {
	var lines []string
	for i, q := range r.api.Requests() {
		isRemoval := q.Method == http.MethodDelete && pairOf(q) == p
		if isRemoval || q.Method == http.MethodGet && (strings.Contains(q.Path, p[0]) || strings.Contains(q.Path, p[1])) {
			lines = append(lines, fmt.Sprintf("%5d %v %s → %d %s %s", i+1, q, q.ClientToken, q.Status, q.Code, r.faults.what[q.RequestID]))
		}
	}
	return lines
}
