package main

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// What exists before each event, and the released instances that left connections behind. Every release is of another
// instance, so that an event which acts on the wrong one is noticed.
const (
	instance          = "es-cn-n6w1o1x0w001c0001" // connected with connectedInstance
	connectedInstance = "es-cn-09k1rgid9000g0002"
	separateInstance  = "es-cn-2r42d6w0e001h0003" // by itself
	survivor          = "es-cn-5fq1t8s2a000m0004" // keeps what two released instances left, and a frozen one
	otherSurvivor     = "es-cn-8hd1w3v6b000p0005" // keeps what one released instance left, and a lingering one
	busyInstance      = "es-cn-4lz1k9c7d000q0006" // is being changed, so nothing of it can be removed
	frozenInstance    = "es-cn-6rj1y2n4e000s0007" // released, but can be recovered
	lingeringInstance = "es-cn-3vb1x5m8f000t0008" // released, but can still be listed
	releasedInstance  = "es-cn-7tc1u6h9g000v0009" // gone
	strandedInstance  = "es-cn-1xm1z4p5h000w0010" // gone

	// In cn-beijing.
	otherRegionSurvivor  = "es-cn-4kd1a7r2e000x0011" // keeps what a released instance left
	otherRegionReleased  = "es-cn-9vm1c3t8k000y0012" // gone
	otherRegionInstance  = "es-cn-2wp1e5x6n000z0013" // connected with otherRegionConnected
	otherRegionConnected = "es-cn-6bz1g9s4q001a0014"

	// In the member's account.
	memberSurvivor = "es-cn-8nf1j2v7m001b0015" // keeps what a released instance left
	memberReleased = "es-cn-3qh1l6w9p001d0016" // gone

	// In cn-shanghai, without leftovers.
	tidyInstance  = "es-cn-7wm1b4d8s001g0017" // connected with tidyConnected
	tidyConnected = "es-cn-5ct1f9h3v001h0018"

	// In cn-shenzhen, where the function may not see every instance.
	seenInstance   = "es-cn-0kp1j6l2x001m0019" // connected with unseenInstance
	unseenInstance = "es-cn-8rs1n5q7z001p0020" // not listed; every request for it is refused

	// In cn-guangzhou.
	willingSurvivor = "es-cn-3xv1t2w6c001q0021" // keeps what a released instance left
	busySurvivor    = "es-cn-6yb1z8c4f001s0022" // does so too, and is being changed
	doublyStranded  = "es-cn-9dg1h1j5k001t0023" // gone

	// In cn-qingdao.
	protectedSurvivor = "es-cn-1vk1m3p7r001v0024" // keeps what a released instance left, and is protected
	plainSurvivor     = "es-cn-4nw1r6s2t001w0025" // keeps what a released instance left
	partlyStranded    = "es-cn-7px1v9w5x001x0026" // gone

	// In cn-chengdu.
	lateSurvivor = "es-cn-5kj1n8w2v001y0027" // connected with lateInstance
	lateInstance = "es-cn-1qd1y3b7h001z0028" // listed, though DescribeInstance answers that it does not exist

	// In cn-wulanchabu.
	vagueInstance   = "es-cn-6vs1c4f9k00200029" // connected with vagueConnected; a removal answers "true", and removes nothing
	vagueConnected  = "es-cn-8bx1d5g2m00210030"
	strangeInstance = "es-cn-3dz1f7j4p00220031" // every request for it is refused, on account of the token
)

// A place is the contents of another region than the function's own.
type place struct {
	instances   []string
	connections [][2]string
}

func otherRegions() map[string]place {
	return map[string]place{
		otherRegion: {
			[]string{otherRegionSurvivor, otherRegionInstance, otherRegionConnected},
			[][2]string{{otherRegionReleased, otherRegionSurvivor}, {otherRegionInstance, otherRegionConnected}},
		},
		"cn-shanghai": {[]string{tidyInstance, tidyConnected}, [][2]string{{tidyInstance, tidyConnected}}},
		"cn-shenzhen": {[]string{seenInstance}, [][2]string{{seenInstance, unseenInstance}}},
		"cn-guangzhou": {
			[]string{willingSurvivor, busySurvivor},
			[][2]string{{doublyStranded, willingSurvivor}, {doublyStranded, busySurvivor}},
		},
		"cn-qingdao": {
			[]string{protectedSurvivor, plainSurvivor},
			[][2]string{{partlyStranded, protectedSurvivor}, {partlyStranded, plainSurvivor}},
		},
		"cn-chengdu":    {[]string{lateSurvivor, lateInstance}, [][2]string{{lateInstance, lateSurvivor}}},
		"cn-wulanchabu": {[]string{vagueInstance, vagueConnected, strangeInstance}, [][2]string{{vagueInstance, vagueConnected}}},
	}
}

// regions returns the regions that the function can call, sorted.
func regions() []string {
	return slices.Sorted(slices.Values(append(slices.Collect(maps.Keys(otherRegions())), region)))
}

// reset brings the services back to where every event begins.
func (s *services) reset() {
	s.own.Reset()
	addOwn(s.own)
	s.STS.Reset()
	s.own.AddInstanceOf(memberAccount, memberSurvivor)
	s.own.Connect(memberReleased, memberSurvivor)
	for id, place := range otherRegions() {
		api := s.Region(id)
		api.Reset()
		api.AddInstance(place.instances...)
		for _, c := range place.connections {
			api.Connect(c[0], c[1])
		}
	}
}

// addOwn adds the contents of the function's own region and account.
func addOwn(api *elasticsearchtest.Server) {
	api.AddInstance(instance, connectedInstance, separateInstance, survivor, otherSurvivor)
	api.SetStatus(busyInstance, "activating")
	api.SetStatus(frozenInstance, "inactive")
	api.SetStatus(lingeringInstance, "invalid")
	api.Connect(instance, connectedInstance)
	api.Connect(releasedInstance, survivor)
	api.Connect(releasedInstance, otherSurvivor)
	api.Connect(strandedInstance, survivor)
	api.Connect(strandedInstance, busyInstance)
	api.Connect(frozenInstance, survivor)
	api.Connect(lingeringInstance, otherSurvivor)
}

// misbehave adds faults to the API: if an instance is being changed, it asks to come back after a minute, it refuses
// requests for unseenInstance and strangeInstance, contradicts itself about lateInstance, and does not remove what it says
// to have removed of vagueInstance.
func misbehave(r elasticsearchtest.Request) elasticsearchtest.Fault {
	isBusy := strings.Contains(r.Path, busyInstance) || strings.Contains(r.Path, busySurvivor)
	switch {
	case r.Method == http.MethodDelete && isBusy:
		return elasticsearchtest.Fault{Answer: func(w http.ResponseWriter, q *http.Request) {
			w.Header().Set("x-acs-retry-after", "60000")
			elasticsearchtest.Refuse(http.StatusBadRequest, "InstanceActivating", "The instance is being changed.")(w, q)
		}}
	case r.Method == http.MethodGet && strings.Contains(r.Path, lateInstance):
		return elasticsearchtest.Fault{Answer: elasticsearchtest.Refuse(http.StatusBadRequest, "InstanceNotFound", "The instanceId provided does not exist.")}
	case strings.Contains(r.Path, unseenInstance):
		return elasticsearchtest.Fault{Answer: elasticsearchtest.Refuse(http.StatusForbidden, "NoPermission", "You are not authorized.")}
	case strings.Contains(r.Path, strangeInstance):
		return elasticsearchtest.Fault{Answer: elasticsearchtest.Refuse(http.StatusBadRequest, "InvalidSecurityToken.Malformed", "Specified SecurityToken is malformed.")}
	case r.Method == http.MethodDelete && strings.Contains(r.Path, vagueInstance):
		return elasticsearchtest.Fault{Answer: elasticsearchtest.Body(http.StatusOK, "application/json", `{"Result":"true"}`)}
	}
	return elasticsearchtest.Fault{}
}
