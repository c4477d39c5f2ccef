package soak

import (
	"fmt"
	"slices"
	"strings"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// A pair is a connection: two instances, in order, because it is the same from either side.
type pair [2]string

func newPair(a, b string) pair { return pair{min(a, b), max(a, b)} }

// pairOf is what a DeleteConnectedCluster is about.
func pairOf(q elasticsearchtest.Request) pair {
	path := strings.TrimSuffix(strings.TrimPrefix(q.Path, "/openapi/instances/"), "/connected-clusters")
	return newPair(path, q.Query.Get("connectedInstanceId"))
}

func (p pair) has(id string) bool { return p[0] == id || p[1] == id }

// A door is how an event gets to the function, and so who delivers it again.
type door string

const (
	invoked     door = "asynchronous" // Function Compute alone
	eventBridge door = "EventBridge"  // and Function Compute
	overHTTP    door = "HTTP"         // the caller
)

// An event is what a sender sends, and what it asks for.
type event struct {
	number int
	what   string // in words
	door   door
	text   func(requestID string) []byte // an HTTP event repeats the request id
	ask

	history []string // what became of each delivery; the ledger's
}

func (e *event) String() string { return fmt.Sprintf("event %d, %s: %s", e.number, e.door, e.what) }

// An ask is what the ledger goes by.
type ask struct {
	pairs     []pair   // the connections to remove
	cleanups  []string // the instances whose connections are all to be removed
	malformed bool     // to be refused, if only a part of it
}

func (a ask) with(b ask) ask {
	return ask{
		pairs:     slices.Concat(a.pairs, b.pairs),
		cleanups:  slices.Concat(a.cleanups, b.cleanups),
		malformed: a.malformed || b.malformed,
	}
}

// about says whether the ask has to do with a connection.
func (a ask) about(p pair) bool {
	return slices.Contains(a.pairs, p) || slices.ContainsFunc(a.cleanups, p.has)
}
