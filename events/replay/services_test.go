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
		if got := r.Requests[0]; got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
}

// Where the function cannot reach several regions, the other events are played with the endpoint of one.
func TestOwnRegionAlone(t *testing.T) {
	t.Parallel()
	const call = "DELETE elasticsearch.cn-hangzhou.aliyuncs.com/openapi/instances/" + instance + "/connected-clusters?" +
		"clientToken=8ac54020-8385-536c-a137-0f4bf2773392&connectedInstanceId=" + connectedInstance + "  200"
	for name, test := range map[string]struct {
		arg  string
		want []string // in what is printed
	}{
		"for a person": {"-v", []string{
			"not played, because the function reaches only its own region here: direct-region.json http-get.json\ndirect.json  ok         removed\n",
			"  api    " + call + "\n", "events: 1 ok;",
		}},
		"for a machine": {"-json", []string{`"requests":["` + call + `"]`, `"passedOver":["direct-region.json","http-get.json"]}}` + "\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := command{}.invoked(t, nil, test.arg, "../direct-region.json", "../direct.json", "../http-get.json")
			if code != 0 {
				t.Errorf("exit code: got %d, want 0\n%s", code, stderr)
			}
			for _, want := range test.want {
				if !strings.Contains(stdout, want) {
					t.Errorf("no %s in\n%s", want, stdout)
				}
			}
		})
	}
}

func TestIsElsewhere(t *testing.T) {
	t.Parallel()
	_, passedOver := ownRegionAlone(recordings(t))
	var got []string
	for _, e := range passedOver {
		got = append(got, e.name())
	}
	want := []string{
		"direct-reconcile.json", "direct-region.json", "eventbridge-batch-two-regions.json", "eventbridge-reconcile.json",
		"eventbridge-release-other-account.json", "eventbridge-release-other-region.json", "eventbridge-release-unknown-account.json",
		"http-delete-region.json", "http-get.json", "http-post-reconcile.json", "timer-reconcile.json",
		"timer-reconcile-incomplete.json", "timer-reconcile-kept.json", "timer-reconcile-nothing.json",
	}
	if !slices.Equal(got, want) {
		t.Errorf("passed over:\n got %q\nwant %q", got, want)
	}
}
