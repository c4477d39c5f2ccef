package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/view"
)

// A consent says how a removal is agreed to, and how it is shown.
type consent struct {
	yes, dryRun bool
	form        string
}

func (w *consent) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&w.yes, "yes", false, "do not ask")
	cmd.Flags().BoolVar(&w.dryRun, "dry-run", false, "remove nothing, and show what would be removed")
	addOutput(cmd, &w.form, table, jsonForm)
}

// begin says first of all that nothing will be removed, if so. It returns an error if nobody
// could be asked.
func (c Command) begin(with consent) (_ consent, err error) {
	if with.dryRun, err = c.isDryRun(with.dryRun); err != nil {
		return with, err
	}
	if !with.dryRun && !with.yes && !c.Terminal.canAsk() {
		return with, wrongUsage("This asks before it removes, but standard input or standard error is not a terminal: add --yes, or look first with --dry-run")
	}
	return with, nil
}

// isDryRun reports whether nothing may be removed, by a flag or by the variable DRY_RUN, and
// says so.
func (c Command) isDryRun(byFlag bool) (bool, error) {
	const todo = "Dry run (%s): nothing will be removed."
	switch variable := c.Getenv("DRY_RUN"); {
	case variable != "" && variable != "true" && variable != "false":
		return true, wrongUsage("configuration: DRY_RUN is not true or false")
	case byFlag:
		c.say(todo, "--dry-run")
	case variable == "true":
		c.say(todo, "the variable DRY_RUN is true")
	default:
		return false, nil
	}
	return true, nil
}

// show prints a plan: above a question, or as the result of a dry run.
func (c Command) show(r view.Report, with consent) {
	to, isTerminal := c.shows(with)
	fmt.Fprint(to, r.Table(view.Options{Color: c.hasColor(isTerminal), Width: c.Terminal.Width}))
}

// shows returns the stream for what would be removed, and whether it is a terminal.
func (c Command) shows(with consent) (io.Writer, bool) {
	if with.dryRun && with.form == table {
		return c.Stdout, c.Terminal.Out
	}
	return c.Stderr, c.Terminal.Err
}
