package handler_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// TestActsWhereItHappened: a request for another region or account is carried out there; none
// of its calls goes to the function's own region, or to another account with the function's
// own credentials, although instances of the same ids exist there.
func TestActsWhereItHappened(t *testing.T) {
	t.Parallel()
	for name, where := range map[string]func(s *spread) place{
		"another region":              func(*spread) place { return place{region: "cn-beijing"} },
		"another account":             func(s *spread) place { return place{account: s.member.ID} },
		"both":                        func(s *spread) place { return place{"cn-beijing", s.member.ID} },
		"the own, named":              func(*spread) place { return place{"cn-hangzhou", ownAccount} },
		"the own, and not named":      func(*spread) place { return place{} },
		"another region, own account": func(*spread) place { return place{"cn-beijing", ownAccount} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for kind := range eventsOf(t, place{}, instance, connected) {
				s := newSpread(t)
				p := where(s)
				a, b, key, region := instance, connected, role.AccessKeyId, "cn-hangzhou"
				if p.region != "" {
					region = p.region
				}
				if p.account == s.member.ID {
					a, b, key = memberInstance, memberConnected, s.member.AccessKeyID
				}
				s.cloud.Region(region).RemoveInstance(b)
				got := s.handle(t, eventsOf(t, p, a, b)[kind])
				if !strings.Contains(got, "removed") || !strings.Contains(got, `regionId\":\"`+region+`\"`) && !strings.Contains(got, `"regionId":"`+region+`"`) {
					t.Errorf("%s: %s", kind, got)
				}
				foreign := map[string]string{s.member.ID: s.member.ID}[p.account]
				for line := range strings.Lines(s.log.String() + s.all.String()) {
					if !strings.Contains(line, `"regionId":"`+region+`","accountId":"`+foreign+`"`) {
						t.Errorf("%s: a log line without its region and account: %s", kind, line)
					}
				}
				if named := strings.Contains(got, "accountId"); named != (p.account == s.member.ID) {
					t.Errorf("%s: the account is named: %t, in %s", kind, named, got)
				}
				for _, line := range s.requests() {
					if !strings.HasPrefix(line, region+" "+key+" ") {
						t.Errorf("%s: not to %s as %s: %s", kind, region, key, line)
					}
				}
				if s.cloud.Region(region).Connected(a, b) || len(s.cloud.Region("cn-hangzhou").Connections())+len(s.cloud.Region("cn-beijing").Connections()) != 3 {
					t.Errorf("%s: left: %q, %q", kind, s.cloud.Region("cn-hangzhou").Connections(), s.cloud.Region("cn-beijing").Connections())
				}
			}
		})
	}
}

// TestWhereItMayNotAct: nothing is sent, and the reply has the reason.
func TestWhereItMayNotAct(t *testing.T) {
	t.Parallel()
	endpoint, err := elasticsearch.ParseEndpoint("https://elasticsearch.cn-hangzhou.aliyuncs.com")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, err := elasticsearch.ParseEndpoint("https://elasticsearch-vpc.CN-Beijing.aliyuncs.com:443")
	if err != nil {
		t.Fatal(err)
	}
	const stranger = "2234567890984321"
	for name, test := range map[string]struct {
		config                    handler.Config
		place                     place
		request, report, isLogged string // the kind for a person's request and for a product's event; the log has the reason
	}{
		"VPC": {handler.Config{Network: elasticsearch.VPC}, place{region: "cn-beijing"},
			"Internal", "Internal", "the request is for cn-beijing, and ELASTICSEARCH_NETWORK=vpc serves one region alone, the function's own"},
		"an endpoint": {handler.Config{Network: elasticsearch.Public, Endpoint: endpoint}, place{region: "cn-beijing"},
			"Internal", "Internal", "the request is for cn-beijing, and ELASTICSEARCH_ENDPOINT serves one region alone, the function's own"},
		"an endpoint elsewhere": {handler.Config{Network: elasticsearch.Public, Endpoint: elsewhere}, place{},
			"Internal", "Internal", "the request is for cn-hangzhou, and ELASTICSEARCH_ENDPOINT is in cn-beijing: correct it, or leave it empty"},
		"a region left out": {handler.Config{Network: elasticsearch.Public, Regions: regions(t, "cn-hangzhou", "cn-shanghai")}, place{region: "cn-beijing"},
			"Denied", "ignored", "cn-beijing is not in REGIONS, the regions in which the function acts"},
		"another service's host": {handler.Config{Network: elasticsearch.Public}, place{region: "oss-cn-hangzhou"},
			"Denied", "Denied", "oss-cn-hangzhou is not in this version's list of Elasticsearch regions. A new region can be named in REGIONS"},
		"a region mistyped": {handler.Config{Network: elasticsearch.Public}, place{region: "cn-beijin"},
			"Denied", "Denied", "cn-beijin is not in this version's list of Elasticsearch regions (did you mean cn-beijing?). A new region can be named in REGIONS"},
		"the own region left out": {handler.Config{Network: elasticsearch.Public, Regions: regions(t, "cn-shanghai")}, place{},
			"Denied", "ignored", "cn-hangzhou is not in REGIONS, the regions in which the function acts"},
		"an account, and no role": {handler.Config{Network: elasticsearch.Public}, place{account: stranger},
			"Denied", "Denied", "the request is for account 2234567890984321, the credentials are of account 1234567890984321, and MEMBER_ROLE is not set: set it to the name of a role in that account that the function's role may assume"},
		"a role that is not there": {handler.Config{Network: elasticsearch.Public, MemberRole: memberRole}, place{account: stranger},
			"Denied", "Denied", "the credentials of account 1234567890984321 may not assume acs:ram::2234567890984321:role/member: check that account 2234567890984321 has this role, that the role trusts the function's role, and that the function's role has sts:AssumeRole on it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSpread(t)
			test.config.Concurrency = 8
			s.Config = test.config
			for kind, event := range eventsOf(t, test.place, instance, connected) {
				s.log.Reset()
				got := s.handle(t, event)
				for _, want := range []string{"removed", "cleaned", "absent"} {
					if strings.Contains(got, want) {
						t.Errorf("%s: %s", kind, got)
					}
				}
				isReport := slices.Contains([]string{"ActionTrail", "ActionTrail, unsure", "by the service", "Config"}, kind)
				want := test.request
				if isReport {
					want = test.report
				}
				if !strings.Contains(got, want) || !strings.Contains(s.log.String(), test.isLogged) {
					t.Errorf("%s: want %s, %q\n got %s\n log %s", kind, want, test.isLogged, got, &s.log)
				}
			}
			others := slices.DeleteFunc(s.cloud.Hosts(), func(host string) bool { return host == "sts.cn-hangzhou.aliyuncs.com" })
			if requests := s.requests(); len(requests) > 0 || len(others) > 0 {
				t.Errorf("sent: %q, to %q", requests, others)
			}
		})
	}
}

// TestTwoAccountsAtOnce: in batches, and in invocations at the same time, each request is signed for
// the account of its instance, and each invocation assumes a role once, whatever the regions are.
func TestTwoAccountsAtOnce(t *testing.T) {
	t.Parallel()
	s := newSpread(t)
	other := addMember(s.cloud.STS, 2)
	var events []string
	for i := range 25 {
		region := []string{"cn-hangzhou", "cn-beijing"}[i%2]
		api := s.cloud.Region(region)
		api.AddAccount(other)
		for _, a := range []elasticsearchtest.Account{s.member, other} {
			survivor, gone := fmt.Sprintf("es-cn-%s-a%d", a.ID, i), fmt.Sprintf("es-cn-%s-b%d", a.ID, i)
			api.AddInstanceOf(a.ID, survivor)
			api.Connect(survivor, gone)
			events = append(events, strings.Replace(released(gone), `"data":{`, `"data":{"acsRegion":"`+region+`","recipientAccountId":"`+a.ID+`",`, 1))
		}
	}
	synctest.Test(t, func(t *testing.T) {
		var all sync.WaitGroup
		for some := range slices.Chunk(events, 10) { // five invocations at the same time
			all.Go(func() {
				if got := s.fixture.handle(t, batch(some...)); strings.Count(got, `"outcome":"removed"`) != 10 {
					t.Errorf("reply: %s", got)
				}
			})
		}
		all.Wait()
	})
	for _, r := range append(s.cloud.Region("cn-hangzhou").Requests(), s.cloud.Region("cn-beijing").Requests()...) {
		about := strings.TrimPrefix(strings.TrimPrefix(r.Path, "/openapi/instances"), "/")
		if about != "" && !strings.HasPrefix(about, "es-cn-member") && !strings.HasPrefix(about, "es-cn-"+r.Account+"-") || r.Status >= 500 {
			t.Errorf("account %s: %s", r.Account, r)
		}
	}
	for _, a := range []elasticsearchtest.Account{s.member, other} {
		if n := s.assumed(a); n != 5 {
			t.Errorf("the role of %s was assumed %d times", a.ID, n)
		}
	}
}

// assumed returns how often the role of a member was requested.
func (s *spread) assumed(a elasticsearchtest.Account) (n int) {
	for _, r := range s.cloud.STS.Requests() {
		if r.RoleARN == roleOfMember(a) {
			n++
		}
	}
	return n
}

// TestInfo: the reply to GET / under each limit of regions. It needs no credentials, and is
// not logged.
func TestInfo(t *testing.T) {
	t.Parallel()
	for want, config := range map[string]handler.Config{
		`"regions":"all","members":false,"dryRun":true`:                     {Network: elasticsearch.Public, DryRun: true},
		`"regions":"all","members":true,"dryRun":false`:                     {Network: elasticsearch.Public, MemberRole: "r"},
		`"regions":"cn-beijing,cn-hangzhou","members":false,"dryRun":false`: {Network: elasticsearch.Public, Regions: regions(t, "cn-beijing", "cn-hangzhou")},
		`"regions":"cn-hangzhou","members":false,"dryRun":false`:            {Network: elasticsearch.VPC},
		`"regions":"none","members":false,"dryRun":false`:                   {Network: elasticsearch.VPC, Regions: regions(t, "cn-beijing")},
	} {
		s := newPlainFixture(t)
		s.Config = config
		reply, err := s.Handle(invocation(t, fccontext.Credentials{}), []byte(`{"version":"v1","rawPath":"/","requestContext":{"http":{"method":"GET"}}}`))
		body := `{"name":"elasticsearch-disconnect","version":"v1.2.3","commit":"abc","region":"cn-hangzhou",` + want + `}`
		if got := posted(t, reply, err); got != `{"statusCode":200,"headers":{"Content-Type":"application/json"},"isBase64Encoded":false,"body":`+encode(t, body)+`}` {
			t.Errorf("%+v: %s, want %s", config, got, want)
		}
		if s.log.Len() > 0 || len(s.api.Requests()) > 0 {
			t.Errorf("it logged %s and sent %d requests", &s.log, len(s.api.Requests()))
		}
	}
}

// TestPaceOfEachScope: invocations share the pace of a region and account. One that limits the
// rate does not slow down another.
func TestPaceOfEachScope(t *testing.T) {
	t.Parallel()
	s := newSpread(t)
	beijing := `{"regionId":"cn-beijing",` + direct[1:]
	s.cloud.Region("cn-beijing").OnRequest = at("DeleteConnectedCluster", refuse(400, "Throttling.User"))
	if got := s.handle(t, beijing); !strings.Contains(got, "Throttled") || s.took == 0 {
		t.Fatalf("%v, %s", s.took, got)
	}
	s.cloud.Region("cn-beijing").OnRequest = nil
	member := `{"regionId":"cn-beijing","accountId":"` + s.member.ID + `",` + pair(memberInstance, memberConnected)[1:]
	for _, test := range []struct {
		event string
		waits bool
	}{{member, false}, {direct, false}, {beijing, true}} {
		if got := s.handle(t, test.event); !strings.Contains(got, `"outcome":"removed"`) || (s.took > 0) != test.waits {
			t.Errorf("it took %v: %s", s.took, got)
		}
	}
}
