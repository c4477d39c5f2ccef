package discover_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

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

// listed makes the pages of ListInstance those given, of the totals given.
func listed(totals []int, pages ...[]string) hook {
	return func(r elasticsearchtest.Request) fault {
		var number int
		if _, err := fmt.Sscanf(r.String(), "ListInstance %d", &number); err != nil {
			return fault{}
		}
		return fault{Answer: elasticsearchtest.Page(totals[number-1], pages[number-1]...)}
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
// found, and what could not be read is said. One request is sent at a time, so
// that it happens at the same point.
func TestRegion(t *testing.T) {
	t.Parallel()
	const shorter = "Conflict: the list of instances got shorter, or was cut short, each of the 3 times it was read"
	const list1, page2 = "ListConnectedClusters es-0001", "ListInstance 2"
	fail, deny := refuse("X"), refuse("Forbidden.RAM")
	hundred := make([]string, 100)
	for i := range hundred {
		hundred[i] = survivor(i)
	}
	always := func(h hook) func(*fixture) hook { return func(*fixture) hook { return h } }
	releasing := func(from, times int, call string, more ...hook) func(*fixture) hook {
		return func(f *fixture) hook { return elasticsearchtest.Each(append(more, vanishing(f, from, times, call))...) }
	}
	nth := func(call string, faults ...fault) hook {
		return elasticsearchtest.At(call, func(n int) fault { return faults[n-1] })
	}
	onTwoPages := listed([]int{3, 3}, []string{"es-0000", "es-0001"}, []string{"es-0001"})
	for name, test := range map[string]struct {
		instances int
		peers     []int
		hook      func(*fixture) hook
		requests  int // the list of es-x, the pages, and the lists of the survivors
		want      string
	}{
		"no instance":                               {0, nil, nil, 1 + 1, "0 asked"},
		"none is connected":                         {3, nil, nil, 1 + 1 + 3, "3 asked"},
		"some are connected":                        {201, []int{0, 120, 200}, nil, 1 + 3 + 201, "201 asked, es-0000-es-x, es-0120-es-x, es-0200-es-x"},
		"a survivor vanishes meanwhile":             {3, []int{0, 1, 2}, releasing(1, 1, list1), 1 + 1 + 3, "2 asked, es-0000-es-x, es-0002-es-x"},
		"a survivor may not be read":                {3, []int{0, 1, 2}, always(at(list1, deny)), 1 + 1 + 3, "3 asked, es-0000-es-x, es-0002-es-x, es-0001-es-x unread (Denied Forbidden.RAM)"},
		"no survivor can be read":                   {2, []int{0}, always(at("ListConnectedClusters es-0", fail)), 1 + 1 + 2, "2 asked, es-0000-es-x unread (Upstream X), es-0001-es-x unread (Upstream X)"},
		"the first page fails":                      {150, []int{3}, always(at("ListInstance 1", fail)), 1 + 1, "0 asked, Upstream X"},
		"the second page fails":                     {150, []int{3, 120}, always(at(page2, fail)), 1 + 2 + 100, "100 asked, es-0003-es-x, Upstream X"},
		"an instance on two pages":                  {2, []int{1}, always(onTwoPages), 1 + 2 + 3, "3 asked, es-0001-es-x"},
		"on two pages, never read":                  {2, []int{1}, always(elasticsearchtest.Each(onTwoPages, nth(list1, deny, fail))), 1 + 2 + 3, "3 asked, es-0001-es-x unread (Denied Forbidden.RAM)"},
		"on two pages, read at last":                {2, []int{1}, always(elasticsearchtest.Each(onTwoPages, nth(list1, fail, fault{}))), 1 + 2 + 3, "3 asked, es-0001-es-x"},
		"on two pages, read at last, not connected": {2, nil, always(elasticsearchtest.Each(onTwoPages, nth(list1, fail, fault{}))), 1 + 2 + 3, "3 asked"},
		"on two pages, read at first":               {2, []int{1}, always(elasticsearchtest.Each(onTwoPages, nth(list1, fault{}, fail))), 1 + 2 + 3, "3 asked, es-0001-es-x"},
		"the released one is listed still, and connected with itself": {1, []int{0}, always(elasticsearchtest.Each(listed([]int{2}, []string{"es-0000", "es-x"}), nth("ListConnectedClusters es-x", fault{Answer: refuse("InstanceNotFound").Answer}, answer(`{"Result":[{"instances":"es-x"}]}`)))),
			1 + 1 + 2, "2 asked, es-0000-es-x"},
		"the released one is listed still, and unread": {1, []int{0}, always(elasticsearchtest.Each(listed([]int{2}, []string{"es-0000", "es-x"}), nth("ListConnectedClusters es-x", refuse("InstanceNotFound"), fail))),
			1 + 1 + 2, "2 asked, es-0000-es-x"},
		"one passed over is found in the second reading": {101, []int{100}, releasing(0, 1, page2),
			1 + (2 + 100) + (1 + 100), "100 asked, es-0100-es-x"},
		"one found in the first reading and unread in the second": {102, []int{1}, releasing(0, 1, page2, nth(list1, fault{}, fail)),
			1 + (2 + 101) + (2 + 101), "101 asked, es-0001-es-x"},
		"the list is shorter in every reading": {110, []int{5, 108}, releasing(0, 3, page2),
			1 + (2 + 109) + (2 + 108) + (2 + 107), "106 asked, es-0005-es-x, es-0108-es-x, " + shorter},
		"fewer are listed than there are said to be": {1, []int{0}, always(listed([]int{3, 3}, []string{"es-0000"}, nil)),
			1 + 3*(2+1), "1 asked, es-0000-es-x, " + shorter},
		"one passed over, and two pages after that": {301, []int{100}, releasing(0, 1, page2),
			1 + (3 + 300) + (3 + 300), "300 asked, es-0100-es-x"},
		"none is listed of the one there is said to be": {0, nil, always(listed([]int{1}, nil)),
			1 + 3, "0 asked, " + shorter},
		"how many there are is never said": {101, []int{100}, always(listed([]int{0, 0}, hundred, []string{"es-0100"})),
			1 + 2 + 101, "101 asked, es-0100-es-x"},
		"how many there are is not said on the last page": {101, []int{100}, always(listed([]int{101, 0}, hundred, []string{"es-0100"})),
			1 + 2 + 101, "101 asked, es-0100-es-x"},
		"there are more on the second page": {101, []int{100}, always(listed([]int{100 + 1, 102, 102}, hundred, []string{"es-0100", "es-0101"}, nil)),
			1 + 2 + 102, "101 asked, es-0100-es-x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newRegion(t, test.instances, test.peers...)
			if test.hook != nil {
				f.api.OnRequest = test.hook(f)
			}
			got := said(f.Find(t.Context(), []trigger.Request{cleanup("es-x", trigger.Certain)})[0])
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
		cleanup("es-x", trigger.Certain), cleanup("es-alive", trigger.Certain), cleanup("es-y", trigger.Certain), cleanup("es-x", trigger.Certain),
	}) {
		got = append(got, said(found))
	}
	x := "4 asked, es-0000-es-x, es-0001-es-x unread (Upstream X)"
	want := []string{x, "1 asked, es-0002-es-alive", "4 asked, es-0000-es-y, es-0001-es-y unread (Upstream X)", x}
	if !slices.Equal(got, want) {
		t.Errorf("findings:\n got %q\nwant %q", got, want)
	}
	if n := len(f.api.Requests()); n != 4+1+4 {
		t.Errorf("%d requests, want %d: %q", n, 4+1+4, f.calls())
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
			got := said(f.Find(t.Context(), []trigger.Request{cleanup("es-x", trigger.Certain)})[0])
			if want := "120 asked, es-0000-es-x, es-0110-es-x"; got != want {
				t.Errorf("finding:\n got %s\nwant %s", got, want)
			}
			if n := f.api.MaxInFlight(); n != limit {
				t.Errorf("%d requests at a time, want %d", n, limit)
			}
		})
	}
}

// TestRegionOfNoReader: what goes wrong between the first look and the region is
// each one's failure.
func TestRegionOfNoReader(t *testing.T) {
	t.Parallel()
	f := newRegion(t, 1, 0)
	reader, asked := f.Reader, 0
	f.Reader = func() (*elasticsearch.Reader, error) {
		if asked++; asked > 1 {
			return nil, fmt.Errorf("no reader any more")
		}
		return reader()
	}
	if got, want := said(f.Find(t.Context(), []trigger.Request{cleanup("es-x", trigger.Certain)})[0]), "0 asked, no reader any more"; got != want {
		t.Errorf("finding %s, want %s", got, want)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestListWithoutEnd: a list of which each page says that there are more is
// given up, and what was found is kept. Nothing is listened on: it is thousands
// of requests.
func TestListWithoutEnd(t *testing.T) {
	t.Parallel()
	pages := 0
	reader := &elasticsearch.Reader{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		status, body := http.StatusOK, `{"Result":[{"instances":"es-x"}]}`
		switch r.URL.Path {
		case "/openapi/instances":
			pages++
			body = `{"Result":[{"instanceId":"es-a"}],"Headers":{"X-Total-Count":1000000}}`
		case "/openapi/instances/es-x/connected-clusters":
			status, body = http.StatusBadRequest, `{"Code":"InstanceNotFound"}`
		}
		return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)), Header: http.Header{}, Request: r}, nil
	})}
	f := discover.Finder{Reader: func() (*elasticsearch.Reader, error) { return reader, nil }, Limit: 1}
	got := said(f.Find(t.Context(), []trigger.Request{cleanup("es-x", trigger.Certain)})[0])
	want := " asked, es-a-es-x, Conflict: the list of instances got shorter, or was cut short, each of the 3 times it was read"
	if !strings.HasSuffix(got, want) {
		t.Errorf("finding:\n got %s\nwant %s", got, want)
	}
	if pages > 3*1001 {
		t.Errorf("%d pages were read", pages)
	}
}
