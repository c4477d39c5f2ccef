package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The recordings of one instance whose connections are all to go, and the instance.
func cleanups() map[string]string {
	return map[string]string{
		"direct-all.json":                          frozenInstance,
		"eventbridge-release-api-immediate.json":   releasedInstance,
		"eventbridge-release-config-remove.json":   releasedInstance,
		"eventbridge-release-console.json":         releasedInstance,
		"eventbridge-release-raw-actiontrail.json": releasedInstance,
		"eventbridge-release-raw-config.json":      releasedInstance,
		"eventbridge-release-service-expiry.json":  lingeringInstance,
		"http-delete-all.json":                     releasedInstance,
	}
}

// EventBridge delivers at least once. The first delivery removes what the instance left and nothing else; the second
// finds nothing, and asks for nothing to be removed.
func TestASecondDeliveryChangesNothing(t *testing.T) {
	t.Parallel()
	p := deployed(t)
	for name, released := range cleanups() {
		t.Run(strings.TrimSuffix(name, ".json"), func(t *testing.T) { deliverTwice(t, p, name, released) })
	}
}

func deliverTwice(t *testing.T, p *player, name, released string) {
	p.services.reset()
	want := slices.DeleteFunc(p.services.own.Connections(), func(c [2]string) bool { return slices.Contains(c[:], released) })
	first := deliver(t, p, name)
	if left := p.services.own.Connections(); !slices.Equal(left, want) {
		t.Errorf("connections after the first delivery:\n got %q\nwant %q", left, want)
	}
	second := deliver(t, p, name)
	if left := p.services.own.Connections(); !slices.Equal(left, want) {
		t.Errorf("connections after the second delivery:\n got %q\nwant %q", left, want)
	}
	if asked := removals(second.Requests[len(first.Requests):]); asked > 0 {
		t.Errorf("removals asked for by the second delivery: got %d, want none", asked)
	}
	for _, part := range []string{`"instanceId":"` + released + `"`, `"outcome":"cleaned"`, `"results":[]`} {
		if !strings.Contains(plain(second), part) {
			t.Errorf("second reply: no %s in %s", part, plain(second))
		}
	}
}

func deliver(t *testing.T, p *player, name string) *result {
	t.Helper()
	r, err := p.deliver(t.Context(), event{path: filepath.Join("..", name)})
	if err != nil {
		t.Fatal(err)
	}
	if r.Failed || !strings.Contains(plain(r), `"outcome":"cleaned"`) {
		t.Fatalf("not cleaned: %s", r.Reply)
	}
	return r
}

// plain is the reply with a body as it is, not escaped.
func plain(r *result) string { return strings.ReplaceAll(string(r.Reply), `\"`, `"`) }

func removals(requests []string) int {
	return len(slices.DeleteFunc(requests, func(r string) bool { return !strings.HasPrefix(r, "DELETE ") }))
}
