package handler

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fc/messages"

	"elasticsearch-disconnect/handler/trigger"
)

// Name of the function, as it tells it to whoever asks.
const Name = "elasticsearch-disconnect"

// A Build says which program this is.
type Build struct {
	Version string // of the module
	Commit  string // of the source; "" when the build does not say
}

// A Handler serves events. Its methods may be called at the same time: in
// Function Compute every invocation has a goroutine of its own.
type Handler struct {
	Config Config
	Build  Build
	Log    *slog.Logger

	Transport  http.RoundTripper                // shared by all invocations; nil: http.DefaultTransport
	Invocation func(context.Context) Invocation // nil: FunctionCompute
	Now        func() time.Time                 // nil: time.Now

	// Sleep waits between attempts, and ends early with ctx; nil: a timer.
	Sleep func(context.Context, time.Duration) error

	invoked atomic.Bool // an invocation has begun
}

// Handle serves one event, and is what the FC runtime calls.
//
// The result is the reply in the envelope of the event. Over HTTP there is
// never an error. For other events the error is a messages.InvokeResponse_Error
// whose Type is the [connection.Kind] and whose Message is a [trigger.Problem].
func (h *Handler) Handle(ctx context.Context, event []byte) (any, error) {
	s := h.session(ctx)
	reply, err := s.serve(ctx, event)
	return functionError(reply, err)
}

// functionError gives a problem the form in which the FC runtime takes its
// errorType from us instead of from a Go type.
func functionError(reply any, err error) (any, error) {
	if p := (*trigger.Problem)(nil); errors.As(err, &p) {
		return nil, messages.InvokeResponse_Error{Message: p.Error(), Type: p.Kind.String()}
	}
	return reply, err
}

func (h *Handler) now() time.Time {
	if h.Now == nil {
		return time.Now()
	}
	return h.Now()
}
