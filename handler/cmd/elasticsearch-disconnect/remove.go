package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"elasticsearch-disconnect/handler"
)

// remove removes the leftovers as the timer does, after a person has seen them and agreed.
func (c Command) remove(ctx context.Context, h *handler.Handler, o options) int {
	if !o.yes && !c.StdinIsTerminal {
		return c.refuse("--remove asks before it removes, but standard input is not a terminal: add --yes, or look first with --report")
	}
	s, plan, err := c.survey(ctx, h, o.region)
	if err != nil {
		c.say("%v", err)
		return handler.ExitFailed
	}
	fmt.Fprint(c.Stderr, s.leftovers())
	c.say("%s", s.summary())
	if !s.isWhole() {
		c.say("%s", s.incomplete())
	}
	switch {
	case s.withheld:
		c.say("Nothing was removed: there are more leftovers than the limit. If all of them may be removed, add --limit %d", s.leftover)
		return handler.ExitLeft
	case len(s.removable) == 0 && !s.isWhole():
		return handler.ExitFailed
	case len(s.removable) == 0:
		c.say("There is nothing to remove.")
		return handler.ExitDone
	case !o.yes && !c.agrees(ctx, len(s.removable)):
		c.say("Nothing was removed.")
		return handler.ExitLeft
	}
	limited, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	done := plan.Execute(limited, func(handler.Outcome) {})
	return c.print(done.Reply, done.ExitCode)
}

// agrees asks the person, and reports whether the answer is yes. An interrupt is a no.
func (c Command) agrees(ctx context.Context, n int) bool {
	fmt.Fprintf(c.Stderr, "Remove %s? Type yes: ", these(n))
	answered := make(chan bool, 1)
	go func() {
		line, err := bufio.NewReader(c.Stdin).ReadString('\n')
		answered <- err == nil && strings.TrimRight(line, "\r\n") == "yes"
	}()
	select {
	case yes := <-answered:
		return yes
	case <-ctx.Done():
		c.say("") // ends the line
		return false
	}
}

func these(n int) string {
	if n == 1 {
		return "this connection"
	}
	return "these " + count(n, "connection")
}
