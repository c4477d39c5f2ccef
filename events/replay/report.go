package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// report writes what was played, in text for a person, the verdicts in colour on a terminal:
//
//	direct.json     ok
//	  api    DELETE /openapi/instances/es-cn-…/connected-clusters?…  200
//	  reply  {"Result":true,…}
//
// What went wrong follows in more lines, with the function's output.
type report struct {
	tally
	w      io.Writer
	width  int // of the names
	colour bool
}

func newReport(w io.Writer, events []event) *report {
	r := &report{tally: newTally(), w: w}
	for _, e := range events {
		r.width = max(r.width, len(e.name()))
	}
	return r
}

func (r *report) scene(s *scene) {
	r.add(s)
	fmt.Fprintf(r.w, "%-*s  %s\n", r.width, s.event.name(), s.verdict.painted(r.colour))
	for _, request := range s.requests {
		outcome := strings.TrimSpace(fmt.Sprintf("%d %s", request.Status, request.Code))
		target := request.Path
		if len(request.Query) > 0 {
			target += "?" + request.Query.Encode()
		}
		r.line("api", fmt.Sprintf("%s %s  %s", request.Method, target, outcome))
	}
	if len(s.requests) == 0 {
		r.line("api", "(not called)")
	}
	label, text := s.reading()
	r.line(label, shortened(text))
	r.trouble(s)
	fmt.Fprintln(r.w)
}

// trouble tells what is wrong with a scene, if anything is. That there is no want tells itself.
func (r *report) trouble(s *scene) {
	if s.verdict != different && s.verdict != broken {
		return
	}
	for _, fault := range s.faults {
		r.line("fault", fault)
	}
	if s.verdict == different {
		r.line("diff", "- is wanted, + is what came")
		for _, line := range difference(s.want, s.got) {
			r.line("", line)
		}
	}
	for line := range strings.Lines(s.output) {
		r.line("log", strings.TrimSuffix(line, "\n"))
	}
}

func (r *report) line(label, text string) {
	fmt.Fprintf(r.w, "  %-5s  %s\n", label, text)
}

func (r *report) summary(elapsed time.Duration, rest string) bool {
	for _, leak := range r.end(rest) {
		r.line("fault", leak)
	}
	var counts []string
	for _, v := range []verdict{same, updated, unknown, different, broken} {
		if r.counts[v] > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", r.counts[v], v.painted(r.colour)))
		}
	}
	fmt.Fprintf(r.w, "%s: %s; %s to the API; %v\n",
		counted(r.events, "event"), strings.Join(counts, ", "), counted(r.calls, "request"), elapsed.Round(time.Millisecond))
	if !r.passed && r.counts[different]+r.counts[unknown] > 0 {
		fmt.Fprintln(r.w, "To take the replies as they are now for the wanted ones: -update, then git diff.")
	}
	return r.passed
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// maxReply is how much of a reply the report shows, in runes. The whole is in the want.
const maxReply = 700

func shortened(text string) string {
	runes := []rune(text)
	if len(runes) <= maxReply {
		return text
	}
	return fmt.Sprintf("%s… (%d bytes)", string(runes[:maxReply]), len(text))
}
