package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/goldentest"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/view"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// A reconcile is one way to ask for it, and what it removes.
type reconcile struct {
	args    []string
	setUp   func(*fixture)
	answer  string // typed at a terminal; "" for no terminal
	exit    int
	removed [][2]string
}

var both = [][2]string{{"es-a", "es-gone"}, {"es-b", "es-gone"}}

func reconciles() map[string]reconcile {
	return map[string]reconcile{
		"agreed":  {nil, leftovers, "yes\n", handler.ExitDone, both},
		"refused": {nil, leftovers, "no\n", handler.ExitLeft, nil},

		"without a terminal":    {nil, leftovers, "", handler.ExitInvalid, nil},
		"unasked":               {[]string{"--yes"}, leftovers, "", handler.ExitDone, both},
		"unasked at a terminal": {[]string{"--yes"}, leftovers, "no\n", handler.ExitDone, both},
		"as JSON":               {[]string{"--yes", "-o", "json"}, leftovers, "", handler.ExitDone, both},

		"as a dry run":             {[]string{"--dry-run"}, leftovers, "", handler.ExitLeft, nil},
		"as a dry run of the user": {[]string{"--yes"}, dry(leftovers), "", handler.ExitLeft, nil},
		"as a dry run in JSON":     {[]string{"--dry-run", "-o", "json"}, leftovers, "no\n", handler.ExitLeft, nil},
		"as a dry run of nothing":  {[]string{"--dry-run"}, fine, "", handler.ExitDone, nil},

		"of nothing":                  {[]string{"--yes"}, fine, "", handler.ExitDone, nil},
		"of what cannot be asked":     {[]string{"--yes"}, unproven, "", handler.ExitFailed, nil},
		"of one that is no id":        {[]string{"--yes"}, oneNoID, "", handler.ExitFailed, nil},
		"of what is kept of too many": {[]string{"--yes"}, limited(keptOnly), "", handler.ExitDone, nil},
		"of what is not all read":     {nil, unread, "yes\n", handler.ExitFailed, both[:1]},
		"of nothing and one refused":  {[]string{"--region", "cn-beijing", "--yes"}, func(f *fixture) { fine(f); notOpen(f) }, "", handler.ExitFailed, nil},
		"of kept and one refused":     {[]string{"--region", "cn-beijing", "--yes"}, func(f *fixture) { keptOnly(f); notOpen(f) }, "", handler.ExitFailed, nil},
		"of nothing not all read": {[]string{"--yes"}, func(f *fixture) {
			fine(f)
			f.api.OnRequest = at("ListConnectedClusters es-b", refuse(403, "Forbidden.RAM", "No."))
		}, "", handler.ExitFailed, nil},
		"denied":                       {[]string{"--yes"}, denied, "", handler.ExitFailed, nil},
		"of more than the limit":       {nil, limited(leftovers), "yes\n", handler.ExitLeft, nil},
		"up to a higher limit":         {[]string{"--limit", "4"}, limited(leftovers), "yes\n", handler.ExitDone, both},
		"up to a lower limit":          {[]string{"--limit", "0", "--yes"}, oneLeftover, "", handler.ExitLeft, nil},
		"of two regions as JSON":       {[]string{"--region", "cn-beijing", "--yes", "-o", "json"}, leftovers, "", handler.ExitDone, both},
		"of two regions, one too many": {[]string{"--region", "cn-beijing", "--yes", "--limit", "4"}, tooMany, "", handler.ExitLeft, both},

		"of one that came back":      {nil, whenAsked(func(f *fixture) { f.add("es-gone") }), "", handler.ExitFailed, nil},
		"with one that is late":      {nil, whenAsked(func(f *fixture) { f.api.Connect("es-b", "es-late") }), "", handler.ExitDone, both},
		"that the API throttles":     {[]string{"--yes"}, throttled, "", handler.ExitDone, both},
		"of which an answer is lost": {[]string{"--yes"}, lost, "", handler.ExitDone, both},
		"that the API refuses":       {[]string{"--yes"}, refused, "", handler.ExitFailed, both[1:]},
	}
}

func dry(setUp func(*fixture)) func(*fixture) {
	return func(f *fixture) {
		setUp(f)
		f.env["DRY_RUN"] = "true"
	}
}

// unproven is a region whose other ends cannot be asked for.
func unproven(f *fixture) {
	leftovers(f)
	f.api.OnRequest = at("DescribeInstance", refuse(403, "Forbidden.RAM", "You are not authorized."))
}

// keptOnly is a region with four leftovers that are kept.
func keptOnly(f *fixture) {
	leftovers(f)
	f.api.OnRequest = at("DescribeInstance", answering(`{"Result":{"status":"invalid"},"RequestId":"r"}`))
}

// tooMany has more leftovers than four in a second region.
func tooMany(f *fixture) {
	leftovers(f)
	beijing := f.cloud.Region("cn-beijing")
	beijing.AddInstanceOf(myAccount, "es-x")
	for i := range 5 {
		beijing.Connect("es-x", fmt.Sprint("es-gone-", i))
	}
}

// refused is a region that does not remove one of the leftovers.
func refused(f *fixture) {
	leftovers(f)
	f.api.OnRequest = elasticsearchtest.Each(at("DeleteConnectedCluster es-a", refuse(403, "Forbidden.RAM", "You are not authorized.")), f.api.OnRequest)
}

// throttled is a region that takes a removal when it is asked for the tenth time.
func throttled(f *fixture) {
	leftovers(f)
	f.api.OnRequest = elasticsearchtest.Each(elasticsearchtest.At("DeleteConnectedCluster es-a", func(n int) fault {
		if n == 10 {
			return fault{}
		}
		return refuse(429, "Throttling.User", "Request was denied due to user flow control.")
	}), f.api.OnRequest)
}

// lost is a region whose answer to the first removal does not arrive.
func lost(f *fixture) {
	leftovers(f)
	f.api.OnRequest = elasticsearchtest.Each(elasticsearchtest.At("DeleteConnectedCluster es-a", func(n int) fault {
		if n == 1 {
			return fault{AfterEffect: true, Answer: elasticsearchtest.HTML(502)}
		}
		return refuse(400, "RepetitionOperationError", "The instances are not connected.")
	}), f.api.OnRequest)
}

// whenAsked changes the region while a person reads the question, and then agrees.
func whenAsked(change func(*fixture)) func(*fixture) {
	return func(f *fixture) {
		leftovers(f)
		f.answers(&typing{func() { change(f) }, strings.NewReader("yes\n")})
	}
}

// typing does something when an answer is read.
type typing struct {
	first func()
	text  io.Reader
}

func (r *typing) Read(p []byte) (int, error) {
	r.first()
	return r.text.Read(p)
}

// TestReconcile: nothing is removed but what was shown, and that only after an exact yes.
func TestReconcile(t *testing.T) {
	t.Parallel()
	for name, test := range reconciles() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			test.setUp(f)
			if test.answer != "" {
				f.answers(strings.NewReader(test.answer))
			}
			before := f.api.Connections()
			exit := f.run(t, append([]string{"reconcile", "--region", "cn-hangzhou"}, test.args...)...)
			f.exits(t, exit, test.exit)
			goldentest.Check(t, "reconcile-"+name, f.transcript(exit))
			if strings.HasSuffix(name, "late") {
				before = slices.SortedFunc(slices.Values(append(before, [2]string{"es-b", "es-late"})), compare)
			}
			f.leaves(t, before, test.removed)
		})
	}
}

func compare(a, b [2]string) int { return strings.Compare(a[0]+" "+a[1], b[0]+" "+b[1]) }

// TestNamesWith: a question names where something would be removed, each place once.
func TestNamesWith(t *testing.T) {
	t.Parallel()
	in := func(region string, removable int) view.Scope {
		return view.Scope{Place: view.Place{Region: region}, Removable: removable}
	}
	for want, scopes := range map[string][]view.Scope{
		"a":          {in("a", 1), in("b", 0)},
		"a and b":    {in("a", 1), in("b", 2), in("a", 1)},
		"a, b and d": {in("a", 1), in("b", 1), in("c", 0), in("d", 1)},
	} {
		if got := namesWith(view.Report{Scopes: scopes}, hasRemovable, region); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestOnlyYesIsYes: as a whole line, and as nothing else.
func TestOnlyYesIsYes(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]int{
		"yes\n":        handler.ExitDone,
		"yes\r\n":      handler.ExitDone,
		"no\n":         handler.ExitLeft,
		"y\n":          handler.ExitLeft,
		"Yes\n":        handler.ExitLeft,
		" yes\n":       handler.ExitLeft,
		"yes please\n": handler.ExitLeft,
		"\nyes\n":      handler.ExitLeft,
		"yes":          handler.ExitLeft, // and the end of the input
		"\x04":         handler.ExitLeft,
	} {
		t.Run(fmt.Sprintf("%q", answer), func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			leftovers(f)
			f.answers(strings.NewReader(answer))
			f.exits(t, f.run(t, "reconcile", "--region", "cn-hangzhou"), want)
			if got := len(f.deleted()) > 0; got != (want == handler.ExitDone) {
				t.Errorf("something was removed: %v", got)
			}
			if text := f.stderr.String(); !strings.Contains(text, "Remove these 2 connections in cn-hangzhou, account "+myAccount+"?\nType yes: ") {
				t.Errorf("standard error:\n%s", text)
			}
		})
	}
}

// TestTypedBeforeIsKept: no question is asked where what was typed before it may answer it.
func TestTypedBeforeIsKept(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	leftovers(f)
	in, typed, err := os.Pipe() // which does not forget, as a terminal does
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	fmt.Fprintln(typed, "yes")
	typed.Close()
	f.answers(in)
	f.exits(t, f.run(t, "reconcile", "--region", "cn-hangzhou"), handler.ExitLeft)
	if got := f.deleted(); len(got) > 0 {
		t.Errorf("sent %q", got)
	}
}
