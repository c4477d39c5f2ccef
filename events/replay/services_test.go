package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Which hosts an event of another region or account leads to, each as it is first called, and what it leaves there.
func TestEventsOfOtherRegionsAndAccounts(t *testing.T) {
	t.Parallel()
	if !canTrust() {
		t.Skip("the function reaches its own region alone")
	}
	const (
		own   = "elasticsearch.cn-hangzhou.aliyuncs.com"
		other = "elasticsearch.cn-beijing.aliyuncs.com"
		sts   = "sts.cn-hangzhou.aliyuncs.com"
	)
	p := deployed(t)
	for name, test := range map[string]struct {
		hosts             []string
		left, leftInOther int // connections
	}{
		"direct":                              {[]string{own}, 7, 2},
		"direct-region":                       {[]string{other}, 8, 1},
		"http-delete-region":                  {[]string{other}, 8, 1},
		"eventbridge-release-other-region":    {[]string{other}, 8, 1},
		"eventbridge-batch-two-regions":       {[]string{own, other}, 6, 1},
		"eventbridge-release-other-account":   {[]string{sts, own}, 7, 2},
		"eventbridge-release-unknown-account": {[]string{sts}, 8, 2},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := p.play(t.Context(), event{path: filepath.Join("..", name+".json")})
			if err != nil {
				t.Fatal(err)
			}
			if got := hosts(r.Requests); !slices.Equal(got, test.hosts) {
				t.Errorf("hosts:\n got %q\nwant %q", got, test.hosts)
			}
			inOther := p.services.cloud.Region(otherRegion).Connections()
			if got := p.services.own.Connections(); len(got) != test.left || len(inOther) != test.leftInOther {
				t.Errorf("connections: got %d %q and %d %q in the other region, want %d and %d",
					len(got), got, len(inOther), inOther, test.left, test.leftInOther)
			}
		})
	}
}

// hosts are those of requests, each once, as they came.
func hosts(requests []string) (hosts []string) {
	for _, r := range requests {
		host, _, _ := strings.Cut(strings.Fields(r)[1], "/")
		if !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// A role that is assumed is seen with its ARN.
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

// Where the function cannot be let reach several regions, the rest is played with the endpoint of one.
func TestOwnRegionAlone(t *testing.T) {
	t.Parallel()
	const call = "DELETE elasticsearch.cn-hangzhou.aliyuncs.com/openapi/instances/" + instance + "/connected-clusters?" +
		"clientToken=8ac54020-8385-536c-a137-0f4bf2773392&connectedInstanceId=" + connectedInstance + "  200"
	for name, test := range map[string]struct {
		arg  string
		want []string // in what is printed
	}{
		"for a person": {"-v", []string{
			"not played, for the function reaches its own region alone here: direct-region.json http-get.json\ndirect.json  ok         removed\n",
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

// The events that need several regions, of all recorded.
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
