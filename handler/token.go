package handler

import (
	"fmt"

	"github.com/google/uuid"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
)

// clientToken is a token that is the same whenever the same thing is asked
// again: EventBridge delivers an event at least once under one (source, id),
// and Function Compute retries an invocation under one request id.
func (s *session) clientToken(r trigger.Request, pair connection.Pair) connection.ClientToken {
	if r.EventID != "" {
		return derivedToken("event", r.Source, r.EventID, pair)
	}
	return derivedToken("request", "", s.invocation.RequestID, pair)
}

// pairToken is the token for one of all connections of an instance: derived
// from the caller's, which cannot stand for several requests.
func (s *session) pairToken(r trigger.Request, a trigger.Cleanup, pair connection.Pair) connection.ClientToken {
	if a.ClientToken != (connection.ClientToken{}) {
		return derivedToken("token", "", a.ClientToken.String(), pair)
	}
	return s.clientToken(r, pair)
}

// derivedToken is a UUID of version 5 (RFC 9562, section 5.5). Each part of its
// name is quoted, so that two names are the same only if all parts are.
func derivedToken(kind, source, id string, pair connection.Pair) connection.ClientToken {
	name := fmt.Sprintf("%s %q %q %q %q", kind, source, id, pair.Instance, pair.Connected)
	token, err := connection.ParseClientToken(uuid.NewSHA1(uuid.NameSpaceOID, []byte(name)).String())
	if err != nil {
		panic("handler: a UUID is a client token: " + err.Error())
	}
	return token
}
