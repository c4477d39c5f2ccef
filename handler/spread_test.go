package handler_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

const (
	ownAccount = "1234567890984321"
	memberRole = "member"
)

// A spread is a handler over the APIs of several regions. Each has the same two connected
// instances of the function's own account, and two of a member account.
type spread struct {
	*fixture
	cloud  *elasticsearchtest.Cloud
	took   time.Duration             // by the last event
	member elasticsearchtest.Account // with the credentials of its role
}

// The instances of the member.
const memberInstance, memberConnected = "es-cn-member-a", "es-cn-member-b"

// addMember lets the function assume the role of the nth other account.
func addMember(sts *elasticsearchtest.STS, n int) elasticsearchtest.Account {
	a := elasticsearchtest.Account{
		ID:              fmt.Sprintf("9%015d", n),
		AccessKeyID:     fmt.Sprintf("STS.canary-member-key-%d", n),
		AccessKeySecret: fmt.Sprintf("canary-member-secret-%d", n),
		SecurityToken:   fmt.Sprintf("canary-member-token-%d+/==", n),
	}
	sts.AddRole(roleOfMember(a), a)
	return a
}

func roleOfMember(a elasticsearchtest.Account) string {
	return "acs:ram::" + a.ID + ":role/" + memberRole
}

func newSpread(t *testing.T) *spread {
	t.Helper()
	s := &spread{fixture: newPlainFixture(t), cloud: elasticsearchtest.NewCloud()}
	t.Cleanup(s.cloud.Close)
	s.cloud.STS.Now = func() time.Time { return bubbleStart }
	own := accountOf(role)
	own.ID = ownAccount
	s.cloud.STS.AddAccount(own)
	s.member = addMember(s.cloud.STS, 1)
	for _, region := range []string{"cn-hangzhou", "cn-beijing"} {
		api := s.cloud.Region(region)
		api.Now = func() time.Time { return bubbleStart }
		api.AddAccount(own)
		api.AddAccount(s.member)
		api.AddInstanceOf(ownAccount, instance, connected)
		api.AddInstanceOf(s.member.ID, memberInstance, memberConnected)
		api.Connect(instance, connected)
		api.Connect(memberInstance, memberConnected)
	}
	s.Config = handler.Config{Network: elasticsearch.Public, MemberRole: memberRole, Concurrency: 8}
	transport := s.cloud.Transport()
	transport.DisableKeepAlives = true
	s.Transport = transport
	return s
}

func (s *spread) handle(t *testing.T, event string) string {
	t.Helper()
	return s.handleAs(t, role, event)
}

// handleAs handles an event in a synctest bubble, whose clock stands still while it has a
// connection to the network: no transport here keeps one.
func (s *spread) handleAs(t *testing.T, c fccontext.Credentials, event string) (got string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		reply, err := s.Handle(invocation(t, c), []byte(event))
		got, s.took = posted(t, reply, err), time.Since(start)
	})
	return got
}

// requests are all requests to the API, by region.
func (s *spread) requests() (lines []string) {
	for _, region := range []string{"cn-hangzhou", "cn-beijing"} {
		for _, r := range s.cloud.Region(region).Requests() {
			lines = append(lines, region+" "+r.AccessKeyID+" "+r.String())
		}
	}
	return lines
}

// A place is where an event happened; "" is not given.
type place struct{ region, account string }

// members are the place's fields of an object, each with its comma.
func (p place) members(region, account string) (text string) {
	if p.region != "" {
		text += `"` + region + `":"` + p.region + `",`
	}
	if p.account != "" {
		text += `"` + account + `":"` + p.account + `",`
	}
	return text
}

// eventsOf are events about the connections in a place: that of a and b, or all of b. Package
// trigger finds the place in every form of event.
func eventsOf(t *testing.T, p place, a, b string) map[string]string {
	t.Helper()
	asked := p.members("regionId", "accountId")
	one := `{` + asked + strings.TrimPrefix(pair(a, b), "{")
	whole := `{` + asked + strings.TrimPrefix(all(b), "{")
	in := func(event, fields string) string { return strings.Replace(event, `"data":{`, `"data":{`+fields, 1) }
	trail := in(released(b), p.members("acsRegion", "recipientAccountId"))
	removed := `{"specversion":"1.0","id":"e3","source":"acs.elasticsearch","type":"elasticsearch:Config:ConfigurationItemChangeNotification","data":{` + p.members("regionId", "accountId") +
		`"resourceEventType":"REMOVE","resourceType":"ACS::Elasticsearch::Instance","resourceId":"` + b + `"}}`
	return map[string]string{
		"direct":                     one,
		"direct, all":                whole,
		"POST":                       posts(t, one),
		"a custom event":             carrying(one),
		"ActionTrail":                trail,
		"ActionTrail, unsure":        in(releaseOf(b, byConsole, ""), p.members("acsRegion", "recipientAccountId")),
		"by the service":             in(releaseOf(b, "AliyunServiceEvent", ""), p.members("acsRegion", "recipientAccountId")),
		"Config":                     removed,
		"in an array":                batch(trail, one),
		"a product's, with both ids": strings.Replace(carrying(one), `"source":"s1"`, `"source":"acs.ecs"`, 1),
	}
}
