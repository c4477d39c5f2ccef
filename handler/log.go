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
	coldStart  bool
	version    string
	redact     func(string) string // removes the credentials from a text
}

// A line has the members of a log line that are not the invocation's.
type line struct {
	of      trigger.Request
	removal connection.Removal
	outcome string
	answer  connection.Outcome
	scanned int
	start   time.Time
	reason  string // why the event was ignored, or which connections stay
	err     error
	figures []slog.Attr // of a reconcile
}

// outcome logs what became of one connection.
func (l logger) outcome(ctx context.Context, o outcome) {
	if o.begun.IsZero() {
		o.begun = l.start
	}
	l.write(ctx, line{
		of:      o.of,
		removal: o.Removal,
		outcome: o.word(),
		answer:  o.Outcome,
		start:   o.begun,
		err:     o.err,
	})
}

// result logs what became of a request, except the removals, which are logged as they
// end: pairs and entries of lists that could not be read, and a summary unless the request
// is for one connection.
func (l logger) result(ctx context.Context, r result) {
	for _, o := range r.parts {
		if o.begun.IsZero() && o.State != connection.Withheld {
			l.outcome(ctx, o)
		}
	}
	for _, m := range r.Malformed {
		l.write(ctx, line{
			of:      r.Request,
			removal: connection.Removal{Pair: connection.Pair{Instance: m.Of}},
			outcome: skipped,
			start:   l.start,
			reason:  "skipped " + m.String(),
		})
	}
	_, isInfo := r.Request.Action.(trigger.Info)
	_, isDisconnect := r.Request.Action.(trigger.Disconnect)
	if isInfo || isDisconnect && len(r.parts) == 1 {
		return
	}
	summary := line{
		of:      r.Request,
		removal: connection.Removal{Pair: connection.Pair{Instance: r.Instance()}, DryRun: r.dryRun},
		outcome: r.outcome,
		scanned: r.Scanned,
		start:   l.start,
		reason:  cmp.Or(r.Ignored, r.whatStays()),
		err:     r.Err,
	}
	if _, isReconcile := r.Request.Action.(trigger.Reconcile); isReconcile {
		summary.figures = r.figures()
	}
	l.write(ctx, summary)
}

// figures are the numbers of connections and leftovers, and of leftovers removed and kept.
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

// whatStays returns which connections are not removed on purpose, and why.
func (r result) whatStays() string {
	var texts []string
	if r.withheld != "" {
		for _, pair := range r.counted[:min(len(r.counted), maxPairs)] {
			texts = append(texts, pair.Instance.String()+" "+pair.Connected.String())
		}
		return r.withheld + " " + strings.Join(texts, ", ")
	}
	for _, k := range r.Kept[:min(len(r.Kept), maxPairs)] {
		texts = append(texts, fmt.Sprintf("%s %s kept: %s", k.Instance, k.Connected, strings.ToValidUTF8(k.Reason[:min(len(k.Reason), maxReason)], "")))
	}
	return strings.Join(texts, "; ")
}

const (
	maxPairs  = 50  // in a log line
	maxReason = 300 // bytes of each reason in a log line, of which Log Service takes 32 KB
)

// write logs a line. Every line has the same members, so that one index fits all of
// them; a member that does not apply is empty, zero or false. Only error, reason and the
// figures of a reconcile are left out then.
func (l logger) write(ctx context.Context, one line) {
	level, message, failure := describe(one.err)
	switch {
	case one.outcome == withheld:
		level, message = slog.LevelError, one.outcome
	case one.err == nil && (one.outcome == incomplete || one.outcome == skipped):
		level, message = slog.LevelWarn, one.outcome
	}
	shown := l.invocation.shown(one.of.Scope)
	attrs := []slog.Attr{
		slog.String("requestId", l.invocation.RequestID),
		slog.Int("retryCount", l.invocation.RetryCount),
		slog.String("trigger", string(l.trigger)),
		slog.String("eventId", l.redact(one.of.EventID)),
		slog.String("source", l.redact(one.of.Source)),
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
		slog.Int64("durationMs", time.Since(one.start).Milliseconds()),
		slog.Bool("dryRun", one.removal.DryRun),
		slog.Bool("coldStart", l.coldStart),
		slog.String("version", l.version),
	}
	attrs = append(attrs, one.figures...)
	if one.err != nil {
		attrs = append(attrs, slog.String("error", l.redact(one.err.Error())))
	}
	if one.reason != "" {
		attrs = append(attrs, slog.String("reason", l.redact(one.reason)))
	}
	l.LogAttrs(ctx, level, message, attrs...)
}

// describe returns the level and the message of a failure: a warning if the sender of
// the event can correct it, else an error.
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
