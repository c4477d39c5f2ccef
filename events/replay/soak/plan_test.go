package soak

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestASeedMakesTheSamePlan(t *testing.T) {
	t.Parallel()
	all, _ := recorded(t)
	first, again, other := newPlan(7, all, eventsPerCase), newPlan(7, all, eventsPerCase), newPlan(8, all, eventsPerCase)
	if !reflect.DeepEqual(first, again) {
		t.Error("the same seed makes another plan")
	}
	if first.steps[0].event.text == other.steps[0].event.text || reflect.DeepEqual(first.kills, other.kills) {
		t.Error("another seed makes the same plan")
	}
}

// What becomes of a request does not depend on those that come between.
func TestASeedMakesTheSameFaults(t *testing.T) {
	t.Parallel()
	const n = 2000
	history := func(seed uint64) (whats string, faulty int) {
		f := newFaults(seed, nil, nil)
		for i := range n {
			chosen, isLate := f.choose("DeleteConnectedCluster es-cn-a es-cn-b", i, i%2 == 0)
			whats += fmt.Sprintln(chosen.what, isLate)
			if chosen.answer != nil {
				faulty++
			}
		}
		return whats, faulty
	}
	first, faulty := history(7)
	if again, _ := history(7); again != first {
		t.Error("the same seed makes other faults")
	}
	if other, _ := history(8); other == first {
		t.Error("another seed makes the same faults")
	}
	if faulty < n*4/10 || faulty > n*6/10 {
		t.Errorf("faults: got %d of %d, want half of them", faulty, n)
	}
}

// A soak in which some event never comes proves little.
func TestEveryKindOfEventComes(t *testing.T) {
	t.Parallel()
	all, _ := recorded(t)
	var names strings.Builder
	removals, cleanups, late, reconciliations := 0, 0, 0, 0
	for seed := range uint64(20) {
		made := map[pair]bool{}
		isReleased := map[string]bool{}
		for _, s := range newPlan(seed, all, eventsPerCase).steps {
			for _, c := range s.changes {
				if p := newPair(c.id, c.to); c.what == connected {
					if made[p] || isReleased[c.id] || isReleased[c.to] {
						t.Errorf("seed %d: %v is connected twice, or after a release", seed, p)
					}
					made[p] = true
				}
				isReleased[c.id] = isReleased[c.id] || c.what == released
			}
			fmt.Fprintf(&names, "%s, %s;", s.event.sender, s.event.name)
			removals += len(s.event.ask.pairs)
			cleanups += len(s.event.ask.cleanups)
			if s.event.ask.reconciles {
				reconciliations++
			}
			for _, id := range s.event.ask.cleanups {
				if !isReleased[id] {
					late++
				}
			}
		}
	}
	wanted := []string{string(invoker), string(eventBridge), string(caller), "array of ", "once more"}
	for _, r := range all {
		wanted = append(wanted, r.name)
	}
	for _, want := range wanted {
		if !strings.Contains(names.String(), want) {
			t.Errorf("%q never comes", want)
		}
	}
	if removals < 800 || cleanups < 300 || late < 100 || reconciliations < 100 {
		t.Errorf("of 2000 events: got %d removals, %d cleanups, %d of instances that are there, %d to reconcile",
			removals, cleanups, late, reconciliations)
	}
}
