package main

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/view"
	"elasticsearch-disconnect/handler/connection"
)

// A job is a plan that a person has seen.
type job struct {
	plan      *handler.Plan
	own       string // the person's account
	removable int
	kept      int
	withheld  int // wait for a higher limit
	question  string
	whyNot    string // why nothing is removable although there may be something; "" if there is nothing
	exit      int    // if nothing is removed
	isLogged  bool   // to standard error
}

const notAllRead = "not everything could be read"

// carryOut removes what the plan says, if the person agrees, and says what became of it.
func (c Command) carryOut(ctx context.Context, j job, with consent) (int, error) {
	if !c.goesOn(ctx, j, with) {
		return j.exit, ctx.Err()
	}
	isRemoval := j.removable > 0 && !with.dryRun
	if !isRemoval && with.form != jsonForm {
		return j.exit, nil
	}
	limited, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	w := &worker{
		command: c, ctx: ctx, job: j, form: with.form, progress: c.line(j.isLogged || !isRemoval),
		counts: map[string]int{keptWord: j.kept, withheldWord: j.withheld},
	}
	w.draw()
	done := j.plan.Execute(limited, with.dryRun, w.outcome)
	w.progress.show("")
	if with.form == jsonForm {
		w.print(printable.JSON(done.Reply, j.plan.Redact))
	}
	if isRemoval {
		j.exit = w.end(done.ExitCode)
	}
	if w.unprinted != nil && j.exit != exitInterrupted {
		c.say("%v", w.unprinted)
		j.exit = handler.ExitFailed
	}
	return j.exit, nil
}

// goesOn says what there is to remove, and asks. It reports false if the answer is no.
func (c Command) goesOn(ctx context.Context, j job, with consent) bool {
	switch {
	case j.removable == 0 && j.whyNot != "":
		c.say("Nothing %s removed: %s.", was(with.dryRun), j.whyNot)
	case j.removable == 0 && j.withheld > 0:
		c.say("Nothing %s removed.", was(with.dryRun))
	case j.removable == 0:
		c.say("There is nothing to remove.")
	case with.dryRun:
		c.say("%s would be removed.", view.Count(j.removable, "connection"))
	case with.yes:
	case !c.agrees(ctx, j.question):
		if ctx.Err() == nil {
			c.say("Nothing was removed.")
		}
		return false
	}
	return true
}

func was(dryRun bool) string {
	if dryRun {
		return "would be"
	}
	return "was"
}

// The words for what became of a removal.
const (
	removedWord  = "removed"
	absentWord   = "absent"
	keptWord     = "kept"
	withheldWord = "withheld"
	failedWord   = "failed"
	unsentWord   = "not sent"
	unknownWord  = "unknown"
)

// A worker shows the outcomes of a plan as they come. It is safe for concurrent use.
type worker struct {
	command  Command
	ctx      context.Context
	job      job
	form     string
	progress line

	mu        sync.Mutex
	counts    map[string]int // by word
	known     int
	reason    string // of the last failure
	unprinted error  // why standard output does not have all
}

// outcome prints one line for an outcome, and rewrites the progress.
func (w *worker) outcome(o handler.Outcome) {
	w.mu.Lock()
	defer w.mu.Unlock()
	word := w.word(o)
	w.counts[word]++
	w.known++
	w.progress.show("")
	if w.form != jsonForm {
		w.print(w.line(word, o))
	}
	w.draw()
}

// draw shows how many removals are known.
func (w *worker) draw() {
	if w.known < w.job.removable && w.ctx.Err() == nil {
		w.progress.show(fmt.Sprintf("removing: %d of %s", w.known, view.Count(w.job.removable, "connection")))
	}
}

func (w *worker) print(text string) {
	if err := w.command.printDone(text); err != nil {
		w.unprinted = err
	}
}

// word says what became of a removal. One that was interrupted without an answer, and that no
// attempt may have carried out, was not sent, although an attempt may have begun.
func (w *worker) word(o handler.Outcome) string {
	switch {
	case o.Err == nil && o.State == connection.AlreadyAbsent:
		return absentWord
	case o.Err == nil:
		return removedWord
	case o.Unknown:
		return unknownWord
	case o.Status == 0 && w.ctx.Err() != nil:
		return unsentWord
	}
	return failedWord
}

// line is an outcome, with the reason below if it is a failure for another reason than the
// last one. An interrupt is reason enough for what has no answer.
func (w *worker) line(word string, o handler.Outcome) string {
	text := fmt.Sprintf("%-8s  %s  %s  %s", word, o.Instance, o.Connected, o.Region)
	if o.Account.String() != w.job.own {
		text += ", account " + o.Account.String()
	}
	text += "\n"
	if o.Err == nil || w.ctx.Err() != nil && word != failedWord {
		return text
	}
	reason := w.job.plan.Redact(explain(o.Err))
	if reason != w.reason {
		text += view.Indented(reason, w.command.Terminal.Width)
	}
	w.reason = reason
	return text
}

// end says in one sentence what became of the removals, and returns the exit code; exit is
// that of the function.
func (w *worker) end(exit int) int {
	ctx, j, c := w.ctx, w.job, w.command
	w.counts[failedWord] += max(0, j.removable-w.known) // a panic: the log has it
	switch sentence := w.sentence(); {
	case ctx.Err() != nil && w.counts[removedWord]+w.counts[absentWord]+w.counts[unknownWord] == 0:
		c.say("Interrupted: nothing was removed.")
		return exitInterrupted
	case ctx.Err() != nil:
		c.say("Interrupted: %s.", sentence)
		if w.counts[unknownWord] > 0 {
			c.say("What is unknown may be removed or not: report shows it.")
		}
		return exitInterrupted
	case j.exit == handler.ExitFailed:
		c.say("%s. Not everything could be read.", sentence)
	default:
		c.say("%s.", sentence)
	}
	switch {
	case exit == handler.ExitFailed, j.exit == handler.ExitFailed:
		return handler.ExitFailed
	case j.withheld > 0:
		return handler.ExitLeft
	}
	return handler.ExitDone
}

// sentence counts the outcomes: 6 removed, 1 kept.
func (w *worker) sentence() string {
	parts := []string{fmt.Sprintf("%d %s", w.counts[removedWord], removedWord)}
	for _, word := range []string{absentWord, keptWord, withheldWord, failedWord, unsentWord, unknownWord} {
		if n := w.counts[word]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, word))
		}
	}
	return strings.Join(parts, ", ")
}

func these(n int) string {
	if n == 1 {
		return "this connection"
	}
	return "these " + view.Count(n, "connection")
}
