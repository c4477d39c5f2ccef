package handler

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
)

// A logger writes the log lines of one invocation.
type logger struct {
	*slog.Logger
	invocation Invocation
	trigger    trigger.Shape
	start      time.Time
	now        func() time.Time
	coldStart  bool
	version    string
	redact     func(string) string // takes the credentials out of a text that nobody foresaw
}

// A line is what one log line has of its own.
type line struct {
	eventID, source string
	scope           connection.Scope
	removal         connection.Removal
	outcome         string
	answer          connection.Outcome
	scanned         int
	start           time.Time
	reason          string // why the event was ignored, or what a request to reconcile left
	err             error
	run             []slog.Attr // the figures of a request to reconcile
}

// outcome logs what became of one connection.
func (l logger) outcome(ctx context.Context, o outcome) {
	if o.begun.IsZero() {
		o.begun = l.start
	}
	l.write(ctx, line{
		eventID: o.of.EventID,
		source:  o.of.Source,
		scope:   o.of.Scope,
		removal: o.Removal,
		outcome: o.word(),
		answer:  o.Outcome,
		start:   o.begun,
		err:     o.err,
	})
}

// result logs what became of a request besides its removals, which have their own
// lines: what could not be read, that it was ignored, that it failed, how the
// cleanup of an instance ended.
func (l logger) result(ctx context.Context, r result) {
	for _, o := range r.parts {
		if o.begun.IsZero() && o.State != connection.Withheld {
			l.outcome(ctx, o)
		}
	}
	for _, m := range r.Malformed {
		l.write(ctx, line{
			eventID: r.Request.EventID,
			source:  r.Request.Source,
			scope:   r.Request.Scope,
			removal: connection.Removal{Pair: connection.Pair{Instance: m.Of}},
			outcome: skipped,
			start:   l.start,
			reason:  "an entry of the list of " + cmp.Or(m.Of.String(), "instances") + " is no instance id, and is passed over: it " + m.Reason,
		})
	}
	_, isInfo := r.Request.Action.(trigger.Info)
	_, one := r.Request.Action.(trigger.Disconnect)
	if isInfo || one && len(r.parts) == 1 {
		return
	}
	summary := line{
		eventID: r.Request.EventID,
		source:  r.Request.Source,
		scope:   r.Request.Scope,
		removal: connection.Removal{Pair: connection.Pair{Instance: r.Instance()}, DryRun: r.dryRun},
		outcome: r.outcome,
		scanned: r.Scanned,
		start:   l.start,
		reason:  r.Ignored,
		err:     r.Err,
	}
	if _, ok := r.Request.Action.(trigger.Reconcile); ok {
		summary.reason, summary.run = r.left(), r.figures()
	}
	l.write(ctx, summary)
}

// figures are how many connections there are, and what became of those left over.
func (r result) figures() []slog.Attr {
	removed := 0
	for _, o := range r.parts {
		if o.State == connection.Removed {
			removed++
		}
	}
	return []slog.Attr{
		slog.Int("connections", len(r.Survey.Connections)),
		slog.Int("leftover", len(r.Survey.Leftover)),
		slog.Int("removed", removed),
		slog.Int("kept", len(r.Kept)),
	}
}

// left says which leftovers a request to reconcile left, and why.
func (r result) left() string {
	var texts []string
	if r.outcome == string(connection.Withheld) {
		for _, pair := range r.Survey.Leftover[:min(len(r.Survey.Leftover), maxPairs)] {
			texts = append(texts, pair.Instance.String()+"-"+pair.Connected.String())
		}
		return r.withheld + " " + strings.Join(texts, ", ")
	}
	for _, k := range r.Kept[:min(len(r.Kept), maxPairs)] {
		texts = append(texts, fmt.Sprintf("%s-%s stays: %s", k.Instance, k.Connected, strings.ToValidUTF8(k.Reason[:min(len(k.Reason), maxReason)], "")))
	}
	return strings.Join(texts, "; ")
}

const (
	maxPairs  = 50  // that a log line lists
	maxReason = 300 // bytes that it has of each reason: a line of Log Service has 32 KB
)

// write logs a line. Every member is always there, so that an index over the
// log needs no exceptions; one that does not apply is empty, zero or false.
// Only error and reason are there just where there is one, and the figures of a
// request to reconcile.
func (l logger) write(ctx context.Context, one line) {
	level, message, failure := describe(one.err)
	shown := l.invocation.shown(one.scope)
	if one.err == nil && (one.outcome == incomplete || one.outcome == skipped) {
		level, message = slog.LevelWarn, one.outcome
	}
	if one.outcome == string(connection.Withheld) {
		level, message = slog.LevelError, one.outcome
	}
	attrs := []slog.Attr{
		slog.String("requestId", l.invocation.RequestID),
		slog.Int("retryCount", l.invocation.RetryCount),
		slog.String("trigger", string(l.trigger)),
		slog.String("eventId", l.redact(one.eventID)),
		slog.String("source", l.redact(one.source)),
		slog.String("regionId", l.redact(shown.Region.String())),
		slog.String("accountId", l.redact(shown.Account.String())),
		slog.String("instanceId", l.redact(one.removal.Instance.String())),
		slog.String("connectedInstanceId", l.redact(one.removal.Connected.String())),
		slog.String("clientToken", l.redact(one.removal.ClientToken.String())),
		slog.String("outcome", one.outcome),
		slog.String("kind", failure.Kind.String()),
		slog.String("code", failure.Code),
		slog.Int("httpStatus", cmp.Or(one.answer.Status, failure.Status)),
		slog.String("apiRequestId", l.redact(cmp.Or(one.answer.RequestID, failure.RequestID))),
		slog.Int("attempts", one.answer.Attempts),
		slog.Int("scanned", one.scanned),
		slog.Int64("durationMs", l.now().Sub(one.start).Milliseconds()),
		slog.Bool("dryRun", one.removal.DryRun),
		slog.Bool("coldStart", l.coldStart),
		slog.String("version", l.version),
	}
	attrs = append(attrs, one.run...)
	if one.err != nil {
		attrs = append(attrs, slog.String("error", l.redact(one.err.Error())))
	}
	if one.reason != "" {
		attrs = append(attrs, slog.String("reason", l.redact(one.reason)))
	}
	l.LogAttrs(ctx, level, message, attrs...)
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
