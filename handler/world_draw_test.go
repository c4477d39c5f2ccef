package handler_test

import (
	"fmt"
	"maps"
	"slices"

	"pgregory.net/rapid"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// misanswers are the faults of a call, by name.
func misanswers() map[string]fault {
	return map[string]fault{
		"denied":    refuse(403, "Forbidden.RAM"),
		"unknown":   refuse(400, "X"),
		"broken":    refuse(500, "InternalError"),
		"throttled": refuse(400, "Throttling.User"),
		"garbage":   answering(elasticsearchtest.Body(200, jsonMedia, `{"Result":`)),
		"page":      answering(elasticsearchtest.HTML(502)),
		"empty":     answering(elasticsearchtest.Body(200, jsonMedia, `{"Result":{},"RequestId":"E5"}`)),
		"lost":      done(refuse(500, "InternalError")),
		"absent":    refuse(400, "InstanceNotFound"),
		"apart":     refuse(400, "RepetitionOperationError"),
	}
}

// ends are ids that instances may list; only es-0 may exist.
func ends() []string { return []string{"es-w", "es-x", "es-y", "ES-Z", "ls-g", "ES-0", "gone"} }

// draw makes a world.
func (w *world) draw(t *rapid.T) {
	w.api.Reset()
	w.api.Quirks = elasticsearchtest.Quirks{}
	w.hidden, w.refused, w.unread = map[string]bool{}, map[string]string{}, map[string]string{}
	w.alive, w.asked, w.lied, w.live, w.replies = map[string]string{}, map[string]bool{}, map[string]int{}, nil, nil
	w.calls, w.deletes, w.created, w.happens, w.faults, w.wrong, w.lies = 0, 0, 0, nil, nil, false, nil
	w.drawInstances(t)
	w.drawAnswers(t)
	w.drawLists(t)
}

// one draws a name; the first is the most frequent.
func one(t *rapid.T, label string, of ...string) string {
	return rapid.SampledFrom(of).Draw(t, label)
}

// seldom draws true once in so many times.
func seldom(t *rapid.T, label string, times int) bool {
	return rapid.IntRange(1, times).Draw(t, label) == times
}

// drawInstances draws the existing instances and the connections.
func (w *world) drawInstances(t *rapid.T) {
	all, some := ends(), ends()[:1] // some exist, unless none does
	for i := range rapid.SampledFrom([]int{4, 5, 3, 6, 2, 1, 0}).Draw(t, "instances") {
		id := fmt.Sprintf("es-%d", i)
		all, some = append(all, id), append(some, id)
		w.exists(id, one(t, "status", "active", "active", "active", "active", "inactive", "inactive", "activating", "invalid", "unknown"))
		w.hidden[id] = seldom(t, "hidden", 8)
	}
	for range rapid.SampledFrom([]int{4, 6, 8, 2, 1, 0}).Draw(t, "connections") {
		w.connect(one(t, "a", some...), one(t, "b", all...))
	}
}

// drawAnswers draws the instances about which the API never answers as documented.
func (w *world) drawAnswers(t *rapid.T) {
	for _, id := range append(ends(), slices.Sorted(maps.Keys(w.alive))...) {
		if seldom(t, "refused", 8) {
			w.refused[id] = one(t, "why refused", "denied", "unknown", "broken", "garbage", "empty", "page")
		}
		if w.alive[id] != "" && seldom(t, "unread", 10) {
			w.unread[id] = one(t, "why unread", "denied", "unknown", "absent")
		}
	}
	if seldom(t, "one that is gone is refused", 8) {
		w.api.Quirks.RefusesGone = one(t, "as", "InstanceNotFound", "RepetitionOperationError", "InvalidParameter")
	}
}

// drawLists draws the quirks of the lists.
func (w *world) drawLists(t *rapid.T) {
	m := &w.api.Quirks
	w.api.ListShape = rapid.SampledFrom([]elasticsearchtest.ListShape{0, 1, 2}).Draw(t, "shape")
	w.tellsAll = seldom(t, "the total is of the hidden, too", 3)
	m.LargestPage = rapid.SampledFrom([]int{0, 1, 2, 3}).Draw(t, "entries a page")
	m.Joined = seldom(t, "joined", 8)
	if seldom(t, "odd", 6) {
		m.Malformed = []string{"es-cn-odd.0001", ""}
	}
	quirk := one(t, "quirks", "", "", "", "", "the page's total", "no total", "one too many", "one too few", "the first page always", "the last page for another")
	m.Total, m.Page = totals()[quirk].Total, pagings()[quirk].Page
}

// disturb draws the changes between calls, and the faults.
func (w *world) disturb(t *rapid.T) {
	w.happens, w.faults = map[int][]happening{}, map[int]string{}
	kinds := []string{"release", "create", "freeze", "connect", "hide", "show", "a release", "a false release", "another run", "kill"}
	for range rapid.IntRange(0, 5).Draw(t, "happenings") {
		n := rapid.IntRange(1, 40).Draw(t, "before call")
		w.happens[n] = append(w.happens[n], happening{rapid.SampledFrom(kinds).Draw(t, "happens"), rapid.IntRange(0, 99).Draw(t, "of")})
	}
	names := slices.Sorted(maps.Keys(misanswers()))
	for range rapid.IntRange(0, 4).Draw(t, "faults") {
		w.faults[rapid.IntRange(1, 40).Draw(t, "fault of call")] = rapid.SampledFrom(names).Draw(t, "fault")
	}
	for range rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "lies") {
		from := rapid.IntRange(1, 40).Draw(t, "lie from call")
		w.lies = append(w.lies, lie{fmt.Sprintf("es-%d", rapid.IntRange(0, 5).Draw(t, "lie about")), from, from + rapid.IntRange(1, 20).Draw(t, "for calls")})
	}
	w.wrong = rapid.IntRange(1, 8).Draw(t, "wrong") == 8
}

// calm ends the changes and the faults.
func (w *world) calm() { w.happens, w.faults, w.wrong, w.lies = nil, nil, false, nil }
