package main

import (
	"path/filepath"
	"testing"
)

// What each request to reconcile asks the API to remove, when it comes first and when it comes again, and how many
// connections are left in its region.
func TestReconciles(t *testing.T) {
	t.Parallel()
	if !canTrust() {
		t.Skip("the function reaches its own region alone")
	}
	p := deployed(t)
	for name, test := range map[string]struct {
		region      string
		asked, left int
		again       int // asked for by a second delivery
	}{
		"timer-reconcile":            {otherRegion, 1, 1, 0},
		"timer-reconcile-nothing":    {"cn-shanghai", 0, 1, 0},
		"timer-reconcile-withheld":   {region, 0, 8, 0},
		"timer-reconcile-kept":       {"cn-shenzhen", 0, 1, 0},
		"timer-reconcile-incomplete": {"cn-guangzhou", 2, 1, 1},
		"timer-reconcile-dry-run":    {region, 0, 8, 0},
		"timer-wrong-payload":        {region, 0, 8, 0},
		"direct-reconcile":           {otherRegion, 1, 1, 0},
		"http-post-reconcile":        {"cn-guangzhou", 2, 1, 1},
		"eventbridge-reconcile":      {otherRegion, 1, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			e := event{path: filepath.Join("..", name+".json")}
			first, err := p.play(t.Context(), e)
			if err != nil {
				t.Fatal(err)
			}
			left := len(p.services.cloud.Region(test.region).Connections())
			second, err := p.deliver(t.Context(), e)
			if err != nil {
				t.Fatal(err)
			}
			asked := removals(first.Requests)
			if again := removals(second.Requests) - asked; asked != test.asked || left != test.left || again != test.again {
				t.Errorf("asked to remove, left, asked to remove again: got %d, %d, %d, want %d, %d, %d",
					asked, left, again, test.asked, test.left, test.again)
			}
		})
	}
}
