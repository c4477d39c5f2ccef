package handler

import (
	"fmt"
	"testing"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
)

// BenchmarkPlan: decide and summarize take time in proportion to the leftovers.
func BenchmarkPlan(b *testing.B) {
	for _, n := range []int{500, 5000} {
		pairs := make([]connection.Pair, n)
		for i := range pairs {
			pairs[i] = pairOf(fmt.Sprint("es-", i%(n/3)), fmt.Sprint("es-gone-", i))
		}
		findings := []discover.Finding{flags{}.reconcile(pairs...)}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				p := decide(findings, rules{limit: n})
				outcomes := make([]outcome, len(p.removals))
				for i, r := range p.removals {
					outcomes[i] = outcome{removal: r, Outcome: connection.Outcome{State: connection.Removed}}
				}
				if r := summarize(p.decisions, outcomes); len(r) != 1 || len(r[0].parts) != n || r[0].outcome != reconciled {
					b.Fatalf("%d results, %s", len(r), r[0].outcome)
				}
			}
		})
	}
}
