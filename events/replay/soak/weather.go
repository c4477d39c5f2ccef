package soak

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// The weather is what the API does to the requests that it gets: one half of them it answers as it should.
type weather struct {
	kill func() bool

	mu       sync.Mutex
	rng      *rand.Rand
	faults   map[bool][]elasticsearchtest.Fault // each as often as it is to happen, by whether the request only reads
	calm     chan struct{}                      // closed when there are no more faults
	toKill   int                                // so many replies until the next kill
	last     int                                // the number of the latest request
	struck   map[int]string                     // what was done to a request, by its number
	requests int
	failed   int
	kills    int
}

func newWeather(rng *rand.Rand, kill func() bool) *weather {
	w := &weather{kill: kill, rng: rng, calm: make(chan struct{}), struck: map[int]string{}}
	w.faults = map[bool][]elasticsearchtest.Fault{false: w.table(false), true: w.table(true)}
	w.toKill = w.untilKill()
	return w
}

// answer chooses the fault of one request, if any. A kill is a fault too: it meets the function in the middle of a
// request, which the API carries out all the same.
func (w *weather) answer(q elasticsearchtest.Request) elasticsearchtest.Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := number(q)
	w.requests++
	w.last = max(w.last, n)
	if w.isCalm() {
		return elasticsearchtest.Fault{}
	}
	if w.toKill <= 0 && w.kill() {
		w.kills++
		w.toKill = w.untilKill()
		w.struck[n] = "the function was killed"
	}
	if w.rng.IntN(2) == 0 {
		return elasticsearchtest.Fault{}
	}
	w.failed++
	fault := pick(w.rng, w.faults[q.Method == http.MethodGet])
	w.struck[n] += map[bool]string{false: " not carried out", true: " carried out, the answer lost"}[fault.AfterEffect]
	return fault
}

// number is how many requests there were when this one came, itself included: the API tells it in its request ids.
func number(q elasticsearchtest.Request) int {
	n, err := strconv.ParseInt(q.RequestID[strings.LastIndex(q.RequestID, "-")+1:], 16, 0)
	if err != nil {
		panic(err)
	}
	return int(n)
}

func (w *weather) latest() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

// replied counts a reply. The next kill waits for some, or invocations that take long would never have an end.
func (w *weather) replied() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.toKill--
}

func (w *weather) untilKill() int { return 10 + w.rng.IntN(60) }

// clear ends the faults, and the answers that hang.
func (w *weather) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.calm)
}

func (w *weather) isCalm() bool {
	select {
	case <-w.calm:
		return true
	default:
		return false
	}
}

// table lists the faults. Those that tell that nothing was carried out come before the effect alone; all others come
// before it and after it. What is not known to pass comes less often to those who read: a cleanup reads a lot, and none
// would ever go well.
func (w *weather) table(reading bool) []elasticsearchtest.Fault {
	table := []elasticsearchtest.Fault{after(w.hang)} // once, because it takes all the time that the function has
	for _, answer := range refusals() {
		table = append(table, elasticsearchtest.Fault{Answer: answer})
	}
	for _, answer := range passing() {
		f, lost := elasticsearchtest.Fault{Answer: answer}, after(answer)
		table = append(table, f, f, f, f, lost, lost, lost, lost)
	}
	for _, answer := range lasting() {
		f, lost := elasticsearchtest.Fault{Answer: answer}, after(answer)
		if table = append(table, f); !reading {
			table = append(table, f, f, lost, lost, lost)
		}
	}
	return table
}

// refusals tell that nothing was carried out.
func refusals() []http.HandlerFunc {
	throttled := elasticsearchtest.Refuse(http.StatusBadRequest, "Throttling.User", "Request was denied due to user flow control.")
	return []http.HandlerFunc{
		throttled, throttled, throttled,
		patient(elasticsearchtest.HTML(http.StatusTooManyRequests)), patient(throttled), patient(throttled),
		elasticsearchtest.Refuse(http.StatusBadRequest, "ConcurrencyUpdateInstanceConflict", "The instance is being changed."),
		elasticsearchtest.Refuse(http.StatusBadRequest, "InstanceActivating", "The instance is being changed."),
	}
}

// passing are answers after which the function is to try again.
func passing() []http.HandlerFunc {
	return []http.HandlerFunc{
		elasticsearchtest.Reset(), elasticsearchtest.Reset(), elasticsearchtest.Reset(), elasticsearchtest.Truncated(),
		elasticsearchtest.HTML(http.StatusOK), elasticsearchtest.HTML(http.StatusBadGateway),
		elasticsearchtest.Body(http.StatusOK, "application/json", ``),
		elasticsearchtest.Refuse(http.StatusInternalServerError, "InternalServerError", "The request processing has failed."),
		elasticsearchtest.Refuse(http.StatusBadRequest, "InternalError", "The request processing has failed."),
		elasticsearchtest.RefuseXML(http.StatusServiceUnavailable, "ServiceUnavailable", "The request has failed."),
	}
}

// lasting are answers of which nobody knows whether it helps to try again.
func lasting() []http.HandlerFunc {
	const unheard = "OperationDenied.Unheard"
	return []http.HandlerFunc{
		elasticsearchtest.HTML(http.StatusNotFound),
		elasticsearchtest.Refuse(http.StatusBadRequest, unheard, "The operation is denied."),
		elasticsearchtest.Refuse(http.StatusOK, unheard, "The operation is denied."),
		elasticsearchtest.Body(http.StatusOK, "application/json", `{"Result":false,"RequestId":"0"}`),
		elasticsearchtest.Body(http.StatusOK, "application/json", `{}`),
	}
}

func after(answer http.HandlerFunc) elasticsearchtest.Fault {
	return elasticsearchtest.Fault{AfterEffect: true, Answer: answer}
}

// patient asks to wait for a time that is short for a soak.
func patient(answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Acs-Retry-After", fmt.Sprint(50)) // milliseconds
		answer(w, r)
	}
}

// hang does not answer while the weather lasts.
func (w *weather) hang(_ http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-w.calm:
	}
	panic(http.ErrAbortHandler) // Returning would send an empty 200.
}
