package handler

import (
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

// reconcile is the finding of a request to reconcile, with all leftovers proven.
func (f flags) reconcile(pairs ...connection.Pair) discover.Finding {
	found := found(f.request(trigger.Reconcile{ClientToken: f.clientToken(), DryRun: f.dryRun}), pairs...)
	found.Survey.Leftover = pairs
	return found
}

// newSurvivors is a fixture of three survivors with four leftovers: two of the first.
func newSurvivors(t *testing.T) (*fixture, []connection.Pair) {
	t.Helper()
	f := newFixture(t)
	pairs := []connection.Pair{pairOf("es-a", "es-x"), pairOf("es-a", "es-y"), pairOf("es-b", "es-x"), pairOf("es-c", "es-x")}
	for _, pair := range pairs {
		f.api.AddInstance(pair.Instance.String())
		f.api.Connect(pair.Instance.String(), pair.Connected.String())
	}
	return f, pairs
}

// calls are the requests to the API, in order.
func (f *fixture) calls() (calls []string) {
	for _, r := range f.api.Requests() {
		calls = append(calls, r.String())
	}
	return calls
}

// TestConfirm: before its first removal, the API is asked once whether the survivor exists. If
// not, its answers prove nothing, and no further leftover is removed; if that is uncertain, no
// leftover of this survivor.
func TestConfirm(t *testing.T) {
	t.Parallel()
	const (
		describeA, describeB, describeC = "DescribeInstance es-a", "DescribeInstance es-b", "DescribeInstance es-c"
		ax, ay                          = "DeleteConnectedCluster es-a es-x", "DeleteConnectedCluster es-a es-y"
		bx, cx                          = "DeleteConnectedCluster es-b es-x", "DeleteConnectedCluster es-c es-x"

		removedA, removedC = "es-a-es-x removed, es-a-es-y removed", "es-c-es-x removed"
	)
	is := func(status string) elasticsearchtest.Fault {
		return elasticsearchtest.Fault{Answer: elasticsearchtest.Body(200, "application/json", `{"Result":{"status":"`+status+`"}}`)}
	}
	stopped := func(id string) string {
		return "failed the API listed " + id + " but now answers that it does not exist. Check the region and the credentials; no further connection was removed: the API answered HTTP 400: InstanceNotFound: m"
	}
	whole := []string{describeA, ax, ay, describeB, bx, describeC, cx}
	withoutB := []string{describeA, ax, ay, describeB, describeC, cx}
	for name, test := range map[string]struct {
		hook  func(elasticsearchtest.Request) elasticsearchtest.Fault
		calls []string
		want  string
	}{
		"all exist":         {nil, whole, removedA + ", es-b-es-x removed, " + removedC},
		"one is frozen":     {at(describeB, is("inactive")), whole, removedA + ", es-b-es-x removed, " + removedC},
		"one is changed":    {at(describeB, is("activating")), whole, removedA + ", es-b-es-x removed, " + removedC},
		"the first is gone": {at(describeA, refuse(400, "InstanceNotFound")), []string{describeA}, fmt.Sprintf("es-a-es-x %s, es-a-es-y %[1]s, es-b-es-x %[1]s, es-c-es-x %[1]s", stopped("es-a"))},
		"another is gone":   {at(describeB, refuse(400, "InstanceNotFound")), []string{describeA, ax, ay, describeB}, fmt.Sprintf("%s, es-b-es-x %s, es-c-es-x %[2]s", removedA, stopped("es-b"))},
		"one is denied": {at(describeB, refuse(403, "Forbidden.RAM")), withoutB,
			removedA + ", es-b-es-x failed the API answered HTTP 403: Forbidden.RAM: m; allow elasticsearch:DescribeInstance on the instance to the function's role, " + removedC},
		"the first is denied": {at(describeA, refuse(403, "Forbidden.RAM")), []string{describeA, describeB, bx, describeC, cx},
			fmt.Sprintf("es-a-es-x %s, es-a-es-y %[1]s, es-b-es-x removed, %s", "failed the API answered HTTP 403: Forbidden.RAM: m; allow elasticsearch:DescribeInstance on the instance to the function's role", removedC)},
		"one is invalid":             {at(describeB, is("invalid")), withoutB, removedA + ", es-b-es-x failed the API listed es-b but now reports the status invalid, so nothing was removed from it, " + removedC},
		"one is unknown":             {at(describeB, is("unknown")), withoutB, removedA + ", es-b-es-x failed the API listed es-b but now reports the status unknown, so nothing was removed from it, " + removedC},
		"one has no status":          {at(describeB, is("")), withoutB, removedA + ", es-b-es-x failed the API answered HTTP 200: Result has no status, " + removedC},
		"a code of removals":         {at(describeB, refuse(400, "RepetitionOperationError")), withoutB, removedA + ", es-b-es-x failed the API answered HTTP 400: RepetitionOperationError: m, " + removedC},
		"no answer for one":          {at(describeB, refuse(504, "")), slices.Insert(slices.Clone(withoutB), 3, slices.Repeat([]string{describeB}, 5)...), removedA + ", es-b-es-x failed the API answered HTTP 504: the body has no Code, " + removedC},
		"a removal is denied":        {at(bx, refuse(403, "Forbidden.RAM")), whole, removedA + ", es-b-es-x failed the API answered HTTP 403: Forbidden.RAM: m; allow elasticsearch:DeleteConnectedCluster on the instance to the function's role, " + removedC},
		"a removal is not connected": {at(bx, refuse(400, "RepetitionOperationError")), append(slices.Clone(whole[:5]), "ListConnectedClusters es-b", describeC, cx), removedA + ", es-b-es-x failed the API answers that es-b and es-x are not connected, but es-b still lists the connection, " + removedC},
	} {
		t.Run(name, Bubbled(func(t *testing.T) {
			f, pairs := newSurvivors(t)
			f.api.OnRequest = test.hook
			got := strings.Join(saidOfAll(f.execute(t.Context(), decide([]discover.Finding{flags{}.reconcile(pairs...)}, rules{limit: 4}).removals)), ", ")
			if got != test.want {
				t.Errorf("outcomes:\n got %s\nwant %s", got, test.want)
			}
			if reported := strings.Join(f.lines, ", "); reported != got {
				t.Errorf("reported:\n got %s\nwant %s", reported, got)
			}
			if calls := f.calls(); !slices.Equal(calls, test.calls) {
				t.Errorf("calls:\n got %q\nwant %q", calls, test.calls)
			}
		}))
	}
}

// TestConfirmNothing: no survivor is confirmed if nothing is sent, or if a person names the
// connection or the instance.
func TestConfirmNothing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rules rules
		of    func(...connection.Pair) discover.Finding
		want  string
	}{
		"a dry run":              {rules{limit: 4}, flags{dryRun: true}.reconcile, "dry-run"},
		"the operator's dry run": {rules{limit: 4, dryRun: true}, flags{}.reconcile, "dry-run"},
		"a cleanup":              {rules{}, flags{}.cleanup, "removed"},
		"too many":               {rules{limit: 3}, flags{}.reconcile, "withheld"},
	} {
		t.Run(name, Bubbled(func(t *testing.T) {
			f, pairs := newSurvivors(t)
			for _, o := range f.execute(t.Context(), decide([]discover.Finding{test.of(pairs...)}, test.rules).removals) {
				if o.word() != test.want {
					t.Errorf("outcome %s", said(o))
				}
			}
			for _, call := range f.calls() {
				if !strings.HasPrefix(call, "Delete") || test.want != "removed" {
					t.Errorf("%s is sent", call)
				}
			}
		}))
	}
}

// TestStopIsOfLeftovers: a connection that a person names is removed although a reconcile
// stops.
func TestStopIsOfLeftovers(t *testing.T) {
	t.Parallel()
	f, pairs := newSurvivors(t)
	f.api.OnRequest = at("DescribeInstance es-a", refuse(400, "InstanceNotFound"))
	f.execute(t.Context(), decide([]discover.Finding{flags{}.reconcile(pairs[:2]...), flags{}.disconnect(pairs[3])}, rules{limit: 2}).removals)
	if want := []string{"DescribeInstance es-a", "DeleteConnectedCluster es-c es-x"}; !slices.Equal(f.calls(), want) {
		t.Errorf("calls %q, want %q", f.calls(), want)
	}
}

// TestConfirmInEachScope: the same id in two scopes is two instances.
func TestConfirmInEachScope(t *testing.T) {
	t.Parallel()
	f, pairs := newSurvivors(t)
	f.execute(t.Context(), decide([]discover.Finding{flags{}.reconcile(pairs[2]), inBeijing(flags{}.reconcile(pairs[2]))}, rules{limit: 1, mayBeDone: true}).removals)
	asked := 0
	for _, call := range f.calls() {
		if call == "DescribeInstance es-b" {
			asked++
		}
	}
	if asked != 2 {
		t.Errorf("es-b is confirmed %d times: %q", asked, f.calls())
	}
}

// TestConfirmTogether: survivors are confirmed at the same time, each once; if none exists,
// nothing is removed.
func TestConfirmTogether(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer elasticsearchtest.Fault
		calls  int
		left   int
	}{
		"all exist":   {elasticsearchtest.Fault{}, 3 + 4, 0},
		"none exists": {refuse(400, "InstanceNotFound"), 3, 4},
	} {
		t.Run(name, Bubbled(func(t *testing.T) {
			f, pairs := newSurvivors(t)
			f.limit = 3
			f.api.OnRequest = elasticsearchtest.Each(
				elasticsearchtest.Together(t.Context(), 3, "DescribeInstance"),
				at("DescribeInstance", test.answer))
			f.execute(t.Context(), decide([]discover.Finding{flags{}.reconcile(pairs...)}, rules{limit: 4}).removals)
			if calls, left := f.calls(), f.api.Connections(); len(calls) != test.calls || len(left) != test.left {
				t.Errorf("%d left; calls %q", len(left), calls)
			}
		}))
	}
}

// TestConfirmPanics: a panic at the confirmation of one survivor fails only its removals, and
// none of them is sent.
func TestConfirmPanics(t *testing.T) {
	t.Parallel()
	f, pairs := newSurvivors(t)
	client, asked := f.client, 0
	f.prover.client = func(ctx context.Context, scope connection.Scope) (*elasticsearch.Client, error) {
		if asked++; asked == 1 {
			panic("of the client")
		}
		return client(ctx, scope)
	}
	got := saidOfAll(f.execute(t.Context(), decide([]discover.Finding{flags{}.reconcile(pairs...)}, rules{limit: 4}).removals))
	want := []string{"es-a-es-x failed panic: of the client", "es-a-es-y failed panic: of the client", "es-b-es-x removed", "es-c-es-x removed"}
	if !slices.Equal(got, want) || len(f.calls()) != 4 {
		t.Errorf("outcomes:\n got %q\nwant %q\ncalls %q", got, want, f.calls())
	}
}
