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

// TestSizeOfASweep: how many instances can be asked in the 600 s of s.yaml, as its comment and
// "Limits" of the README say.
func TestSizeOfASweep(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		instances int
		latency   time.Duration
		reply     string
	}{
		{1000, 3 * time.Second, `"outcome":"cleaned"`},
		{3000, time.Second, `"outcome":"cleaned"`},
		{3300, time.Second, "the time was too short"},
	} {
		t.Run(fmt.Sprint(test.instances), handler.Bubbled(func(t *testing.T) {
			s := newBatch(t, survivors(test.instances), nil)
			s.api.Connect(survivor(0), "es-x")
			s.api.Latency, s.Config.Concurrency = test.latency, 8
			ctx, cancel := context.WithTimeout(invocation(t, role), 600*time.Second)
			defer cancel()
			reply, err := s.Handle(ctx, []byte(released("es-x")))
			if got := posted(t, reply, err); !strings.Contains(got, test.reply) {
				t.Errorf("want %s: %.300s", test.reply, got)
			}
		}))
	}
}
