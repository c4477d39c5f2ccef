package discover_test

import (
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
	"elasticsearch-disconnect/handler/trigger"
)

const (
	describe, own = "DescribeInstance es-x", "ListConnectedClusters es-x"
	page, end     = "ListInstance 1", "ListInstance 2"
	peer          = "ListConnectedClusters es-a"
	found         = "1 asked, es-a-es-x"
)

// listing is the answer of a list with these instances.
func listing(ids ...string) fault {
	return answer(`{"Result":[{"instances":"` + strings.Join(ids, `"},{"instances":"`) + `"}]}`)
}

// TestRelease: which questions are asked about an instance that may be gone, and what is
// found. TestFirstQuestion has every answer to the first of them.
func TestRelease(t *testing.T) {
	t.Parallel()
	const (
		listed = "0 asked, Conflict: the API answers that es-x does not exist, and lists it"
		frozen = "0 asked, es-x is frozen and can be recovered until its release is final (RELEASE_POLICY=eager would not wait)"
		badID  = `(es-x) has a character other than letters, digits, - and _: "a.b"`
	)
	asked, proof := []string{describe}, []string{describe, own, page, end}
	sweep := append(slices.Clone(proof), peer)
	again := append(slices.Clone(proof), page, end) // an answer without a total is read twice
	sweepOfFrozen := append(slices.Clone(sweep), own)
	request := trigger.Cleanup{Requested: true}
	release, perhaps := trigger.Cleanup{Expects: trigger.Gone}, trigger.Cleanup{Expects: trigger.PerhapsGone}
	for name, test := range map[string]struct {
		ask    trigger.Cleanup
		eager  bool
		status string // of the instance; "": it is gone
		hook   hook
		calls  []string
		want   string
	}{
		"gone":                                  {release, false, "", nil, sweep, found},
		"perhaps gone":                          {perhaps, false, "", nil, sweep, found},
		"gone, requested":                       {request, false, "", nil, sweep, found},
		"gone, and lists its connections":       {release, false, "", at(own, listing("es-a")), sweep, found},
		"gone, and lists itself and others":     {release, false, "", at(own, listing("es-c", "es-x", "es-b")), sweep, "1 asked, es-c-es-x, es-b-es-x, es-a-es-x"},
		"gone, and lists nothing":               {release, false, "", at(own, answer(`{"Result":[]}`)), sweep, found},
		"gone, and lists itself alone":          {release, false, "", at(own, listing("ES-X")), sweep, found},
		"gone, and its list is null":            {release, false, "", at(own, answer(`{"Result":{"Result":null}}`)), sweep, found},
		"gone, and its list is denied":          {release, false, "", at(own, refuse("Forbidden.RAM")), sweep, found},
		"gone, and its list is of no such pair": {release, false, "", at(own, refuse("RepetitionOperationError")), sweep, found},
		"gone, and lists what is no id":         {release, false, "", at(own, listing("a.b")), sweep, found + ", " + badID},
		"gone, and lists another and no id":     {release, false, "", at(own, listing("es-c", "a.b")), sweep, "1 asked, es-c-es-x, es-a-es-x, " + badID},
		"gone, and its other end cannot be read": {release, false, "", elasticsearchtest.Each(at(own, listing("es-a", "a.b")), at(peer, refuse("Forbidden.RAM"))), sweep,
			found + ", " + badID + ", Denied Forbidden.RAM"},
		"gone, named in capitals": {trigger.Cleanup{Instance: id("ES-X"), Expects: trigger.Gone}, false, "", at("ListConnectedClusters ES-X", listing("es-a")),
			[]string{"DescribeInstance ES-X", "ListConnectedClusters ES-X", page, end, peer}, found},
		"gone, in other letter case": {release, false, "", at(peer, listing("ES-X")), sweep, "1 asked, es-a-ES-X"},
		"gone, in capitals, and it is listed": {trigger.Cleanup{Instance: id("ES-X"), Requested: true}, false, "", at(page, listing("es-x")),
			[]string{"DescribeInstance ES-X", "ListConnectedClusters ES-X", page, end, page, end}, "0 asked, Conflict: ES-X was not found, and es-x is listed: did you mean that?"},
		"gone, and the region lists it":         {release, false, "", at(page, listing("es-a", "ES-x")), again, listed},
		"gone, requested, and it is listed":     {request, false, "", at(page, listing("es-x")), again, listed},
		"gone, with connections, and is listed": {release, false, "", elasticsearchtest.Each(at(own, listing("es-a")), at(page, listing("es-x"))), again, listed},
		"gone, and the region's list is denied": {release, false, "", at(page, refuse("Forbidden.RAM")), []string{describe, own, page}, "0 asked, Denied Forbidden.RAM"},
		"gone, with connections, and it is cut": {release, false, "", elasticsearchtest.Each(at(own, listing("es-a")), at(end, refuse("X"))), proof, "0 asked, Upstream X"},
		"active, and expected gone":             {release, false, "active", nil, asked, "0 asked, Conflict: es-x is active, and the event reports that it was released: nothing is removed"},
		"active":                                {perhaps, false, "active", nil, asked, "0 asked, es-x is still active"},
		"active, requested":                     {request, true, "active", nil, asked, "0 asked, Conflict: es-x exists and is active: nothing is removed. To cut it off on purpose, add force (true); to see what that would remove, dryRun"},
		"frozen":                                {release, false, "inactive", nil, asked, frozen},
		"frozen, requested":                     {request, true, "inactive", nil, asked, "0 asked, Conflict: es-x is frozen and can be recovered for 24 hours: nothing is removed. Repeat this when the 24 hours are over"},
		"frozen, eager, and lists its own":      {perhaps, true, "inactive", nil, []string{describe, own}, found},
		"frozen, eager, and lists nothing":      {perhaps, true, "inactive", at(own, answer(`{"Result":[]}`)), sweepOfFrozen, "2 asked, es-a-es-x"},
		"frozen, eager, and its list is denied": {perhaps, true, "inactive", at(own, refuse("X")), sweepOfFrozen, "2 asked, es-a-es-x"},
		"without a status":                      {release, false, "active", at(describe, answer(`{"Result":{}}`)), asked, "0 asked, Upstream: the API answered HTTP 200: Result has no status"},
		"of an unknown status":                  {release, false, "invalid", nil, asked, "0 asked, Upstream: es-x is invalid: it is not clear whether it was released"},
		"not to be asked about":                 {release, false, "", at(describe, refuse("Forbidden.RAM")), asked, "0 asked, Denied Forbidden.RAM"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newCleanup(t, test.status, test.hook)
			f.Eager = test.eager
			if test.ask.Instance == (connection.InstanceID{}) {
				test.ask.Instance = id("es-x")
			}
			f.check(t, trigger.Request{Action: test.ask}, said, test.want, test.calls)
		})
	}
}

// TestProofIsOfEachRequest: in a batch, the sweep that a forced request needs is cut, and a
// release whose instance is listed still gets no pair to remove.
func TestProofIsOfEachRequest(t *testing.T) {
	t.Parallel()
	f := newCleanup(t, "", elasticsearchtest.Each(at(own, listing("es-a")), at(page, listing("es-a", "es-x")), at(peer, refuse("InvalidSecurityToken.Expired"))))
	release := trigger.Request{Action: trigger.Cleanup{Instance: id("es-x"), Expects: trigger.Gone}}
	found := f.Find(t.Context(), []trigger.Request{release, cleanup("es-y", requested)})
	if len(found[0].Pairs) > 0 || connection.KindOf(found[0].Err) != connection.Conflict || connection.KindOf(found[1].Err) != connection.Denied {
		t.Errorf("findings: %s; %s", said(found[0]), said(found[1]))
	}
}

// newCleanup is a fixture in which es-a is connected with es-x.
func newCleanup(t *testing.T, status string, of hook) *fixture {
	t.Helper()
	f := newFixture(t)
	f.api.AddInstance("es-a")
	f.api.Connect("es-a", "es-x")
	if status != "" {
		f.api.SetStatus("es-x", status)
	}
	f.api.OnRequest = of
	return f
}

// TestForced: a request that is forced, or a dry run, asks for no proof.
func TestForced(t *testing.T) {
	t.Parallel()
	nothing := at(own, answer(`{"Result":[]}`))
	sweep := []string{own, page, end, peer}
	asked := []string{own, describe, page, end, peer}
	for name, test := range map[string]struct {
		status string // of the instance; "": it is gone
		hook   hook
		calls  []string
		want   string
	}{
		"active":                              {"active", nil, []string{own}, found},
		"gone":                                {"", nil, sweep, found},
		"gone by its own list, and listed":    {"active", at(own, refuse("InstanceNotFound")), append(slices.Clone(sweep), own, describe), "2 asked, es-a-es-x, Conflict: the API answers that es-x does not exist, and lists it"},
		"its list is refused":                 {"", at(own, refuse("X")), []string{own}, "0 asked, Upstream X"},
		"active, and lists nothing":           {"active", nothing, []string{own, describe}, "1 asked"},
		"frozen, and lists nothing":           {"inactive", nothing, []string{own, describe}, "1 asked"},
		"invalid, and lists nothing":          {"invalid", nothing, append(slices.Clone(asked), own), "2 asked, es-a-es-x"},
		"gone, and lists nothing":             {"", nothing, asked, found},
		"not to be asked about":               {"active", elasticsearchtest.Each(nothing, at(describe, refuse("Forbidden.RAM"))), []string{own, describe}, "0 asked, Denied Forbidden.RAM"},
		"active, and lists another and no id": {"active", at(own, listing("es-c", "a.b")), append(slices.Clone(sweep), own), `2 asked, es-c-es-x, es-a-es-x, (es-x) has a character other than letters, digits, - and _: "a.b"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newCleanup(t, test.status, test.hook).check(t, cleanup("es-x", requested), said, test.want, test.calls)
		})
	}
}

// TestAbsent: an instance that does not exist, and that no instance lists, is absent.
func TestAbsent(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status string
		hook   hook
		want   bool
	}{
		"gone, and nobody lists it":     {"", at(peer, listing("es-b")), true},
		"gone, and somebody lists it":   {"", nil, false},
		"gone, and the region lists it": {"", elasticsearchtest.Each(at(page, listing("es-a", "es-x")), at(peer, listing("es-b"))), false},
		"gone, and one cannot be asked": {"", at(peer, refuse("X")), false},
		"active, without a connection":  {"active", elasticsearchtest.Each(at(own, answer(`{"Result":[]}`)), at(peer, listing("es-b"))), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newCleanup(t, test.status, test.hook)
			if got := f.Find(t.Context(), []trigger.Request{cleanup("es-x", requested)})[0]; got.Absent != test.want {
				t.Errorf("absent: %t, %s", got.Absent, said(got))
			}
		})
	}
}
