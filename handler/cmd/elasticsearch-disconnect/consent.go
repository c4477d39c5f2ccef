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

// isResult reports whether what would be removed is the result, and not shown above a question.
func (w consent) isResult() bool { return w.dryRun && w.form == table }

// showPlan shows what would be removed.
func (c Command) showPlan(r view.Report, with consent) error {
	isTerminal := c.Terminal.Err
	if with.isResult() {
		isTerminal = c.Terminal.Out
	}
	return c.show(r.Table(view.Options{Color: c.hasColor(isTerminal), Width: c.Terminal.Width}), with)
}

// show prints what a person looks at before a removal. A result that cannot be printed is an error.
func (c Command) show(text string, with consent) error {
	if !with.isResult() {
		fmt.Fprint(c.Stderr, text)
		return nil
	}
	_, err := io.WriteString(c.Stdout, text)
	return err
}
