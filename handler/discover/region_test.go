package discover_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
	"elasticsearch-disconnect/handler/trigger"
)

// survivor names the instances of an account in their order.
func survivor(i int) string { return fmt.Sprintf("es-%04d", i) }

// newRegion is a fixture of n instances, of which some are connected with es-x,
// which is gone.
func newRegion(t *testing.T, n int, peers ...int) *fixture {
	t.Helper()
	f := newFixture(t)
	for i := range n {
		f.api.AddInstance(survivor(i))
	}
	for _, i := range peers {
		f.api.Connect(survivor(i), "es-x")
	}
	return f
}

// listed makes the pages of ListInstance those given, and all others empty, each of
// a total of those given or of the last; -1 for none.
func listed(totals []int, pages ...[]string) hook {
	return func(r elasticsearchtest.Request) fault {
		var number int
		if _, err := fmt.Sscanf(r.String(), "ListInstance %d", &number); err != nil {
			return fault{}
		}
		var page []string
		if number <= len(pages) {
			page = pages[number-1]
		}
		return fault{Answer: elasticsearchtest.Page(totals[min(number, len(totals))-1], page...)}
	}
}

// vanishing releases the survivors from the given one on, one at each of so many
// calls.
func vanishing(f *fixture, from, times int, call string) hook {
	return elasticsearchtest.At(call, func(n int) fault {
		if n <= times {
			f.api.RemoveInstance(survivor(from + n - 1))
		}
		return fault{}
	})
}

// TestRegion: what happens while the region is read costs no connection that was
// found, what could not be read is said, and nobody is asked twice. One request is
// sent at a time, so that it happens at the same point.
func TestRegion(t *testing.T) {
	t.Parallel()
	const changed = "Conflict: the instance list changed during each of 3 readings"
	const list1, page2 = "ListConnectedClusters es-0001", "ListInstance 2"
	repeats := func(n int) string {
		return fmt.Sprintf("Upstream: the API repeats pages of the instance list instead of ending it; there may be more than the %d instances read", n)
	}
	fail, deny := refuse("X"), refuse("Forbidden.RAM")
	hundred := make([]string, 100)
	for i := range hundred {
		hundred[i] = survivor(i)
	}
	always := func(h hook) func(*fixture) hook { return func(*fixture) hook { return h } }
	paging := func(page func(asked, last int) int) func(*fixture) hook {
		return func(f *fixture) hook { f.api.Quirks.Page = page; return nil }
	}
	releasing := func(from, times int, call string) func(*fixture) hook {
		return func(f *fixture) hook { return vanishing(f, from, times, call) }
	}
	pages := func(total int, pages ...[]string) func(*fixture) hook { return always(listed([]int{total}, pages...)) }
	for name, test := range map[string]struct {
		instances int
		peers     []int
		hook      func(*fixture) hook
		requests  int // the list of es-x, the pages of each reading, the lists of the survivors, questions about them
		want      string
	}{
		"no instance":                                     {0, nil, nil, 2 + 1, "0 asked"},
		"none is connected":                               {3, nil, nil, 2 + 2 + 3, "3 asked"},
		"some are connected":                              {201, []int{0, 120, 200}, nil, 2 + 4 + 201, "201 asked, es-0000-es-x, es-0120-es-x, es-0200-es-x"},
		"a survivor vanishes":                             {3, []int{0, 1, 2}, releasing(1, 1, list1), 2 + 2 + 2 + 3 + 1, "2 asked, es-0000-es-x, es-0002-es-x"},
		"a survivor is there, and its list says not":      {2, []int{0}, always(at(list1, refuse("InstanceNotFound"))), 2 + (2 + 2) + 1, "2 asked, es-0000-es-x, es-0001-es-x unread (Upstream: es-0001 is listed and active, but the API answers for its connections that it does not exist)"},
		"a survivor vanishes, and may not be asked after": {2, []int{0}, always(elasticsearchtest.Each(at(list1, refuse("InstanceNotFound")), at("DescribeInstance es-0001", deny))), 2 + (2 + 2) + 1, "2 asked, es-0000-es-x, es-0001-es-x unread (Denied Forbidden.RAM)"},
		"an entry that is no id names it":                 {2, []int{0}, always(at(list1, answer(`{"Result":[{"instances":"es-b;ES-X"}]}`))), 2 + 2 + 2, `2 asked, es-0000-es-x, es-0001-es-x, (es-0001) has a character other than letters, digits, - and _: "es-b;ES-X"`},
		"it is listed in other letter case":               {2, nil, always(at(list1, answer(`{"Result":[{"instances":"ES-X"}]}`))), 2 + 2 + 2, "2 asked, es-0001-ES-X"},
		"a survivor may not be read":                      {3, []int{0, 1, 2}, always(at(list1, deny)), 2 + 2 + 3, "3 asked, es-0000-es-x, es-0002-es-x, es-0001-es-x unread (Denied Forbidden.RAM)"},
		"no survivor can be read":                         {2, []int{0}, always(at("ListConnectedClusters es-0", fail)), 2 + 2 + 2, "2 asked, es-0000-es-x unread (Upstream X), es-0001-es-x unread (Upstream X)"},
		"none of the first page may be read":              {150, []int{0}, always(at("ListConnectedClusters es-0", deny)), 2 + 3 + 100, "100 asked, Denied Forbidden.RAM"},
		"none may be read, and the first vanished":        {150, []int{0}, always(elasticsearchtest.Each(at("ListConnectedClusters es-0000", refuse("InstanceNotFound")), at("DescribeInstance es-0000", refuse("InstanceNotFound")), at("ListConnectedClusters es-0", deny))), 2 + 3 + 101, "99 asked, Denied Forbidden.RAM"},
		"none of the second page may be read":             {101, []int{0}, always(at("ListConnectedClusters es-0100", deny)), 2 + 3 + 101, "101 asked, es-0000-es-x, es-0100-es-x unread (Denied Forbidden.RAM)"},
		"the first page fails":                            {150, []int{3}, always(at("ListInstance 1", fail)), 2 + 1, "0 asked, Upstream X"},
		"the second page fails":                           {150, []int{3, 120}, always(at(page2, fail)), 2 + 3, "0 asked, Upstream X"},

		"more are said to be there than listed":              {1, []int{0}, pages(3, []string{"es-0000"}), 2 + (2 + 1) + 2, "1 asked, es-0000-es-x"},
		"none is listed of the one that is said to be there": {0, nil, pages(1), 2 + 3, "0 asked, Upstream: the instance list is empty, but its total says 1"},
		"how many there are is said on the first page alone": {101, []int{100}, always(listed([]int{101, -1}, hundred, []string{"es-0100"})), 2 + 3 + 101, "101 asked, es-0100-es-x"},

		"one is on two pages":                      {3, []int{2}, pages(3, []string{"es-0000", "es-0001"}, []string{"es-0001", "es-0002"}), 2 + 3 + 3, "3 asked, es-0002-es-x"},
		"one is on two pages, and another on none": {3, []int{2}, pages(4, []string{"es-0000", "es-0001"}, []string{"es-0001", "es-0002"}), 2 + 3 + 3 + 3, "0 asked, " + changed},

		"page is ignored, one page":    {3, []int{1}, paging(func(int, int) int { return 1 }), 2 + (2 + 3) + 2, "3 asked, es-0001-es-x"},
		"page is ignored, a full page": {100, []int{1}, paging(func(int, int) int { return 1 }), 2 + 2 + 2 + 2, "0 asked, " + repeats(100)},
		"the last page is read again":  {150, []int{120}, paging(func(asked, last int) int { return min(asked, last) }), 2 + (3 + 150), "150 asked, es-0120-es-x"},

		"one passed over is found in the second reading": {101, []int{100}, releasing(0, 1, page2), 2 + 2 + 3 + 2 + 101 + 1, "100 asked, es-0100-es-x"},
		"one vanishes in every reading":                  {110, []int{5, 108}, releasing(0, 3, page2), 2 + 3 + 3 + 3 + 3 + 110 + 3, "107 asked, es-0005-es-x, es-0108-es-x"},
		"one appears in every reading": {1, []int{0}, func(f *fixture) hook {
			return elasticsearchtest.At(page2, func(n int) fault {
				f.api.AddInstance(fmt.Sprintf("es-9%03d", n))
				return fault{}
			})
		}, 2 + 2 + 2 + 2, "0 asked, " + changed},

		"odd entries are said once": {2, []int{1}, func(f *fixture) hook { f.api.Quirks.Malformed = []string{"a.b", ""}; return nil }, 2 + 2 + 2,
			`2 asked, es-0001-es-x, () has a character other than letters, digits, - and _: "a.b", () is empty, ` +
				`(es-0000) has a character other than letters, digits, - and _: "a.b", (es-0000) is empty, ` +
				`(es-0001) has a character other than letters, digits, - and _: "a.b", (es-0001) is empty`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newRegion(t, test.instances, test.peers...)
			if test.hook != nil {
				f.api.OnRequest = test.hook(f)
			}
			got := said(f.Find(t.Context(), []trigger.Request{cleanup("es-x", trigger.Gone)})[0])
			if got != test.want {
				t.Errorf("finding:\n got %s\nwant %s", got, test.want)
			}
			if n := len(f.api.Requests()); n != test.requests {
				t.Errorf("%d requests, want %d", n, test.requests)
			}
		})
	}
}

// TestSeveralAreOneReading: several instances that are gone are looked for at
// once, and each of them is told of what could not be read.
func TestSeveralAreOneReading(t *testing.T) {
	t.Parallel()
	f := newRegion(t, 3, 0, 1)
	f.api.Connect(survivor(0), "es-y")
	f.api.Connect(survivor(2), "es-alive")
	f.api.AddInstance("es-alive")
	f.api.OnRequest = at("ListConnectedClusters es-0001", refuse("X"))
	var got []string
	for _, found := range f.Find(t.Context(), []trigger.Request{
		cleanup("es-x", trigger.Gone), cleanup("es-alive", requested), cleanup("es-y", trigger.Gone), cleanup("es-x", trigger.Gone),
	}) {
		got = append(got, said(found))
	}
	const requests = 7 + 2 + 4
	x := "4 asked, es-0000-es-x, es-0001-es-x unread (Upstream X)"
	want := []string{x, "1 asked, es-0002-es-alive", "4 asked, es-0000-es-y, es-0001-es-y unread (Upstream X)", x}
	if !slices.Equal(got, want) {
		t.Errorf("findings:\n got %q\nwant %q", got, want)
	}
	if n := len(f.api.Requests()); n != requests {
		t.Errorf("%d requests, want %d: %q", n, requests, f.calls())
	}
}

// TestAsManyAsAllowed: so many requests are under way at a time, never more, and
// the next page is read meanwhile.
func TestAsManyAsAllowed(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{1, 3, 8} {
		t.Run(fmt.Sprintf("%d at a time", limit), func(t *testing.T) {
			t.Parallel()
			f := newRegion(t, 120, 0, 110)
			f.Limit = limit
			f.api.OnRequest = elasticsearchtest.Together(t.Context(), limit, "ListConnectedClusters es-0")
			got := said(f.Find(t.Context(), []trigger.Request{cleanup("es-x", trigger.Gone)})[0])
			if want := "120 asked, es-0000-es-x, es-0110-es-x"; got != want {
				t.Errorf("finding:\n got %s\nwant %s", got, want)
			}
			if n := f.api.MaxInFlight(); n != limit {
				t.Errorf("%d requests at a time, want %d", n, limit)
			}
		})
	}
}

// TestListWithoutEnd: a list of which each page brings others is given up. They
// are no instances here, so that nobody is asked.
func TestListWithoutEnd(t *testing.T) {
	t.Parallel()
	f := newRegion(t, 0)
	f.api.OnRequest = elasticsearchtest.At("ListInstance", func(n int) fault {
		return fault{Answer: elasticsearchtest.Page(1, fmt.Sprintf("page.%d", n))}
	})
	found := f.Find(t.Context(), []trigger.Request{cleanup("es-x", trigger.Gone)})[0]
	if got, want := code(found.Err), "Upstream: the list of instances does not end: there are more than 1000 pages"; got != want {
		t.Errorf("error:\n got %s\nwant %s", got, want)
	}
	if n := len(f.api.Requests()); n != 2+1000 {
		t.Errorf("%d requests, want %d", n, 2+1000)
	}
	if len(found.Malformed) != 20 {
		t.Errorf("%d malformed entries are reported, want 20", len(found.Malformed))
	}
}

// TestNoReaderForASweep: a failure between the first questions and the reading of the list,
// or a panic, is the failure of each request that needs it, and nothing is to be removed.
func TestNoReaderForASweep(t *testing.T) {
	t.Parallel()
	for want, fail := range map[string]func() (*elasticsearch.Reader, error){
		"no reader any more":   func() (*elasticsearch.Reader, error) { return nil, errors.New("no reader any more") },
		"panic: of the reader": func() (*elasticsearch.Reader, error) { panic("of the reader") },
	} {
		f := newRegion(t, 3, 1)
		f.api.OnRequest = lists("es-x", "es-0001")
		reader, asked := f.Reader, 0
		f.Reader = func(ctx context.Context, scope connection.Scope) (*elasticsearch.Reader, error) {
			if asked++; asked > 2 {
				return fail()
			}
			return reader(ctx, scope)
		}
		for _, found := range f.Find(t.Context(), []trigger.Request{cleanup("es-x", trigger.Gone), cleanup("es-y", trigger.Gone)}) {
			if code(found.Err) != want || len(found.Pairs) > 0 {
				t.Errorf("finding %s, want %s", said(found), want)
			}
		}
	}
}

// scopeIn is a region of no account.
func scopeIn(region string) connection.Scope {
	parsed, err := connection.ParseRegion(region)
	if err != nil {
		panic(err)
	}
	return connection.Scope{Region: parsed}
}

// TestScopesSideBySide: all places that a request may name are read at a time, though each makes one
// call after the other.
func TestScopesSideBySide(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]trigger.Request{"reconcile": reconcile(), "cleanup": cleanup("es-x", trigger.Gone)} {
		t.Run(name, bubbled(func(t *testing.T) {
			f := newRegion(t, 1, 0)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			f.api.OnRequest = elasticsearchtest.Together(ctx, trigger.MaxPlaces, "ListConnectedClusters "+survivor(0))
			var requests []trigger.Request
			for i := range trigger.MaxPlaces {
				q := ask
				q.Scope = scopeIn(fmt.Sprintf("cn-place-%d", i))
				requests = append(requests, q)
			}
			for _, found := range f.Find(ctx, requests) {
				if got := said(found); got != "1 asked, es-0000-es-x" {
					t.Errorf("%s: %s", found.Request.Scope.Region, got)
				}
			}
			if n := f.api.MaxInFlight(); n != trigger.MaxPlaces {
				t.Errorf("%d requests at a time", n)
			}
		}))
	}
}

// TestScopesAreSweptApart: each region of a batch is swept once, for what is gone
// there, and nothing of another region is taken for it.
func TestScopesAreSweptApart(t *testing.T) {
	t.Parallel()
	beijing := scopeIn("cn-beijing").Region
	own, other := newRegion(t, 3, 1), newRegion(t, 4, 2)
	f := discover.Finder{Limit: 8, Reader: func(ctx context.Context, scope connection.Scope) (*elasticsearch.Reader, error) {
		if scope.Region == beijing {
			return other.Reader(ctx, scope)
		}
		return own.Reader(ctx, scope)
	}}
	first, second, third := cleanup("es-x", trigger.Gone), cleanup("es-x", trigger.Gone), cleanup("es-y", trigger.Gone)
	second.Scope.Region, third.Scope.Region = beijing, beijing
	var got []string
	for _, found := range f.Find(t.Context(), []trigger.Request{first, second, third}) {
		got = append(got, said(found))
	}
	if want := []string{"3 asked, es-0001-es-x", "4 asked, es-0002-es-x", "4 asked"}; !slices.Equal(got, want) {
		t.Errorf("findings:\n got %q\nwant %q", got, want)
	}
	for name, region := range map[string]struct {
		*fixture
		want int
	}{"own": {own, 2 + 2 + 3}, "other": {other, 4 + 2 + 4}} {
		if n := len(region.calls()); n != region.want {
			t.Errorf("%s: %d calls, want %d: %q", name, n, region.want, region.calls())
		}
	}
}
