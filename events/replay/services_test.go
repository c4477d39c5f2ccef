package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// A request to STS is reported with the ARN of the role.
func TestRequestsToSTS(t *testing.T) {
	t.Parallel()
	if !canTrust() {
		t.Skip("the function reaches its own region alone")
	}
	p := deployed(t)
	for name, want := range map[string]string{
		"eventbridge-release-other-account.json": "POST sts.cn-hangzhou.aliyuncs.com AssumeRole " +
			"acs:ram::2234567890984321:role/elasticsearch-disconnect-member  200",
		"eventbridge-release-unknown-account.json": "POST sts.cn-hangzhou.aliyuncs.com AssumeRole " +
			"acs:ram::3234567890984321:role/elasticsearch-disconnect-member  404 EntityNotExist.Role",
	} {
		r, err := p.play(t.Context(), event{path: filepath.Join("..", name)})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.requests[0]; got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
}

// Where the function cannot use names, it gets an endpoint of its own region. The events of other regions and accounts are
// skipped, and the replies to all others are as wanted.
func TestOwnRegionAlone(t *testing.T) {
	t.Parallel()
	const call = `
  api    DELETE elasticsearch.cn-hangzhou.aliyuncs.com/openapi/instances/` + instance + `/connected-clusters?` +
		`clientToken=8ac54020-8385-536c-a137-0f4bf2773392&connectedInstanceId=` + connectedInstance + `  200
`
	code, stdout, stderr := command{}.invoked(t, nil, "-v")
	if code != 0 || !strings.Contains(stdout, call) || !strings.Contains(stdout, " ok, 24 SKIPPED; ") {
		t.Errorf("got %d and\n%s%s\nwant 0, 24 SKIPPED and%s", code, stdout, stderr, call)
	}
}
