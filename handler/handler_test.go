package handler_test

import (
	"strings"
	"testing"

	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"elasticsearch-disconnect/handler/elasticsearch"
)

// TestReleasePolicy: the operator decides whether a release that can still be cancelled counts.
func TestReleasePolicy(t *testing.T) {
	t.Parallel()
	for _, eager := range []bool{false, true} {
		s := newFixture(t)
		s.Config.Eager = eager
		s.api.SetStatus(gone, "inactive")
		s.handle(t, releaseOf(gone, byAPI, `,"deleteType":"protective"`))
		if left := s.api.Connected(instance, gone); left == eager {
			t.Errorf("eager: %t; connected: %t", eager, left)
		}
	}
}

// TestRedelivery: an event delivered twice is the same request to the API, so it does not
// remove a connection made since.
func TestRedelivery(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ event, token, want string }{
		"a pair":    {event, eventToken, removed(2, instance, connected, eventToken)},
		"a release": {released(gone), releasedToken, cleaned(gone, 1, removed(14, instance, gone, releasedToken))},
	} {
		s := newFixture(t)
		if name == "a release" {
			s.api.RemoveInstance(gone)
		}
		s.handle(t, test.event)
		s.api.Connect(instance, connected)
		if second := s.handle(t, test.event); second != test.want {
			t.Errorf("%s, second reply:\n got %s\nwant %s", name, second, test.want)
		}
		if !s.api.Connected(instance, connected) {
			t.Errorf("%s: the second delivery removed a connection made after the first", name)
		}
	}
}

// TestRepeatedAttempt: at a retry of Function Compute an absent connection is a success, since
// the first attempt may have removed it; at a first attempt it is a failure.
func TestRepeatedAttempt(t *testing.T) {
	t.Parallel()
	for retries, want := range []string{"Absent {", `"outcome":"absent"`, `"outcome":"absent"`} {
		s := newFixture(t)
		s.api.Reset()
		s.api.AddInstance(instance, connected)
		ctx := fccontext.NewContext(t.Context(), &fccontext.FcContext{RequestID: "fc-1", RetryCount: retries, Credentials: role})
		reply, err := s.Handle(ctx, []byte(direct))
		if got := posted(t, reply, err); !strings.Contains(got, want) {
			t.Errorf("attempt %d: reply %s", retries+1, got)
		}
	}
}

// TestOperatorsDryRun: no event overrides it; lists are read, and nothing is removed. So no
// force is needed.
func TestOperatorsDryRun(t *testing.T) {
	t.Parallel()
	reads := []string{"DescribeInstance " + gone, "ListConnectedClusters " + gone, "ListInstance 1", "ListInstance 2", "ListConnectedClusters " + instance}
	for event, calls := range map[string][]string{
		direct: nil,
		strings.Replace(direct, "{", `{"dryRun":false,`, 1): nil,
		event:          nil,
		released(gone): reads,
		`{"instanceId":"` + instance + `","all":true}`: {"ListConnectedClusters " + instance}, // without force, although it exists
	} {
		s := newFixture(t)
		s.Config.DryRun = true
		s.api.RemoveInstance(gone)
		got := s.handle(t, event)
		checkCalls(t, s.api, calls...)
		if !strings.Contains(got, `"outcome":"dry-run","request":{"method":"DELETE",`) || strings.Contains(s.log.String(), `"dryRun":false`) {
			t.Errorf("reply: %s\nlog: %s", got, &s.log)
		}
	}
}

// TestNoContext: an invocation without a context of Function Compute has a reply.
func TestNoContext(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	s.Config.Endpoint = elasticsearch.Endpoint{}
	reply, err := s.Handle(t.Context(), []byte(direct))
	want := `Internal {"type":"urn:elasticsearch-disconnect:Internal","title":"The function failed","status":500,"detail":"no endpoint without a region","requestId":""}`
	if got := posted(t, reply, err); got != want {
		t.Errorf("reply:\n got %s\nwant %s", got, want)
	}
}
