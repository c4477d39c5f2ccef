// Package fleettest is a fleet for the command to be run against: some hundred instances of two accounts
// in several regions, of which a few connections are left over. It describes what package
// elasticsearchtest serves on loopback, and it is the same each time: ids, names and connections.
package fleettest

import (
	"slices"

	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// The accounts, and the role by which the first acts in the second.
const (
	Account    = "1234567890984321"
	Member     = "2234567890984322"
	MemberRole = "ops"
)

// Refusing is the region in which neither account has opened the service.
const Refusing = "eu-west-1"

// places are those with instances. The regions that are in no place are served as well, and have none.
func places() []place {
	return []place{
		{Account, "cn-hangzhou", contents{instances: 150, apart: 25, leftover: 3, frozen: 1}},
		{Account, "cn-beijing", contents{instances: 100, apart: 10, leftover: 1, frozen: 1, invalid: 1}},
		{Account, "cn-shanghai", contents{instances: 40, leftover: 1}},
		{Account, "eu-central-1", contents{instances: 10, leftover: 1, escape: true}},
		{Account, "ap-southeast-1", contents{instances: 20, leftover: 45}}, // more than RECONCILE_LIMIT is by default
		{Member, "cn-hangzhou", contents{instances: 30, leftover: 1}},
		{Member, "cn-shenzhen", contents{instances: 12, denied: 1}},
	}
}

// A place is a region of an account.
type place struct {
	account, region string
	contents
}

// contents are numbers, but for escape.
type contents struct {
	instances int
	apart     int  // instances without a connection
	leftover  int  // connections whose other end is gone
	frozen    int  // instances that were released and can be recovered
	invalid   int  // other ends that are not listed and have the status invalid, so that their connections are kept
	denied    int  // instances whose connections nobody may list
	escape    bool // the name of an instance would steer a terminal
}

// A Fleet is a cloud with the instances of all places. Until its first request it can be changed, as
// the cloud can: a hook of its own goes into OnRequest of a region beside the one that is there.
type Fleet struct{ *elasticsearchtest.Cloud }

// New starts a fleet.
func New() Fleet {
	f := newFleet(places())
	f.Region(Refusing).OnRequest = func(elasticsearchtest.Request) elasticsearchtest.Fault {
		return elasticsearchtest.Fault{Answer: elasticsearchtest.NotOpened()}
	}
	return f
}

// NewUniform starts a fleet with as many instances and connections in each of some regions of the first
// account: at most four connections for five instances.
func NewUniform(instances, connections int, regions ...string) Fleet {
	var same []place
	for _, id := range regions {
		same = append(same, place{Account, id, contents{instances: instances, apart: instances - connections*team/(team-1)}})
	}
	return newFleet(same)
}

func newFleet(places []place) Fleet {
	f := Fleet{elasticsearchtest.NewCloud()}
	for _, id := range elasticsearch.Regions() {
		f.open(id)
	}
	for _, p := range places {
		p.fill(f.Region(p.region))
	}
	f.STS.AddRole("acs:ram::"+Member+":role/"+MemberRole, memberSession())
	return f
}

// open lets the users into a region, and into STS.
func (f Fleet) open(region string) {
	s := f.Region(region)
	s.OnRequest = denyAuditor
	for _, user := range users() {
		s.AddAccount(user)
		f.STS.AddAccount(user)
	}
}

// Leftovers returns the connections of a region that are left over in an account: the instance, and
// the one that is gone.
func Leftovers(account, region string) [][2]string {
	all := places()
	i := slices.IndexFunc(all, func(p place) bool { return p.account == account && p.region == region })
	if i < 0 {
		return nil
	}
	return all[i].leftovers(all[i].ids())
}
