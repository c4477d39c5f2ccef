package soak

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"elasticsearch-disconnect/events/replay/fctest"
)

// Bounds of how often an event is delivered.
const (
	malformedTries = 3 // Function Compute's own; then the event goes to the dead letters
	calmTries      = 8 // once nothing fails any more: the first may have begun before
)

// A delivery is an event on its way, and the next invocation for it.
type delivery struct {
	event      *event
	rng        *rand.Rand
	requestID  string
	retryCount int
	tries      int
	calmTries  int
}

// A verdict is what a reply means for the delivery.
type verdict string

const (
	acknowledged verdict = "acknowledged"
	refused      verdict = "refused for good"
	again        verdict = "to be repeated"
	wrong        verdict = "WRONG" // this reply cannot be
)

func newDelivery(e *event, seed uint64) *delivery {
	return &delivery{event: e, rng: rand.New(rand.NewPCG(seed, uint64(e.number)<<8))}
}

// renew makes the next invocation. A retry of Function Compute's keeps the request id; whoever else repeats an event
// gets another one.
func (d *delivery) renew() {
	isRetry := d.tries > 0 && (d.event.door == invoked || d.event.door == eventBridge && d.rng.IntN(2) == 0)
	d.tries++
	if isRetry {
		d.retryCount++
		return
	}
	d.retryCount = 0
	d.requestID = fmt.Sprintf("1-64f6cd87-%012x-%012x", d.rng.Uint64()>>16, d.rng.Uint64()>>16)
}

// try invokes the function once, and says whether that settles the event.
func (r *run) try(ctx context.Context, d *delivery) (settled bool, err error) {
	life, err := r.keeper.life(ctx)
	if err != nil {
		return true, err
	}
	d.renew()
	r.deliveries.Add(1)
	if r.weather.isCalm() {
		d.calmTries++
	}
	claimed := r.ledger.claim(d.event, r.weather.latest())
	reply, err := life.invoke(ctx, r.invocation(d))
	switch {
	case ctx.Err() != nil:
		return true, context.Cause(ctx)
	case err != nil && life.isOver():
		r.ledger.happened(d.event, d.requestID+" killed")
		return false, nil
	case err != nil:
		r.ledger.tell(violation{what: "UNANSWERED: " + err.Error(), event: d.event})
		return true, nil
	}
	r.weather.replied()
	return r.settle(d, claimed, reply), nil
}

func (r *run) invocation(d *delivery) fctest.Invocation {
	inv := r.Invocation
	inv.RequestID, inv.RetryCount, inv.Payload = d.requestID, d.retryCount, d.event.text(d.requestID)
	inv.Timeout = 2*time.Second + rand.N(2*time.Second)
	return inv
}

// settle reads a reply, and says whether it is the last one.
func (r *run) settle(d *delivery, claimed claim, reply fctest.Reply) bool {
	v := d.judge(reply)
	r.ledger.happened(d.event, fmt.Sprintf("%s retry %d: %s: %s", d.requestID, d.retryCount, v, reply.Payload))
	for _, leak := range r.Leaks(string(reply.Payload)) {
		r.ledger.tell(violation{what: "LEAK: a reply: " + leak, event: d.event})
	}
	switch {
	case v == wrong:
		r.ledger.tell(violation{what: "WRONG: this reply cannot be", event: d.event})
	case v == acknowledged:
		r.ledger.acknowledged(d.event, claimed)
	case v == again && d.event.malformed:
		return d.tries >= malformedTries
	case v == again && d.calmTries >= calmTries:
		stuck := fmt.Sprintf("STUCK: not acknowledged, though nothing has failed in the last %d deliveries", calmTries-1)
		r.ledger.tell(violation{what: stuck, event: d.event})
	case v == again:
		return false
	}
	return true
}

// judge takes a reply as its receiver does.
func (d *delivery) judge(reply fctest.Reply) verdict {
	if d.event.door == overHTTP {
		return d.judgeHTTP(reply)
	}
	switch {
	case reply.Failed:
		return again
	case d.event.malformed:
		return wrong
	default:
		return acknowledged
	}
}

// judgeHTTP: of what can be understood, the one refusal that is final is that there is no such instance or connection.
func (d *delivery) judgeHTTP(reply fctest.Reply) verdict {
	var response struct{ StatusCode int }
	if reply.Failed || json.Unmarshal(reply.Payload, &response) != nil {
		return wrong
	}
	switch status := response.StatusCode; {
	case d.event.malformed && status >= 400 && status < 500:
		return refused
	case d.event.malformed:
		return wrong
	case status == 200:
		return acknowledged
	case status == 404:
		return refused
	case status == 207, status == 409, status == 429, status >= 500:
		return again
	default:
		return wrong
	}
}
