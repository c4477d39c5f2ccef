package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/view"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
)

// A request names what to remove: one connection, or all of an instance.
type request struct {
	instance  connection.InstanceID
	connected connection.InstanceID // zero: all
	force     bool
}

const (
	requestUsage = "INSTANCE CONNECTED | INSTANCE --all [--force]"
	allUsage     = "all connections of the instance"
	forceUsage   = "with --all: also if the instance exists, and is in use"
)

func (c Command) removeCommand(r *run) *cobra.Command {
	var t target
	var with consent
	var all, force bool
	cmd := &cobra.Command{
		Use:   "remove (" + requestUsage + ")",
		Short: "Remove one connection, or all of an instance, after a question",
		Long: `Remove the connection of two instances, or with --all every connection of an
instance that is gone. You see the instances first and are asked. To cut off an
instance that exists, add --force.`,
		Example: `  elasticsearch-disconnect remove es-cn-n6w1o1x0w001c0001 es-cn-n6w1o1x0w001c0002 --region cn-hangzhou
  elasticsearch-disconnect remove es-cn-n6w1o1x0w001c0001 --all --dry-run --region cn-hangzhou`,
		Args: cobra.MaximumNArgs(2),
		Run: r.does(func(ctx context.Context, args []string) (int, error) {
			q, err := parseRequest(args, all, force)
			if err != nil {
				return 0, err
			}
			return c.remove(ctx, t, with, q)
		}),
	}
	addOneTarget(cmd, &t)
	cmd.Flags().BoolVar(&all, "all", false, allUsage)
	cmd.Flags().BoolVar(&force, "force", false, forceUsage)
	with.add(cmd)
	return cmd
}

// parseRequest reads the arguments that name what to remove.
func parseRequest(args []string, all, force bool) (q request, err error) {
	switch {
	case len(args) == 0:
		return q, wrongUsage("Which instance? Give INSTANCE CONNECTED, or INSTANCE --all")
	case all == (len(args) == 2):
		return q, wrongUsage("Give either two instances, for one connection, or one and --all")
	case force && !all:
		return q, wrongUsage("--force only goes with --all: one connection needs no force")
	}
	q.force = force
	if q.instance, err = connection.ParseInstanceID(args[0]); err == nil && !all {
		q.connected, err = connection.ParseInstanceID(args[1])
	}
	if err != nil {
		return q, wrongUsage("an instance id %s", printable.Text(err.Error()))
	}
	if !all && q.instance.Same(q.connected) {
		return q, wrongUsage("%s is not connected with itself: give two instances", q.instance)
	}
	return q, nil
}

// pair is the one connection that is named.
func (q request) pair() connection.Pair {
	return connection.Pair{Instance: q.instance, Connected: q.connected}
}

// action asks for what the request names.
func (q request) action(dryRun bool) trigger.Action {
	if q.connected == (connection.InstanceID{}) {
		return trigger.Cleanup{Instance: q.instance, Requested: true, Force: q.force, DryRun: dryRun}
	}
	return trigger.Disconnect{Removal: connection.Removal{Pair: q.pair(), DryRun: dryRun}}
}

// remove removes what a person names, after a look at the instances and a question.
func (c Command) remove(ctx context.Context, t target, with consent, q request) (int, error) {
	with, err := c.begin(with)
	if err != nil {
		return 0, err
	}
	s, err := c.open(ctx, t, c.Getenv)
	if err != nil {
		return 0, err
	}
	plan, ends, err := c.lookAt(ctx, s, q, with.dryRun)
	if err != nil {
		return 0, err
	}
	step := plan.Steps()[0]
	c.showNamed(s, q, step, ends)
	j := job{plan: plan, removable: len(step.Pairs), exit: exitOfStep(step)}
	switch {
	case len(step.Unread) > 0:
		j.whyNot = notAllRead
	case len(step.Kept) > 0:
		j.whyNot = "what is protected stays"
	}
	j.question = fmt.Sprintf("Remove %s in %s, account %s?", these(j.removable), s.scopes[0].Region, s.scopes[0].Account)
	return c.carryOut(ctx, j, with)
}

// showNamed prints what a person has to know before the question.
func (c Command) showNamed(s session, q request, step handler.Step, ends []view.End) {
	fmt.Fprint(c.Stderr, s.who.Text(c.Terminal.Width), "\n", endsText(ends))
	for _, u := range step.Unread {
		c.say("It is not known whether %s is connected: %s", u.Instance, explain(u.Err))
	}
	for _, m := range step.Malformed {
		c.say("Skipped an entry of the list of %s: it %s", cmp.Or(m.Of.String(), "instances"), printable.Text(m.Reason))
	}
	for _, k := range step.Kept {
		c.say("%s and %s stay connected: %s", k.Instance, k.Connected, printable.Text(k.Reason))
	}
	switch isThere := func(e view.End) bool { return strings.EqualFold(e.ID, q.instance.String()) && e.Status != gone }; {
	case len(step.Pairs) == 0:
	case isNamed(step) && inUse(ends) == 2:
		c.say("Both instances are in use: searches and copies between them will fail.")
	case q.force && slices.ContainsFunc(ends, isThere):
		c.say("%s exists: searches and copies between it and the others will fail.", q.instance)
	}
}

// isNamed reports whether a step is about one connection that was named.
func isNamed(step handler.Step) bool {
	_, ok := step.Request.Action.(trigger.Disconnect)
	return ok
}

// exitOfStep returns the exit code if nothing of a step is removed.
func exitOfStep(step handler.Step) int {
	switch {
	case len(step.Unread) > 0, len(step.Pairs) == 0 && len(step.Kept) > 0:
		return handler.ExitFailed
	case len(step.Pairs) > 0:
		return handler.ExitLeft
	}
	return handler.ExitDone
}
