package handler_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

const (
	theDelete = "DeleteConnectedCluster " + instance
	noTime    = "no answer from the API in time: outcome unknown; safe to repeat"
)

// during is a range of time, in seconds.
func during(least, most float64) [2]time.Duration {
	return [2]time.Duration{time.Duration(least * float64(time.Second)), time.Duration(most * float64(time.Second))}
}

// exactly is a time without jitter.
func exactly(seconds float64) [2]time.Duration { return during(seconds, seconds) }

// TestDeadlines: attempts and waits end before the invocation's deadline, with time for the
// reply, and the reply has the outcome so far.
func TestDeadlines(t *testing.T) {
	t.Parallel()
	hang := answering(elasticsearchtest.Hang())
	first := func(call string, f fault) hook {
		return elasticsearchtest.At(call, func(n int) fault { return map[bool]fault{true: f}[n == 1] })
	}
	eightTimes := func(call string, f fault) hook {
		return elasticsearchtest.At(call, func(n int) fault { return map[bool]fault{true: f}[n <= 8] })
	}
	busy, limited := refuse(400, "InstanceActivating"), refuse(400, "Throttling")
	slow := withHeader("Retry-After", "20", refuse(400, "Throttling"))
	brokenLong := withHeader("Retry-After", "20", refuse(500, "InternalError"))
	three := batch(pair(instance, connected), pair(instance, "es-b"), pair(instance, "es-c"))
	for name, test := range map[string]struct {
		event   string
		hook    hook
		seconds time.Duration // until the deadline
		cancel  time.Duration // when the invocation is cancelled; 0: not
		takes   [2]time.Duration
		calls   int
		want    []string // parts of the reply
	}{
		"an attempt that hangs is given up after 10 s": {event: direct, hook: first(theDelete, hang), seconds: 60,
			takes: during(10.2, 10.3), calls: 2, want: []string{`"outcome":"removed"`}},
		"an API that hangs, 25 s: one is kept": {event: direct, hook: at(theDelete, hang), seconds: 25,
			takes: exactly(24), calls: 3, want: []string{"Timeout {", `"status":504`, noTime}},
		"an API that hangs, 5 s: a tenth is kept": {event: direct, hook: at(theDelete, hang), seconds: 5,
			takes: exactly(4.5), calls: 1, want: []string{"Timeout {", noTime}},
		"an API that hangs, over HTTP": {event: post, hook: at(theDelete, hang), seconds: 5,
			takes: exactly(4.5), calls: 1, want: []string{`"statusCode":504`, noTime}},
		"an API that hangs at a list of a release": {event: released(gone), hook: at("ListInstance", hang), seconds: 5,
			takes: exactly(3), calls: 3, want: []string{"Timeout {", noTime}},
		"an API that hangs for ever, and a long time": {event: direct, hook: at(theDelete, hang), seconds: 600,
			takes: during(66.2, 69.3), calls: 6, want: []string{"Timeout {", noTime}},
		"a wait that would not fit is not begun": {event: direct, hook: at(theDelete, slow), seconds: 15,
			takes: exactly(0), calls: 1, want: []string{"Throttled {", `"detail":"the API answered HTTP 400: Throttling: m"`}},
		"a wait that would not fit, after what may have been done": {event: direct, hook: at(theDelete, brokenLong), seconds: 15,
			takes: exactly(0), calls: 1, want: []string{"Timeout {", "out of time after the API answered HTTP 500: InternalError: m: outcome unknown; safe to repeat", `"code":"InternalError"`}},
		"a wait that fits, and then one that does not": {event: direct, hook: at(theDelete, refuse(400, "InstanceActivating")), seconds: 10,
			takes: during(3, 4.5), calls: 2, want: []string{"Conflict {"}},
		"a pause of a minute is the most": {event: direct, hook: first(theDelete, withHeader("Retry-After", "86400", refuse(400, "Throttling"))), seconds: 90,
			takes: during(60, 66), calls: 2, want: []string{`"outcome":"removed"`}},
		"a date far away is no more": {event: direct, hook: first(theDelete, withHeader("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT", refuse(400, "Throttling"))), seconds: 60,
			takes: during(30, 33), calls: 2, want: []string{`"outcome":"removed"`}},
		"busy for minutes, a request": {event: direct, hook: eightTimes(theDelete, busy), seconds: 600,
			takes: during(75, 92), calls: 6, want: []string{"Conflict {"}},
		"busy for minutes, an event": {event: event, hook: eightTimes(theDelete, busy), seconds: 600,
			takes: during(165, 182), calls: 9, want: []string{`"outcome":"removed"`}},
		"limited for long, a request for two": {event: direct, hook: eightTimes(theDelete, limited), seconds: 600,
			takes: during(9, 10), calls: 6, want: []string{"Throttled {"}},
		"limited for long, a request for all": {event: all(instance), hook: eightTimes("ListConnectedClusters", limited), seconds: 600,
			takes: during(23, 27), calls: 12, want: []string{`"outcome":"cleaned"`}},
		"limited for long, an event": {event: event, hook: eightTimes(theDelete, limited), seconds: 600,
			takes: during(23, 27), calls: 9, want: []string{`"outcome":"removed"`}},
		"cancelled during a wait": {event: direct, hook: at(theDelete, refuse(400, "InstanceActivating")), seconds: 60, cancel: time.Second,
			takes: exactly(1), calls: 1, want: []string{"Conflict {"}},
		"cancelled during an attempt": {event: direct, hook: at(theDelete, hang), seconds: 60, cancel: time.Second,
			takes: exactly(1), calls: 1, want: []string{"Timeout {", "interrupted before the API answered: outcome unknown; safe to repeat"}},
		"a batch: one done, one hangs, one is not sent": {event: three, hook: at("DeleteConnectedCluster "+instance+" es-b", hang), seconds: 5,
			takes: exactly(4.5), calls: 2, want: []string{"PartialFailure {", `"status":207`, `"detail":"2 of 3 failed"`,
				`"failed":[{"instanceId":"` + instance + `","connectedInstanceId":"es-b","kind":"Timeout","detail":"` + noTime + `"},{"instanceId":"` + instance + `","connectedInstanceId":"es-c","kind":"Timeout","detail":"out of time: not sent; safe to repeat"}]`,
				`"done":[{"instanceId":"` + instance + `","connectedInstanceId":"` + connected + `","outcome":"removed"}]`}},
		"the same of an instance, over HTTP": {event: posts(t, all(instance)), hook: at("DeleteConnectedCluster es-c "+instance, hang), seconds: 5,
			takes: exactly(4.5), calls: 3, want: []string{`"statusCode":207`, `\"outcome\":\"removed\"`, noTime, "out of time: not sent; safe to repeat"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newFixture(t)
				for _, peer := range []string{"es-b", "es-c"} {
					s.api.AddInstance(peer)
					s.api.Connect(instance, peer)
				}
				if test.event == released(gone) {
					s.api.RemoveInstance(gone)
				}
				s.api.OnRequest = test.hook
				ctx, cancel := context.WithTimeout(t.Context(), test.seconds*time.Second)
				defer cancel()
				if test.cancel > 0 {
					time.AfterFunc(test.cancel, cancel)
				}
				start := time.Now()
				ctx = fccontext.NewContext(ctx, &fccontext.FcContext{RequestID: "fc-1", Credentials: role})
				reply, err := s.Handle(ctx, []byte(test.event))
				got, took := posted(t, reply, err), time.Since(start)
				checkLeftover(t)
				if took < test.takes[0] || took > test.takes[1] {
					t.Errorf("it took %v, want %v", took, test.takes)
				}
				if n := len(s.api.Requests()); n != test.calls {
					t.Errorf("%d calls, want %d", n, test.calls)
				}
				for _, want := range test.want {
					if !strings.Contains(got, want) {
						t.Errorf("reply:\n got %s\nwant %s", got, want)
					}
				}
			})
		})
	}
}

// TestOutOfTimeInASweep: the connections that a sweep has found when its time is up are removed,
// so that each delivery gets further.
func TestOutOfTimeInASweep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newFixture(t)
		s.api.AddInstance("es-a")
		s.api.Connect("es-a", gone)
		s.api.RemoveInstance(gone)
		s.api.OnRequest = at("ListConnectedClusters "+instance, answering(elasticsearchtest.Hang()))
		ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
		defer cancel()
		ctx = fccontext.NewContext(ctx, &fccontext.FcContext{RequestID: "fc-1", Credentials: role})
		reply, err := s.Handle(ctx, []byte(released(gone)))
		if got, want := posted(t, reply, err), `"done":[{"instanceId":"es-a","connectedInstanceId":"`+gone+`","eventId":"e1","outcome":"removed"}]`; !strings.Contains(got, want) {
			t.Errorf("reply:\n got %s\nwant %s", got, want)
		}
		if s.api.Connected("es-a", gone) {
			t.Error("the connection that was found is left")
		}
	})
}

// checkLeftover checks that no goroutine of the function runs in this bubble after the reply.
func checkLeftover(t *testing.T) {
	t.Helper()
	synctest.Wait()
	stacks := make([]byte, 4<<20)
	self, others, _ := strings.Cut(string(stacks[:runtime.Stack(stacks, true)]), "\n\n")
	_, bubble, found := strings.Cut(strings.SplitN(self, "]", 2)[0], "synctest bubble ")
	if !found {
		t.Fatalf("no bubble in %.200s", self)
	}
	for stack := range strings.SplitSeq(others, "\n\n") {
		head, frames, _ := strings.Cut(stack, "\n")
		if strings.Contains(head, fmt.Sprintf("synctest bubble %s]", bubble)) && strings.Contains(frames, "/handler.(*") {
			t.Errorf("a goroutine is left:\n%s", stack)
		}
	}
}
