package main

import (
	"context"
	"fmt"
	"os"

	"elasticsearch-disconnect/events/replay/fctest"
)

// A player plays events through a function that calls the services.
type player struct {
	function *fctest.Process
	services *services
}

// prepare deploys the function with services of its own. Unless variables say otherwise, it makes one request at a time:
// else they come in another order each time, and their ids with them. And RECONCILE_LIMIT is so low that the leftovers of
// its own region exceed it. One instance is protected.
func prepare(ctx context.Context, binary, dir string, everywhere bool, variables ...string) (*player, error) {
	s := newServices(everywhere)
	variables = append(append([]string{"SWEEP_CONCURRENCY=1", "RECONCILE_LIMIT=3", "PROTECTED_INSTANCES=" + protectedSurvivor}, s.variables()...), variables...)
	f, err := deploy(ctx, binary, dir, s.CertificatePEM(), variables...)
	if err != nil {
		s.close()
		return nil, err
	}
	return &player{f, s}, nil
}

// close ends all, and returns what the function wrote. It may be called again.
func (p *player) close() (log string) {
	defer p.services.close()
	return p.function.Close()
}

// play invokes the function with an event. The services are the same before every event, whatever was played before.
func (p *player) play(ctx context.Context, e event) (*result, error) {
	if p.services.endpoint != nil && e.isElsewhere() {
		return &result{event: e, verdict: skipped}, nil
	}
	payload, err := os.ReadFile(e.path)
	if err != nil {
		return nil, err
	}
	p.services.reset()
	ctx, cancel := untilHung(ctx)
	defer cancel()
	invocation := common()
	invocation.RequestID, invocation.Payload = e.requestID(), payload
	reply, err := p.function.Invoke(ctx, invocation)
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", e.name(), err, p.close())
	}
	return &result{
		event: e, requests: p.services.requests(), failed: reply.Failed,
		reply: []byte(p.services.atHome(string(reply.Payload))),
	}, nil
}
