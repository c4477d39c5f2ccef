package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// report writes what was played, in plain text for a person:
//
//	direct.json     ok
//	  api    DELETE /openapi/instances/es-cn-…/connected-clusters?…  200
//	  reply  {"Result":true,…}
//
// What went wrong follows in more lines, with the function's output.
type report struct {
	w      io.Writer
	width  int // of the names
	counts map[verdict]int
	calls  int
	passed bool
}

func newReport(w io.Writer, events []event) *report {
	r := &report{w: w, counts: make(map[verdict]int), passed: true}
	for _, e := range events {
		r.width = max(r.width, len(e.name()))
	}
	return r
}

func (r *report) scene(s *scene) {
	r.counts[s.verdict]++
	r.calls += len(s.requests)
	r.passed = r.passed && s.passed()

	fmt.Fprintf(r.w, "%-*s  %s\n", r.width, s.event.name(), s.verdict)
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

// summary ends the report, and says whether all is as it should be. The rest is what the function wrote after the last
// event.
func (r *report) summary(elapsed time.Duration, rest string) bool {
	if found := leaks(rest); len(found) > 0 {
		r.passed = false
		for _, leak := range found {
			r.line("fault", leak)
		}
	}
	var counts []string
	total := 0
	for _, v := range []verdict{same, updated, unknown, different, broken} {
		total += r.counts[v]
		if r.counts[v] > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", r.counts[v], v))
		}
	}
	fmt.Fprintf(r.w, "%s: %s; %s to the API; %v\n",
		counted(total, "event"), strings.Join(counts, ", "), counted(r.calls, "request"), elapsed.Round(time.Millisecond))
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
