package main

import (
	"net/http"
	"runtime"
	"slices"
	"strings"
	"time"

	"elasticsearch-disconnect/events/replay/fctest"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// The credentials are nobody's, and odd enough to be found wherever they leak.
const (
	accessKeyID     = "STS.NUreplayCanaryKeyId00000"
	accessKeySecret = "replayCanarySecretHx7bTq2mVw9LkZ4RfY8"
	securityToken   = "CAISreplayCanaryTokenq6Ft5B2yfSjIr5fYGojBu4e0oKxDg4NL1Lw"

	// Those that Function Compute copies into the environment when it starts an instance. They age, so the function must
	// not use them: the API does not know these.
	agedAccessKeyID     = "STS.NUreplayAgedKeyId00000000"
	agedAccessKeySecret = "replayAgedSecretPq3nWc8dJs5GtX1BvM6"
	agedSecurityToken   = "CAISreplayAgedTokenz9Wk4E7xqRtMn2hLdCuYp8vAs3oGj6fBi1Ne"
)

// leaks finds the lines with a secret in what leaves the function.
func leaks(text string) (found []string) {
	secrets := []string{accessKeyID, accessKeySecret, securityToken, agedAccessKeyID, agedAccessKeySecret, agedSecurityToken}
	for line := range strings.Lines(text) {
		if slices.ContainsFunc(secrets, func(secret string) bool { return strings.Contains(line, secret) }) {
			found = append(found, "a secret leaks: "+strings.TrimSpace(line))
		}
	}
	return found
}

// common is what all invocations have in common.
func common() fctest.Invocation {
	return fctest.Invocation{
		Region:          "cn-hangzhou",
		AccountID:       "1234567890984321",
		AccessKeyID:     accessKeyID,
		AccessKeySecret: accessKeySecret,
		SecurityToken:   securityToken,
		Timeout:         invocationTimeout,
	}
}

// newAPI starts the API, which knows the credentials of the invocations. It speaks TLS but on macOS and Windows, where Go
// does not read SSL_CERT_FILE, so that another process could not be given its certificate.
func newAPI() *elasticsearchtest.Server {
	start := elasticsearchtest.NewTLSServer
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		start = elasticsearchtest.NewServer
	}
	api := start()
	api.AddAccount(elasticsearchtest.Account{AccessKeyID: accessKeyID, AccessKeySecret: accessKeySecret, SecurityToken: securityToken})
	return api
}

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
)

// reset brings the API back to where every event begins.
func reset(api *elasticsearchtest.Server) {
	api.Reset()
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

// invocationTimeout is what the function is told it has for an event: a thousand times what it takes. The function waits
// 30 s at most between two attempts, and begins no wait for which it has no time. A second is kept for the reply, so it
// never has 30 s: where the API asks to wait longer than that, there is one attempt, on however slow a machine.
const invocationTimeout = 30 * time.Second

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
