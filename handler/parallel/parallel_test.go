package parallel_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"elasticsearch-disconnect/handler/parallel"
)

// TestDoLimits: as many calls as allowed are under way at a time, never more.
func TestDoLimits(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ limit, n, most int }{{1, 5, 1}, {3, 10, 3}, {8, 5, 5}, {0, 3, 1}, {-1, 3, 1}, {8, 1, 1}} {
		var underWay, most, called atomic.Int64
		var together sync.WaitGroup
		together.Add(test.most)
		parallel.Do(test.limit, test.n, func(int) error {
			now := underWay.Add(1)
			for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
			}
			if called.Add(1) <= int64(test.most) {
				together.Done()
				together.Wait() // in vain, if fewer are allowed
			}
			underWay.Add(-1)
			return nil
		})
		if most.Load() != int64(test.most) || called.Load() != int64(test.n) {
			t.Errorf("%d calls, at most %d at a time: %d calls, %d at a time", test.n, test.limit, called.Load(), most.Load())
		}
	}
}

// TestDoKeepsErrorsApart: each call has its own error, in order, and a panic is
// the error of its call alone.
func TestDoKeepsErrorsApart(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 6} {
		errs := parallel.Do(2, n, func(i int) error {
			switch i % 3 {
			case 0:
				panic(fmt.Sprintf("of %d", i))
			case 1:
				return fmt.Errorf("error of %d", i)
			}
			return nil
		})
		if len(errs) != n {
			t.Fatalf("%d errors of %d calls", len(errs), n)
		}
		for i, err := range errs {
			want := []string{fmt.Sprintf("panic: of %d\n", i), fmt.Sprintf("error of %d", i), "<nil>"}[i%3]
			if got := fmt.Sprint(err); !strings.HasPrefix(got, want) {
				t.Errorf("call %d of %d: %s, want %s", i, n, got, want)
			}
		}
	}
}

// TestGuard: an error is as it was, and a panic ends with the stack of where it
// happened.
func TestGuard(t *testing.T) {
	t.Parallel()
	own := errors.New("its own")
	if err := parallel.Guard(func() error { return own }); err != own {
		t.Errorf("error %v", err)
	}
	if err := parallel.Guard(func() error { return nil }); err != nil {
		t.Errorf("error %v", err)
	}
	err := parallel.Guard(func() error { panic(own) })
	if text := fmt.Sprint(err); !strings.HasPrefix(text, "panic: its own\n") || !strings.Contains(text, "parallel_test.go:") {
		t.Errorf("error %s", text)
	}
}

// TestGroups: items of one key stand together, all in order.
func TestGroups(t *testing.T) {
	t.Parallel()
	first := func(text string) byte { return text[0] }
	got := fmt.Sprint(parallel.Groups([]string{"b1", "a1", "b2", "c1", "a2", "b3"}, first), parallel.Groups(nil, first))
	if want := "[[b1 b2 b3] [a1 a2] [c1]] []"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
