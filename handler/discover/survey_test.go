package discover_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
	"elasticsearch-disconnect/handler/trigger"
)

// reconcile asks for everything left over.
func reconcile() trigger.Request { return trigger.Request{Action: trigger.Reconcile{}} }

// reconciled is what the finding of such a request says, in short.
func reconciled(f discover.Finding) string {
	text := []string{said(f)}
	for _, k := range f.Kept {
		text = append(text, fmt.Sprintf("%s-%s kept: %s", k.Instance, k.Connected, k.Reason))
	}
	return fmt.Sprintf("%d of %d: %s", len(f.Survey.Leftover), len(f.Survey.Connections), strings.Join(text, ", "))
}

// lists makes an instance list these.
func lists(instance string, connected ...string) hook {
	return at("ListConnectedClusters "+instance, answer(`{"Result":[{"instances":"`+strings.Join(connected, `"},{"instances":"`)+`"}]}`))
}

// readingOf are the calls of one reading of a list that fits a page.
func readingOf(instances ...string) []string {
	calls := []string{"ListInstance 1", "ListInstance 2"}
	for _, id := range instances {
		calls = append(calls, "ListConnectedClusters "+id)
	}
	return calls
}

// TestLeftovers: which connections of a region are left over, and that the reading
// costs one call for each instance, and the proof one for each other end. Nothing is
// found of a reading that is not whole.
func TestLeftovers(t *testing.T) {
	t.Parallel()
	const x, y = "DescribeInstance es-x", "DescribeInstance es-y"
	ab := []string{"es-a", "es-b"}
	changed := "Conflict: the instance list changed during each of 3 readings"
	for name, test := range map[string]struct {
		instances   []string
		connections [][2]string
		hook        func(*fixture) hook
		calls       []string
		want        string
	}{
		"no instance":     {nil, nil, nil, []string{"ListInstance 1"}, "0 of 0: 0 asked"},
		"no connection":   {ab, nil, nil, readingOf(ab...), "0 of 0: 2 asked"},
		"both are listed": {ab, [][2]string{{"es-a", "es-b"}}, nil, readingOf(ab...), "0 of 1: 2 asked"},
		"no instance, and a connection of two that are gone": {nil, [][2]string{{"es-x", "es-y"}}, nil, []string{"ListInstance 1"}, "0 of 0: 0 asked"},

		"one is left over": {ab, [][2]string{{"es-a", "es-b"}, {"es-a", "es-x"}}, nil, append(readingOf(ab...), x), "1 of 2: 2 asked, es-a-es-x"},
		"two are, of one":  {ab, [][2]string{{"es-a", "es-x"}, {"es-b", "es-x"}}, nil, append(readingOf(ab...), x), "2 of 2: 2 asked, es-a-es-x, es-b-es-x"},
		"two are, of one that lists both, in their order": {ab, [][2]string{{"es-b", "es-y"}, {"es-b", "es-x"}, {"es-a", "es-y"}}, nil,
			append(readingOf(ab...), y, x), "3 of 3: 2 asked, es-a-es-y, es-b-es-x, es-b-es-y"},

		"itself is none":          {ab, nil, func(*fixture) hook { return lists("es-a", "es-a", "ES-A") }, readingOf(ab...), "0 of 0: 2 asked"},
		"Logstash is none":        {ab, [][2]string{{"es-a", "ls-x"}}, nil, readingOf(ab...), "0 of 1: 2 asked"},
		"another id is none":      {ab, [][2]string{{"es-a", "x"}, {"es-a", "esx"}, {"es-a", "x-es-x"}}, nil, readingOf(ab...), "0 of 3: 2 asked"},
		"an odd entry is none":    {ab, nil, func(*fixture) hook { return lists("es-a", "es-x;es-y") }, readingOf(ab...), `0 of 0: 2 asked, (es-a) has a character other than letters, digits, - and _: "es-x;es-y"`},
		"those between commas":    {ab, nil, func(*fixture) hook { return lists("es-a", "es-x,es-b, ,es-y") }, append(readingOf(ab...), x, y), "2 of 3: 2 asked, es-a-es-x, es-a-es-y"},
		"one that is named twice": {ab, nil, func(*fixture) hook { return lists("es-a", "es-x", "es-x") }, append(readingOf(ab...), x), "1 of 1: 2 asked, es-a-es-x"},

		"capitals": {ab, nil, func(*fixture) hook { return lists("es-a", "ES-X") }, append(readingOf(ab...), "DescribeInstance ES-X"), "1 of 1: 2 asked, es-a-ES-X"},
		"capitals, of one that lists it in lower case too": {ab, nil, func(*fixture) hook { return lists("es-a", "ES-X", "es-x") }, append(readingOf(ab...), "DescribeInstance ES-X"), "1 of 1: 2 asked, es-a-ES-X"},
		"capitals of one that is listed":                   {ab, nil, func(*fixture) hook { return lists("es-a", "ES-B") }, readingOf(ab...), "0 of 1: 2 asked"},
		"one that is listed in capitals": {[]string{"ES-B", "es-a"}, nil, func(*fixture) hook { return elasticsearchtest.Each(lists("es-a", "es-b"), lists("ES-B", "ES-A")) },
			readingOf("ES-B", "es-a"), "0 of 1: 2 asked"},
		"one that is listed in capitals, and lists nothing": {[]string{"ES-B", "es-a"}, nil, func(*fixture) hook { return lists("es-a", "es-b") },
			readingOf("ES-B", "es-a"), "0 of 1: 2 asked"},
		"in both letter cases, neither there": {ab, nil, func(*fixture) hook { return elasticsearchtest.Each(lists("es-a", "ES-X"), lists("es-b", "es-x")) },
			append(readingOf(ab...), "DescribeInstance ES-X", x), "2 of 2: 2 asked, es-a-ES-X, es-b-es-x"},
		"in both letter cases, one there": {ab, nil, func(*fixture) hook {
			return elasticsearchtest.Each(lists("es-a", "ES-X"), lists("es-b", "es-x"), at(x, answer(`{"Result":{"status":"active"}}`)))
		}, append(readingOf(ab...), "DescribeInstance ES-X", x), "2 of 2: 2 asked, es-a-ES-X kept: es-x is active, es-b-es-x kept: es-x is active"},

		"in both letter cases, one there, the other not to be asked": {ab, nil, func(*fixture) hook {
			return elasticsearchtest.Each(lists("es-a", "ES-X"), lists("es-b", "es-x"), at("DescribeInstance ES-X", refuse("X")), at(x, answer(`{"Result":{"status":"active"}}`)))
		}, append(readingOf(ab...), "DescribeInstance ES-X", x), "2 of 2: 2 asked, es-a-ES-X kept: es-x is active, es-b-es-x kept: es-x is active"},
		"in both letter cases, one gone, the other not to be asked": {ab, nil, func(*fixture) hook {
			return elasticsearchtest.Each(lists("es-a", "ES-X"), lists("es-b", "es-x"), at("DescribeInstance ES-X", refuse("X")))
		}, append(readingOf(ab...), "DescribeInstance ES-X", x), "2 of 2: 2 asked, es-a-ES-X unread (Upstream X), es-b-es-x unread (Upstream X)"},
		"in both letter cases, the first there": {ab, nil, func(*fixture) hook {
			return elasticsearchtest.Each(lists("es-a", "ES-X"), lists("es-b", "es-x"), at("DescribeInstance ES-X", answer(`{"Result":{"status":"active"}}`)))
		}, append(readingOf(ab...), "DescribeInstance ES-X", x), "2 of 2: 2 asked, es-a-ES-X kept: ES-X is active, es-b-es-x kept: ES-X is active"},
		"an odd entry among the instances": {ab, [][2]string{{"es-a", "es-x"}}, func(*fixture) hook { return listed([]int{2}, []string{"es-a", "es-x;es-b", "es-b"}) },
			append(readingOf(ab...), x), `1 of 1: 2 asked, es-a-es-x, () has a character other than letters, digits, - and _: "es-x;es-b"`},
		"it is hidden from the list": {[]string{"es-a", "es-b", "es-x"}, [][2]string{{"es-a", "es-x"}}, func(*fixture) hook { return listed([]int{2}, ab) },
			append(readingOf(ab...), x), "1 of 1: 2 asked, es-a-es-x kept: es-x is active"},
		"two pages": {ab, [][2]string{{"es-a", "es-b"}, {"es-b", "es-x"}}, func(f *fixture) hook { f.api.Quirks.LargestPage = 1; return nil },
			[]string{"ListInstance 1", "ListInstance 2", "ListInstance 3", "ListConnectedClusters es-a", "ListConnectedClusters es-b", x}, "1 of 2: 2 asked, es-b-es-x"},

		"it is in the second reading": {ab, [][2]string{{"es-a", "es-b"}, {"es-a", "es-x"}}, func(f *fixture) hook {
			return elasticsearchtest.At("ListInstance 2", func(int) fault { f.api.AddInstance("es-x"); return fault{} })
		}, slices.Concat(readingOf(), readingOf("es-a", "es-b", "es-x")), "0 of 2: 3 asked"},
		"it was in the first reading": {append(ab, "es-x"), [][2]string{{"es-a", "es-x"}}, func(f *fixture) hook {
			return elasticsearchtest.At("ListInstance 2", func(int) fault { f.api.RemoveInstance("es-x"); return fault{} })
		}, slices.Concat(readingOf(), append(readingOf("es-a", "es-b", "es-x"), x), readingOf()), "0 of 1: 2 asked"},
		"it vanishes when it is asked": {append(ab, "es-x"), [][2]string{{"es-a", "es-x"}}, func(f *fixture) hook {
			return elasticsearchtest.At("ListConnectedClusters es-x", func(int) fault { f.api.RemoveInstance("es-x"); return fault{} })
		}, slices.Concat(readingOf("es-a", "es-b", "es-x"), []string{x}, readingOf()), "0 of 1: 2 asked"},
		"it is listed, and answers twice that it does not exist": {append(ab, "es-x"), nil, func(*fixture) hook {
			return elasticsearchtest.Each(at("ListConnectedClusters es-x", refuse("InstanceNotFound")), at(x, refuse("InstanceNotFound")))
		}, slices.Concat(readingOf("es-a", "es-b", "es-x"), []string{x}, readingOf()), "0 of 0: 3 asked, es-x- unread (Conflict: the API answers that es-x does not exist, and lists it)"},
		"it appears after the reading": {ab, [][2]string{{"es-a", "es-x"}}, func(f *fixture) hook {
			return elasticsearchtest.At(x, func(int) fault { f.api.SetStatus("es-x", "activating"); return fault{} })
		}, append(readingOf(ab...), x), "1 of 1: 2 asked, es-a-es-x kept: es-x is activating"},

		"one cannot be read": {ab, [][2]string{{"es-a", "es-x"}, {"es-b", "es-y"}}, func(*fixture) hook { return at("ListConnectedClusters es-a", refuse("Y")) },
			append(readingOf(ab...), y), "1 of 1: 2 asked, es-b-es-y, es-a- unread (Upstream Y)"},
		"one cannot be read, and another lists it": {ab, [][2]string{{"es-a", "es-b"}}, func(*fixture) hook { return at("ListConnectedClusters es-a", refuse("Y")) },
			readingOf(ab...), "0 of 1: 2 asked, es-a- unread (Upstream Y)"},
		"one is there, and its list says not": {ab, [][2]string{{"es-a", "es-b"}}, func(*fixture) hook { return at("ListConnectedClusters es-b", refuse("InstanceNotFound")) },
			append(readingOf(ab...), "DescribeInstance es-b"),
			"0 of 1: 2 asked, es-b- unread (Upstream: es-b is listed and active, but the API answers for its connections that it does not exist)"},

		"none may be read":       {ab, [][2]string{{"es-a", "es-x"}}, func(*fixture) hook { return at("ListConnectedClusters", refuse("Forbidden.RAM")) }, readingOf(ab...), "0 of 0: 2 asked, Denied Forbidden.RAM"},
		"the list is refused":    {ab, [][2]string{{"es-a", "es-x"}}, func(*fixture) hook { return at("ListInstance", refuse("Forbidden.RAM")) }, []string{"ListInstance 1"}, "0 of 0: 0 asked, Denied Forbidden.RAM"},
		"its end cannot be read": {ab, [][2]string{{"es-a", "es-x"}}, func(*fixture) hook { return at("ListInstance 2", refuse("Y")) }, readingOf(ab...), "0 of 1: 2 asked, Upstream Y"},
		"it is empty, and one is said to be there": {nil, nil, func(*fixture) hook { return listed([]int{1}) }, []string{"ListInstance 1", "ListInstance 1", "ListInstance 1"},
			"0 of 0: 0 asked, Upstream: the instance list is empty, but its total says 1"},
		"more are said to be in it, each time": {ab, [][2]string{{"es-a", "es-x"}}, func(f *fixture) hook {
			f.api.Quirks.Total = func(_, all int) any { return all + 1 }
			return nil
		}, slices.Concat(readingOf(), readingOf(ab...)), "0 of 1: 2 asked, Upstream: the instance list has 2 entries, but its total says 3"},
		"it does not end": {ab, [][2]string{{"es-b", "es-x"}}, func(f *fixture) hook {
			f.api.Quirks.LargestPage, f.api.Quirks.Page = 1, func(int, int) int { return 1 }
			return nil
		}, slices.Concat(readingOf(), readingOf(), readingOf("es-a")),
			"0 of 0: 1 asked, Upstream: the API repeats pages of the instance list instead of ending it; there may be more than the 1 instances read"},
		"it changes each time": {[]string{"es-a"}, [][2]string{{"es-a", "es-x"}}, func(f *fixture) hook {
			return elasticsearchtest.At("ListInstance 2", func(n int) fault { f.api.AddInstance(fmt.Sprintf("es-b%d", n)); return fault{} })
		}, slices.Concat(readingOf(), readingOf(), readingOf("es-a", "es-b1", "es-b2")), "0 of 1: 3 asked, " + changed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.api.AddInstance(test.instances...)
			for _, c := range test.connections {
				f.api.Connect(c[0], c[1])
			}
			if test.hook != nil {
				f.api.OnRequest = test.hook(f)
			}
			f.check(t, reconcile(), reconciled, test.want, test.calls)
		})
	}
}

// TestProof: what is answered about the other end, and what follows. Nothing but the
// word that it does not exist is proof. It is asked for once, for two connections.
func TestProof(t *testing.T) {
	t.Parallel()
	status := func(s string) fault {
		return answer(`{"RequestId":"E5","Result":{"instanceId":"es-x","status":"` + s + `"}}`)
	}
	refuse := func(status int, code string) fault { return fault{Answer: elasticsearchtest.Refuse(status, code, "m")} }
	for name, test := range map[string]struct {
		answer fault
		asked  int    // how often; 0 for once
		then   string // what becomes of the leftovers; "" if they are to be removed
	}{
		"InstanceNotFound":            {refuse(400, "InstanceNotFound"), 0, ""},
		"InstanceNotFound as 404":     {refuse(404, "InstanceNotFound"), 0, ""},
		"active":                      {status("active"), 0, " kept: es-x is active"},
		"a status nobody knows":       {status("deleted"), 0, " kept: es-x is deleted"},
		"no status":                   {answer(`{"Result":{"instanceId":"es-x"}}`), 0, " unread (Upstream: the API answered HTTP 200: Result has no status)"},
		"a Code in a success":         {answer(`{"Code":"InstanceNotFound","Message":"m","RequestId":"E5"}`), 0, " unread (Upstream InstanceNotFound)"},
		"a Code and a status":         {fault{Answer: elasticsearchtest.Body(400, "application/json", `{"Code":"InstanceNotFound","Message":"m","Result":{"status":"active"},"RequestId":"E5"}`)}, 0, " unread (Upstream InstanceNotFound)"},
		"a Code of a broken gateway":  {fault{Answer: elasticsearchtest.Body(503, "application/json", `{"Code":"InstanceNotFound","Message":"m","RequestId":"E5"}`)}, 0, " unread (Upstream InstanceNotFound)"},
		"Denied":                      {refuse(403, "Forbidden.RAM"), 0, " unread (Denied Forbidden.RAM)"},
		"no such connection":          {refuse(400, "RepetitionOperationError"), 0, " unread (Absent RepetitionOperationError)"},
		"a bare 404":                  {fault{Answer: elasticsearchtest.Body(404, "", "")}, 0, " unread (Upstream: the API answered HTTP 404: the body is empty)"},
		"a wrong path":                {refuse(404, "InvalidApi.NotFound"), 0, " unread (Upstream InvalidApi.NotFound)"},
		"another code that sounds so": {refuse(400, "InstanceId.NotFound"), 0, " unread (Upstream InstanceId.NotFound)"},
		"in other letter case":        {refuse(400, "instanceNotFound"), 0, " unread (Upstream instanceNotFound)"},
		"500":                         {refuse(500, "InternalError"), 6, " unread (Upstream InternalError)"},
		"throttled":                   {refuse(400, "Throttling.User"), 6, " unread (Throttled Throttling.User)"},
		"a page of a proxy":           {fault{Answer: elasticsearchtest.HTML(200)}, 6, ` unread (Upstream: the API answered HTTP 200: the body is "text/html")`},
	} {
		t.Run(name, bubbled(func(t *testing.T) {
			f := newFixture(t)
			f.api.AddInstance("es-a", "es-b")
			f.api.Connect("es-a", "es-x")
			f.api.Connect("es-b", "es-x")
			f.api.Connect("es-b", "es-y")
			f.api.OnRequest = at("DescribeInstance es-x", test.answer)
			want := "3 of 3: 2 asked, es-a-es-x, es-b-es-x, es-b-es-y"
			if test.then != "" {
				want = fmt.Sprintf("3 of 3: 2 asked, es-b-es-y, es-a-es-x%s, es-b-es-x%s", test.then, test.then)
			}
			calls := append(readingOf("es-a", "es-b"), slices.Repeat([]string{"DescribeInstance es-x"}, cmp.Or(test.asked, 1))...)
			f.check(t, reconcile(), reconciled, want, append(calls, "DescribeInstance es-y"))
		}))
	}
}

// TestProofIsNotHad: what cannot be asked after in time, and what panics, is unread.
func TestProofIsNotHad(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		breaks func(cancel func())
		want   string
	}{
		"an interrupt": {func(cancel func()) { cancel() }, "2 of 2: 1 asked, es-a-es-x, es-a-es-y unread (Timeout: interrupted: not sent; safe to repeat)"},
		"a panic":      {func(func()) { panic("of the transport") }, "2 of 2: 1 asked, es-a-es-y, es-a-es-x unread (panic: of the transport)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.api.AddInstance("es-a")
			f.api.Connect("es-a", "es-x")
			f.api.Connect("es-a", "es-y")
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			f.api.OnRequest = elasticsearchtest.At("DescribeInstance es-x", func(int) fault { test.breaks(cancel); return fault{} })
			if got := reconciled(f.Find(ctx, []trigger.Request{reconcile()})[0]); got != test.want {
				t.Errorf("finding:\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestSurvey: what is read of a region, each connection once, with what the lists
// say of it.
func TestSurvey(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.api.AddInstance("es-c", "es-b")
	f.api.SetStatus("es-a", "inactive")
	f.api.SetName("es-a", "shop", "vpc-a")
	f.api.SetName("es-b", "", "vpc-a")
	f.api.SetName("es-c", "logs", "vpc-c")
	for _, c := range [][2]string{{"es-c", "es-b"}, {"es-a", "es-x"}, {"es-c", "es-a"}, {"es-b", "ls-1"}, {"es-b", "es-y"}} {
		f.api.Connect(c[0], c[1])
	}
	f.api.OnRequest = elasticsearchtest.Each(
		at("ListConnectedClusters es-c", answer(`{"Result":[{"instances":"es-a","networkType":"classic"},{"instances":"es-b"}]}`)),
		at("DescribeInstance es-y", answer(`{"Result":{"status":"inactive","description":"old shop","networkConfig":{"vpcId":"vpc-y"}}}`)),
	)
	found := f.Find(t.Context(), []trigger.Request{reconcile()})[0]
	pair := func(a, b string) connection.Pair { return connection.Pair{Instance: id(a), Connected: id(b)} }
	want := discover.Survey{
		Instances: map[connection.InstanceID]elasticsearch.Instance{
			id("es-a"): {Status: "inactive", Name: "shop", VPC: "vpc-a"}, id("es-b"): {Status: "active", VPC: "vpc-a"}, id("es-c"): {Status: "active", Name: "logs", VPC: "vpc-c"},
		},
		Connections: []discover.Connection{
			{Pair: pair("es-a", "es-c"), NetworkType: "vpc"}, {Pair: pair("es-a", "es-x"), NetworkType: "vpc"},
			{Pair: pair("es-b", "es-c"), NetworkType: "vpc"}, {Pair: pair("es-b", "es-y"), NetworkType: "vpc"}, {Pair: pair("es-b", "ls-1"), NetworkType: "vpc"},
		},
		Leftover:  []connection.Pair{pair("es-a", "es-x"), pair("es-b", "es-y")},
		Witnesses: []connection.InstanceID{id("es-a"), id("es-b")},
	}
	if got := fmt.Sprintf("%v", found.Survey); got != fmt.Sprintf("%v", want) || len(found.Unread)+len(found.Malformed) > 0 || found.Err != nil {
		t.Errorf("survey:\n got %v, %v, %v, %v\nwant %v", got, found.Unread, found.Malformed, found.Err, want)
	}
	if got, want := fmt.Sprintf("%+v", found.Kept), "[{Pair:{Instance:es-b Connected:es-y} Other:{Status:inactive Name:old shop VPC:vpc-y} Reason:es-y is inactive}]"; got != want {
		t.Errorf("kept:\n got %s\nwant %s", got, want)
	}
}

// TestProgress: what is told while a region is read, and again where the list has to be
// read again.
func TestProgress(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		total func(page, all int) any
		want  string
	}{
		"the total is told": {nil, "cn-beijing 100/120 cn-beijing 120/120"},
		"it is not":         {func(int, int) any { return nil }, "cn-beijing 100/-1 cn-beijing 120/-1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newRegion(t, 120, 7)
			f.api.Quirks.Total = test.total
			var told []string
			f.Progress = func(scope connection.Scope, asked, of int) {
				told = append(told, fmt.Sprintf("%s %d/%d", scope.Region, asked, of))
			}
			asked := reconcile()
			asked.Scope = scopeIn("cn-beijing")
			f.Find(t.Context(), []trigger.Request{asked})
			if got := strings.Join(told, " "); got != test.want {
				t.Errorf("told %s, want %s", got, test.want)
			}
		})
	}
}
