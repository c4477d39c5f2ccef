package main

import (
	"net/http"
	"strings"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// What exists before each event, and what is gone and left connections behind. Every release is of an instance of its
// own, so that an event which acts on the wrong one shows.
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

	// In the other region.
	otherRegionSurvivor  = "es-cn-4kd1a7r2e000x0011" // keeps what a released instance left
	otherRegionReleased  = "es-cn-9vm1c3t8k000y0012" // gone
	otherRegionInstance  = "es-cn-2wp1e5x6n000z0013" // connected with otherRegionConnected
	otherRegionConnected = "es-cn-6bz1g9s4q001a0014"

	// In the member's account.
	memberSurvivor = "es-cn-8nf1j2v7m001b0015" // keeps what a released instance left
	memberReleased = "es-cn-3qh1l6w9p001d0016" // gone
)

// reset brings the services back to where every event begins.
func (s *services) reset() {
	s.own.Reset()
	addOwn(s.own)
	if s.cloud == nil {
		return
	}
	s.cloud.STS.Reset()
	s.own.AddInstanceOf(memberAccount, memberSurvivor)
	s.own.Connect(memberReleased, memberSurvivor)
	other := s.cloud.Region(otherRegion)
	other.Reset()
	other.AddInstance(otherRegionSurvivor, otherRegionInstance, otherRegionConnected)
	other.Connect(otherRegionReleased, otherRegionSurvivor)
	other.Connect(otherRegionInstance, otherRegionConnected)
}

// addOwn adds what there is in the function's own region and account.
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

// askToWait is the API's answer for busyInstance: come back after a minute.
func askToWait(r elasticsearchtest.Request) elasticsearchtest.Fault {
	if r.Method != http.MethodDelete || !strings.Contains(r.Path, busyInstance) {
		return elasticsearchtest.Fault{}
	}
	return elasticsearchtest.Fault{Answer: func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("x-acs-retry-after", "60000")
		elasticsearchtest.Refuse(http.StatusBadRequest, "InstanceActivating", "The instance is being changed.")(w, q)
	}}
}
