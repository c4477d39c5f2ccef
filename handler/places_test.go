package handler_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fccontext"
)

// A large place is given first, and two small ones with a connection that is left over.
var smallPlaces = []string{"cn-beijing", "cn-shanghai"}

// newPlaces is a handler over a large place of n instances, each with a leftover, and the
// small ones, without a network.
func newPlaces(t *testing.T, n int) *spread {
	s := newSpread(t)
	s.Config.Concurrency, s.Config.ReconcileLimit = 2, n
	s.Transport = s.cloud
	for _, region := range append(smallPlaces, "cn-hangzhou") {
		api := s.cloud.Region(region)
		api.Reset()
		api.Now = nil
		own := accountOf(role)
		own.ID = ownAccount
		api.AddAccount(own)
		for i := range n {
			api.AddInstanceOf(ownAccount, survivor(i))
			if region == "cn-hangzhou" || i == 0 {
				api.Connect(survivor(i), gone)
			}
			if region != "cn-hangzhou" && i == 1 {
				break
			}
		}
	}
	return s
}

// ofAll is the timer's event for all places.
var ofAll = strings.Replace(daily, "true", `true,\"regionIds\":\"cn-hangzhou,cn-beijing,cn-shanghai\"`, 1)

// run handles an event in 600 s, and returns what the log says of each request: the region
// and the outcome, in order.
func (s *spread) run(t *testing.T, event string, retryCount int) (reply string, outcomes []string) {
	ctx, cancel := context.WithTimeout(t.Context(), 600*time.Second)
	defer cancel()
	ctx = fccontext.NewContext(ctx, &fccontext.FcContext{RequestID: "fc-1", Region: "cn-hangzhou", AccountId: ownAccount, Credentials: role, RetryCount: retryCount})
	s.log.Reset()
	answer, err := s.Handle(ctx, []byte(event))
	for text := range strings.Lines(s.log.String()) {
		var line struct{ RegionID, InstanceID, Outcome string }
		decode(t, text, &line)
		if line.InstanceID == "" || line.InstanceID == gone {
			outcomes = append(outcomes, line.RegionID+" "+line.Outcome)
		}
	}
	return posted(t, answer, err), outcomes
}

// TestLargePlace: a place that cannot be read in time leaves the others whole. Each
// repetition asks other instances of it.
func TestLargePlace(t *testing.T) {
	t.Parallel()
	const n = 150
	s := newPlaces(t, n)
	large := s.cloud.Region("cn-hangzhou")
	large.Latency = 8 * time.Second
	synctest.Test(t, func(t *testing.T) {
		asked := map[string]bool{}
		for retry, atLeast := range []int{n / 2, n} {
			reply, outcomes := s.run(t, ofAll, retry)
			if want := []string{"cn-hangzhou failed", "cn-beijing reconciled", "cn-shanghai reconciled"}; !slices.Equal(outcomes, want) {
				t.Errorf("try %d: outcomes %q: %s", retry, outcomes, reply)
			}
			if !strings.HasPrefix(reply, "PartialFailure ") || !strings.Contains(reply, "the time was too short: ") {
				t.Errorf("try %d: reply %s", retry, reply)
			}
			for _, r := range large.Requests() {
				if r.Action == "ListConnectedClusters" {
					asked[r.Path] = true
				}
			}
			if len(asked) < atLeast || retry == 0 && len(asked) == n {
				t.Errorf("try %d: %d of %d were asked", retry, len(asked), n)
			}
		}
	})
	for _, region := range smallPlaces {
		if left := s.cloud.Region(region).Connections(); len(left) > 0 {
			t.Errorf("%s: left %q", region, left)
		}
	}
}

// TestLargePlaceInABatch: it does not hold up a release elsewhere, either.
func TestLargePlaceInABatch(t *testing.T) {
	t.Parallel()
	s := newPlaces(t, 150)
	s.cloud.Region("cn-hangzhou").Latency = 8 * time.Second
	release := strings.Replace(released(gone), `"data":{`, `"data":{"acsRegion":"cn-beijing",`, 1)
	synctest.Test(t, func(t *testing.T) {
		reply, outcomes := s.run(t, batch(reconcile, release), 0)
		if want := []string{"cn-hangzhou failed", "cn-beijing cleaned"}; !slices.Equal(outcomes, want) {
			t.Errorf("outcomes %q: %s", outcomes, reply)
		}
	})
}

// TestOnePlaceFails: whatever keeps one place from being reconciled changes nothing in the
// others, which begin later.
func TestOnePlaceFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		hook hook
		want string
	}{
		"it may not be read":         {at("ListInstance", refuse(403, "Forbidden.RAM")), "failed"},
		"every call would fail":      {at("DescribeInstance", refuse(400, "InvalidSecurityToken.Expired")), "failed"},
		"its answers prove nothing":  {at("DescribeInstance", refuse(400, "InstanceNotFound")), "incomplete"},
		"more are busy than may run": {at("DeleteConnectedCluster", refuse(400, "InstanceActivating")), "incomplete"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newPlaces(t, 20)
			s.cloud.Region("cn-hangzhou").OnRequest = test.hook
			for _, region := range smallPlaces {
				s.cloud.Region(region).Latency = 5 * time.Second
			}
			synctest.Test(t, func(t *testing.T) {
				reply, outcomes := s.run(t, ofAll, 0)
				if want := []string{"cn-hangzhou " + test.want, "cn-beijing reconciled", "cn-shanghai reconciled"}; !slices.Equal(outcomes, want) {
					t.Errorf("outcomes %q: %s", outcomes, reply)
				}
				if !strings.HasPrefix(reply, "PartialFailure ") {
					t.Errorf("reply %s", reply)
				}
			})
			for _, region := range smallPlaces {
				if left := s.cloud.Region(region).Connections(); len(left) > 0 {
					t.Errorf("%s: left %q", region, left)
				}
			}
		})
	}
}

// TestReplyNamesEachPlace: many failures of one place leave room for those of the others.
func TestReplyNamesEachPlace(t *testing.T) {
	t.Parallel()
	s := newPlaces(t, 60)
	s.cloud.Region("cn-hangzhou").OnRequest = at("DescribeInstance", refuse(400, "InstanceNotFound"))
	s.cloud.Region("cn-shanghai").OnRequest = at("ListInstance", refuse(403, "Forbidden.RAM"))
	synctest.Test(t, func(t *testing.T) {
		reply, outcomes := s.run(t, ofAll, 0)
		if want := []string{"cn-hangzhou incomplete", "cn-beijing reconciled", "cn-shanghai failed"}; !slices.Equal(outcomes, want) {
			t.Errorf("outcomes %q", outcomes)
		}
		for _, region := range append(smallPlaces, "cn-hangzhou") {
			if !strings.Contains(reply, region) {
				t.Errorf("%s is not in the reply: %.2000s", region, reply)
			}
		}
	})
}
