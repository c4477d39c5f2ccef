package fleettest

import (
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"strings"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// team is how many instances work together: the first is connected with each of the others.
const team = 5

// ids are those of the instances, and after them of others, which are gone or invalid.
func (p place) ids() []string {
	seed := fnv.New64a()
	seed.Write([]byte(p.account + p.region))
	random := rand.New(rand.NewPCG(1, seed.Sum64()))
	ids := make([]string, p.instances+p.leftover+p.invalid)
	for i := range ids {
		ids[i] = site(p.region) + characters(random, 9) + "000" + characters(random, 5)
	}
	return ids
}

// site is the beginning of an id: the site of Alibaba Cloud that sells the instance.
func site(region string) string {
	if strings.HasPrefix(region, "cn-") {
		return "es-cn-"
	}
	return "es-sg-"
}

func characters(random *rand.Rand, n int) string {
	const all = "abcdefghijklmnopqrstuvwxyz0123456789"
	text := make([]byte, n)
	for i := range text {
		text[i] = all[random.IntN(len(all))]
	}
	return string(text)
}

// fill makes the instances and connections of a place exist.
func (p place) fill(s *elasticsearchtest.Server) {
	ids := p.ids()
	s.AddInstanceOf(p.account, ids[:p.instances]...)
	for i, id := range ids[:p.instances] {
		s.SetName(id, name(i), network(p.region, i))
	}
	for i := range p.instances - p.apart {
		if first := i / team * team; i != first {
			s.Connect(ids[first], ids[i])
		}
	}
	for i := range p.frozen {
		s.SetStatus(ids[p.instances-p.apart-1-i], "inactive")
	}
	if p.escape {
		s.SetName(ids[1], escape, network(p.region, 1))
	}
	for _, pair := range p.leftovers(ids) {
		s.Connect(pair[0], pair[1])
	}
	p.trouble(s, ids)
}

// leftovers connect instances of different teams with others that are gone, two with each.
func (p place) leftovers(ids []string) (pairs [][2]string) {
	for i := range p.leftover {
		pairs = append(pairs, [2]string{ids[i*7%p.instances], ids[p.instances+i/2]})
	}
	return pairs
}

// trouble makes some questions have another answer.
func (p place) trouble(s *elasticsearchtest.Server, ids []string) {
	for i := range p.invalid {
		other := ids[p.instances+p.leftover+i]
		s.Connect(ids[i+1], other)
		answer := elasticsearchtest.Body(200, "application/json", `{"Result":{"instanceId":"`+other+`","status":"invalid"},"RequestId":"A55E0000-0000-4000-8000-000000000000"}`)
		s.OnRequest = elasticsearchtest.Each(s.OnRequest, at("DescribeInstance "+other, answer))
	}
	for i := range p.denied {
		s.OnRequest = elasticsearchtest.Each(s.OnRequest, at("ListConnectedClusters "+ids[i+2], elasticsearchtest.Forbid("elasticsearch:ListConnectedClusters")))
	}
}

// at answers each request of one kind.
func at(call string, answer http.HandlerFunc) func(elasticsearchtest.Request) elasticsearchtest.Fault {
	return elasticsearchtest.At(call, func(int) elasticsearchtest.Fault { return elasticsearchtest.Fault{Answer: answer} })
}
