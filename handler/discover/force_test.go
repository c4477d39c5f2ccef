package discover_test

import (
	"slices"
	"testing"

	"elasticsearch-disconnect/handler/trigger"
)

// TestForce: somebody who asks for all connections of an instance that is there says
// that it is on purpose, or nothing more is read. Where it is not there, or that
// cannot be told, and where nothing would be removed, it needs no saying.
func TestForce(t *testing.T) {
	t.Parallel()
	const (
		describe, list = "DescribeInstance es-x", "ListConnectedClusters es-x"
		pair           = "1 asked, es-a-es-x"
	)
	exists := func(status string) string {
		return "0 asked, Conflict: es-x exists and is " + status + ": nothing is removed. To cut it off on purpose, add force (true); to see what that would remove, dryRun"
	}
	asked, described := []string{list}, []string{describe, list}
	sweep := []string{"ListInstance 1", "ListInstance 2", "ListConnectedClusters es-a"}
	swept := append([]string{describe, list}, sweep...)
	nothing := at(list, answer(`{"Result":[]}`))
	plain, eager := func(*fixture, *trigger.Cleanup) {}, func(f *fixture, _ *trigger.Cleanup) { f.Eager = true }
	for name, test := range map[string]struct {
		status string // of the instance; "": it is gone
		says   func(*fixture, *trigger.Cleanup)
		hook   hook
		calls  []string
		want   string
	}{
		"active":        {"active", plain, nil, []string{describe}, exists("active")},
		"resizing":      {"resizing", plain, nil, []string{describe}, exists("resizing")},
		"active, eager": {"active", eager, nil, []string{describe}, exists("active")},

		"active, by force":        {"active", func(_ *fixture, a *trigger.Cleanup) { a.Force = true }, nil, asked, pair},
		"active, dry":             {"active", func(_ *fixture, a *trigger.Cleanup) { a.DryRun = true }, nil, asked, pair},
		"active, operator's dry":  {"active", func(f *fixture, _ *trigger.Cleanup) { f.DryRun = true }, nil, asked, pair},
		"active, by a release":    {"active", func(_ *fixture, a *trigger.Cleanup) { a.Certainty = trigger.Certain }, nil, asked, pair},
		"inactive, eager release": {"inactive", func(f *fixture, a *trigger.Cleanup) { f.Eager, a.Certainty = true, trigger.Revocable }, nil, asked, pair},

		"gone":                    {"", plain, nil, swept, pair},
		"gone, eager":             {"", eager, nil, swept, pair},
		"gone, and lists it":      {"", plain, at(list, answer(`{"Result":[{"instances":"es-a"}]}`)), described, pair},
		"gone, and lists nothing": {"", plain, nothing, swept, pair},
		"gone, and is not read":   {"", plain, at(list, refuse("Forbidden.RAM")), described, "0 asked, Denied Forbidden.RAM"},

		"invalid":                    {"invalid", plain, nil, described, pair},
		"unknown":                    {"unknown", plain, nil, described, pair},
		"invalid, and lists nothing": {"invalid", plain, nothing, slices.Concat(described, []string{describe}, sweep, []string{list}), "2 asked, es-a-es-x"},
		"unknown, and is not read":   {"unknown", plain, at(list, refuse("X")), described, "0 asked, Upstream X"},

		"not told":                 {"active", plain, at(describe, refuse("Forbidden.RAM")), []string{describe}, "0 asked, Denied Forbidden.RAM"},
		"not told, and it is gone": {"", plain, at(describe, refuse("X")), []string{describe}, "0 asked, Upstream X"},
		"not told, by force":       {"active", func(_ *fixture, a *trigger.Cleanup) { a.Force = true }, at(describe, refuse("X")), asked, pair},
		"no status":                {"active", plain, at(describe, answer(`{"Result":{}}`)), []string{describe}, "0 asked, Upstream: the API answered HTTP 200: Result has no status"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.api.AddInstance("es-a")
			f.api.Connect("es-a", "es-x")
			if test.status != "" {
				f.api.SetStatus("es-x", test.status)
			}
			f.api.OnRequest = test.hook
			a := trigger.Cleanup{Instance: id("es-x"), Certainty: trigger.Requested}
			test.says(f, &a)
			f.check(t, trigger.Request{Action: a}, said, test.want, test.calls)
		})
	}
}

// TestForceIsOfEach: of two requests for one instance, what one says is not said for
// the other.
func TestForceIsOfEach(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.api.AddInstance("es-a", "es-x")
	f.api.Connect("es-a", "es-x")
	a := trigger.Cleanup{Instance: id("es-x"), Certainty: trigger.Requested}
	forced := a
	forced.Force = true
	found := f.Find(t.Context(), []trigger.Request{{Action: forced}, {Action: a}})
	if len(found[0].Pairs) != 1 || found[0].Err != nil || len(found[1].Pairs) != 0 || found[1].Err == nil {
		t.Errorf("findings: %s; %s", said(found[0]), said(found[1]))
	}
}
