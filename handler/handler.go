// Package handler is the corridor of the function: an event comes in, is
// parsed, the connection it names is removed, and the reply goes out.
//
//	[]byte → trigger.Parse → Request → elasticsearch.Client → Outcome or *connection.Error → Reply
package handler

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fc/messages"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
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

	invoked atomic.Bool // an invocation has begun
}

// Handle serves one event, and is what the FC runtime calls.
//
// The result is the reply in the envelope of the event. Over HTTP there is
// never an error. For other events the error is a messages.InvokeResponse_Error
// whose Type is the [connection.Kind] and whose Message is a [trigger.Problem].
func (h *Handler) Handle(ctx context.Context, event []byte) (any, error) {
	invocation := h.invocation(ctx)
	request, result, err := h.serve(ctx, invocation, event)
	return seal(request, result, err, invocation.RequestID)
}

// seal puts a result or a failure in the envelope of its request. A failure
// that is not for HTTP gets the form in which the FC runtime takes its
// errorType from us instead of from a Go type.
func seal(request trigger.Request, result any, failure error, requestID string) (any, error) {
	if failure == nil {
		return request.Succeed(result), nil
	}
	reply, err := request.Fail(failure, requestID)
	if p := (*trigger.Problem)(nil); errors.As(err, &p) {
		return nil, messages.InvokeResponse_Error{Message: p.Error(), Type: string(p.Kind)}
	}
	return reply, err
}

// serve does what an event asks for.
func (h *Handler) serve(ctx context.Context, invocation Invocation, event []byte) (trigger.Request, any, error) {
	record := h.record(invocation)
	request, err := trigger.Parse(event)
	if err == nil && request.Info {
		return request, h.info(invocation), nil
	}
	var outcome connection.Outcome
	if err == nil {
		request.Removal.ClientToken = clientToken(request, invocation.RequestID)
		request.Removal.DryRun = request.Removal.DryRun || h.Config.DryRun
		outcome, err = h.disconnect(ctx, invocation, request.Removal)
	}
	record.write(ctx, request, outcome, err)
	return request, newReport(request.Removal, outcome), err
}

func (h *Handler) invocation(ctx context.Context) Invocation {
	if h.Invocation == nil {
		return FunctionCompute(ctx)
	}
	return h.Invocation(ctx)
}

// disconnect removes one connection with the credentials of the invocation.
func (h *Handler) disconnect(ctx context.Context, invocation Invocation, removal connection.Removal) (connection.Outcome, error) {
	endpoint, err := h.endpoint(invocation.Region)
	if err != nil {
		return connection.Outcome{}, err
	}
	credentials, err := invocation.Credentials()
	if err != nil {
		return connection.Outcome{}, err
	}
	client := elasticsearch.Client{
		Endpoint:    endpoint,
		Credentials: credentials,
		UserAgent:   Name + "/" + h.Build.Version,
		Transport:   h.Transport,
		Now:         h.Now,
		Log:         h.Log.With("requestId", invocation.RequestID),
	}
	return client.DeleteConnectedCluster(ctx, removal)
}

// endpoint is the configured one, or the region's.
func (h *Handler) endpoint(region string) (elasticsearch.Endpoint, error) {
	switch {
	case h.Config.Endpoint != (elasticsearch.Endpoint{}):
		return h.Config.Endpoint, nil
	case region == "": // never in Function Compute
		return elasticsearch.Endpoint{}, &connection.Error{Kind: connection.Internal, Message: "no endpoint without a region: set --region or ALIBABA_CLOUD_REGION_ID"}
	}
	endpoint, err := h.Config.Network.Endpoint(region)
	if err != nil {
		return endpoint, &connection.Error{Kind: connection.Internal, Message: "no endpoint: " + err.Error()}
	}
	return endpoint, nil
}

func (h *Handler) now() time.Time {
	if h.Now == nil {
		return time.Now()
	}
	return h.Now()
}
