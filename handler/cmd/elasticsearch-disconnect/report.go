package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/view"
	"elasticsearch-disconnect/handler/trigger"
)

// The forms of a report.
const (
	table    = "table"
	wide     = "wide"
	jsonForm = "json"
	csv      = "csv"
	html     = "html"
)

func (c Command) reportCommand(r *run) *cobra.Command {
	var t target
	var all bool
	var form string
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Show the connections that need a look; nothing is removed",
		Long: `Show which connections are left over (one of the two instances is gone), which
have a frozen instance (it can be recovered for 24 hours), and what could not be
read. With --all, show every connection. Nothing is removed.

The exit code is 1 if not everything could be read, else 3 if reconcile would
remove something or wait for approval, else 0.`,
		Example: `  elasticsearch-disconnect report --region cn-hangzhou
  elasticsearch-disconnect report --region cn-hangzhou,cn-beijing -o wide
  elasticsearch-disconnect report --region all -o html > report.html`,
		Args: noArguments,
		Run:  r.does(func(ctx context.Context, _ []string) (int, error) { return c.report(ctx, t, form, all) }),
	}
	addTarget(cmd, &t)
	cmd.Flags().BoolVar(&all, "all", false, "show every connection, in a table")
	addOutput(cmd, &form, table, wide, jsonForm, csv, html)
	return cmd
}

// report prints what was read, in one of the forms.
func (c Command) report(ctx context.Context, t target, form string, all bool) (int, error) {
	s, err := c.open(ctx, t, c.Getenv)
	if err != nil {
		return 0, err
	}
	plan, err := c.read(ctx, s, trigger.Reconcile{})
	if err != nil {
		return 0, err
	}
	shown := reportOf(s, plan.Steps())
	if err := c.print(shown, form, all); err != nil {
		return 0, err
	}
	exit := exitOf(shown)
	switch {
	case exit == handler.ExitFailed && form != table && form != wide:
		c.say("Not everything could be read: the result is not complete.")
	case exit == handler.ExitLeft && c.Terminal.Err && namesWith(shown, region) != "":
		c.say(`To remove what is marked "remove", give the same flags to reconcile.`)
	}
	return exit, nil
}

func (c Command) print(r view.Report, form string, all bool) (err error) {
	switch form {
	case jsonForm:
		_, err = io.WriteString(c.Stdout, r.JSON())
	case csv:
		_, err = io.WriteString(c.Stdout, r.CSV())
	case html:
		_, err = io.WriteString(c.Stdout, r.HTML(time.Now()))
	default:
		_, err = io.WriteString(c.Stdout, r.Table(view.Options{All: all, Wide: form == wide, Color: c.hasColor(c.Terminal.Out), Width: c.Terminal.Width}))
	}
	return err
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

// read reads all scopes, side by side. It returns an error only if it is interrupted.
func (c Command) read(ctx context.Context, s session, action trigger.Action) (*handler.Plan, error) {
	limited, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	line := c.progress(s)
	line.draw()
	plan := s.handler.Plan(limited, s.requests(action), line.read)
	line.done()
	return plan, ctx.Err()
}

// requests asks for the same in each scope.
func (s session) requests(action trigger.Action) (all []trigger.Request) {
	for _, scope := range s.scopes {
		all = append(all, trigger.Request{Action: action, Scope: scope})
	}
	return all
}

// exitOf returns the exit code of a report.
func exitOf(r view.Report) int {
	exit := handler.ExitDone
	for _, s := range r.Scopes {
		switch {
		case !s.Whole:
			return handler.ExitFailed
		case s.Removable > 0, s.Withheld:
			exit = handler.ExitLeft
		}
	}
	return exit
}
