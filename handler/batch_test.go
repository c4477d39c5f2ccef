package handler_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// TestConcurrency: an invocation has as many requests under way as the operator allows, and
// no more.
func TestConcurrency(t *testing.T) { handler.Bubbled(testConcurrency)(t) }

func testConcurrency(t *testing.T) {
	var pairs []string
	for _, id := range survivors(20) {
		pairs = append(pairs, pair(id, gone))
	}
	removes, reads := batch(pairs...), strings.Replace(all(gone), "{", `{"dryRun":true,`, 1)
	for _, event := range []string{removes, reads} {
		s := newBatch(t, survivors(20), []string{gone})
		s.Config.Concurrency, s.api.Latency = 3, time.Millisecond
		s.handle(t, event)
		if n, left := s.api.MaxInFlight(), len(s.api.Connections()); n != 3 || (event == removes) != (left == 0) {
			t.Errorf("%d requests at a time, %d connections left: %.100s", n, left, event)
		}
	}
}

// TestConcurrencyOfRegions: each region has as many requests under way as the operator allows,
// beside the others.
func TestConcurrencyOfRegions(t *testing.T) {
	t.Parallel()
	s := newSpread(t)
	s.Config.Concurrency = 3
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	hook := elasticsearchtest.Together(ctx, 2*3, "ListConnectedClusters")
	var events []string
	for _, region := range []string{"cn-hangzhou", "cn-beijing"} {
		api := s.cloud.Region(region)
		api.AddInstanceOf(ownAccount, survivors(20)...)
		api.OnRequest = hook
		events = append(events, `{"reconcile":true,"regionId":"`+region+`"}`)
	}
	reply := s.handle(t, batch(events...))
	for _, region := range []string{"cn-hangzhou", "cn-beijing"} {
		if n := s.cloud.Region(region).MaxInFlight(); n != 3 {
			t.Errorf("%s: %d requests at a time: %s", region, n, reply)
		}
	}
}

// TestBatch: each entry of a batch has its report, in order, whatever the outcomes of the
// others are.
func TestBatch(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	refused := `{"specversion":"1.0","id":"e2","source":"s1","type":"t1","data":{}}`
	s.api.SetStatus("es-c", "inactive")
	s.api.OnRequest = at("DeleteConnectedCluster es-a", refuse(403, "Forbidden.RAM"))
	got := s.handle(t, batch(event, refused, pair("es-a", "es-b"), releaseOf("es-c", byAPI, `,"deleteType":"protective"`)))
	want := `PartialFailure {"type":"urn:elasticsearch-disconnect:PartialFailure","title":"Some of what was asked failed; it is safe to repeat","status":207,"detail":"2 of 4 failed","requestId":"fc-1","regionId":"cn-hangzhou","failed":[` +
		`{"regionId":"cn-hangzhou","eventId":"e2","kind":"InvalidEvent","detail":"$[1].data.instanceId is missing; $[1].data.connectedInstanceId is missing"},` +
		`{"instanceId":"es-a","connectedInstanceId":"es-b","regionId":"cn-hangzhou","kind":"Denied","code":"Forbidden.RAM","detail":"the API answered HTTP 403: Forbidden.RAM: m; allow elasticsearch:DeleteConnectedCluster on the instance to the function's role"}],"done":[` +
		`{"instanceId":"` + instance + `","connectedInstanceId":"` + connected + `","regionId":"cn-hangzhou","eventId":"e1","outcome":"removed"},` +
		`{"instanceId":"es-c","regionId":"cn-hangzhou","eventId":"e1","outcome":"ignored"}]}`
	if got != want {
		t.Errorf("reply:\n got %s\nwant %s", got, want)
	}
}
