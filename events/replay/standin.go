package main

import (
	"slices"
	"strings"
	"time"

	"elasticsearch-disconnect/events/replay/fctest"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// The credentials are nobody's, and unlike any other text, so that a leak is found.
const (
	accessKeyID     = "STS.NUreplayCanaryKeyId00000"
	accessKeySecret = "replayCanarySecretHx7bTq2mVw9LkZ4RfY8"
	securityToken   = "CAISreplayCanaryTokenq6Ft5B2yfSjIr5fYGojBu4e0oKxDg4NL1Lw"

	// Function Compute copies these into the environment when it starts an instance. They expire, so the function must not
	// use them: the API does not accept them.
	agedAccessKeyID     = "STS.NUreplayAgedKeyId00000000"
	agedAccessKeySecret = "replayAgedSecretPq3nWc8dJs5GtX1BvM6"
	agedSecurityToken   = "CAISreplayAgedTokenz9Wk4E7xqRtMn2hLdCuYp8vAs3oGj6fBi1Ne"

	// STS issues these for the role in the member's account.
	memberAccessKeyID     = "STS.NUreplayMemberKeyId000000"
	memberAccessKeySecret = "replayMemberSecretTz6yKd1nQs9WcFpX3Ua"
	memberSecurityToken   = "CAISreplayMemberTokenr4Jv7LmXe0bHgYt2SkWn5QcPz8dUa1Fi6"
)

// leaks returns a fault for each line with a secret in it.
func leaks(text string) (found []string) {
	secrets := []string{
		accessKeyID, accessKeySecret, securityToken, agedAccessKeyID, agedAccessKeySecret, agedSecurityToken,
		memberAccessKeyID, memberAccessKeySecret, memberSecurityToken,
	}
	for line := range strings.Lines(text) {
		if slices.ContainsFunc(secrets, func(secret string) bool { return strings.Contains(line, secret) }) {
			found = append(found, "a secret leaks: "+strings.TrimSpace(line))
		}
	}
	return found
}

// The regions and accounts of the events.
const (
	region         = "cn-hangzhou"
	account        = "1234567890984321"
	otherRegion    = "cn-beijing"
	memberAccount  = "2234567890984321"
	memberRole     = "elasticsearch-disconnect-member" // MEMBER_ROLE
	strangeAccount = "3234567890984321"                // has no such role
)

// common returns the part that all invocations share.
func common() fctest.Invocation {
	return fctest.Invocation{
		Region:          region,
		AccountID:       account,
		AccessKeyID:     accessKeyID,
		AccessKeySecret: accessKeySecret,
		SecurityToken:   securityToken,
		Timeout:         invocationTimeout,
	}
}

// own returns the role of the function, in its own account.
func own() elasticsearchtest.Account {
	return elasticsearchtest.Account{AccessKeyID: accessKeyID, AccessKeySecret: accessKeySecret, SecurityToken: securityToken}
}

// member returns the role that the function assumes in another account.
func member() elasticsearchtest.Account {
	return elasticsearchtest.Account{
		AccessKeyID: memberAccessKeyID, AccessKeySecret: memberAccessKeySecret, SecurityToken: memberSecurityToken, ID: memberAccount,
	}
}

// newAPI starts the API of one region, which accepts the credentials of the invocations. It uses TLS if the function can be
// made to trust it.
func newAPI() *elasticsearchtest.Server {
	start := elasticsearchtest.NewServer
	if canTrust() {
		start = elasticsearchtest.NewTLSServer
	}
	api := start()
	api.AddAccount(own())
	return api
}

// newCloud starts the API of all regions, and STS.
func newCloud() *elasticsearchtest.Cloud {
	cloud := elasticsearchtest.NewCloud()
	for _, id := range regions() {
		cloud.Region(id).AddAccount(own())
		cloud.Region(id).AddAccount(member())
	}
	cloud.STS.AddAccount(own())
	cloud.STS.AddRole("acs:ram::"+memberAccount+":role/"+memberRole, member())
	return cloud
}

// invocationTimeout is the time for an event, a thousand times what it takes. The function waits 30 s at most between two
// attempts, begins no wait that would outlast its time, and keeps a second for the reply. So if the API asks for a longer
// wait, there is exactly one attempt, however slow the machine is.
const invocationTimeout = 30 * time.Second
