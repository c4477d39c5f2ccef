package main

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// The recordings that tell of one instance whose connections are all to go, and that instance.
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
	s, err := open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	for name, released := range cleanups() {
		t.Run(strings.TrimSuffix(name, ".json"), func(t *testing.T) { deliverTwice(t, s, name, released) })
	}
}

func deliverTwice(t *testing.T, s *stage, name, released string) {
	s.reset()
	want := slices.DeleteFunc(s.api.Connections(), func(c [2]string) bool { return slices.Contains(c[:], released) })
	first := deliver(t, s, name)
	if left := s.api.Connections(); !slices.Equal(left, want) {
		t.Errorf("connections after the first delivery:\n got %q\nwant %q", left, want)
	}
	second := deliver(t, s, name)
	if left := s.api.Connections(); !slices.Equal(left, want) {
		t.Errorf("connections after the second delivery:\n got %q\nwant %q", left, want)
	}
	if asked := removals(second.requests[len(first.requests):]); asked > 0 {
		t.Errorf("removals asked for by the second delivery: got %d, want none", asked)
	}
	for _, part := range []string{`"instanceId":"` + released + `"`, `"outcome":"cleaned"`, `"results":[]`} {
		if _, text := second.reading(); !strings.Contains(text, part) {
			t.Errorf("second reply: no %s in %s", part, text)
		}
	}
}

func deliver(t *testing.T, s *stage, name string) *scene {
	t.Helper()
	sc, err := s.deliver(t.Context(), event{path: filepath.Join("..", name)})
	if err != nil {
		t.Fatal(err)
	}
	if _, text := sc.reading(); sc.failed || !strings.Contains(text, `"outcome":"cleaned"`) {
		t.Fatalf("not cleaned: %s", text)
	}
	return sc
}

func removals(requests []elasticsearchtest.Request) int {
	count := 0
	for _, r := range requests {
		if r.Method == http.MethodDelete {
			count++
		}
	}
	return count
}
