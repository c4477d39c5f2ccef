package main

// What exists before each event. Every release tells of an instance of its own, so that an event which acts on the wrong
// one shows.
const (
	instance          = "es-cn-n6w1o1x0w001c0001" // connected with connectedInstance
	connectedInstance = "es-cn-09k1rgid9000g0002"
	separateInstance  = "es-cn-2r42d6w0e001h0003" // by itself
	survivor          = "es-cn-5fq1t8s2a000m0004" // keeps what two released instances left, and a frozen one
	otherSurvivor     = "es-cn-8hd1w3v6b000p0005" // keeps what one released instance left, and a lingering one
	busyInstance      = "es-cn-4lz1k9c7d000q0006" // is being changed, so nothing of it can be removed
	frozenInstance    = "es-cn-6rj1y2n4e000s0007" // released, but can be recovered
	lingeringInstance = "es-cn-3vb1x5m8f000t0008" // released, but can still be listed
)

// What is gone, and left connections behind.
const (
	releasedInstance = "es-cn-7tc1u6h9g000v0009" // with survivor and otherSurvivor
	strandedInstance = "es-cn-1xm1z4p5h000w0010" // with survivor and busyInstance
)

// reset brings the API back to where every event begins. It knows its account from the start.
func (s *stage) reset() {
	s.api.Reset()
	s.api.AddInstance(instance, connectedInstance, separateInstance, survivor, otherSurvivor)
	s.api.SetStatus(busyInstance, "activating")
	s.api.SetStatus(frozenInstance, "inactive")
	s.api.SetStatus(lingeringInstance, "invalid")
	for _, pair := range [][2]string{
		{instance, connectedInstance},
		{releasedInstance, survivor},
		{releasedInstance, otherSurvivor},
		{strandedInstance, survivor},
		{strandedInstance, busyInstance},
		{frozenInstance, survivor},
		{lingeringInstance, otherSurvivor},
	} {
		s.api.Connect(pair[0], pair[1])
	}
}
