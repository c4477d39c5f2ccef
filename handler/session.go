package handler

import (
	"context"

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

// serve does what an event asks for, and returns the reply in its envelope.
func (s *session) serve(ctx context.Context, payload []byte) (any, error) {
	event, err := trigger.Parse(payload)
	s.record.trigger = event.Shape
	if err != nil {
		s.exit = ExitInvalid
		s.record.refused(ctx, err)
		return event.Fail(err, s.invocation.RequestID)
	}
	tasks := s.plan(ctx, event.Requests)
	s.carryOut(ctx, tasks)
	return s.reply(ctx, event, tasks)
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
	return &elasticsearch.Client{
		Endpoint:    endpoint,
		Credentials: credentials,
		UserAgent:   Name + "/" + s.Build.Version,
		Transport:   s.Transport,
		Now:         s.Now,
		Log:         s.Log.With("requestId", s.invocation.RequestID),
	}, nil
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
