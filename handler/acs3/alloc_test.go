package acs3

import (
	"crypto/hmac"
	"crypto/sha256"
	"testing"
)

// The tests of this file do not run in parallel: testing.AllocsPerRun counts
// the allocations of the whole process.

func TestRedactDoesNotAllocate(t *testing.T) {
	c := Credentials{NewSecret("STS.id"), NewSecret("s3cr3t"), NewSecret("CAIS+a/b==")}
	text := "a message without any of them"
	if got := testing.AllocsPerRun(100, func() { c.Redact(text) }); got != 0 {
		t.Errorf("Redact: got %v allocations, want 0", got)
	}
}

// maxAllocs is what Sign may allocate beyond the digests themselves.
const maxAllocs = 12

func TestSignAllocatesLittle(t *testing.T) {
	v := readVectors(t)["DeleteConnectedCluster, STS, clientToken"]
	in, signed := v.input(), v.request()
	Sign(signed, in)
	request := []byte(canonical(signed))

	raw := testing.AllocsPerRun(100, func() { digests(request, in) })
	made := testing.AllocsPerRun(100, func() { v.request() })
	first := testing.AllocsPerRun(100, func() { Sign(v.request(), in) })
	if got := first - made - raw; got > maxAllocs {
		t.Errorf("Sign: got %v allocations, want at most %v", got, maxAllocs)
	}
	again := testing.AllocsPerRun(100, func() { Sign(signed, in) })
	if got := again - raw; got > maxAllocs {
		t.Errorf("Sign again: got %v allocations, want at most %v", got, maxAllocs)
	}
}

// digests does what no signature can do without: the hashes of body and
// canonical request, and the HMAC of the string to sign.
func digests(request []byte, in Input) [sha256.Size]byte {
	body := sha256.Sum256(in.Body)
	hash := sha256.Sum256(request)
	mac := hmac.New(sha256.New, []byte(in.Credentials.AccessKeySecret.Reveal()))
	mac.Write(body[:]) // As long as the hexadecimal digits of hash,
	mac.Write(hash[:]) // which the string to sign has.
	return [sha256.Size]byte(mac.Sum(nil))
}

func BenchmarkSign(b *testing.B) {
	v := readVectors(b)["DeleteConnectedCluster, STS, clientToken"]
	r, in := v.request(), v.input()
	query := "connectedInstanceId=es-cn-09k1rgid9000g0002&clientToken=5A2CFF0E-5718-45B5-9D4D-70B3FF000000" // not in order
	b.ReportAllocs()
	for b.Loop() {
		r.URL.RawQuery = query
		Sign(r, in)
	}
}

// BenchmarkRaw is the part of BenchmarkSign that is not this package's.
func BenchmarkRaw(b *testing.B) {
	v := readVectors(b)["DeleteConnectedCluster, STS, clientToken"]
	r, in := v.request(), v.input()
	Sign(r, in)
	request := []byte(canonical(r))
	b.ReportAllocs()
	for b.Loop() {
		digests(request, in)
	}
}
