package handler_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aliyun/fc-runtime-go-sdk/fc/messages"
	"github.com/aliyun/fc-runtime-go-sdk/fccontext"
	"pgregory.net/rapid"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
	"elasticsearch-disconnect/handler/trigger"
)

// TestReconcileAnyWorld: in any region, with any change between two calls, no connection of two
// existing instances is removed, and each reply is a documented one. Then, without further
// changes, a run does exactly what is predicted; and where quirks of the list allow no
// prediction, a region that it calls reconciled has no leftover.
//
// For long: go test ./handler -run AnyWorld -rapid.checks=100000
func TestReconcileAnyWorld(t *testing.T) {
	t.Parallel()
	w := &world{api: elasticsearchtest.NewServer()}
	t.Cleanup(w.api.Close)
	w.api.AddAccount(accountOf(role))
	w.api.OnRequest = w.onRequest
	seen := map[string]int{}
	rapid.Check(t, func(r *rapid.T) { inBubble(t, func() { w.check(r, seen) }) })
	if seen["removed"] == 0 || seen["withheld"]+seen["incomplete"] == 0 {
		t.Errorf("predicted: %v", seen)
	}
}

// check draws a region and what happens in it, and runs the function.
func (w *world) check(t *rapid.T, seen map[string]int) {
	w.draw(t)
	w.disturb(t)
	for _, reply := range w.runs(t) {
		w.checkDocumented(t, reply)
	}
	w.calm()
	w.checkDryRun(t)
	w.checkRelease(t, one(t, "released", "es-x", "es-y", "es-0"))
	for i, limit := range []int{rapid.IntRange(0, 4).Draw(t, "limit"), 100} { // the operator raises it
		w.checkCalm(t, fmt.Sprintf("calm-%d", i), limit, seen)
	}
	if len(w.live) > 0 {
		t.Errorf("connections of two that exist: %q", w.live)
	}
}

// checkCalm checks that a run without changes does what is predicted, and counts it.
func (w *world) checkCalm(t *rapid.T, id string, limit int, seen map[string]int) {
	want, before, deletes := w.expect(limit), w.api.Connections(), w.deletes
	clear(w.asked)
	event := drawEvent(t, id)
	got := w.checkDocumented(t, w.invoke(context.Background(), w.handler(limit, 1), event, id, 0))
	after := w.api.Connections()
	if diff := want.differs(got); diff != "" {
		t.Errorf("limit %d, %s: %s\nbefore %v", limit, event, diff, before)
	}
	want.checkRemoved(t, before, after)
	if got.outcome == "withheld" && w.deletes > deletes {
		t.Errorf("it is withheld, and %d are sent", w.deletes-deletes)
	}
	if got.outcome == "reconciled" {
		w.checkNothingLeft(t)
	}
	seen[want.outcome]++
	seen["removed"] += len(before) - len(after)
}

// checkDryRun: it sends nothing, however many there are.
func (w *world) checkDryRun(t *rapid.T) {
	before := w.deletes
	got := w.checkDocumented(t, w.invoke(context.Background(), w.handler(0, 1), `{"reconcile":true,"dryRun":true}`, "dry", 0))
	if w.deletes > before || got.outcome == "withheld" || got.outcome == "reconciled" {
		t.Errorf("a dry run sends %d, and is %v", w.deletes-before, got)
	}
}

// checkRelease: the event of a release removes nothing of an instance that exists, and what
// it calls cleaned is.
func (w *world) checkRelease(t *rapid.T, id string) {
	before := w.api.Connections()
	clear(w.asked)
	got := w.checkDocumented(t, w.invoke(context.Background(), w.handler(100, 1), released(id), "release", 0))
	after := w.api.Connections()
	if len(after) < len(before) && w.status(id) != "" {
		t.Errorf("%s exists, and %v is left of %v", id, after, before)
	}
	for _, c := range after {
		for _, pair := range [][2]string{c, {c[1], c[0]}} {
			if got.outcome == "cleaned" && strings.EqualFold(pair[1], id) && w.asked[pair[0]] {
				t.Errorf("%v is left, and the outcome is cleaned", pair)
			}
		}
	}
}

// drawEvent is one of the requests to reconcile.
func drawEvent(t *rapid.T, id string) string {
	post, _ := json.Marshal(reconcile)
	return rapid.SampledFrom([]string{
		reconcile,
		strings.Replace(daily, "2026-11-24T03:17:00Z", id, 1),
		`{"specversion":"1.0","id":"` + id + `","source":"s1","type":"t1","data":` + reconcile + `}`,
		`{"version":"v1","rawPath":"/","body":` + string(post) + `,"requestContext":{"http":{"method":"POST"}}}`,
	}).Draw(t, "event")
}

// runs makes a run, or two at once, and returns all replies. What is killed comes
// again, to another process.
func (w *world) runs(t *rapid.T) []string {
	limit, concurrency := rapid.SampledFrom([]int{0, 2, 100, 100}).Draw(t, "limit"), rapid.SampledFrom([]int{1, 1, 4}).Draw(t, "concurrency")
	runs := rapid.SampledFrom([]int{1, 1, 1, 2}).Draw(t, "runs at once")
	isPlanned := rapid.SampledFrom([]bool{false, false, true}).Draw(t, "planned")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w.cancel = cancel
	replies := make([]string, runs)
	var all sync.WaitGroup
	for i := range runs {
		id := fmt.Sprintf("run-%d", i)
		event, isDry := drawEvent(t, id), rapid.Bool().Draw(t, "dry") // not by two goroutines at once
		all.Go(func() {
			if isPlanned {
				replies[i] = w.planned(t, ctx, w.handler(limit, concurrency), isDry)
				return
			}
			replies[i] = w.invoke(ctx, w.handler(limit, concurrency), event, id, 0)
			if ctx.Err() != nil {
				replies[i] = w.invoke(context.Background(), w.handler(limit, concurrency), event, id, 1)
			}
		})
	}
	all.Wait()
	return append(replies, w.replies...)
}

// planned makes a plan and carries it out, as the command does after a person has agreed. What
// is removed was in the plan.
func (w *world) planned(t *rapid.T, ctx context.Context, h *handler.Handler, isDry bool) string {
	ctx = fccontext.NewContext(ctx, &fccontext.FcContext{RequestID: "planned", Region: "cn-hangzhou", AccountId: "1234567890984321", Credentials: role})
	p := h.Plan(ctx, []trigger.Request{{Action: trigger.Reconcile{}}}, nil)
	step := p.Steps()[0]
	var mu sync.Mutex
	var outcomes []handler.Outcome
	done := p.Execute(ctx, isDry, func(o handler.Outcome) {
		mu.Lock()
		defer mu.Unlock()
		outcomes = append(outcomes, o)
	})
	for _, o := range outcomes {
		if isDry && o.Attempts > 0 {
			t.Errorf("%v is sent in a dry run", o.Pair)
		}
		if o.State == connection.Removed && (step.Withheld || !slices.Contains(step.Pairs, o.Pair)) {
			t.Errorf("%v is removed, and the plan was %v, withheld: %t", o.Pair, step.Pairs, step.Withheld)
		}
	}
	var problem struct{ Type string }
	_ = json.Unmarshal(done.Reply, &problem)
	if kind, isProblem := strings.CutPrefix(problem.Type, "urn:elasticsearch-disconnect:"); isProblem {
		return kind + " " + string(done.Reply)
	}
	return string(done.Reply)
}

// A verdict is the outcome in a reply, and those of the connections.
type verdict struct {
	outcome string
	results map[string]string // by the pair, failed ones by the instance if the other is not known
	kept    []string
	partial bool // the reply is an error, which has no kept connections
	any     bool // no prediction
}

// answered is the text that the runtime posts.
func answered(reply any, err error) string {
	if failure := (messages.InvokeResponse_Error{}); errors.As(err, &failure) {
		return failure.Type + " " + failure.Message
	}
	text, failure := json.Marshal(reply)
	return string(text) + fmt.Sprint(cmp.Or(err, failure))
}

// checkDocumented reads a reply, and checks that it is a documented one.
func (w *world) checkDocumented(t *rapid.T, reply string) verdict {
	t.Helper()
	type part struct{ InstanceID, ConnectedInstanceID, Outcome string }
	var r struct {
		StatusCode    int
		Headers       map[string]string
		Body          string
		Outcome       string
		Results, Kept []part
		Failed, Done  []part
	}
	text := strings.TrimSuffix(reply, "<nil>")
	kind, problem, isError := "", "", false
	if !strings.HasPrefix(text, "{") {
		kind, problem, isError = strings.Cut(text, " ")
		text = problem
	}
	err := json.Unmarshal([]byte(text), &r)
	if r.Body != "" {
		isError = strings.HasSuffix(r.Headers["Content-Type"], "problem+json")
		err = json.Unmarshal([]byte(r.Body), &r)
	}
	v := verdict{outcome: r.Outcome, results: map[string]string{}, partial: isError}
	switch {
	case isError && kind == "PartialFailure":
		v.outcome = "incomplete"
	case isError:
		v.outcome = "failed"
	}
	for _, p := range r.Failed {
		if p.InstanceID == "" {
			continue // the reconcile itself
		}
		v.results[p.InstanceID+" "+p.ConnectedInstanceID] = "failed"
	}
	for _, p := range append(r.Results, r.Done...) {
		v.results[p.InstanceID+" "+p.ConnectedInstanceID] = p.Outcome
	}
	for _, k := range r.Kept {
		v.kept = append(v.kept, k.InstanceID+" "+k.ConnectedInstanceID)
	}
	isKnown := slices.Contains([]string{"reconciled", "withheld", "incomplete", "failed", "cleaned", "kept", "ignored", "dry-run"}, v.outcome)
	if err != nil || !isKnown || strings.Contains(reply, "Internal") && !strings.Contains(reply, "InternalError") {
		t.Errorf("reply %s: %v", reply, err)
	}
	return v
}

// expect predicts a run without changes.
func (w *world) expect(limit int) verdict {
	visible := w.visible()
	v := verdict{outcome: "reconciled", results: map[string]string{}}
	first := visible[:min(len(visible), elasticsearch.PageSize)]
	isDenied := func(id string) bool {
		return w.unread[id] == "denied" || w.unread[id] == "absent" && w.refused[id] == "denied"
	}
	total := w.api.Quirks.Total
	switch {
	case w.hides() && w.tellsAll && len(visible) > 0 && len(visible) < len(w.alive): // the list is known to lack some
		v.outcome, v.any = "failed", len(w.unread) > 0
		return v
	case !w.hides() && total != nil && total(1, 1) != nil:
		return verdict{outcome: "any", any: true}
	case len(visible) == 0 && (w.api.Quirks.Total != nil || w.hides() && w.tellsAll), !w.hides() && w.api.Quirks.Page != nil:
		return verdict{outcome: "any", any: true}
	case len(first) > 0 && !slices.ContainsFunc(first, func(id string) bool { return !isDenied(id) }):
		v.outcome = "failed"
		return v
	}
	leftover := w.leftover(visible)
	kept := map[string]string{} // by the other end in lower case, kept or failed
	for _, pair := range leftover {
		switch end := strings.ToLower(pair[1]); {
		case w.refused[pair[1]] != "":
			kept[end] = cmp.Or(kept[end], "failed")
		case w.status(pair[1]) != "":
			kept[end] = "kept"
		}
	}
	for _, id := range visible {
		if w.unread[id] != "" {
			v.results[id+" "] = "failed"
		}
	}
	for _, pair := range leftover {
		a, name := pair[0], pair[0]+" "+pair[1]
		switch {
		case kept[strings.ToLower(pair[1])] == "kept":
			v.kept = append(v.kept, name)
		case kept[strings.ToLower(pair[1])] == "failed":
			v.results[name] = "failed"
		case len(leftover) > limit:
			v.results[name] = "withheld"
		case w.refused[a] != "", w.alive[a] != "active" && w.alive[a] != "inactive", w.api.Quirks.RefusesGone != "":
			v.results[name] = "failed"
		default:
			v.results[name] = "removed"
		}
	}
	switch {
	case slices.Contains(slices.Collect(maps.Values(v.results)), "failed"):
		v.outcome = "incomplete"
	case w.isOdd(visible) && len(v.results) == 0:
		v.outcome = "failed"
	case w.isOdd(visible):
		v.outcome = "incomplete"
	case len(leftover) > limit:
		v.outcome = "withheld"
	}
	return v
}

// isOdd reports whether a list has entries that are no ids: that of the instances, or one that
// can be read of a visible instance.
func (w *world) isOdd(visible []string) bool {
	isRead := func(id string) bool { return w.unread[id] == "" }
	return len(w.api.Quirks.Malformed) > 0 && (!w.hides() || slices.ContainsFunc(visible, isRead))
}

// leftover returns the connections of visible, readable instances with invisible ones, in
// order.
func (w *world) leftover(visible []string) (leftover [][2]string) {
	isListed := func(id string) bool {
		return slices.ContainsFunc(visible, func(other string) bool { return strings.EqualFold(id, other) })
	}
	for _, c := range w.api.Connections() {
		for _, pair := range [][2]string{c, {c[1], c[0]}} {
			if slices.Contains(visible, pair[0]) && w.unread[pair[0]] == "" && !isListed(pair[1]) && strings.HasPrefix(strings.ToLower(pair[1]), "es-") {
				leftover = append(leftover, pair)
			}
		}
	}
	return leftover
}

// differs returns how a reply differs from the prediction; "" if it does not.
func (v verdict) differs(got verdict) string {
	sorted := func(kept []string) []string { return slices.Sorted(slices.Values(kept)) }
	switch {
	case v.any:
		return ""
	case v.outcome != got.outcome, !maps.Equal(v.results, got.results) && v.outcome != "failed", !got.partial && !slices.Equal(sorted(v.kept), sorted(got.kept)):
		return fmt.Sprintf("\n got %v\nwant %v", got, v)
	}
	return ""
}

// checkRemoved checks that exactly the predicted connections are removed.
func (v verdict) checkRemoved(t *rapid.T, before, after [][2]string) {
	for _, c := range before {
		isRemoved := v.results[c[0]+" "+c[1]] == "removed" || v.results[c[1]+" "+c[0]] == "removed"
		if !v.any && isRemoved == slices.Contains(after, c) {
			t.Errorf("%v is predicted to be removed: %t; after the run %v", c, isRemoved, after)
		}
	}
}

// checkNothingLeft checks that no instance that listed its connections in this run has one with
// an instance that provably does not exist, unless it may not be removed.
func (w *world) checkNothingLeft(t *rapid.T) {
	for _, c := range w.leftover(slices.Sorted(maps.Keys(w.alive))) {
		if w.asked[c[0]] && w.refused[c[1]] == "" && !w.isKept(c[1]) {
			t.Errorf("%v is left, and the outcome is reconciled", c)
		}
	}
}

// isKept reports whether it is uncertain that an end exists, in any letter case.
func (w *world) isKept(end string) bool {
	for id := range w.refused {
		if strings.EqualFold(id, end) {
			return true
		}
	}
	return false
}
