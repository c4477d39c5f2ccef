package main

import (
	"context"
	"fmt"
	"os"
)

// A player plays events through a function that calls the services.
type player struct {
	*function
	services *services
}

// prepare deploys the function with services of its own. By default it makes one request at a time: else they come in
// another order each time, and their ids with them. And it removes so few leftovers that its own region has more.
func prepare(ctx context.Context, binary, dir string, everywhere bool, variables ...string) (*player, error) {
	s := newServices(everywhere)
	variables = append(append([]string{"SWEEP_CONCURRENCY=1", "RECONCILE_LIMIT=3"}, s.variables()...), variables...)
	f, err := deploy(ctx, binary, dir, s.certificate(), variables...)
	if err != nil {
		s.close()
		return nil, err
	}
	return &player{f, s}, nil
}

// close ends all, and returns what the function wrote. It may be called again.
func (p *player) close() string {
	defer p.services.close()
	return p.stop()
}

// play invokes the function with an event. The services are as they were for every other event, so their order means
// nothing.
func (p *player) play(ctx context.Context, e event) (*result, error) {
	p.services.reset()
	return p.deliver(ctx, e)
}

// deliver invokes the function with an event, and leaves the services as the events before have made them.
func (p *player) deliver(ctx context.Context, e event) (*result, error) {
	payload, err := os.ReadFile(e.path)
	if err != nil {
		return nil, err
	}
	ctx, release := p.whileRunning(ctx)
	defer release()
	invocation := common()
	invocation.RequestID, invocation.Payload = e.requestID(), payload
	reply, err := p.runtime.Invoke(ctx, invocation)
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", e.name(), err, p.close())
	}
	return &result{
		event: e, Name: e.name(), Requests: p.services.requests(), Failed: reply.Failed,
		Reply: []byte(p.services.atHome(string(reply.Payload))),
	}, nil
}
