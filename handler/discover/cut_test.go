package discover_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
	"elasticsearch-disconnect/handler/trigger"
)

// TestListIsReadFirst: all pages are read before an instance is asked. On a repetition
// the instances are asked in another order.
func TestListIsReadFirst(t *testing.T) {
	t.Parallel()
	asked := func(from, to int) (calls []string) {
		for i := from; i < to; i++ {
			calls = append(calls, "ListConnectedClusters "+survivor(i))
		}
		return calls
	}
	pages := func(numbers ...int) (calls []string) {
		for _, n := range numbers {
			calls = append(calls, fmt.Sprintf("ListInstance %d", n))
		}
		return calls
	}
	for turn, want := range [][]string{
		slices.Concat(pages(1, 2, 3), asked(0, 120)),
		slices.Concat(pages(1, 2, 3), asked(60, 120), asked(0, 60)),
		slices.Concat(pages(1, 2, 3), asked(30, 120), asked(0, 30)),
		slices.Concat(pages(1, 2, 3), asked(90, 120), asked(0, 90)),
	} {
		f := newRegion(t, 120)
		f.RetryCount = turn
		f.Find(t.Context(), []trigger.Request{cleanup("es-x", trigger.Gone)})
		if got := f.calls()[2:]; !slices.Equal(got, want) {
			t.Errorf("turn %d:\n got %q\nwant %q", turn, got, want)
		}
	}
}

// TestCutSweepsGoOn: three deliveries, of which each has time for two thirds of the
// calls, find everything together, though each is cut.
func TestCutSweepsGoOn(t *testing.T) {
	t.Parallel()
	const instances, calls = 300, 2 + 4 + 300
	found := map[string]bool{}
	for turn, asked := range []int{198, 198, 198} {
		f := newRegion(t, instances)
		for i := range instances {
			f.api.Connect(survivor(i), "es-x")
		}
		f.RetryCount = turn
		ctx, cancel := context.WithCancel(t.Context())
		f.api.OnRequest = elasticsearchtest.At("", func(n int) fault {
			if n == calls*2/3 {
				cancel()
			}
			return fault{}
		})
		finding := f.Find(ctx, []trigger.Request{cleanup("es-x", trigger.Gone)})[0]
		cancel()
		want := fmt.Sprintf("Timeout: the time was too short: %d of 300 instances were asked for their connections", asked)
		if got := code(finding.Err); got != want || finding.Scanned != asked || len(finding.Unread) > 0 {
			t.Errorf("turn %d: %d asked, %d unread, %s\nwant %s", turn, finding.Scanned, len(finding.Unread), got, want)
		}
		for _, pair := range finding.Pairs {
			found[pair.Instance.String()] = true
		}
	}
	if len(found) != instances {
		t.Errorf("%d of %d were found", len(found), instances)
	}
}

// TestRateIsTooLow: a sweep that is cut because the API limits the rate says so.
func TestRateIsTooLow(t *testing.T) { bubbled(testRateIsTooLow)(t) }

func testRateIsTooLow(t *testing.T) {
	f := newRegion(t, 3, 0, 2)
	f.api.OnRequest = at("ListConnectedClusters es-0001", refuse("Throttling.User"))
	want := "2 asked, es-0000-es-x, es-0002-es-x, Throttled Throttling.User"
	found := f.Find(t.Context(), []trigger.Request{cleanup("es-x", trigger.Gone)})[0]
	if got := said(found); got != want {
		t.Errorf("finding:\n got %s\nwant %s", got, want)
	}
	const message = "the time was too short: 2 of 3 instances were asked for their connections, since the API limits the rate of requests"
	if failure := (*connection.Error)(nil); !errors.As(found.Err, &failure) || failure.Text() != message {
		t.Errorf("error:\n got %v\nwant %s", found.Err, message)
	}
}
