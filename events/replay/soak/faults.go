package soak

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"sync"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// faults choose the API's answers, half of which are right. The choice depends on the seed, on what a request asks for and
// on how often that was asked before, so it does not matter which of two requests comes first.
type faults struct {
	seed uint64
	kill func() bool
	over chan struct{} // closed when there are no more faults

	mu       sync.Mutex
	asked    map[string]int    // how often, by what is asked
	kills    []int             // yet to come, each after so many requests
	what     map[string]string // happened to a request, by its id
	requests int
	failed   int
	killed   int
}

func newFaults(seed uint64, kills []int, kill func() bool) *faults {
	return &faults{
		seed: seed, kill: kill, over: make(chan struct{}),
		asked: map[string]int{}, kills: kills, what: map[string]string{},
	}
}

// answer chooses the answer to a request. A kill ends the function in the middle of it.
func (f *faults) answer(q elasticsearchtest.Request) elasticsearchtest.Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.areOver() {
		return elasticsearchtest.Fault{}
	}
	f.requests++
	if len(f.kills) > 0 && f.requests >= f.kills[0] && f.kill() {
		f.killed++
		f.kills = f.kills[1:]
		f.what[q.RequestID] = "the function was killed; "
	}
	f.asked[q.String()]++
	chosen, isLate := f.choose(q.String(), f.asked[q.String()], q.Method == http.MethodGet)
	if chosen.answer == nil {
		return elasticsearchtest.Fault{}
	}
	f.failed++
	f.what[q.RequestID] += fmt.Sprintf("%s, carried out: %t", chosen.what, isLate)
	return elasticsearchtest.Fault{AfterEffect: isLate, Answer: chosen.answer}
}

// choose returns the fault of the nth request that asks for the same, if any, and whether it comes after the effect. A
// request that reads seldom gets a lasting fault: a cleanup reads so much that none would ever succeed.
func (f *faults) choose(what string, nth int, isReading bool) (chosen fault, isLate bool) {
	hash := fnv.New64a()
	fmt.Fprintln(hash, what, nth)
	rng := rand.New(rand.NewPCG(f.seed, hash.Sum64()))
	switch n := rng.IntN(400); {
	case n < 200:
		return fault{}, false
	case n < 202:
		return fault{"no answer", f.hang}, true
	case n < 204 && f.seed%2 == 0:
		return pick(rng, throttling()), false
	case n < 212:
		return pick(rng, refusing()), false
	case n < 216 || n < 272 && !isReading:
		return pick(rng, lasting()), rng.IntN(2) == 0
	default:
		return pick(rng, passing()), rng.IntN(2) == 0
	}
}

// A fault is an answer that the API would not give.
type fault struct {
	what   string
	answer http.HandlerFunc
}

func refuse(status int, code string) fault {
	const message = "The request is refused."
	return fault{fmt.Sprint(status, " ", code), elasticsearchtest.Refuse(status, code, message)}
}

func page(status int) fault {
	return fault{fmt.Sprint(status, " with a page"), elasticsearchtest.HTML(status)}
}

func body(text string) fault {
	return fault{"200 with " + text, elasticsearchtest.Body(http.StatusOK, "application/json", text)}
}

// refusing returns answers which say that nothing was carried out, because another change is under way.
func refusing() []fault {
	return []fault{
		refuse(http.StatusBadRequest, "ConcurrencyUpdateInstanceConflict"),
		refuse(http.StatusBadRequest, "InstanceActivating"),
	}
}

// throttling returns refusals because of the rate. They come only with every other seed, and ask for a short wait, because
// all calls of the process are slower for minutes after one.
func throttling() []fault {
	return []fault{
		waiting(refuse(http.StatusBadRequest, "Throttling.User")),
		waiting(page(http.StatusTooManyRequests)),
	}
}

// passing returns answers after which the function tries again.
func passing() []fault {
	reset := fault{"connection reset", elasticsearchtest.Reset()}
	return []fault{
		reset, reset, reset, {"cut off", elasticsearchtest.Truncated()},
		page(http.StatusOK), page(http.StatusBadGateway), body(``),
		refuse(http.StatusInternalServerError, "InternalServerError"), refuse(http.StatusBadRequest, "InternalError"),
		{"503 in XML", elasticsearchtest.RefuseXML(http.StatusServiceUnavailable, "ServiceUnavailable", "It failed.")},
	}
}

// lasting returns answers after which it is unknown whether it helps to try again.
func lasting() []fault {
	const unheard = "OperationDenied.Unheard"
	return []fault{
		page(http.StatusNotFound), refuse(http.StatusBadRequest, unheard), refuse(http.StatusOK, unheard),
		body(`{"Result":false,"RequestId":"0"}`), body(`{}`),
	}
}

// waiting makes a fault ask for a wait.
func waiting(f fault) fault {
	return fault{f.what + " for a while", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Acs-Retry-After", "50") // milliseconds
		f.answer(w, r)
	}}
}

// hang does not answer until the faults end.
func (f *faults) hang(_ http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-f.over:
	}
	panic(http.ErrAbortHandler) // returning would send an empty 200
}

// end ends the faults, the kills, and the answers that hang.
func (f *faults) end() { close(f.over) }

func (f *faults) areOver() bool {
	select {
	case <-f.over:
		return true
	default:
		return false
	}
}
