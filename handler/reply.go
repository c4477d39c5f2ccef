package handler

import (
	"context"
	"slices"
	"strings"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
)

// Outcomes of a request, beside those of a connection.
const (
	cleaned    = "cleaned"    // every connection of the instance is removed
	incomplete = "incomplete" // some are not, or may not be
	ignored    = "ignored"    // there was nothing to do
	failed     = "failed"
)

// A report tells what became of one connection. Result and RequestId are the
// API's own members, so that a script made for the API reads it too.
type report struct {
	Result              bool                   `json:"Result"`
	RequestID           string                 `json:"RequestId,omitempty"` // the API's; absent when it gave none
	InstanceID          connection.InstanceID  `json:"instanceId"`
	ConnectedInstanceID connection.InstanceID  `json:"connectedInstanceId"`
	ClientToken         connection.ClientToken `json:"clientToken"`
	Outcome             string                 `json:"outcome"`
	Request             *connection.Unsent     `json:"request,omitempty"` // what a dry run would have sent
	Problem             *trigger.Problem       `json:"problem,omitempty"` // why it failed
}

// A cleanupReport tells what became of the connections of one instance.
type cleanupReport struct {
	InstanceID connection.InstanceID `json:"instanceId"`
	Outcome    string                `json:"outcome"`
	Scanned    int                   `json:"scanned"` // how many instances were asked for their connections
	Results    []report              `json:"results"`
	Problem    *trigger.Problem      `json:"problem,omitempty"` // why there may be more connections than these
}

// An ignoredReport tells why there was nothing to do.
type ignoredReport struct {
	Outcome string `json:"outcome"`
	Reason  string `json:"reason"`
}

// A failedReport tells why a request of a batch failed before any connection
// was known.
type failedReport struct {
	Outcome string           `json:"outcome"`
	Problem *trigger.Problem `json:"problem"`
}

// A batchReport holds the report of each request of a batch, in order.
type batchReport struct {
	Events []any `json:"events"`
}

// info is the reply to GET /.
type info struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Region  string `json:"region"`
	DryRun  bool   `json:"dryRun"` // the operator's brake
}

// reply seals what became of the tasks in the envelope of the event, and logs
// those that no removal has logged.
func (s *session) reply(ctx context.Context, event trigger.Event, tasks []*task) (any, error) {
	result := batchReport{Events: make([]any, len(tasks))}
	var parts trigger.PartialFailure
	for i, t := range tasks {
		result.Events[i] = s.report(t)
		s.parts(t, &parts)
		s.logTask(ctx, t)
	}
	s.exit = exitCode(tasks, len(parts.Failed))
	var whole any = result
	if !event.Batch {
		whole = result.Events[0]
		if err := tasks[0].failure(); err != nil {
			return event.Fail(err, s.invocation.RequestID)
		}
	}
	if len(parts.Failed) > 0 {
		return event.FailPartly(whole, &parts, s.invocation.RequestID)
	}
	return event.Succeed(whole), nil
}

// failure is why a request failed that has nothing more to report: before any
// connection was known, or the one that it names.
func (t *task) failure() error {
	switch t.request.Action.(type) {
	case trigger.Disconnect:
		return t.removals[0].err
	default:
		if len(t.removals) == 0 && len(t.unread) == 0 {
			return t.err
		}
		return nil
	}
}

// report tells what became of one task.
func (s *session) report(t *task) any {
	switch a := t.request.Action.(type) {
	case trigger.Info:
		return info{Name: Name, Version: s.Build.Version, Commit: s.Build.Commit, Region: s.invocation.Region, DryRun: s.Config.DryRun}
	case trigger.Disconnect:
		return s.connection(t.removals[0])
	case trigger.Cleanup:
		if t.ignored == "" && t.failure() == nil {
			return s.cleanup(t, a)
		}
	}
	if t.err != nil {
		return failedReport{failed, s.problem(t.err)}
	}
	return ignoredReport{ignored, t.ignored}
}

func (s *session) cleanup(t *task, a trigger.Cleanup) cleanupReport {
	c := cleanupReport{InstanceID: a.Instance, Outcome: s.outcome(t, a), Scanned: t.scanned, Results: []report{}, Problem: s.problem(t.err)}
	for _, r := range t.all() {
		c.Results = append(c.Results, s.connection(r))
	}
	return c
}

// outcome is the outcome of a cleanup.
func (s *session) outcome(t *task, a trigger.Cleanup) string {
	if t.err != nil || slices.ContainsFunc(t.all(), func(r *removal) bool { return r.err != nil }) {
		return incomplete
	}
	if a.DryRun || s.Config.DryRun {
		return string(connection.DryRun)
	}
	return cleaned
}

// all returns the connections of a task in an order that does not depend on
// which was found first.
func (t *task) all() []*removal {
	return slices.SortedFunc(slices.Values(slices.Concat(t.removals, t.unread)), func(a, b *removal) int {
		return strings.Compare(a.Instance.String()+"/"+a.Connected.String(), b.Instance.String()+"/"+b.Connected.String())
	})
}

func (s *session) connection(r *removal) report {
	return report{
		Result:              r.err == nil,
		RequestID:           r.outcome.RequestID,
		InstanceID:          r.Instance,
		ConnectedInstanceID: r.Connected,
		ClientToken:         r.ClientToken,
		Outcome:             r.outcomeText(),
		Request:             r.outcome.Unsent,
		Problem:             s.problem(r.err),
	}
}

func (r *removal) outcomeText() string {
	if r.err != nil {
		return failed
	}
	return string(r.outcome.State)
}

// problem tells an error inside a report; nil for none.
func (s *session) problem(err error) *trigger.Problem {
	if err == nil {
		return nil
	}
	return trigger.NewProblem(err, s.invocation.RequestID)
}

// parts adds to what failed and what was done.
func (s *session) parts(t *task, to *trigger.PartialFailure) {
	for _, r := range t.all() {
		to.Add(r.err, r.outcomeText(), t.request.EventID, r.Pair)
	}
	switch a, isCleanup := t.request.Action.(trigger.Cleanup); {
	case t.err != nil:
		to.Add(t.err, failed, t.request.EventID, connection.Pair{Instance: a.Instance})
	case t.ignored != "":
		to.Add(nil, ignored, t.request.EventID, connection.Pair{Instance: a.Instance})
	case isCleanup && len(t.all()) == 0:
		to.Add(nil, s.outcome(t, a), t.request.EventID, connection.Pair{Instance: a.Instance})
	}
}
