package handler

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
)

// A record is what the log line of an invocation needs from its start.
type record struct {
	handler    *Handler
	invocation Invocation
	start      time.Time
	coldStart  bool
}

func (h *Handler) record(invocation Invocation) record {
	return record{h, invocation, h.now(), !h.invoked.Swap(true)}
}

// write logs one line for the connection handled, or the event refused. Every
// member is always there, so that an index over the log needs no exceptions;
// one that does not apply is empty, zero or false. Only error is there just for
// failures.
func (r record) write(ctx context.Context, request trigger.Request, outcome connection.Outcome, err error) {
	level, message, failure := describe(err)
	removal := request.Removal
	attrs := []slog.Attr{
		slog.String("requestId", r.invocation.RequestID),
		slog.Int("retryCount", r.invocation.RetryCount),
		slog.String("trigger", string(request.Shape)),
		slog.String("eventId", request.EventID),
		slog.String("source", request.Source),
		slog.String("instanceId", removal.Instance.String()),
		slog.String("connectedInstanceId", removal.Connected.String()),
		slog.String("clientToken", removal.ClientToken.String()),
		slog.String("outcome", outcomeText(outcome, err)),
		slog.String("kind", string(failure.Kind)),
		slog.String("code", failure.Code),
		slog.Int("httpStatus", outcome.Status),
		slog.String("apiRequestId", max(outcome.RequestID, failure.RequestID)),
		slog.Int("attempts", outcome.Attempts),
		slog.Int64("durationMs", r.handler.now().Sub(r.start).Milliseconds()),
		slog.Bool("dryRun", removal.DryRun),
		slog.Bool("coldStart", r.coldStart),
		slog.String("version", r.handler.Build.Version),
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	r.handler.Log.LogAttrs(ctx, level, message, attrs...)
}

func outcomeText(o connection.Outcome, err error) string {
	if err != nil {
		return "failed"
	}
	return string(o.State)
}

// describe sorts a failure by whose it is: one that the sender of the event can
// mend is a warning, any other an error.
func describe(err error) (slog.Level, string, connection.Error) {
	var refused *trigger.Error
	var failed *connection.Error
	switch {
	case err == nil:
		return slog.LevelInfo, "done", connection.Error{}
	case errors.As(err, &refused):
		return slog.LevelWarn, "refused", connection.Error{Kind: connection.InvalidEvent}
	case !errors.As(err, &failed):
		return slog.LevelError, "failed", connection.Error{Kind: connection.Internal}
	case failed.Kind == connection.Absent:
		return slog.LevelWarn, "failed", *failed
	default:
		return slog.LevelError, "failed", *failed
	}
}
