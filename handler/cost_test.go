package handler_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler"
)

// TestNumberOfCalls: what a request costs, as events/README.md says: of a region of n instances,
// each connected with two that are gone.
func TestNumberOfCalls(t *testing.T) {
	t.Parallel()
	const n, pages = 120, 120/100 + 1 + 1
	for name, test := range map[string]struct {
		event string
		calls int
	}{
		"two instances":   {pair(survivor(0), "es-x"), 1},
		"a release":       {released("es-x"), 2 + pages + n + 1 + n},
		"two releases":    {batch(released("es-x"), released("es-y")), 2*2 + pages + n + 2 + 2*n},
		"all, with force": {all(survivor(0)), 1 + 2*2}, // the other ends are gone, so both sides are asked
		"a reconcile":     {reconcile, pages + n + 2 + n + 2 + 2*n},
	} {
		t.Run(name, handler.Bubbled(func(t *testing.T) {
			s := newBatch(t, survivors(n), []string{"es-x", "es-y"})
			s.Config.ReconcileLimit, s.Config.Concurrency = 2*n, 8
			if got := s.handle(t, test.event); len(s.api.Requests()) != test.calls {
				t.Errorf("%d calls, want %d: %.300s", len(s.api.Requests()), test.calls, got)
			}
		}))
	}
}

// TestSizeOfASweep: in the time that s.yaml gives, about 1,000 instances can be asked that answer in
// 3 s each, as its comment says, so 3,000 in 1 s, as "Limits" of the README says.
func TestSizeOfASweep(t *testing.T) {
	t.Parallel()
	timeout := time.Duration(deployed(t, nil).Props.Timeout) * time.Second
	config, err := handler.ReadConfig(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	for instances, want := range map[int]string{1000: `"outcome":"cleaned"`, 1100: "the time was too short"} {
		t.Run(fmt.Sprint(instances), handler.Bubbled(func(t *testing.T) {
			s := newBatch(t, survivors(instances), nil)
			s.api.Connect(survivor(0), "es-x")
			s.api.Latency, s.Config.Concurrency = 3*time.Second, config.Concurrency
			ctx, cancel := context.WithTimeout(invocation(t, role), timeout)
			defer cancel()
			reply, err := s.Handle(ctx, []byte(released("es-x")))
			if got := posted(t, reply, err); !strings.Contains(got, want) {
				t.Errorf("want %s: %.300s", want, got)
			}
		}))
	}
}
