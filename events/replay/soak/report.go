package soak

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// How much of a failure is told.
const (
	maxViolations = 5
	maxHistory    = 12 // deliveries of an event
	maxRequests   = 60 // of a connection
)

func (r *run) report(w io.Writer, elapsed time.Duration) {
	violations := r.ledger.violations
	for _, v := range violations[:min(len(violations), maxViolations)] {
		r.violation(w, v)
	}
	left := len(r.API.Connections())
	const summary = "soak: %d events, %d redeliveries, %d kills, %d faults in %d requests; " +
		"%d connections removed, %d left; %d violations; seed %d; %v\n"
	fmt.Fprintf(w, summary,
		r.events.Load(), r.deliveries.Load()-r.events.Load(), r.weather.kills, r.weather.failed, r.weather.requests,
		len(r.ledger.all())-left, left, len(violations), r.Seed, elapsed.Round(time.Millisecond))
}

// violation tells what was broken, the events that it is about and the requests that the API saw.
func (r *run) violation(w io.Writer, v violation) {
	fmt.Fprintf(w, "%s (seed %d)\n", v.what, r.Seed)
	if v.pair != (pair{}) {
		fmt.Fprintf(w, "  connection %s – %s\n", v.pair[0], v.pair[1])
	}
	if v.event != nil {
		tellEvent(w, v.event)
	}
	for _, e := range r.ledger.events {
		if e != v.event && v.pair != (pair{}) && e.about(v.pair) {
			fmt.Fprintf(w, "  beside it %v\n", e)
		}
	}
	if v.pair != (pair{}) {
		r.requests(w, v)
	}
}

func tellEvent(w io.Writer, e *event) {
	fmt.Fprintf(w, "  %v\n    %s\n", e, e.text("REQUEST-ID"))
	skipped := max(0, len(e.history)-maxHistory)
	if skipped > 0 {
		fmt.Fprintf(w, "    … %d deliveries\n", skipped)
	}
	for _, line := range e.history[skipped:] {
		fmt.Fprintf(w, "    %s\n", line)
	}
}

// requests tells what the API saw: all requests to remove the connection, and in the delivery that is in doubt those for
// what either instance is and has.
func (r *run) requests(w io.Writer, v violation) {
	var lines []string
	for i, q := range r.API.Requests() {
		isRemoval := q.Method == http.MethodDelete && pairOf(q) == v.pair
		isAbout := strings.Contains(q.Path, v.pair[0]) || strings.Contains(q.Path, v.pair[1])
		if isRemoval || q.Method == http.MethodGet && isAbout && v.event != nil && i >= v.after {
			answer := fmt.Sprintf("%d %s%s", q.Status, q.Code, r.weather.struck[i+1])
			lines = append(lines, fmt.Sprintf("    %6d %s %s → %s", i+1, q, q.ClientToken, answer))
		}
	}
	lines = lines[:min(len(lines), maxRequests)]
	fmt.Fprintf(w, "  requests; the delivery in doubt began before %d\n%s\n", v.after+1, strings.Join(lines, "\n"))
}
