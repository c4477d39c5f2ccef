package handler_test

import (
	"strings"
	"sync"
	"testing"
)

// TestWhicheverSideIsThere: the connection is removed from the side that is
// left, though it was asked for from the other, or the instance named lives.
func TestWhicheverSideIsThere(t *testing.T) {
	t.Parallel()
	for _, event := range []string{
		all(instance),
		batch(pair(connected, instance), released(connected)),
		batch(released(connected), pair(connected, instance)),
	} {
		s := newFixture(t)
		s.api.RemoveInstance(connected)
		got := s.handle(t, event)
		if left := s.api.Connections(); len(left) != 0 || strings.Contains(got, "absent") {
			t.Errorf("connections left: %v, and the reply is %s", left, got)
		}
	}
}

// TestBatch: each entry of a batch has its report, in order, whatever became of
// the others.
func TestBatch(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	refused := `{"specversion":"1.0","id":"e2","source":"s1","type":"t1","data":{}}`
	s.api.Fail(fault{}, refuse(403, "Forbidden.RAM"))
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

// TestLargeBatchWithLostAnswers: of many pairs, each is removed, once, though
// the answer to every tenth is lost at first.
func TestLargeBatchWithLostAnswers(t *testing.T) {
	t.Parallel()
	const n = 200
	var events []string
	for i := range n {
		events = append(events, pair(survivor(i), gone))
	}
	s := newBatch(t, survivors(n), []string{gone})
	s.Config.Concurrency = 8
	var seen sync.Map
	s.api.OnRequest = func(r request) fault {
		if _, again := seen.LoadOrStore(r.Path, true); again || !strings.HasSuffix(r.Path, "7/connected-clusters") {
			return fault{}
		}
		return done(refuse(500, "InternalError"))
	}
	got := s.handle(t, batch(events...))
	if n, lines := strings.Count(got, `"outcome":"removed"`), strings.Count(s.log.String(), "\n"); n != len(events) || lines != n {
		t.Errorf("%d are reported as removed, in %d log lines: %.300s…", n, lines, got)
	}
	if left := s.api.Connections(); len(left) != 0 {
		t.Errorf("%d connections are left", len(left))
	}
	if n, inFlight := len(s.api.Requests()), s.api.MaxInFlight(); n != len(events)+len(events)/10 || inFlight > 8 {
		t.Errorf("%d requests, %d at a time", n, inFlight)
	}
}
