package handler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/trigger"
)

// A session is what serves one event: the handler, the invocation and, once it
// is needed, a client with the invocation's credentials.
type session struct {
	*Handler
	invocation Invocation
	record     record
	client     *elasticsearch.Client
	unable     error // why there is no client
	exit       int   // the code that tells the result at the desk
}

func (h *Handler) session(ctx context.Context) *session {
	invocation := FunctionCompute
	if h.Invocation != nil {
		invocation = h.Invocation
	}
	s := &session{Handler: h, invocation: invocation(ctx)}
	s.record = h.record(s.invocation)
	return s
}

// serve does what an event asks for, and returns the reply in its envelope. A
// panic is answered as any failure that nobody foresaw: its text and stack are
// for the log.
func (s *session) serve(ctx context.Context, payload []byte) (reply any, err error) {
	var panicked error
	s.guarded(&panicked, func() error {
		reply, err = s.answer(ctx, payload)
		return nil
	})
	if panicked == nil {
		return reply, err
	}
	s.exit = ExitFailed
	s.record.refused(ctx, panicked)
	return trigger.Event{Shape: s.record.trigger}.Fail(panicked, s.invocation.RequestID)
}

func (s *session) answer(ctx context.Context, payload []byte) (any, error) {
	event, err := trigger.Parse(payload)
	s.record.trigger = event.Shape
	if err != nil {
		s.exit = ExitInvalid
		s.record.refused(ctx, err)
		return event.Fail(err, s.invocation.RequestID)
	}
	work, cancel := s.budget(ctx)
	defer cancel()
	tasks := s.planned(work, event.Requests)
	s.carryOut(work, tasks)
	return s.reply(ctx, event, tasks)
}

// planned plans with three quarters of the time, so that what a sweep has found
// when time is up is removed all the same.
func (s *session) planned(ctx context.Context, requests []trigger.Request) []*task {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-time.Until(deadline)/4))
		defer cancel()
	}
	return s.plan(ctx, requests)
}

// replyReserve is how much of an invocation's time is kept for the reply, or a
// tenth of it if that is less.
const replyReserve = time.Second

// budget bounds the work, so that the function has replied before Function
// Compute ends the invocation.
func (s *session) budget(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline.Add(-min(replyReserve, time.Until(deadline)/10)))
}

// guarded runs f and notes its error. A panic is one too: it fails the one
// thing that f was about, and not the instance with all that it is doing.
func (s *session) guarded(err *error, f func() error) {
	defer func() {
		if p := recover(); p != nil {
			*err = errors.New(s.redact(fmt.Sprintf("panic: %v\n%s", p, debug.Stack())))
		}
	}()
	*err = f()
}

// redact takes the credentials out of a text that nobody foresaw.
func (s *session) redact(text string) string {
	if s.client == nil {
		return text
	}
	return s.client.Credentials.Redact(text)
}

// connect makes the client on first use: a request for information needs none,
// and no credentials. It is not for concurrent use.
func (s *session) connect() error {
	if s.client == nil && s.unable == nil {
		s.client, s.unable = s.newClient()
	}
	return s.unable
}

func (s *session) newClient() (*elasticsearch.Client, error) {
	endpoint, err := s.endpoint()
	if err != nil {
		return nil, err
	}
	credentials, err := s.invocation.Credentials()
	if err != nil {
		return nil, err
	}
	client := &elasticsearch.Client{Reader: elasticsearch.Reader{
		Endpoint:    endpoint,
		Credentials: credentials,
		UserAgent:   Name + "/" + s.Build.Version,
		Transport:   s.Transport,
		Now:         s.Now,
		Sleep:       s.Sleep,
	}}
	if s.Log.Enabled(context.Background(), slog.LevelDebug) {
		client.Log = s.Log.With("requestId", s.invocation.RequestID)
	}
	return client, nil
}

// endpoint is the configured one, or the region's.
func (s *session) endpoint() (elasticsearch.Endpoint, error) {
	switch {
	case s.Config.Endpoint != (elasticsearch.Endpoint{}):
		return s.Config.Endpoint, nil
	case s.invocation.Region == "": // never in Function Compute
		return elasticsearch.Endpoint{}, &connection.Error{Kind: connection.Internal, Message: "no endpoint without a region: set --region or ALIBABA_CLOUD_REGION_ID"}
	}
	endpoint, err := s.Config.Network.Endpoint(s.invocation.Region)
	if err != nil {
		return endpoint, &connection.Error{Kind: connection.Internal, Message: "no endpoint: " + err.Error()}
	}
	return endpoint, nil
}

// group runs functions in parallel, as many as the API is to be asked at a time.
func (s *session) group() *errgroup.Group {
	g := new(errgroup.Group)
	g.SetLimit(max(1, s.Config.Concurrency))
	return g
}
