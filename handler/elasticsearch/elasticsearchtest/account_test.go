package elasticsearchtest

import (
	"fmt"
	"slices"
	"testing"

	"elasticsearch-disconnect/handler/acs3"
)

// member is a key of another account.
var member = Account{AccessKeyID: "STS.Member", AccessKeySecret: "Third", SecurityToken: "MemberToken", ID: "2"}

// Two accounts with two connected instances each, a and b of the one without an id, c and d of the other.
func startMembers(t *testing.T) *Server {
	t.Helper()
	s := startConnected(t, NewServer)
	s.AddAccount(member)
	s.RemoveInstance("es-cn-c")
	s.AddInstanceOf("2", "es-cn-c", "es-cn-d")
	s.Connect("es-cn-c", "es-cn-d")
	return s
}

// An instance of another account is answered as one that does not exist.
func TestAccountsAreApart(t *testing.T) {
	t.Parallel()
	const notFound = "InstanceNotFound"
	for name, test := range map[string]struct {
		account              Account
		method, action, path string
		want                 string // the code
	}{
		"own description":             {plain, "GET", "DescribeInstance", "/es-cn-a", ""},
		"member's own description":    {member, "GET", "DescribeInstance", "/es-cn-c", ""},
		"description of a member's":   {plain, "GET", "DescribeInstance", "/es-cn-c", notFound},
		"description by a member":     {member, "GET", "DescribeInstance", "/es-cn-a", notFound},
		"member's own connections":    {member, "GET", "ListConnectedClusters", "/es-cn-c/connected-clusters", ""},
		"connections of a member's":   {plain, "GET", "ListConnectedClusters", "/es-cn-c/connected-clusters", notFound},
		"member's own deletion":       {member, "DELETE", "DeleteConnectedCluster", step{target: "c?peer=es-cn-d"}.path(), ""},
		"deletion on a member's side": {plain, "DELETE", "DeleteConnectedCluster", step{target: "c?peer=es-cn-d"}.path(), notFound},
		"deletion by a member":        {member, "DELETE", "DeleteConnectedCluster", step{target: "a?peer=es-cn-b"}.path(), notFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startMembers(t)
			r := unsigned(t, s, test.method, test.action, test.path)
			acs3.Sign(r, input(s, test.account))
			send(t, s, r)
			got := s.Requests()[0]
			if got.Code != test.want || got.Account != test.account.ID {
				t.Errorf("got %q of account %q, want %q of account %q", got.Code, got.Account, test.want, test.account.ID)
			}
			if deleted := len(s.Connections()) == 1; deleted != (test.method == "DELETE" && test.want == "") {
				t.Errorf("Connections: got %v", s.Connections())
			}
		})
	}
}

func TestListInstanceIsOfOneAccount(t *testing.T) {
	t.Parallel()
	s := startMembers(t)
	s.SetStatus("es-cn-d", "inactive") // which leaves it where it is
	entry := `{"instanceId":"es-cn-%s","networkConfig":{"vpcId":"` + vpcID + `"},"status":"%s"}`
	for _, test := range []struct {
		account Account
		want    string
	}{
		{plain, fmt.Sprintf(entry+","+entry, "a", "active", "b", "active")},
		{member, fmt.Sprintf(entry+","+entry, "c", "active", "d", "inactive")},
	} {
		r := unsigned(t, s, "GET", "ListInstance", "")
		acs3.Sign(r, input(s, test.account))
		_, got := send(t, s, r)
		id := s.Requests()[len(s.Requests())-1].RequestID
		want := `{"Result":[` + test.want + `],"Headers":{"X-Total-Count":2},"RequestId":"` + id + `"}`
		if got != want {
			t.Errorf("account %q:\n got %s\nwant %s", test.account.ID, got, want)
		}
	}
}

// A client token is one account's own.
func TestClientTokensOfTwoAccounts(t *testing.T) {
	t.Parallel()
	s := startMembers(t)
	for account, target := range map[Account]string{plain: "a?peer=es-cn-b&token=t", member: "c?peer=es-cn-d&token=t"} {
		r := unsigned(t, s, "DELETE", "DeleteConnectedCluster", step{target: target}.path())
		acs3.Sign(r, input(s, account))
		send(t, s, r)
	}
	if got := codes(s); !slices.Equal(got, []string{"", ""}) || s.Connections() != nil {
		t.Errorf("got codes %q and connections %v, want none of either", got, s.Connections())
	}
}

// A connected instance of another account is refused as a gone one is, where those are refused.
func TestConnectedInstanceOfAnotherAccountIsGone(t *testing.T) {
	t.Parallel()
	s := startMembers(t)
	s.Quirks.RefusesGone = "Gone"
	s.Connect("es-cn-a", "es-cn-c")
	do(t, s, "DELETE", "DeleteConnectedCluster", step{target: "a?peer=es-cn-c"}.path())
	if got := codes(s)[0]; got != "Gone" {
		t.Errorf("code: got %q, want Gone", got)
	}
}
