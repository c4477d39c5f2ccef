package handler

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
)

// A record is what the log lines of an invocation have in common.
type record struct {
	handler    *Handler
	invocation Invocation
	trigger    trigger.Shape
	start      time.Time
	coldStart  bool
}

func (h *Handler) record(invocation Invocation) record {
	return record{handler: h, invocation: invocation, start: h.now(), coldStart: !h.invoked.Swap(true)}
}

// A line is what one log line tells beside.
type line struct {
	eventID, source string
	removal         connection.Removal
	outcome         string
	answer          connection.Outcome
	scanned         int
	start           time.Time
	reason          string // why the event was ignored
	err             error
}

// removal logs what became of one connection.
func (r record) removal(ctx context.Context, done *removal) {
	r.write(ctx, line{
		eventID: done.of.EventID,
		source:  done.of.Source,
		removal: done.Removal,
		outcome: done.outcomeText(),
		answer:  done.outcome,
		start:   done.begun,
		err:     done.err,
	})
}

// logTask logs what became of a task beside its removals: that it was ignored,
// that it failed, how the cleanup of an instance ended.
func (s *session) logTask(ctx context.Context, t *task) {
	for _, u := range t.unread {
		u.begun = s.record.start
		s.record.removal(ctx, u)
	}
	l := line{eventID: t.request.EventID, source: t.request.Source, scanned: t.scanned, start: s.record.start, err: t.err, reason: t.ignored}
	switch a := t.request.Action.(type) {
	case trigger.Info, trigger.Disconnect:
		return
	case trigger.Cleanup:
		l.removal.Instance, l.removal.DryRun = a.Instance, a.DryRun || s.Config.DryRun
		l.outcome = s.outcome(t, a)
	}
	switch {
	case t.ignored != "":
		l.outcome = ignored
	case t.failure() != nil:
		l.outcome = failed
	}
	s.record.write(ctx, l)
}

// refused logs an event that asks for nothing that can be done.
func (r record) refused(ctx context.Context, err error) {
	l := line{outcome: failed, start: r.start, err: err}
	if refused := (*trigger.Error)(nil); errors.As(err, &refused) {
		l.eventID, l.source = refused.EventID, refused.Source
	}
	r.write(ctx, l)
}

// write logs a line. Every member is always there, so that an index over the
// log needs no exceptions; one that does not apply is empty, zero or false.
// Only error and reason are there just where there is one.
func (r record) write(ctx context.Context, l line) {
	level, message, failure := describe(l.err)
	if l.err == nil && l.outcome == incomplete {
		level, message = slog.LevelWarn, incomplete
	}
	attrs := []slog.Attr{
		slog.String("requestId", r.invocation.RequestID),
		slog.Int("retryCount", r.invocation.RetryCount),
		slog.String("trigger", string(r.trigger)),
		slog.String("eventId", l.eventID),
		slog.String("source", l.source),
		slog.String("instanceId", l.removal.Instance.String()),
		slog.String("connectedInstanceId", l.removal.Connected.String()),
		slog.String("clientToken", l.removal.ClientToken.String()),
		slog.String("outcome", l.outcome),
		slog.String("kind", failure.Kind.String()),
		slog.String("code", failure.Code),
		slog.Int("httpStatus", cmp.Or(l.answer.Status, failure.Status)),
		slog.String("apiRequestId", cmp.Or(l.answer.RequestID, failure.RequestID)),
		slog.Int("attempts", l.answer.Attempts),
		slog.Int("scanned", l.scanned),
		slog.Int64("durationMs", r.handler.now().Sub(l.start).Milliseconds()),
		slog.Bool("dryRun", l.removal.DryRun),
		slog.Bool("coldStart", r.coldStart),
		slog.String("version", r.handler.Build.Version),
	}
	if l.err != nil {
		attrs = append(attrs, slog.String("error", l.err.Error()))
	}
	if l.reason != "" {
		attrs = append(attrs, slog.String("reason", l.reason))
	}
	r.handler.Log.LogAttrs(ctx, level, message, attrs...)
}

// describe sorts a failure by whose it is: one that the sender of the event can
// mend is a warning, any other an error.
func describe(err error) (slog.Level, string, connection.Error) {
	var refused *trigger.Error
	var failure *connection.Error
	switch {
	case err == nil:
		return slog.LevelInfo, "done", connection.Error{}
	case errors.As(err, &refused):
		return slog.LevelWarn, "refused", connection.Error{Kind: connection.InvalidEvent}
	case !errors.As(err, &failure):
		return slog.LevelError, "failed", connection.Error{Kind: connection.Internal}
	case failure.Kind == connection.NoInstance, failure.Kind == connection.NoConnection:
		return slog.LevelWarn, "failed", *failure
	default:
		return slog.LevelError, "failed", *failure
	}
}
