package main

import (
	"io"
	"os"
	"time"
)

// reporter tells what was played, each event as soon as it was.
type reporter interface {
	scene(s *scene)
	// summary ends the report, and says whether all is as it should be. The rest is what the function wrote after the
	// last event.
	summary(elapsed time.Duration, rest string) (passed bool)
}

// newReporter is for a machine or for a person, as the command line has it.
func newReporter(stdout io.Writer, opts options) reporter {
	if opts.json {
		return newJSONReport(stdout)
	}
	r := newReport(stdout, opts.events)
	r.colour = coloured(terminal(stdout), os.Getenv("NO_COLOR"))
	return r
}

// tally is what a summary is made of.
type tally struct {
	counts map[verdict]int
	events int
	calls  int
	passed bool
}

func newTally() tally {
	return tally{counts: make(map[verdict]int), passed: true}
}

func (t *tally) add(s *scene) {
	t.counts[s.verdict]++
	t.events++
	t.calls += len(s.requests)
	t.passed = t.passed && s.passed()
}

// end looks for secrets in what the function wrote last.
func (t *tally) end(rest string) (faults []string) {
	faults = leaks(rest)
	t.passed = t.passed && len(faults) == 0
	return faults
}
