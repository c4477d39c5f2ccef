package handler_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

type (
	request = elasticsearchtest.Request
	fault   = elasticsearchtest.Fault
	hook    = func(request) fault // of OnRequest
)

// gone is the instance that was released.
const gone = connected

// survivor names the instances of an account in their order.
func survivor(i int) string { return fmt.Sprintf("es-%04d", i) }

// newSweep is a stage of n instances, of which some are connected to the one
// that is gone.
func newSweep(t *testing.T, n int, peers ...int) *stage {
	t.Helper()
	s := newPlainStage(t)
	s.api.Reset()
	for i := range n {
		s.api.AddInstance(survivor(i))
	}
	for _, i := range peers {
		s.api.Connect(survivor(i), gone)
	}
	return s
}

// results are the reports of the pairs that the API removed.
func results(api *elasticsearchtest.Server) []string {
	var done []string
	for i, r := range api.Requests() {
		if r.Action == "DeleteConnectedCluster" && r.Code == "" {
			done = append(done, result(i+1, strings.Split(r.Path, "/")[3], r.Query.Get("connectedInstanceId"), r.ClientToken))
		}
	}
	slices.SortFunc(done, func(a, b string) int {
		return strings.Compare(a[strings.Index(a, "instanceId"):], b[strings.Index(b, "instanceId"):])
	})
	return done
}

// refusal is the problem that tells what the API refused in its answer of the
// given number, and the fault that makes it refuse.
func refusal(status int, code string, number int) (problem string, refused fault) {
	kind, title, as, hint := "Upstream", "The Elasticsearch API did not do it", 502, ""
	if status == 403 {
		kind, title, as = "Denied", "Credentials or permissions do not allow it", 403
		hint = "; allow elasticsearch:ListConnectedClusters on the instance to the function's role"
	}
	return fmt.Sprintf(`{"type":"urn:elasticsearch-disconnect:%s","title":"%s","status":%d,"detail":"the API answered HTTP %d: %s: m%s","code":"%s","requestId":"fc-1","apiRequestId":"E5C0FFEE-0000-4000-8000-%012X"}`,
		kind, title, as, status, code, hint, code, number), fault{Answer: elasticsearchtest.Refuse(status, code, "m")}
}

// unread is the report of a survivor that could not be read.
func unread(survivor, problem string) string {
	return `{"Result":false,"instanceId":"` + survivor + `","connectedInstanceId":"` + gone + `","clientToken":"","outcome":"failed","problem":` + problem + `}`
}

// incomplete is the report of a cleanup that is not known to be whole. The
// problem may be empty.
func incomplete(scanned int, problem string, results ...string) string {
	if problem != "" {
		problem = `,"problem":` + problem
	}
	return fmt.Sprintf(`{"instanceId":"%s","outcome":"incomplete","scanned":%d,"results":[%s]%s}`, gone, scanned, strings.Join(results, ","), problem)
}

// TestSweep: of 1,000 instances, the three that are connected with the one that
// is gone are found, and nothing else is touched; as many requests as allowed
// are under way at a time, never more.
func TestSweep(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{1, 3, 8} {
		t.Run(fmt.Sprintf("%d at a time", limit), func(t *testing.T) {
			t.Parallel()
			s := newSweep(t, 1000, 0, 500, 999)
			s.Config.Concurrency = limit
			others := [][2]string{{survivor(0), survivor(500)}, {survivor(1), survivor(2)}, {survivor(7), "es-also-gone"}}
			for _, c := range others {
				s.api.Connect(c[0], c[1])
			}
			s.api.OnRequest = elasticsearchtest.Together(t.Context(), limit, "ListConnectedClusters es-0")
			got := s.handle(t, released(gone))
			if want := cleaned(gone, 1000, results(s.api)...); got != want {
				t.Errorf("reply:\n got %s\nwant %s", got, want)
			}
			if left := s.api.Connections(); !slices.Equal(left, others) {
				t.Errorf("connections:\n got %v\nwant %v", left, others)
			}
			if n := len(s.api.Requests()); n != 1+10+1000+3 {
				t.Errorf("%d requests, want %d", n, 1+10+1000+3)
			}
			if n := s.api.MaxInFlight(); n != limit {
				t.Errorf("%d requests at a time, want %d", n, limit)
			}
		})
	}
}

// TestSweepKeepsConnections: ten requests at a time, thirty times, need few more
// connections than ten.
func TestSweepKeepsConnections(t *testing.T) {
	t.Parallel()
	s := newSweep(t, 300)
	s.Config.Concurrency = 10
	var tens []hook
	for i := range 30 {
		tens = append(tens, elasticsearchtest.Together(t.Context(), 10, fmt.Sprintf("ListConnectedClusters es-%03d", i)))
	}
	s.api.OnRequest = elasticsearchtest.Each(tens...)
	transport := elasticsearch.NewTransport("")
	t.Cleanup(transport.CloseIdleConnections)
	s.Transport = transport
	if got, want := s.handle(t, released(gone)), cleaned(gone, 300); got != want {
		t.Errorf("reply:\n got %s\nwant %s", got, want)
	}
	if n := s.api.Dials(); n > 2*10 {
		t.Errorf("%d TCP connections for 304 requests, 10 at a time", n)
	}
}

// at makes an answer of the API fail, each time that a call is made.
func at(call string, f fault) hook {
	return elasticsearchtest.At(call, func(int) fault { return f })
}

// listed makes the pages of ListInstance those given, of a total.
func listed(total int, pages ...[]string) hook {
	return func(r request) fault {
		var number int
		if _, err := fmt.Sscanf(r.String(), "ListInstance %d", &number); err != nil {
			return fault{}
		}
		return fault{Answer: elasticsearchtest.Page(total, pages[number-1]...)}
	}
}

// vanishing releases the survivors from the given one on, one at each of so many
// calls.
func vanishing(from, times int, call string) func(*elasticsearchtest.Server) hook {
	return func(api *elasticsearchtest.Server) hook {
		return elasticsearchtest.At(call, func(n int) fault {
			if n <= times {
				api.RemoveInstance(survivor(from + n - 1))
			}
			return fault{}
		})
	}
}

// TestSweepGoesOn: what happens during a sweep costs no connection that was
// found. One request is sent at a time, so that it happens at the same point.
func TestSweepGoesOn(t *testing.T) {
	t.Parallel()
	denied, deny := refusal(403, "Forbidden.RAM", 4)
	broken3, fail := refusal(400, "X", 3)
	broken4, _ := refusal(400, "X", 4)
	broken5, _ := refusal(400, "X", 5)
	firstPage, _ := refusal(400, "X", 2)
	secondPage, _ := refusal(400, "X", 3)
	const shorter = `{"type":"urn:elasticsearch-disconnect:Conflict","title":"The instance is busy with another change","status":409,"detail":"the list of instances got shorter, or was cut short, each of the 3 times it was read","requestId":"fc-1"}`
	const list1, page2 = "ListConnectedClusters es-0001", "ListInstance 2"
	onTwoPages := listed(3, []string{"es-0000", "es-0001"}, []string{"es-0001"})
	later := elasticsearchtest.At(list1, func(n int) fault { return []fault{{}, fail}[n-1] })
	first := elasticsearchtest.At(list1, func(n int) fault { return []fault{fail, {}}[n-1] })
	quiet := func(*elasticsearchtest.Server) hook { return func(request) fault { return fault{} } }
	for name, test := range map[string]struct {
		instances int
		peers     []int
		vanishing func(*elasticsearchtest.Server) hook
		hook      hook
		requests  int
		want      func(results []string) string // status and body, with the pairs removed
	}{
		"a survivor vanishes before it is read": {3, []int{0, 1, 2}, vanishing(1, 1, list1), nil,
			2 + 3 + 2, func(r []string) string { return "200 " + cleaned(gone, 2, r...) }},
		"a survivor may not be read": {3, []int{0, 1, 2}, quiet, at(list1, deny),
			2 + 3 + 2, func(r []string) string { return "207 " + incomplete(3, "", r[0], unread("es-0001", denied), r[1]) }},
		"no survivor can be read": {2, []int{0}, quiet, at("ListConnectedClusters es-0", fail),
			2 + 2, func([]string) string {
				return "502 " + incomplete(2, "", unread("es-0000", broken3), unread("es-0001", broken4))
			}},
		"the first page fails": {150, []int{3}, quiet, at("ListInstance 1", fail),
			2, func([]string) string { return "502 " + firstPage }},
		"the second page fails": {150, []int{3, 120}, quiet, at(page2, fail),
			2 + 100 + 1 + 1, func(r []string) string { return "207 " + incomplete(100, secondPage, r...) }},
		"an instance on two pages is one pair": {2, []int{1}, quiet, onTwoPages,
			3 + 3 + 1, func(r []string) string { return "200 " + cleaned(gone, 3, r...) }},
		"an instance on two pages that cannot be read is one failure": {2, []int{1}, quiet, elasticsearchtest.Each(onTwoPages, at(list1, fail)),
			3 + 3, func([]string) string { return "502 " + incomplete(3, "", unread("es-0001", broken5)) }},
		"an instance on two pages that cannot be read at first is read": {2, []int{1}, quiet, elasticsearchtest.Each(onTwoPages, first),
			3 + 3 + 1, func(r []string) string { return "200 " + cleaned(gone, 3, r...) }},
		"the released one is in the list still": {1, []int{0}, quiet, listed(2, []string{"es-0000", gone}),
			2 + 2 + 1, func(r []string) string { return "200 " + cleaned(gone, 1, r...) }},
		"one passed over is found in the second round": {101, []int{100}, vanishing(0, 1, page2), nil,
			1 + (2 + 100) + (1 + 100) + 1, func(r []string) string { return "200 " + cleaned(gone, 100, r...) }},
		"one found in the first round and not read in the second is removed": {102, []int{1}, vanishing(0, 1, page2), later,
			1 + (2 + 101) + (2 + 101) + 1, func(r []string) string { return "200 " + cleaned(gone, 101, r...) }},
		"fewer are listed than there are said to be": {1, []int{0}, quiet, listed(3, []string{"es-0000"}, nil),
			1 + 3*(2+1) + 1, func(r []string) string { return "207 " + incomplete(1, shorter, r...) }},
		"the list is shorter in every round": {110, []int{5, 108}, vanishing(0, 3, page2), nil,
			1 + (2 + 109) + (2 + 108) + (2 + 107) + 2, func(r []string) string { return "207 " + incomplete(106, shorter, r...) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSweep(t, test.instances, test.peers...)
			s.api.OnRequest = test.vanishing(s.api)
			if test.hook != nil {
				s.api.OnRequest = elasticsearchtest.Each(s.api.OnRequest, test.hook)
			}
			got := response(t, s.handle(t, posting(t, all(gone))))
			if n := len(s.api.Requests()); n != test.requests {
				t.Errorf("%d requests, want %d", n, test.requests)
			}
			if want := test.want(results(s.api)); got != want {
				t.Errorf("reply:\n got %s\nwant %s", got, want)
			}
		})
	}
}

// TestTwoReleasesAreOneSweep: several instances that are gone are looked for at
// once.
func TestTwoReleasesAreOneSweep(t *testing.T) {
	t.Parallel()
	s := newBatch(t, []string{"es-a", "es-b"}, []string{"es-x", "es-y"})
	got := s.handle(t, batch(released("es-x"), released("es-y"), released("es-x")))
	checkCalls(t, s.api, "ListConnectedClusters es-x", "ListConnectedClusters es-y", "ListConnectedClusters es-x",
		"ListInstance 1", "ListConnectedClusters es-a", "ListConnectedClusters es-b",
		"DeleteConnectedCluster es-a es-x", "DeleteConnectedCluster es-a es-y",
		"DeleteConnectedCluster es-b es-x", "DeleteConnectedCluster es-b es-y")
	r := results(s.api)
	x, y := cleaned("es-x", 2, r[0], r[2]), cleaned("es-y", 2, r[1], r[3])
	if want := `{"events":[` + x + `,` + y + `,` + x + `]}`; got != want {
		t.Errorf("reply:\n got %s\nwant %s", got, want)
	}
}
