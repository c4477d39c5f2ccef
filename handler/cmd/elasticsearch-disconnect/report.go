package main

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/view"
	"elasticsearch-disconnect/handler/trigger"
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
	t.addPlaces(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "show every connection, in a table")
	addOutput(cmd, &form, table, wide, jsonForm, csv, html)
	return cmd
}

// report prints what was read, in one of the forms.
func (c Command) report(ctx context.Context, t target, form string, all bool) (int, error) {
	s, err := c.open(ctx, t)
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
	t.profile = s.profile // a variable may name it, which another shell may not have
	exit := exitOf(shown)
	switch {
	case exit == handler.ExitFailed && form != table && form != wide:
		c.say("Not everything could be read: the result is not complete.")
	case exit == handler.ExitLeft && c.Terminal.Err && slices.ContainsFunc(shown.Scopes, func(s view.Scope) bool { return s.Removable > 0 }):
		c.say("To remove what is marked \"remove\":\n  %s reconcile%s", handler.Name, t.again())
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
