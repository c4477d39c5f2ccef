package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/view"
	"elasticsearch-disconnect/handler/connection"
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
	t.addPlace(cmd)
	cmd.Flags().BoolVar(&all, "all", false, allUsage)
	cmd.Flags().BoolVar(&force, "force", false, forceUsage)
	with.add(cmd)
	return cmd
}

// remove removes what a person names, after a look at the instances and a question.
func (c Command) remove(ctx context.Context, t target, with consent, q request) (int, error) {
	with, err := c.begin(with)
	if err != nil {
		return 0, err
	}
	s, err := c.open(ctx, t)
	if err != nil {
		return 0, err
	}
	fmt.Fprint(c.Stderr, s.who.Text(c.Terminal.Width), "\n")
	if !q.isAll() {
		return c.removePair(ctx, s, with, q)
	}
	return c.removeAll(ctx, s, with, q)
}

// removePair removes one connection.
func (c Command) removePair(ctx context.Context, s session, with consent, q request) (int, error) {
	limited, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	ends, listed, err := s.lookAt(limited, q.pair())
	if err != nil {
		return 0, err
	}
	if err := c.show(endsText(ends), with); err != nil {
		return 0, err
	}
	if listed == (connection.Pair{}) {
		return c.refuseUnconnected(s, ends, with)
	}
	plan := s.handler.Plan(ctx, s.requests(request{listed.Instance, listed.Connected, false}.action()), nil) // which reads nothing
	step := plan.Steps()[0]
	c.note(step)
	if len(step.Pairs) > 0 {
		c.warn(ends)
		if inUse(ends) == 2 {
			c.say("Both instances are in use: searches and copies between them will fail.")
		}
	}
	return c.carryOut(ctx, s.job(plan), with)
}

// refuseUnconnected says that there is no connection. It is a failure unless both instances are known:
// the account, the region or an id may be wrong.
func (c Command) refuseUnconnected(s session, ends []view.End, with consent) (int, error) {
	for _, e := range ends {
		switch lower := strings.ToLower(e.ID); {
		case e.Status == notFound && e.ID != lower:
			return 0, fmt.Errorf("%s was not found in %s of account %s: did you mean %s?", e.ID, s.scopes[0].Region, s.scopes[0].Account, lower)
		case e.Status == notFound:
			return 0, fmt.Errorf("not connected, and %s was not found in %s of account %s: are the account, the region and the ids right?", e.ID, s.scopes[0].Region, s.scopes[0].Account)
		case e.Status == view.StatusUnknown:
			return 0, fmt.Errorf("not connected, and it is not known whether %s exists: are the account, the region and the ids right?", e.ID)
		}
	}
	c.say("The two are not connected: there is nothing to remove.")
	if with.form != jsonForm {
		return handler.ExitDone, nil
	}
	return handler.ExitDone, c.printDone(s.absent(ends))
}

// absent is what the function replies about two instances that are not connected any more, as JSON.
func (s session) absent(ends []view.End) string {
	reply := struct {
		Result      bool
		InstanceID  string `json:"instanceId"`
		ConnectedID string `json:"connectedInstanceId"`
		connection.Scope
		Outcome connection.State `json:"outcome"`
	}{true, ends[0].ID, ends[1].ID, s.scopes[0], connection.AlreadyAbsent}
	if reply.Account.String() == s.who.Account {
		reply.Account = connection.AccountID{}
	}
	text, err := json.MarshalIndent(reply, "", "  ")
	if err != nil {
		panic("texts and a boolean are JSON: " + err.Error())
	}
	return string(text) + "\n"
}

// removeAll removes all connections of an instance.
func (c Command) removeAll(ctx context.Context, s session, with consent, q request) (int, error) {
	plan, err := c.read(ctx, s, q.action())
	if err != nil {
		return 0, err
	}
	step := plan.Steps()[0]
	if step.Err != nil {
		return 0, failure(step.Err)
	}
	limited, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	ends, err := s.look(limited, plan, q.instance, step.Pairs)
	if err != nil {
		return 0, err
	}
	shown := endsText(ends[:1])
	if len(ends) > 1 {
		shown += "is connected with\n" + endsText(ends[1:])
	}
	if err := c.show(shown, with); err != nil {
		return 0, err
	}
	c.note(step)
	if len(step.Pairs) > 0 {
		c.warnOfAll(ends)
	}
	return c.carryOut(ctx, s.job(plan), with)
}

// warn names the instances that can be recovered.
func (c Command) warn(ends []view.End) {
	for _, e := range ends {
		if e.Status == view.StatusFrozen {
			c.say("%s is frozen: it can be recovered for 24 hours, and needs its connections then.", e.ID)
		}
	}
}

// warnOfAll says what it breaks to cut off the first of some instances from the others.
func (c Command) warnOfAll(ends []view.End) {
	c.warn(ends)
	const fail = "searches and copies between it and the others will fail."
	switch of := ends[0]; {
	case inUse(ends[:1]) == 1:
		c.say("%s exists: "+fail, of.ID)
	case of.Status != view.StatusFrozen && of.Status != view.StatusGone:
		c.say("It is not clear whether %s was released. If it was not, "+fail, of.ID)
	}
}

// note says what a person has to know besides the instances.
func (c Command) note(step handler.Step) {
	for _, u := range step.Unread {
		c.say("It is not known whether %s is connected: %s", u.Instance, explain(u.Err))
	}
	for _, m := range step.Malformed {
		c.say("Skipped an entry of the list of %s: it %s", cmp.Or(m.Of.String(), "instances"), printable.Text(m.Reason))
	}
	for _, k := range step.Kept {
		c.say("%s and %s stay connected: %s", k.Instance, k.Connected, printable.Text(k.Reason))
	}
}

// job returns the job of a plan with one step.
func (s session) job(plan *handler.Plan) job {
	step := plan.Steps()[0]
	n := len(step.Pairs)
	j := job{
		plan:      plan,
		own:       s.who.Account,
		removable: n,
		question:  fmt.Sprintf("Remove %s in %s, account %s?", these(n), s.scopes[0].Region, s.scopes[0].Account),
		exit:      exitOfStep(step),
		isLogged:  s.verbose,
	}
	switch {
	case !step.IsWhole():
		j.whyNot = notAllRead
	case len(step.Kept) > 0:
		j.whyNot = "what is protected stays"
	}
	return j
}

// exitOfStep returns the exit code if nothing of a step is removed.
func exitOfStep(step handler.Step) int {
	switch {
	case !step.IsWhole(), len(step.Pairs) == 0 && len(step.Kept) > 0:
		return handler.ExitFailed
	case len(step.Pairs) > 0:
		return handler.ExitLeft
	}
	return handler.ExitDone
}
