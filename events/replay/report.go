package main

import (
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

// A report writes what was played: a line for each event, and below it what is wrong, if anything is. For a machine it
// is an object a line, and {"summary":…} as the last; without that the replay broke off.
type report struct {
	options
	w     io.Writer
	err   error // of the first write that failed
	width int   // of the names of the events
	sum   summary
}

type summary struct {
	Events       int             `json:"events"`
	Verdicts     map[verdict]int `json:"verdicts"` // those that occurred
	Requests     int             `json:"requests"`
	Milliseconds int64           `json:"milliseconds"`
	Passed       bool            `json:"passed"`
	Faults       []string        `json:"faults,omitempty"`    // in the function's log
	Variables    []string        `json:"variables,omitempty"` // passed to the function
	PassedOver   []string        `json:"passedOver,omitempty"`
}

// newReport begins with what of the environment counts, if anything of it is set.
func newReport(w io.Writer, opts options) *report {
	r := &report{options: opts, w: w, sum: summary{Verdicts: map[verdict]int{}, Passed: true, Variables: opts.variables}}
	for _, e := range opts.events {
		r.width = max(r.width, len(e.name()))
	}
	var parts []string
	if len(r.variables) > 0 {
		parts = append(parts, "passed to the function: "+strings.Join(r.variables, " "))
	}
	if r.kept {
		parts = append(parts, "not passed: "+endpoint+", for the API is a stand-in")
	}
	r.block("", strings.Join(parts, "; "))
	for _, e := range r.passedOver {
		r.sum.PassedOver = append(r.sum.PassedOver, e.name())
	}
	if len(r.passedOver) > 0 {
		r.block("", "not played, for the function reaches its own region alone here: "+strings.Join(r.sum.PassedOver, " "))
	}
	return r
}

func (r *report) event(res *result) {
	r.sum.Events++
	r.sum.Verdicts[res.Verdict]++
	r.sum.Requests += len(res.Requests)
	r.sum.Passed = r.sum.Passed && res.passed()
	r.encode(res)
	line := fmt.Sprintf("%-*s  %-9s  %s", r.width, res.Name, res.Verdict, res.words())
	r.block("", strings.TrimSpace(line))
	r.explain(res)
	if r.verbose {
		r.block("  api    ", cmp.Or(strings.Join(res.Requests, "\n"), "(not called)"))
		var reply bytes.Buffer
		json.Compact(&reply, res.Reply)
		r.block("  reply  ", reply.String())
	}
}

// explain says what a verdict other than ok means.
func (r *report) explain(res *result) {
	want := filepath.Base(res.event.wantPath())
	switch res.Verdict {
	case unknown:
		r.block("  ", "there is no "+want+" to compare with: -update writes it")
	case different:
		if len(r.variables) > 0 {
			r.block("  ", want+" is the reply without "+strings.Join(r.variables, " "))
		}
		r.block("  ", "- is wanted, + is what came:\n"+difference(res.want, res.got))
	case broken:
		r.block("  ", strings.Join(res.Faults, "\n"))
	}
}

// end writes the summary. When all is not well, a person who wants to see more gets the function's log, too.
func (r *report) end(elapsed time.Duration, log string) (passed bool, err error) {
	r.sum.Milliseconds, r.sum.Faults = elapsed.Milliseconds(), leaks(log)
	r.sum.Passed = r.sum.Passed && len(r.sum.Faults) == 0
	r.encode(map[string]summary{"summary": r.sum})
	var verdicts []string
	for _, v := range []verdict{same, updated, unknown, different, broken} {
		if n := r.sum.Verdicts[v]; n > 0 {
			verdicts = append(verdicts, fmt.Sprintf("%d %s", n, v))
		}
	}
	if r.verbose && !r.sum.Passed {
		r.block("  log    ", log)
	}
	r.block("", strings.Join(r.sum.Faults, "\n"))
	r.block("", fmt.Sprintf("events: %s; requests to the API: %d; %dms", strings.Join(verdicts, ", "), r.sum.Requests, r.sum.Milliseconds))
	return r.sum.Passed, r.err
}

// block writes lines for a person, each behind a margin.
func (r *report) block(margin, text string) {
	for line := range strings.Lines(text) {
		if !r.json {
			_, err := fmt.Fprintln(r.w, margin+strings.TrimRight(line, "\n"))
			r.err = cmp.Or(r.err, err)
		}
	}
}

// encode writes a line for a machine.
func (r *report) encode(object any) {
	if r.json {
		encoder := json.NewEncoder(r.w)
		encoder.SetEscapeHTML(false) // or it would change the strings of a reply
		r.err = cmp.Or(r.err, encoder.Encode(object))
	}
}

// difference is what of a reply is not as wanted. JSON within a string, such as the body of a response, is compared by
// its members, too.
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
