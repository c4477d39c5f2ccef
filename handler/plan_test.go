package handler_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
	"elasticsearch-disconnect/handler/trigger"
)

// TestPlan: a plan for another account is carried out with new credentials, for those it was made with may have
// expired; and it sends nothing if the operator wants a dry run. While the API limits the rate, it goes on for as long as
// there is time.
func TestPlan(t *testing.T) {
	t.Parallel()
	for isDry, left := range map[bool]int{false: 1, true: 2} {
		s := newSpread(t)
		s.Config.DryRun = isDry
		region, _ := connection.ParseRegion("cn-hangzhou")
		account, _ := connection.ParseAccountID(s.member.ID)
		id, _ := connection.ParseInstanceID(memberInstance)
		request := trigger.Request{Action: trigger.Cleanup{Instance: id, Requested: true, Force: true}, Scope: connection.Scope{Region: region, Account: account}}
		s.cloud.Region("cn-hangzhou").OnRequest = elasticsearchtest.At("DeleteConnectedCluster", func(n int) fault {
			return map[bool]fault{true: refuse(400, "Throttling")}[n <= 8]
		})
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(invocation(t, role), 600*time.Second)
			defer cancel()
			plan := s.Plan(ctx, []trigger.Request{request}, nil)
			before := s.assumed(s.member)
			done := plan.Execute(ctx, false, func(handler.Outcome) {})
			if again := s.assumed(s.member) - before; done.ExitCode != handler.ExitDone || !isDry && again != 1 {
				t.Errorf("exit code %d, the role was assumed %d times again: %s", done.ExitCode, again, done.Reply)
			}
		})
		if got := s.cloud.Region("cn-hangzhou").Connections(); len(got) != left {
			t.Errorf("dry run %t: left %q", isDry, got)
		}
	}
}
