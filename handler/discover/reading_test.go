package discover

import (
	"slices"
	"testing"

	"elasticsearch-disconnect/handler/elasticsearch"
)

// TestReadings is the truth table of what a reading proves: by how it ended, what its
// total says, and whether an instance was on two pages.
func TestReadings(t *testing.T) {
	t.Parallel()
	const page = elasticsearch.PageSize
	for name, test := range map[string]struct {
		reading
		whole, wholeIfRepeated, exact bool
	}{
		"ended, the total is right":                   {reading{ended: true, ids: 3, total: 3, largest: 3}, true, true, true},
		"ended, the total is right, one twice":        {reading{ended: true, ids: 3, total: 3, largest: 3, twice: true}, true, true, true},
		"ended, the total is right, but it changed":   {reading{ended: true, ids: 3, total: 3, largest: 3, changed: true}, false, true, false},
		"ended, changed and one twice":                {reading{ended: true, ids: 3, total: 3, largest: 3, changed: true, twice: true}, false, false, false},
		"ended, the total is higher":                  {reading{ended: true, ids: 3, total: 4, largest: 3}, false, true, false},
		"ended, the total is higher, one twice":       {reading{ended: true, ids: 3, total: 4, largest: 3, twice: true}, false, false, false},
		"ended, the total is lower":                   {reading{ended: true, ids: 3, total: 2, largest: 3}, false, true, false},
		"ended, the total counts a malformed entry":   {reading{ended: true, ids: 3, total: 4, largest: 4, seen: entries(4)}, false, true, true},
		"ended, no total":                             {reading{ended: true, ids: 3, total: -1, largest: 3}, false, true, true},
		"empty, and the total says so":                {reading{ended: true, ids: 0, total: 0}, true, true, true},
		"empty, no total":                             {reading{ended: true, ids: 0, total: -1}, false, true, true},
		"empty, but the total is not":                 {reading{ended: true, ids: 0, total: 1}, false, false, false},
		"repeats, the total is that of one page":      {reading{ids: 3, total: 3, largest: 3}, false, true, true},
		"repeats, the total is that of one full page": {reading{ids: page, total: page, largest: page}, false, false, true},
		"repeats, the total is that of all pages":     {reading{ids: page + 1, total: page + 1, largest: page}, true, false, true},
		"repeats, the total is higher":                {reading{ids: 3, total: 4, largest: 3}, false, false, false},
		"repeats, the total is right, but it changed": {reading{ids: page + 1, total: page + 1, largest: page, changed: true}, false, false, false},
		"repeats, no total":                           {reading{ids: 3, total: -1, largest: 3}, false, false, true},
	} {
		if test.seen == nil {
			test.seen = entries(test.ids)
		}
		got := []bool{test.isWhole(), test.isWholeIfRepeated(), test.isExact()}
		if want := []bool{test.whole, test.wholeIfRepeated, test.exact}; !slices.Equal(got, want) {
			t.Errorf("%s: whole, whole if repeated, exact:\n got %v\nwant %v", name, got, want)
		}
	}
}

// TestMissing: how many pages a total promises, with the empty one at the end. A total
// that is absent, too low or absurd costs one page at a time, or ends at the last page.
func TestMissing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ total, pages, want int }{
		{-1, 1, 1}, {0, 1, 1}, {1, 1, 1}, {100, 1, 1}, {101, 1, 2}, {1000, 1, 10}, {1000, 11, 1}, {5, 9, 1},
		{1 << 30, 1, maxPages - 1}, {1 << 30, maxPages, 0},
	} {
		if got := (reading{total: test.total, pages: test.pages}).missing(); got != test.want {
			t.Errorf("total %d after %d pages: %d, want %d", test.total, test.pages, got, test.want)
		}
	}
}

func entries(n int) map[string]bool {
	all := map[string]bool{}
	for i := range n {
		all[string(rune(i))] = true
	}
	return all
}
