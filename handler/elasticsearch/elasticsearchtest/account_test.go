package elasticsearchtest

import (
	"slices"
	"testing"

	"elasticsearch-disconnect/handler/acs3"
)

// member is a key of another account.
var member = Account{AccessKeyID: "STS.Member", AccessKeySecret: "Third", SecurityToken: "MemberToken", ID: "2"}

// A status leaves an instance in its account, and to a caller of another account a connected instance is a gone one.
func TestInstancesOfAccounts(t *testing.T) {
	t.Parallel()
	s := startConnected(t, NewServer)
	s.AddAccount(member)
	s.AddInstanceOf("2", "es-cn-d")
	s.SetStatus("es-cn-d", "inactive")
	s.Connect("es-cn-a", "es-cn-d")
	s.Quirks.RefusesGone = "Gone"
	do(t, s, "DELETE", "DeleteConnectedCluster", "/es-cn-a/connected-clusters?connectedInstanceId=es-cn-d")
	do(t, s, "GET", "DescribeInstance", "/es-cn-d")
	r := unsigned(t, s, "GET", "DescribeInstance", "/es-cn-d")
	acs3.Sign(r, input(s, member))
	send(t, s, r)
	if got, want := codes(s), []string{"Gone", "InstanceNotFound", ""}; !slices.Equal(got, want) {
		t.Errorf("codes:\n got %q\nwant %q", got, want)
	}
}
