package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
)

// report prints the connections of a region, and which of them are leftover.
func (c Command) report(ctx context.Context, h *handler.Handler, o options) int {
	s, _, err := c.survey(ctx, h, o.region)
	if err != nil {
		c.say("%v", err)
		return handler.ExitFailed
	}
	text := s.plain()
	if o.json {
		text = s.json()
	}
	if _, err := fmt.Fprint(c.Stdout, text); err != nil {
		c.say("%v", err)
		return handler.ExitFailed
	}
	switch {
	case !s.isWhole():
		c.say("%s", s.incomplete())
		return handler.ExitFailed
	case s.leftover > 0:
		return handler.ExitLeft
	}
	return handler.ExitDone
}

// survey reads the region. It returns an error only if it is interrupted.
func (c Command) survey(ctx context.Context, h *handler.Handler, region string) (survey, *handler.Plan, error) {
	limited, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	progress, erase := c.progress(h)
	plan := h.Plan(limited, []trigger.Request{{Action: trigger.Reconcile{}}}, progress)
	step := plan.Steps()[0]
	erase()
	if ctx.Err() != nil {
		return survey{}, nil, errors.New("interrupted: nothing was removed")
	}
	return surveyOf(step.Finding, region, step.Withheld, h.Config.ReconcileLimit), plan, nil
}

// progress returns functions that rewrite and erase a line on a terminal with the progress
// of the reading. There is no such line at debug level, where the log would break it.
func (c Command) progress(h *handler.Handler) (show func(scope connection.Scope, asked, of int), erase func()) {
	if !c.StderrIsTerminal || h.Config.LogLevel == slog.LevelDebug {
		return nil, func() {}
	}
	const start = "\r\x1b[K" // of the emptied line
	show = func(_ connection.Scope, asked, of int) {
		if of < asked { // unknown, or the list has grown
			fmt.Fprintf(c.Stderr, start+"%s", count(asked, "instance"))
			return
		}
		fmt.Fprintf(c.Stderr, start+"%s of %s", thousands(asked), count(of, "instance"))
	}
	return show, func() { fmt.Fprint(c.Stderr, start) }
}
