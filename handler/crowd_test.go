package handler_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

const crowd = 64 // invocations at a time

// newCrowd is a stage whose transport is that of the function, with a pair and
// an account for each invocation of a crowd.
func newCrowd(t *testing.T) *stage {
	t.Helper()
	s := newStage(t)
	transport := elasticsearch.NewTransport("")
	transport.TLSClientConfig = s.api.Transport().TLSClientConfig
	t.Cleanup(transport.CloseIdleConnections)
	s.Transport = transport
	for i := range crowd {
		c := roleOf(i)
		s.api.AddAccount(elasticsearchtest.Account{AccessKeyID: c.AccessKeyId, AccessKeySecret: c.AccessKeySecret, SecurityToken: c.SecurityToken})
		s.api.AddInstance(survivor(i))
		s.api.Connect(survivor(i), gone)
	}
	return s
}

func roleOf(i int) fccontext.Credentials {
	return fccontext.Credentials{AccessKeyId: fmt.Sprintf("STS.key-%04d", i), AccessKeySecret: fmt.Sprintf("secret-%04d", i), SecurityToken: fmt.Sprintf("token-%04d", i)}
}

// come makes a crowd of invocations at once, and returns their replies.
func (s *stage) come(t *testing.T, event func(i int) string) []string {
	t.Helper()
	replies := make([]string, crowd)
	var all sync.WaitGroup
	for i := range crowd {
		all.Go(func() {
			ctx := fccontext.NewContext(t.Context(), &fccontext.FcContext{RequestID: fmt.Sprintf("fc-%04d", i), Region: "cn-hangzhou", Credentials: roleOf(i)})
			reply, err := s.Handle(ctx, []byte(event(i)))
			replies[i] = posted(t, reply, err)
		})
	}
	all.Wait()
	return replies
}

// TestCrowd: of invocations at the same time, each signs with its own
// credentials and is told of its own pair, over as many connections as there are
// requests at a time; those are kept.
func TestCrowd(t *testing.T) {
	t.Parallel()
	s := newCrowd(t)
	for round := range 2 {
		s.api.OnRequest = elasticsearchtest.Together(t.Context(), crowd, "DeleteConnectedCluster")
		for i, got := range s.come(t, func(i int) string { return pair(survivor(i), gone) }) {
			if !strings.Contains(got, `"instanceId":"`+survivor(i)+`"`) || !strings.Contains(got, `"outcome":"removed"`) {
				t.Errorf("round %d, invocation %d: reply %s", round, i, got)
			}
		}
		for i := range crowd {
			s.api.Connect(survivor(i), gone)
		}
	}
	for _, r := range s.api.Requests() {
		var i int
		if _, err := fmt.Sscanf(r.Path, "/openapi/instances/es-%04d/connected-clusters", &i); err != nil {
			t.Fatal(err)
		}
		own := roleOf(i)
		if r.AccessKeyID != own.AccessKeyId || r.Header.Get("X-Acs-Accesskey-Id") != own.AccessKeyId || r.Header.Get("X-Acs-Security-Token") != own.SecurityToken || r.Status != 200 {
			t.Errorf("%s was sent by %s, and answered %d", r, r.AccessKeyID, r.Status)
		}
	}
	if n := s.api.MaxInFlight(); n != crowd {
		t.Errorf("%d requests at a time", n)
	}
	if n := s.api.Dials(); n > crowd {
		t.Errorf("%d connections for two rounds of %d", n, crowd)
	}
	lines := map[string]int{}
	for text := range strings.Lines(s.log.String()) {
		var line struct{ RequestID, InstanceID, Outcome string }
		unmarshal(t, text, &line)
		lines[line.Outcome+" "+strings.TrimPrefix(line.RequestID, "fc-")+" "+strings.TrimPrefix(line.InstanceID, "es-")]++
	}
	for i := range crowd {
		if line := fmt.Sprintf("removed %04d %04d", i, i); lines[line] != 2 {
			t.Errorf("%d log lines %q", lines[line], line)
		}
	}
}

// TestThrottledCrowd: those that are refused together do not come back together,
// come a bounded number of times, and are told so.
func TestThrottledCrowd(t *testing.T) {
	t.Parallel()
	s := newCrowd(t)
	var mu sync.Mutex
	var waits []time.Duration
	s.Sleep = func(ctx context.Context, wait time.Duration) error {
		mu.Lock()
		defer mu.Unlock()
		waits = append(waits, wait)
		return ctx.Err()
	}
	s.api.OnRequest = at("DeleteConnectedCluster", refuse(400, "Throttling.User"))
	for i, got := range s.come(t, func(i int) string { return posting(t, pair(survivor(i), gone)) }) {
		if !strings.Contains(got, `"statusCode":429`) || !strings.Contains(got, `"Retry-After":"1"`) {
			t.Errorf("invocation %d: reply %s", i, got)
		}
	}
	if n := len(s.api.Requests()); n != 6*crowd {
		t.Errorf("%d requests, want %d", n, 6*crowd)
	}
	// The first waits are those below 300 ms: 200 ms and up to half of it.
	slices.Sort(waits)
	first := waits[:crowd]
	if first[0] < 200*time.Millisecond || first[crowd-1] > 300*time.Millisecond || waits[crowd] < 400*time.Millisecond {
		t.Errorf("first waits from %v to %v, the second from %v", first[0], first[crowd-1], waits[crowd])
	}
	if different := len(slices.Compact(slices.Clone(first))); different < crowd/2 {
		t.Errorf("%d different first waits of %d", different, crowd)
	}
}

// TestLargeBatchWithLostAnswers: of a thousand pairs, each is removed, once,
// though the answer to every tenth is lost at first.
func TestLargeBatchWithLostAnswers(t *testing.T) {
	t.Parallel()
	var survivors, events []string
	for i := range 1000 {
		survivors = append(survivors, survivor(i))
		events = append(events, pair(survivor(i), gone))
	}
	s := newBatch(t, survivors, []string{gone})
	transport := elasticsearch.NewTransport("")
	transport.TLSClientConfig = s.api.Transport().TLSClientConfig
	t.Cleanup(transport.CloseIdleConnections)
	s.Transport = transport
	s.Config.Concurrency = 8
	var seen sync.Map
	s.api.OnRequest = func(r request) fault {
		if _, again := seen.LoadOrStore(r.Path, true); again || !strings.HasSuffix(r.Path, "7/connected-clusters") {
			return fault{}
		}
		return done(refuse(500, "InternalError"))
	}
	got := s.handle(t, batch(events...))
	if n := strings.Count(got, `"outcome":"removed"`); n != 1000 {
		t.Errorf("%d are told removed: %.300s…", n, got)
	}
	if left := s.api.Connections(); len(left) != 0 {
		t.Errorf("%d connections are left", len(left))
	}
	if n := len(s.api.Requests()); n != 1000+100 {
		t.Errorf("%d requests, want %d", n, 1000+100)
	}
	if inFlight, dials := s.api.MaxInFlight(), s.api.Dials(); inFlight > 8 || dials > 32 {
		t.Errorf("%d requests at a time over %d connections", inFlight, dials)
	}
	if lines := strings.Count(s.log.String(), "\n"); lines != 1000 {
		t.Errorf("%d log lines", lines)
	}
}
