package main

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/logs"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/preflight"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
)

// A logsJob is what the command logs is asked to do.
type logsJob struct {
	policy    string
	undo, yes bool
}

func (c Command) logsCommand(r *run) *cobra.Command {
	var j logsJob
	cmd := &cobra.Command{
		Use:   "logs (--policy ID | --undo [--yes])",
		Short: "Set up the log with its alerts, in the folder of s.yaml",
		Long: `Set up in Log Service what s.yaml and .env say: the project LOG_PROJECT, a
logstore, its index, and the alerts and the dashboard of this function. It runs
the aliyun CLI, with your credentials there. To repeat it does no harm: what is
there is updated.

--undo deletes the alerts and the dashboard of this function, after a question.
The project and the logstore stay, with what was logged: others may use them.`,
		Example: `  elasticsearch-disconnect logs --policy on-call
  elasticsearch-disconnect logs --undo`,
		Args: cobra.NoArgs,
		Run:  r.does(func(ctx context.Context, _ []string) (int, error) { return c.logs(ctx, j) }),
	}
	addOnce(cmd.Flags(), into(&j.policy), "policy", "", "the action policy of Log Service: who is notified, and how", "ID")
	cmd.Flags().BoolVar(&j.undo, "undo", false, "delete the alerts and the dashboard of this function")
	cmd.Flags().BoolVar(&j.yes, "yes", false, "with --undo: do not ask")
	return cmd
}

// logs sets up the log, or deletes what is the function's alone.
func (c Command) logs(ctx context.Context, j logsJob) (int, error) {
	switch {
	case j.undo == (j.policy != ""):
		return 0, wrongUsage("Give --policy with the id of an action policy, which says who is notified (the console of Log Service makes one, under Alert Center); or give --undo")
	case j.undo && !j.yes && !c.Terminal.canAsk():
		return 0, wrongUsage("This asks before it deletes, but standard input or standard error is not a terminal: add --yes")
	}
	setting, err := c.Setup.Settings()
	if err != nil {
		return 0, wrongUsage("%v; run this in the folder of s.yaml", err)
	}
	target := logs.Target{Function: setting("FUNCTION_NAME"), Region: setting("FUNCTION_REGION"), Project: setting("LOG_PROJECT"), Policy: j.policy}
	if err := target.Check(); err != nil {
		return 0, wrongUsage("%v", err)
	}
	shared, own, err := c.definitions(target)
	if err != nil {
		return 0, wrongUsage("handler/logs: %v; run this in the folder of s.yaml", err)
	}
	aliyun := logs.Aliyun{Command: c.Exec, Region: target.Region}
	if j.undo {
		return c.undoLogs(ctx, aliyun, target, own, j.yes)
	}
	noSilence := preflight.NoSilence(setting("RECONCILE"), setting("RECONCILE_CRON"))
	if noSilence != "" {
		c.say("There is no alert silence: %s.", noSilence)
	}
	return c.each(ctx, slices.Concat(shared, own), func(ctx context.Context, t logs.Thing) (string, error) {
		if noSilence != "" && t.Name == target.Function+"-silence" { // one of before would fire for nothing
			return aliyun.Delete(ctx, t)
		}
		return aliyun.Apply(ctx, t)
	})
}

// definitions reads the definitions of what all functions share, and of what is this one's.
func (c Command) definitions(target logs.Target) (shared, own []logs.Thing, err error) {
	files, err := fs.Sub(c.Setup.Folder, "handler/logs")
	if err != nil {
		return nil, nil, err
	}
	if shared, err = target.Shared(files); err != nil {
		return nil, nil, err
	}
	own, err = target.Own(files)
	return shared, own, err
}

// undoLogs deletes what there is of the function's own.
func (c Command) undoLogs(ctx context.Context, aliyun logs.Aliyun, target logs.Target, own []logs.Thing, yes bool) (int, error) {
	var present []logs.Thing
	for _, thing := range own {
		exists, err := aliyun.Exists(ctx, thing)
		switch {
		case err != nil:
			return 0, fmt.Errorf("%s: %s. Nothing was deleted", thing, printable.Text(err.Error()))
		case exists:
			present = append(present, thing)
		}
	}
	if len(present) == 0 {
		c.say("There is nothing to delete.")
		return handler.ExitDone, nil
	}
	if !yes {
		c.say("These are of %s in %s:\n%s", target.Function, target.Region, namesOf(present, "  ", "\n"))
		if !c.agrees(ctx, fmt.Sprintf("Delete them, and keep the project %s and what was logged?", target.Project)) {
			if ctx.Err() == nil {
				c.say("Nothing was deleted.")
			}
			return handler.ExitLeft, ctx.Err()
		}
	}
	return c.each(ctx, present, aliyun.Delete)
}

// each does something with things, one after the other, and prints what became of each. It
// stops at the first failure, and says what is not done.
func (c Command) each(ctx context.Context, things []logs.Thing, do func(context.Context, logs.Thing) (string, error)) (int, error) {
	var unprinted error
	for i, thing := range things {
		word, err := do(ctx, thing)
		if err != nil {
			c.say("%s: %s\nNot done: %s. When the cause is gone, repeat this: it does no harm.", thing, printable.Text(err.Error()), namesOf(things[i:], "", ", "))
			if ctx.Err() != nil {
				return exitInterrupted, nil
			}
			return handler.ExitFailed, nil
		}
		if err := c.printDone(fmt.Sprintf("%-8s  %s\n", word, thing)); err != nil {
			unprinted = err
		}
	}
	return handler.ExitDone, unprinted
}

// namesOf names things, each after a prefix, with a separator between them.
func namesOf(things []logs.Thing, prefix, separator string) string {
	var names []string
	for _, thing := range things {
		names = append(names, prefix+thing.String())
	}
	return strings.Join(names, separator)
}
