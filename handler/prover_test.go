package handler

import (
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// TestProve: whether the other end still does not exist is asked once, immediately before its
// first removal, and what contradicts that or cannot be asked fails all its removals.
func TestProve(t *testing.T) {
	t.Parallel()
	const (
		x, y            = "DescribeInstance es-x", "DescribeInstance es-y"
		ax, ay          = "DeleteConnectedCluster es-a es-x", "DeleteConnectedCluster es-a es-y"
		bx, cx          = "DeleteConnectedCluster es-b es-x", "DeleteConnectedCluster es-c es-x"
		active          = "the API's answers about es-x differ: now it is active, so nothing is removed"
		frozen          = "the API's answers about es-x differ: now it is inactive, so nothing is removed"
		denied          = "the API answered HTTP 403: Forbidden.RAM: m; allow elasticsearch:DescribeInstance on the instance to the function's role"
		removed, failed = "es-a-es-x removed, es-a-es-y removed, es-b-es-x removed, es-c-es-x removed", "es-a-es-x failed W, es-a-es-y removed, es-b-es-x failed W, es-c-es-x failed W"
	)
	is := func(status string) elasticsearchtest.Fault {
		return elasticsearchtest.Fault{Answer: elasticsearchtest.Body(200, "application/json", `{"Result":{"status":"`+status+`"}}`)}
	}
	why := func(text string) string { return strings.ReplaceAll(failed, "W", text) }
	all, withoutX := []string{x, ax, y, ay, bx, cx}, []string{x, y, ay}
	for name, test := range map[string]struct {
		proof discover.Proof
		hook  func(elasticsearchtest.Request) elasticsearchtest.Fault
		calls []string
		want  string
	}{
		"still gone":             {discover.Gone, nil, all, removed},
		"active":                 {discover.Gone, at(x, is("active")), withoutX, why(active)},
		"frozen":                 {discover.Gone, at(x, is("inactive")), withoutX, why(frozen)},
		"frozen, eager":          {discover.GoneOrFrozen, at(x, is("inactive")), all, removed},
		"not to be asked":        {discover.Gone, at(x, refuse(403, "Forbidden.RAM")), withoutX, why(denied)},
		"expired at the proof":   {discover.Gone, at(x, refuse(400, "InvalidSecurityToken.Expired")), []string{x}, strings.ReplaceAll("es-a-es-x failed W, es-a-es-y failed W, es-b-es-x failed W, es-c-es-x failed W", "W", "the API answered HTTP 400: InvalidSecurityToken.Expired: m; the credentials of this invocation have expired: send the event again")},
		"named, so not asked":    {discover.NoProof, at(x, is("active")), []string{ax, ay, bx, cx}, removed},
		"expired during the run": {discover.Gone, at(bx, refuse(400, "InvalidSecurityToken.Expired")), []string{x, ax, y, ay, bx}, strings.ReplaceAll("es-a-es-x removed, es-a-es-y removed, es-b-es-x failed W, es-c-es-x failed W", "W", "the API answered HTTP 400: InvalidSecurityToken.Expired: m; the credentials of this invocation have expired: send the event again")},
		"denied, so not expired": {discover.Gone, at(bx, refuse(403, "Forbidden.RAM")), all, strings.ReplaceAll(removed, "es-b-es-x removed", "es-b-es-x failed "+strings.Replace(denied, "DescribeInstance", "DeleteConnectedCluster", 1))},
	} {
		t.Run(name, Bubbled(func(t *testing.T) {
			f, pairs := newSurvivors(t)
			f.api.OnRequest = test.hook
			found := flags{}.cleanup(pairs...)
			found.Proof = test.proof
			got := strings.Join(saidOfAll(f.execute(t.Context(), decide([]discover.Finding{found}, rules{}).removals)), ", ")
			if got != test.want {
				t.Errorf("outcomes:\n got %s\nwant %s", got, test.want)
			}
			if calls := f.calls(); !slices.Equal(calls, test.calls) {
				t.Errorf("calls:\n got %q\nwant %q", calls, test.calls)
			}
		}))
	}
}

// TestNamedNeedsNoProof: a pair that a request names, too, is removed without the proof that
// the other request needs.
func TestNamedNeedsNoProof(t *testing.T) {
	t.Parallel()
	named, released := flags{}.disconnect(pairOf(idA, idB)), flags{}.cleanup(pairOf(idA, idB))
	released.Proof = discover.Gone
	for _, findings := range [][]discover.Finding{{named, released}, {released, named}} {
		if removals := decide(findings, rules{}).removals; len(removals) != 1 || removals[0].proof != discover.NoProof {
			t.Errorf("removals %+v", removals)
		}
	}
}

// TestAbsentIsNotListed: a survivor that answers for a while that it does not exist does not make
// its connection absent while the region lists it.
func TestAbsentIsNotListed(t *testing.T) {
	t.Parallel()
	gone := refuse(400, "InstanceNotFound")
	const late = "es-b-es-x failed the API answers that es-b does not exist, and lists it"
	for name, test := range map[string]struct {
		release bool
		list    elasticsearchtest.Fault
		proof   discover.Proof
		want    string
	}{
		"listed":              {false, elasticsearchtest.Fault{}, discover.Gone, late},
		"listed, and forced":  {false, elasticsearchtest.Fault{}, discover.NoProof, late},
		"released meanwhile":  {true, elasticsearchtest.Fault{}, discover.Gone, "es-b-es-x absent"},
		"the list is refused": {true, refuse(400, "X"), discover.Gone, "es-b-es-x failed the API answered HTTP 400: X: m"},
	} {
		t.Run(name, Bubbled(func(t *testing.T) {
			f, pairs := newSurvivors(t)
			f.api.OnRequest = elasticsearchtest.Each(at("DeleteConnectedCluster", gone), at("ListConnectedClusters", gone), at("ListInstance", test.list))
			if test.release {
				f.api.RemoveInstance("es-b")
			}
			found := flags{}.cleanup(pairs[2])
			found.Proof = test.proof
			if got := strings.Join(saidOfAll(f.execute(t.Context(), decide([]discover.Finding{found}, rules{}).removals)), ", "); got != test.want {
				t.Errorf("outcomes:\n got %s\nwant %s", got, test.want)
			}
		}))
	}
}

// TestAbsentInCapitals: of a pair that is only named, an id in capitals that does not exist may be
// spelled wrongly, so its connection is not absent.
func TestAbsentInCapitals(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"es-gone": "es-gone-es-z absent",
		"ES-GONE": "ES-GONE-es-z failed the API answered HTTP 400: InstanceNotFound",
	} {
		f, _ := newSurvivors(t)
		named := flags{}.disconnect(pairOf(id, "es-z"))
		if got := saidOfAll(f.execute(t.Context(), decide([]discover.Finding{named}, rules{mayBeDone: true}).removals))[0]; !strings.HasPrefix(got, want) {
			t.Errorf("outcome %s, want %s", got, want)
		}
	}
}

// TestWitness: a survivor that answers that it does not exist was released meanwhile if another
// instance of the list exists; if not, nothing more is removed.
func TestWitness(t *testing.T) {
	t.Parallel()
	const b, c = "DescribeInstance es-b", "DescribeInstance es-c"
	gone := refuse(400, "InstanceNotFound")
	for name, test := range map[string]struct {
		hook func(elasticsearchtest.Request) elasticsearchtest.Fault
		want string // of the removal from es-b
	}{
		"the witness exists":          {at(b, gone), "es-b-es-x removed"},
		"neither exists":              {elasticsearchtest.Each(at(b, gone), at(c, gone)), "es-b-es-x failed the API listed es-b but now answers that it does not exist. Check the region and the credentials; no further connection was removed: the API answered HTTP 400: InstanceNotFound: m"},
		"the witness cannot be asked": {elasticsearchtest.Each(at(b, gone), at(c, refuse(400, "X"))), "es-b-es-x failed the API answered HTTP 400: X: m"},
	} {
		t.Run(name, Bubbled(func(t *testing.T) {
			f, pairs := newSurvivors(t)
			f.api.OnRequest = test.hook
			found := flags{}.reconcile(pairs[2])
			found.Survey.Witnesses = []connection.InstanceID{pairs[2].Instance, pairs[3].Instance}
			got := strings.Join(saidOfAll(f.execute(t.Context(), decide([]discover.Finding{found}, rules{limit: 4}).removals)), ", ")
			if got != test.want {
				t.Errorf("outcomes:\n got %s\nwant %s", got, test.want)
			}
		}))
	}
}
