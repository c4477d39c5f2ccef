package main

import (
	"path/filepath"
	"slices"
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

// Where the function cannot use names, it gets an endpoint of its own region, and events of others are skipped.
func TestOwnRegionAlone(t *testing.T) {
	t.Parallel()
	const want = `direct-region.json  SKIPPED
direct.json         ok         removed
  api    DELETE elasticsearch.cn-hangzhou.aliyuncs.com/openapi/instances/` + instance + `/connected-clusters?` +
		`clientToken=8ac54020-8385-536c-a137-0f4bf2773392&connectedInstanceId=` + connectedInstance + `  200
`
	code, stdout, stderr := command{}.invoked(t, nil, "-v", "../direct-region.json", "../direct.json")
	if code != 0 || !strings.HasPrefix(stdout, want) || !strings.Contains(stdout, "\nevents: 1 ok, 1 SKIPPED;") {
		t.Errorf("got %d and\n%s%s\nwant 0 and\n%s", code, stdout, stderr, want)
	}
}

func TestIsElsewhere(t *testing.T) {
	t.Parallel()
	var got []string
	for _, e := range recordings(t) {
		if e.isElsewhere() {
			got = append(got, e.name())
		}
	}
	want := []string{
		"direct-reconcile.json", "direct-region.json", "eventbridge-batch-two-regions.json", "eventbridge-reconcile.json",
		"eventbridge-release-other-account.json", "eventbridge-release-other-region.json", "eventbridge-release-unknown-account.json",
		"http-delete-region.json", "http-get.json", "http-post-reconcile.json", "timer-reconcile.json",
		"timer-reconcile-incomplete.json", "timer-reconcile-kept.json", "timer-reconcile-nothing.json",
	}
	if !slices.Equal(got, want) {
		t.Errorf("elsewhere:\n got %q\nwant %q", got, want)
	}
}
