package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/view"
	"elasticsearch-disconnect/handler/trigger"
)

func (c Command) reconcileCommand(r *run) *cobra.Command {
	var t target
	var with consent
	limit := -1
	cmd := &cobra.Command{
		Use:   "reconcile",
		Short: "Remove what is left over of released instances, after a question",
		Long: `Remove the connections that are left over, if the API proves that the other
instance is gone. You see them first and are asked once; nothing but what you
saw is removed. A region with more of them than the limit (20, or
RECONCILE_LIMIT) is left alone: if you know that all were released, add --limit.`,
		Example: `  elasticsearch-disconnect reconcile --region cn-hangzhou,cn-beijing
  elasticsearch-disconnect reconcile --region all --dry-run
  elasticsearch-disconnect reconcile --region cn-hangzhou --limit 45`,
		Args: noArguments,
		Run:  r.does(func(ctx context.Context, _ []string) (int, error) { return c.reconcile(ctx, t, with, limit) }),
	}
	t.addPlaces(cmd)
	with.add(cmd)
	addOnce(cmd.Flags(), number(&limit, handler.MaxReconcileLimit), "limit", "", "the most connections to remove in a region", "N")
	return cmd
}

// reconcile removes the leftovers, after a person has seen them and agreed.
func (c Command) reconcile(ctx context.Context, t target, with consent, limit int) (int, error) {
	with, err := c.begin(with)
	if err != nil {
		return 0, err
	}
	s, err := c.withLimit(limit).open(ctx, t)
	if err != nil {
		return 0, err
	}
	plan, err := c.read(ctx, s, trigger.Reconcile{})
	if err != nil {
		return 0, err
	}
	shown := reportOf(s, plan.Steps())
	if err := c.showPlan(shown, with); err != nil {
		return 0, err
	}
	j := job{plan: plan, own: s.who.Account, whyNot: whyNot(shown), exit: exitOf(shown), isLogged: s.verbose}
	for _, scope := range shown.Scopes {
		j.removable += scope.Removable
		j.kept += scope.Kept
		if scope.Withheld {
			j.withheld += scope.Leftover - scope.Kept - scope.Unclear
		}
	}
	j.question = fmt.Sprintf("Remove %s in %s, %s?", these(j.removable), namesWith(shown, hasRemovable, region), accountsWith(shown, hasRemovable))
	return c.carryOut(ctx, j, with)
}

// withLimit has --limit in the place of RECONCILE_LIMIT; -1 is no --limit.
func (c Command) withLimit(limit int) Command {
	getenv := c.Getenv
	c.Getenv = func(name string) string {
		if name == "RECONCILE_LIMIT" && limit >= 0 {
			return strconv.Itoa(limit)
		}
		return getenv(name)
	}
	return c
}

// whyNot says why nothing is removable although there may be something; "" if all was read.
func whyNot(r view.Report) string {
	unread := namesWith(r, isUnread, region) + " could not be read"
	if slices.ContainsFunc(r.Scopes, func(s view.Scope) bool { return isUnread(s) && s.Instances > 0 }) {
		unread += " to the end"
	}
	switch {
	case !slices.ContainsFunc(r.Scopes, isUnread):
		return ""
	case slices.ContainsFunc(r.Scopes, func(s view.Scope) bool { return s.Unclear > 0 }):
		return notAllRead
	case slices.ContainsFunc(r.Scopes, func(s view.Scope) bool { return s.Leftover > 0 }):
		return "what is left over stays, and " + unread
	case slices.ContainsFunc(r.Scopes, func(s view.Scope) bool { return s.Whole || s.Instances > 0 }):
		return "none is left over where it was read, and " + unread
	}
	return unread
}

func region(s view.Scope) string     { return s.Region }
func account(s view.Scope) string    { return s.Account }
func hasRemovable(s view.Scope) bool { return s.Removable > 0 }
func isUnread(s view.Scope) bool     { return !s.Whole }

// accountsWith names the accounts of some scopes: account 1, or accounts 1 and 2.
func accountsWith(r view.Report, isOne func(view.Scope) bool) string {
	names := namesWith(r, isOne, account)
	if strings.Contains(names, " and ") {
		return "accounts " + names
	}
	return "account " + names
}

// namesWith joins the names of some scopes, each once: a, b and c.
func namesWith(r view.Report, isOne func(view.Scope) bool, name func(view.Scope) string) string {
	var names []string
	for _, s := range r.Scopes {
		if isOne(s) && !slices.Contains(names, name(s)) {
			names = append(names, name(s))
		}
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
