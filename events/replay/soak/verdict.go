package soak

import (
	"encoding/json"

	"elasticsearch-disconnect/events/replay/fctest"
)

// A verdict is what a reply means for an event.
type verdict string

const (
	done    verdict = "done"
	absent  verdict = "absent"
	refused verdict = "refused"
	again   verdict = "to be repeated"
	wrong   verdict = "WRONG" // this reply cannot be
)

// verdict reads a reply as its receiver does.
func (e *event) verdict(reply fctest.Reply) verdict {
	switch {
	case e.sender == caller:
		return e.verdictOfHTTP(reply)
	case reply.Failed && e.ask.malformed:
		return refused
	case reply.Failed:
		return again
	case e.ask.malformed:
		return wrong
	default:
		return done
	}
}

// verdictOfHTTP reads a response. The caller does not repeat a request after a 404: no such instance or connection.
func (e *event) verdictOfHTTP(reply fctest.Reply) verdict {
	var response struct{ StatusCode int }
	if reply.Failed || json.Unmarshal(reply.Payload, &response) != nil {
		return wrong
	}
	switch status := response.StatusCode; {
	case e.ask.malformed && status >= 400 && status < 500:
		return refused
	case e.ask.malformed:
		return wrong
	case status == 200:
		return done
	case status == 404:
		return absent
	case status == 207, status == 409, status == 429, status >= 500:
		return again
	default:
		return wrong
	}
}

// kept returns the connections that a reconcile says it kept, because there is no proof that they may be removed. Its reply
// may be the body of a response, or one of several in a batch.
func kept(payload []byte) (pairs []pair) {
	var reply struct {
		Body   string
		Events []json.RawMessage
		Kept   []struct{ InstanceID, ConnectedInstanceID string }
	}
	if json.Unmarshal(payload, &reply) != nil {
		return nil
	}
	for _, k := range reply.Kept {
		pairs = append(pairs, newPair(k.InstanceID, k.ConnectedInstanceID))
	}
	for _, part := range append(reply.Events, json.RawMessage(reply.Body)) {
		pairs = append(pairs, kept(part)...)
	}
	return pairs
}
