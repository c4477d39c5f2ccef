package handler_test

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// A world is a region over the stand-in, without a network, that may change before any call.
// It judges each removal when it is sent.
type world struct {
	api *elasticsearchtest.Server

	hidden   map[string]bool   // exist, and are on no page of the list
	tellsAll bool              // they are in its total
	refused  map[string]string // what DescribeInstance of one is answered, by a name of misanswers
	unread   map[string]string // the same of ListConnectedClusters
	wrong    bool              // to DescribeInstance, none exists
	lies     []lie             // to DescribeInstance, one does not exist for a while
	happens  map[int][]happening
	faults   map[int]string // the answers to calls of these numbers, by a name of misanswers

	mu      sync.Mutex
	alive   map[string]string // the status of those that exist
	calls   int
	deletes int             // calls that remove
	created int             // instances, while the calls were made
	started int             // processes of the function
	asked   map[string]bool // were to list their connections in this run
	lied    map[string]int  // by the process and the id in lower case, how often in a row one that exists did not, to DescribeInstance
	live    []string        // removals that were sent of connections of two that exist
	replies []string        // of runs inside of runs
	cancel  func()          // of the run that can be killed
}

// A happening is a change before a call, of one of the instances that exist then.
type happening struct {
	kind string
	of   int
}

// A lie is the answer to DescribeInstance that an instance does not exist, in a stretch of
// calls.
type lie struct {
	id         string
	from, past int // numbers of calls
}

// liesAbout reports whether the call of a number is answered so.
func (w *world) liesAbout(r request, id string, n int) bool {
	isLie := w.wrong || slices.ContainsFunc(w.lies, func(l lie) bool { return l.id == id && l.from <= n && n < l.past })
	if isLie {
		w.lied[told(r, id)]++
	} else {
		w.lied[told(r, id)] = 0
	}
	return isLie
}

// told is the key of what the process of a request was told of an instance: each is judged by
// what itself was told.
func told(r request, id string) string {
	return r.Header.Get(processHeader) + " " + strings.ToLower(id)
}

func (w *world) exists(id, status string) {
	w.alive[id] = status
	w.api.SetStatus(id, status)
}

// connect connects two different instances, in any letter case, unless they are connected.
func (w *world) connect(a, b string) {
	isThis := func(c [2]string) bool {
		return strings.EqualFold(c[0]+" "+c[1], a+" "+b) || strings.EqualFold(c[1]+" "+c[0], a+" "+b)
	}
	if !strings.EqualFold(a, b) && !slices.ContainsFunc(w.api.Connections(), isThis) {
		w.api.Connect(a, b)
	}
}

// one returns one of the existing instances.
func (w *world) one(of int) (string, bool) {
	ids := slices.Sorted(maps.Keys(w.alive))
	if len(ids) == 0 {
		return "", false
	}
	return ids[of%len(ids)], true
}

// happen makes a change.
func (w *world) happen(h happening) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id, ok := w.one(h.of)
	switch {
	case h.kind == "kill":
		w.cancel()
		return
	case !ok:
		return
	}
	run := func(event string) {
		w.mu.Unlock()
		reply := w.invoke(context.Background(), w.handler(100, 1), event, fmt.Sprintf("inside-%d", h.of), 0)
		w.mu.Lock()
		w.replies = append(w.replies, reply)
	}
	switch h.kind {
	case "release", "a release":
		delete(w.alive, id)
		w.api.RemoveInstance(id)
		if h.kind == "a release" {
			run(released(id))
		}
	case "create":
		w.created++ // no id is used again
		created := fmt.Sprintf("es-new-%d", w.created)
		w.exists(created, "active")
		w.api.Connect(id, created)
	case "a false release":
		run(released(id))
	case "freeze":
		w.exists(id, "inactive")
	case "connect":
		other, _ := w.one(h.of / 10)
		w.connect(id, other)
	case "hide":
		w.hidden[id] = true
	case "show":
		clear(w.hidden)
	case "another run":
		run(reconcile)
	}
}

// onRequest is the stand-in's hook: it makes the changes before the call, judges a removal, and
// chooses the answer.
func (w *world) onRequest(r request) fault {
	w.mu.Lock()
	w.calls++
	n := w.calls
	w.mu.Unlock()
	for _, h := range w.happens[n] {
		w.happen(h)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	id := strings.TrimSuffix(strings.TrimPrefix(r.Path, "/openapi/instances/"), "/connected-clusters")
	if r.Action == "DeleteConnectedCluster" {
		w.deletes++
		other := r.Query.Get("connectedInstanceId")
		if w.status(id) != "" && w.status(other) != "" && w.lied[told(r, id)] < 2 && w.lied[told(r, other)] < 2 {
			w.live = append(w.live, id+" "+other)
		}
	}
	if name := w.faults[n]; w.mayAnswer(r.Action, name) {
		return misanswers()[name]
	}
	switch {
	case r.Action == "DescribeInstance" && w.liesAbout(r, id, n):
		return refuse(400, "InstanceNotFound")
	case r.Action == "DescribeInstance" && w.refused[id] != "":
		return misanswers()[w.refused[id]]
	case r.Action == "DescribeInstance" && w.status(id) != "":
		return answering(elasticsearchtest.Body(200, jsonMedia, `{"RequestId":"E5","Result":{"status":"`+w.status(id)+`"}}`))
	case r.Action == "ListConnectedClusters" && w.unread[id] != "":
		return misanswers()[w.unread[id]]
	case r.Action == "ListConnectedClusters":
		w.asked[id] = true
	case r.Action == "ListInstance" && w.hides():
		return w.page(r)
	}
	return fault{}
}

// status returns that of an instance, in any letter case; "" if it does not exist.
func (w *world) status(id string) string {
	for _, name := range []string{id, strings.ToLower(id)} {
		if status := w.alive[name]; status != "" {
			return status
		}
	}
	return ""
}

// mayAnswer reports whether a call may have this answer. A passing fault must not say that an
// instance does not exist: that answer is the proof that it does not.
func (w *world) mayAnswer(action, name string) bool {
	switch name {
	case "":
		return false
	case "absent":
		return action == "DeleteConnectedCluster" || action == "ListConnectedClusters"
	case "apart":
		return action == "DeleteConnectedCluster"
	case "lost":
		return action != "ListInstance" && action != "DescribeInstance"
	}
	return true
}

// visible returns the instances on the pages of the list, in order.
func (w *world) visible() (ids []string) {
	for _, id := range slices.Sorted(maps.Keys(w.alive)) {
		if !w.hidden[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

// hides reports whether some instances are not listed.
func (w *world) hides() bool { return slices.Contains(slices.Collect(maps.Values(w.hidden)), true) }

// page is one page of the list, without hidden instances.
func (w *world) page(r request) fault {
	ids, size := w.visible(), cmp.Or(w.api.Quirks.LargestPage, 100)
	number, _ := strconv.Atoi(r.Query.Get("page"))
	from := min((number-1)*size, len(ids))
	total := len(ids)
	if w.tellsAll {
		total = len(w.alive)
	}
	return answering(elasticsearchtest.Page(total, ids[from:min(from+size, len(ids))]...))
}

// handler is a process of the function with these limits of leftovers and of calls at a time.
func (w *world) handler(limit, concurrency int) *handler.Handler {
	endpoint, err := elasticsearch.ParseEndpoint("http://127.0.0.1")
	if err != nil {
		panic(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.started++
	return &handler.Handler{
		Config:     handler.Config{Endpoint: endpoint, ReconcileLimit: limit, Concurrency: concurrency},
		Log:        slog.New(slog.DiscardHandler),
		Transport:  process{w.api, strconv.Itoa(w.started)},
		Invocation: handler.FunctionCompute,
	}
}

// processHeader names the process in its requests to the stand-in.
const processHeader = "Process"

// process is the transport of one process.
type process struct {
	to http.RoundTripper
	id string
}

func (p process) RoundTrip(r *http.Request) (*http.Response, error) {
	named := r.Clone(r.Context())
	named.Header.Set(processHeader, p.id)
	return p.to.RoundTrip(named)
}

// inBubble runs one check of a property in a synctest bubble, where waiting takes no time.
// It repeats a panic of the check, by which rapid ends it.
func inBubble(t *testing.T, check func()) {
	var failure any
	synctest.Test(t, func(*testing.T) {
		defer func() { failure = recover() }()
		check()
	})
	if failure != nil {
		panic(failure)
	}
}

// invoke handles an event, and returns the text that the runtime posts.
func (w *world) invoke(ctx context.Context, h *handler.Handler, event, requestID string, retry int) string {
	ctx = fccontext.NewContext(ctx, &fccontext.FcContext{RequestID: requestID, Region: "cn-hangzhou", AccountId: "1234567890984321", Credentials: role, RetryCount: retry})
	reply, err := h.Handle(ctx, []byte(event))
	return answered(reply, err)
}
