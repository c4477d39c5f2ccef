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

// A report writes each result as soon as it is there, and at last a summary: for a person, or with -json an object a line
// for a machine. Without {"summary":…} the replay broke off.
type report struct {
	options
	out   *bufio.Writer // keeps its first error
	width int           // of the names of the events
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

func newReport(w io.Writer, opts options) *report {
	r := &report{options: opts, out: bufio.NewWriter(w), sum: summary{Verdicts: map[verdict]int{}, Passed: true, Variables: opts.variables}}
	for _, e := range opts.events {
		r.width = max(r.width, len(e.name()))
	}
	for _, e := range opts.passedOver {
		r.sum.PassedOver = append(r.sum.PassedOver, e.name())
	}
	if len(r.variables) > 0 {
		r.text("", "passed to the function: "+strings.Join(r.variables, " "))
	}
	if len(r.passedOver) > 0 {
		r.text("", "not played, because the function reaches only its own region here: "+strings.Join(r.sum.PassedOver, " "))
	}
	return r
}

func (r *report) event(res *result) {
	r.sum.Events++
	r.sum.Verdicts[res.Verdict]++
	r.sum.Requests += len(res.Requests)
	r.sum.Passed = r.sum.Passed && res.passed()
	r.object(res)
	r.text("", strings.TrimSpace(fmt.Sprintf("%-*s  %-9s  %s", r.width, res.Name, res.Verdict, res.words())))
	r.text("  ", res.explanation(r.variables))
	if r.verbose {
		r.text("  api    ", cmp.Or(strings.Join(res.Requests, "\n"), "(not called)"))
		var reply bytes.Buffer
		json.Compact(&reply, res.Reply)
		r.text("  reply  ", reply.String())
	}
	r.out.Flush()
}

// end writes the summary and, if something is wrong and a person wants to see more, the function's log.
func (r *report) end(elapsed time.Duration, log string) (passed bool, err error) {
	r.sum.Milliseconds, r.sum.Faults = elapsed.Milliseconds(), leaks(log)
	r.sum.Passed = r.sum.Passed && len(r.sum.Faults) == 0
	r.object(map[string]summary{"summary": r.sum})
	if r.verbose && !r.sum.Passed {
		r.text("  log    ", log)
	}
	var verdicts []string
	for _, v := range []verdict{same, updated, unknown, different, broken} {
		if n := r.sum.Verdicts[v]; n > 0 {
			verdicts = append(verdicts, fmt.Sprintf("%d %s", n, v))
		}
	}
	r.text("", strings.Join(r.sum.Faults, "\n"))
	r.text("", fmt.Sprintf("events: %s; requests to the API: %d; %dms", strings.Join(verdicts, ", "), r.sum.Requests, r.sum.Milliseconds))
	return r.sum.Passed, r.out.Flush()
}

// text writes lines for a person, each behind a margin.
func (r *report) text(margin, text string) {
	for line := range strings.Lines(text) {
		if !r.json {
			fmt.Fprintln(r.out, margin+strings.TrimRight(line, "\n"))
		}
	}
}

// object writes a line for a machine.
func (r *report) object(object any) {
	if r.json {
		encoder := json.NewEncoder(r.out)
		encoder.SetEscapeHTML(false) // or it would change the strings of a reply
		encoder.Encode(object)
	}
}

// explanation says what a verdict other than ok means.
func (r *result) explanation(variables []string) string {
	want := filepath.Base(r.event.wantPath())
	switch r.Verdict {
	case unknown:
		return "there is no " + want + " to compare with: -update writes it"
	case different:
		text := "- is wanted, + is what came:\n" + difference(r.want, r.got)
		if len(variables) > 0 {
			text = want + " is the reply without " + strings.Join(variables, " ") + "\n" + text
		}
		return text
	default:
		return strings.Join(r.Faults, "\n")
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
