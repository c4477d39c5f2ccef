package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// A report writes each result as soon as it is there, and at last a summary.
type report struct {
	options
	out      *bufio.Writer   // keeps its first error
	width    int             // of the names of the events
	verdicts map[verdict]int // how many there are of each
	requests int
	passed   bool
}

func newReport(w io.Writer, opts options) *report {
	r := &report{options: opts, out: bufio.NewWriter(w), verdicts: map[verdict]int{}, passed: true}
	for _, e := range opts.events {
		r.width = max(r.width, len(e.name()))
	}
	if len(r.variables) > 0 {
		r.text("", "passed to the function: "+strings.Join(r.variables, " "))
	}
	return r
}

func (r *report) event(res *result) {
	r.verdicts[res.verdict]++
	r.requests += len(res.requests)
	r.passed = r.passed && res.passed()
	r.text("", strings.TrimSpace(fmt.Sprintf("%-*s  %-9s  %s", r.width, res.event.name(), res.verdict, res.words())))
	r.text("  ", res.explanation(r.variables))
	if r.verbose && res.verdict != skipped {
		r.text("  api    ", cmp.Or(strings.Join(res.requests, "\n"), "(not called)"))
		var reply bytes.Buffer
		json.Compact(&reply, res.reply)
		r.text("  reply  ", reply.String())
	}
	r.out.Flush()
}

// end writes the summary and, if something is wrong and the report is verbose, the function's log.
func (r *report) end(elapsed time.Duration, log string) (passed bool, err error) {
	faults := leaks(log)
	r.passed = r.passed && len(faults) == 0
	if r.verbose && !r.passed {
		r.text("  log    ", log)
	}
	var verdicts []string
	for _, v := range []verdict{same, updated, unknown, different, broken, skipped} {
		if n := r.verdicts[v]; n > 0 {
			verdicts = append(verdicts, fmt.Sprintf("%d %s", n, v))
		}
	}
	r.text("", strings.Join(faults, "\n"))
	r.text("", fmt.Sprintf("events: %s; requests to the API: %d; %dms", strings.Join(verdicts, ", "), r.requests, elapsed.Milliseconds()))
	return r.passed, r.out.Flush()
}

// text writes lines, each behind a margin.
func (r *report) text(margin, text string) {
	for line := range strings.Lines(text) {
		fmt.Fprintln(r.out, margin+strings.TrimRight(line, "\n"))
	}
}

// explanation says what a verdict other than ok means.
func (r *result) explanation(variables []string) string {
	want := filepath.Base(r.event.wantPath())
	switch r.verdict {
	case unknown:
		return "there is no " + want + " to compare with: -update writes it"
	case different:
		text := "- is wanted, + is what came:\n" + difference(r.want, r.got)
		if len(variables) > 0 {
			text = want + " is the reply without " + strings.Join(variables, " ") + "\n" + text
		}
		return text
	default:
		return strings.Join(r.faults, "\n")
	}
}

// difference compares two replies. JSON within a string, such as the body of a response, is compared by its members, too.
func difference(want, got string) string {
	areObjects := func(a, b string) bool { return isObject(a) && isObject(b) }
	parsed := gocmp.Transformer("JSON", func(text string) (object map[string]any) {
		json.Unmarshal([]byte(text), &object)
		return object
	})
	if diff := gocmp.Diff(want, got, gocmp.FilterValues(areObjects, parsed)); diff != "" {
		return strings.ReplaceAll(diff, "\u00a0", " ") // go-cmp has either, so that no program relies on it
	}
	return "no value: only the order of members, white space, or how a string is escaped"
}

func isObject(text string) bool { return strings.HasPrefix(text, "{") && json.Valid([]byte(text)) }
