package handler_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// TestIdentitiesAreKeptApart: each of many invocations at the same time signs with its own
// credentials and reports its own connection, also when all come again.
func TestIdentitiesAreKeptApart(t *testing.T) {
	t.Parallel()
	const many = 64
	roleOf := func(i int) fccontext.Credentials {
		return fccontext.Credentials{AccessKeyId: fmt.Sprintf("STS.key-%04d", i), AccessKeySecret: fmt.Sprintf("secret-%04d", i), SecurityToken: fmt.Sprintf("token-%04d", i)}
	}
	s := newFixture(t)
	for i := range many {
		s.api.AddAccount(accountOf(roleOf(i)))
		s.api.AddInstance(survivor(i))
	}
	for range 2 {
		s.api.OnRequest = elasticsearchtest.Together(t.Context(), many, "DeleteConnectedCluster")
		var all sync.WaitGroup
		for i := range many {
			s.api.Connect(survivor(i), gone)
			all.Go(func() {
				ctx := fccontext.NewContext(t.Context(), &fccontext.FcContext{RequestID: fmt.Sprintf("fc-%04d", i), Region: "cn-hangzhou", AccountId: "1234567890984321", Credentials: roleOf(i)})
				reply, err := s.Handle(ctx, []byte(pair(survivor(i), gone)))
				if got := posted(t, reply, err); !strings.Contains(got, `"instanceId":"`+survivor(i)+`"`) || !strings.Contains(got, `"outcome":"removed"`) {
					t.Errorf("invocation %d: reply %s", i, got)
				}
			})
		}
		all.Wait()
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
	if n := s.api.MaxInFlight(); n != many {
		t.Errorf("%d requests at a time", n)
	}
	lines := map[string]int{}
	for text := range strings.Lines(s.log.String()) {
		var line struct{ RequestID, InstanceID, Outcome string }
		decode(t, text, &line)
		lines[line.Outcome+" "+line.RequestID+" "+line.InstanceID]++
	}
	for i := range many {
		if line := fmt.Sprintf("removed fc-%04d %s", i, survivor(i)); lines[line] != 2 {
			t.Errorf("%d log lines %q", lines[line], line)
		}
	}
}
