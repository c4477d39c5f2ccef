package handler

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/fc-runtime-go-sdk/events"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/trigger"
)

func failureOf(kind connection.Kind) error { return &connection.Error{Kind: kind, Message: "m"} }

// resultsOf returns the results of a plan whose removals, except withheld ones, end in these
// states or errors.
func resultsOf(p plan, ends ...any) []result {
	outcomes := make([]outcome, len(p.removals))
	for i, r := range p.removals {
		outcomes[i].removal = r
		if r.denied != nil {
			outcomes[i].err = r.denied
			continue
		}
		if r.withheld {
			outcomes[i].State = connection.Withheld
			continue
		}
		outcomes[i].err, _ = ends[0].(error)
		outcomes[i].State, _ = ends[0].(connection.State)
		ends = ends[1:]
	}
	return summarize(p.decisions, outcomes)
}

// TestSummarize: the outcomes of the removals, in any mixture, give one word for each request,
// an exit code, and the status and kind of the reply.
func TestSummarize(t *testing.T) {
	t.Parallel()
	const removed, absent, dryRun = connection.Removed, connection.AlreadyAbsent, connection.DryRun
	ab, cb, db := pairOf(idA, idB), pairOf("es-c", idB), pairOf("es-d", idB)
	denied, upstream, timeout := failureOf(connection.Denied), failureOf(connection.Upstream), failureOf(connection.Timeout)
	noInstance, noConnection := failureOf(connection.NoInstance), failureOf(connection.NoConnection)
	refused := &trigger.Error{Status: 400, Faults: []trigger.Fault{{Path: "$", Detail: "d"}}}
	one, none := flags{}.disconnect(ab), flags{}.cleanup()
	of := func(pairs ...connection.Pair) discover.Finding { return flags{}.cleanup(pairs...) }
	failing := func(f discover.Finding, err error) discover.Finding { f.Err = err; return f }
	unread := func(f discover.Finding, pair connection.Pair, err error) discover.Finding {
		f.Unread = append(f.Unread, discover.Unread{Pair: pair, Err: err})
		return f
	}
	refusal := failing(found(trigger.Request{Err: refused}), refused)
	ignoring := discover.Finding{Request: trigger.Request{Action: trigger.Ignore{Reason: "r"}}, Ignored: "r"}
	notYet := none
	notYet.Ignored = "r"
	reconcile, ofD := flags{}.reconcile, connection.Pair{Instance: db.Instance}
	kept := func(f discover.Finding) discover.Finding {
		f.Survey.Leftover = append(slices.Clone(f.Survey.Leftover), db)
		f.Kept = append(f.Kept, discover.Kept{Pair: db, Reason: "es-d is active"})
		return f
	}

	odd := func(f discover.Finding) discover.Finding {
		f.Malformed = []discover.Malformed{{Reason: "is empty"}}
		return f
	}

	for name, test := range map[string]struct {
		findings []discover.Finding
		ends     []any // of the removals, in order
		want     string
	}{
		"nothing":             {nil, nil, ", exit 0, 200"},
		"information":         {[]discover.Finding{found(trigger.Request{Action: trigger.Info{}})}, nil, ", exit 0, 200"},
		"ignored":             {[]discover.Finding{ignoring}, nil, "ignored, exit 0, 200"},
		"refused":             {[]discover.Finding{refusal}, nil, "failed, exit 2, 400 InvalidEvent"},
		"not a release yet":   {[]discover.Finding{notYet}, nil, "ignored, exit 0, 200"},
		"a release undecided": {[]discover.Finding{failing(none, upstream)}, nil, "failed, exit 1, 502 Upstream"},

		"a pair removed":            {[]discover.Finding{one}, []any{removed}, "removed, exit 0, 200"},
		"a pair absent":             {[]discover.Finding{one}, []any{absent}, "absent, exit 0, 200"},
		"a pair dry":                {[]discover.Finding{flags{dryRun: true}.disconnect(ab)}, []any{dryRun}, "dry-run, exit 0, 200"},
		"a pair denied":             {[]discover.Finding{one}, []any{denied}, "failed, exit 1, 403 Denied"},
		"a pair with no instance":   {[]discover.Finding{one}, []any{noInstance}, "failed, exit 1, 404 Absent"},
		"a pair not connected":      {[]discover.Finding{one}, []any{noConnection}, "failed, exit 1, 404 Absent"},
		"a pair of unknown outcome": {[]discover.Finding{one}, []any{timeout}, "failed, exit 1, 504 Timeout"},
		"a pair, internal error":    {[]discover.Finding{one}, []any{errNotCarriedOut}, "failed, exit 1, 500 Internal"},
		"a pair, a panic at reading": {[]discover.Finding{failing(found(one.Request), errors.New("panic"))}, nil,
			"failed, exit 1, 500 Internal"},

		"no connection":                     {[]discover.Finding{none}, nil, "cleaned, exit 0, 200"},
		"all removed":                       {[]discover.Finding{of(ab, cb)}, []any{removed, removed}, "cleaned, exit 0, 200"},
		"removed and absent":                {[]discover.Finding{of(ab, cb)}, []any{removed, absent}, "cleaned, exit 0, 200"},
		"all dry":                           {[]discover.Finding{flags{dryRun: true}.cleanup(ab, cb)}, []any{dryRun, dryRun}, "dry-run, exit 0, 200"},
		"nothing to do, dry":                {[]discover.Finding{flags{dryRun: true}.cleanup()}, nil, "dry-run, exit 0, 200"},
		"dry, and one unread":               {[]discover.Finding{unread(flags{dryRun: true}.cleanup(ab), cb, denied)}, []any{dryRun}, "incomplete, exit 1, 207 PartialFailure"},
		"dry, and nothing was read":         {[]discover.Finding{failing(flags{dryRun: true}.cleanup(), denied)}, nil, "failed, exit 1, 403 Denied"},
		"one of two failed":                 {[]discover.Finding{of(ab, cb)}, []any{removed, denied}, "incomplete, exit 1, 207 PartialFailure"},
		"one failed, one absent":            {[]discover.Finding{of(ab, cb)}, []any{denied, absent}, "incomplete, exit 1, 207 PartialFailure"},
		"all failed: the gravest status":    {[]discover.Finding{of(ab, cb)}, []any{denied, upstream}, "incomplete, exit 1, 502 PartialFailure"},
		"all unread":                        {[]discover.Finding{unread(unread(none, ab, denied), cb, timeout)}, nil, "incomplete, exit 1, 504 PartialFailure"},
		"one removed, one unread":           {[]discover.Finding{unread(of(ab), cb, denied)}, []any{removed}, "incomplete, exit 1, 207 PartialFailure"},
		"nothing was read":                  {[]discover.Finding{failing(none, denied)}, nil, "failed, exit 1, 403 Denied"},
		"removed, and there may be more":    {[]discover.Finding{failing(of(ab), denied)}, []any{removed}, "incomplete, exit 1, 207 PartialFailure"},
		"failed, and there may be more":     {[]discover.Finding{failing(of(ab), timeout)}, []any{denied}, "incomplete, exit 1, 504 PartialFailure"},
		"one unread, and there may be more": {[]discover.Finding{failing(unread(none, ab, denied), upstream)}, nil, "incomplete, exit 1, 502 PartialFailure"},

		"two of one pair":         {[]discover.Finding{one, flags{}.disconnect(pairOf(idB, idA))}, []any{removed}, "removed removed, exit 0, 200"},
		"two of one that failed":  {[]discover.Finding{one, of(ab)}, []any{denied}, "failed incomplete, exit 1, 403 PartialFailure"},
		"once dry and once not":   {[]discover.Finding{flags{dryRun: true}.disconnect(ab), one}, []any{dryRun, removed}, "dry-run removed, exit 0, 200"},
		"one done, one refused":   {[]discover.Finding{one, refusal}, []any{removed}, "removed failed, exit 2, 207 PartialFailure"},
		"one failed, one refused": {[]discover.Finding{one, refusal}, []any{denied}, "failed failed, exit 1, 403 PartialFailure"},
		"one refused, one failed": {[]discover.Finding{refusal, one}, []any{timeout}, "failed failed, exit 1, 504 PartialFailure"},
		"refused and ignored":     {[]discover.Finding{refusal, ignoring}, nil, "failed ignored, exit 2, 207 PartialFailure"},
		"two refused":             {[]discover.Finding{refusal, refusal}, nil, "failed failed, exit 2, 400 PartialFailure"},
		"one cleaned, one is not": {[]discover.Finding{of(ab), flags{}.disconnect(db)}, []any{removed, upstream}, "cleaned failed, exit 1, 207 PartialFailure"},
		"not yet, and incomplete": {[]discover.Finding{notYet, of(ab, cb)}, []any{removed, upstream}, "ignored incomplete, exit 1, 207 PartialFailure"},
		"information and a pair":  {[]discover.Finding{found(trigger.Request{Action: trigger.Info{}}), one}, []any{denied}, " failed, exit 1, 403 PartialFailure"},

		"reconcile: none":                                {[]discover.Finding{reconcile()}, nil, "reconciled, exit 0, 200"},
		"reconcile: all removed":                         {[]discover.Finding{reconcile(ab, cb)}, []any{removed, removed}, "reconciled, exit 0, 200"},
		"reconcile: removed and absent":                  {[]discover.Finding{reconcile(ab, cb)}, []any{removed, absent}, "reconciled, exit 0, 200"},
		"reconcile: one removed, one kept":               {[]discover.Finding{kept(reconcile(ab))}, []any{removed}, "reconciled, exit 0, 200"},
		"reconcile: all kept":                            {[]discover.Finding{kept(reconcile())}, nil, "reconciled, exit 0, 200"},
		"reconcile: one of two failed":                   {[]discover.Finding{reconcile(ab, cb)}, []any{removed, denied}, "incomplete, exit 1, 207 PartialFailure"},
		"reconcile: all failed":                          {[]discover.Finding{reconcile(ab)}, []any{timeout}, "incomplete, exit 1, 504 PartialFailure"},
		"reconcile: one instance was not read":           {[]discover.Finding{unread(reconcile(ab), ofD, denied)}, []any{removed}, "incomplete, exit 1, 207 PartialFailure"},
		"reconcile: the only one was not read":           {[]discover.Finding{unread(reconcile(), ofD, denied)}, nil, "incomplete, exit 1, 403 PartialFailure"},
		"reconcile: the reading is cut":                  {[]discover.Finding{failing(reconcile(), timeout)}, nil, "failed, exit 1, 504 Timeout"},
		"reconcile: it is cut, and one not read":         {[]discover.Finding{failing(unread(reconcile(), ofD, denied), timeout)}, nil, "incomplete, exit 1, 504 PartialFailure"},
		"reconcile: an entry that is no id":              {[]discover.Finding{odd(reconcile())}, nil, "failed, exit 1, 502 Upstream"},
		"cleanup: an entry that is no id":                {[]discover.Finding{odd(flags{}.cleanup(ab))}, []any{removed}, "incomplete, exit 1, 207 PartialFailure"},
		"reconcile: the same, and one removed":           {[]discover.Finding{odd(reconcile(ab))}, []any{removed}, "incomplete, exit 1, 207 PartialFailure"},
		"reconcile: the same, and too many":              {[]discover.Finding{odd(reconcile(ab, cb, db))}, nil, "incomplete, exit 1, 207 PartialFailure"},
		"reconcile: the same, dry":                       {[]discover.Finding{odd(flags{dryRun: true}.reconcile(ab))}, []any{dryRun}, "incomplete, exit 1, 207 PartialFailure"},
		"reconcile: too many":                            {[]discover.Finding{reconcile(ab, cb, db)}, nil, "withheld, exit 3, 200"},
		"reconcile: too many with one kept":              {[]discover.Finding{kept(reconcile(ab, cb))}, nil, "withheld, exit 3, 200"},
		"reconcile: too many, and one not read":          {[]discover.Finding{unread(reconcile(ab, cb, db), ofD, denied)}, nil, "incomplete, exit 1, 207 PartialFailure"},
		"reconcile: too many, dry":                       {[]discover.Finding{flags{dryRun: true}.reconcile(ab, cb, db)}, []any{dryRun, dryRun, dryRun}, "dry-run, exit 0, 200"},
		"reconcile: dry, with one kept":                  {[]discover.Finding{kept(flags{dryRun: true}.reconcile(ab))}, []any{dryRun}, "dry-run, exit 0, 200"},
		"reconcile: dry, and none":                       {[]discover.Finding{flags{dryRun: true}.reconcile()}, nil, "dry-run, exit 0, 200"},
		"reconcile: dry, and one not read":               {[]discover.Finding{unread(flags{dryRun: true}.reconcile(ab), ofD, denied)}, []any{dryRun}, "incomplete, exit 1, 207 PartialFailure"},
		"reconcile: dry, and cut":                        {[]discover.Finding{failing(flags{dryRun: true}.reconcile(), timeout)}, nil, "failed, exit 1, 504 Timeout"},
		"reconcile: too many, and one removed":           {[]discover.Finding{reconcile(ab, cb, db), flags{}.disconnect(pairOf("es-e", idB))}, []any{removed}, "withheld removed, exit 3, 200"},
		"reconcile: too many, and one failed":            {[]discover.Finding{reconcile(ab, cb, db), flags{}.disconnect(pairOf("es-e", idB))}, []any{denied}, "withheld failed, exit 1, 207 PartialFailure"},
		"reconcile: too many, and one refused":           {[]discover.Finding{reconcile(ab, cb, db), refusal}, nil, "withheld failed, exit 2, 207 PartialFailure"},
		"reconcile: one refused, and too many":           {[]discover.Finding{refusal, reconcile(ab, cb, db)}, nil, "failed withheld, exit 2, 207 PartialFailure"},
		"reconcile: too many, of which one is asked for": {[]discover.Finding{reconcile(ab, cb, db), flags{}.disconnect(ab)}, []any{removed}, "withheld removed, exit 3, 200"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := saidOf(t, resultsOf(decide(test.findings, rules{limit: 2}), test.ends...)); got != test.want {
				t.Errorf("results:\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestSummarizeProtected: the same where es-c is protected.
func TestSummarizeProtected(t *testing.T) {
	t.Parallel()
	const removed = connection.Removed
	ab, cb := pairOf(idA, idB), pairOf("es-c", idB)
	denied := failureOf(connection.Denied)
	failing := func(f discover.Finding) discover.Finding { f.Err = denied; return f }
	unread := func(f discover.Finding) discover.Finding {
		f.Unread = append(f.Unread, discover.Unread{Pair: ab, Err: denied})
		return f
	}
	release, reconcile, dry := flags{}.release, flags{}.reconcile, flags{dryRun: true}
	for name, test := range map[string]struct {
		finding discover.Finding
		ends    []any
		want    string
	}{
		"a pair":                        {flags{}.disconnect(cb), nil, "failed, exit 1, 403 Denied"},
		"a pair, dry":                   {dry.disconnect(cb), nil, "failed, exit 1, 403 Denied"},
		"all":                           {flags{}.cleanup(cb), nil, "incomplete, exit 1, 403 PartialFailure"},
		"all, and one removed":          {flags{}.cleanup(ab, cb), []any{removed}, "incomplete, exit 1, 207 PartialFailure"},
		"a release":                     {release(cb), nil, "kept, exit 0, 200"},
		"a release, one removed":        {release(ab, cb), []any{removed}, "kept, exit 0, 200"},
		"a release, others":             {release(ab), []any{removed}, "cleaned, exit 0, 200"},
		"a release, one failed":         {release(ab, cb), []any{denied}, "incomplete, exit 1, 403 PartialFailure"},
		"a release, one unread":         {unread(release(cb)), nil, "incomplete, exit 1, 403 PartialFailure"},
		"a release, there may be more":  {failing(release(cb)), nil, "failed, exit 1, 403 Denied"},
		"a release, dry":                {dry.release(cb), nil, "dry-run, exit 0, 200"},
		"a reconcile":                   {reconcile(cb), nil, "reconciled, exit 0, 200"},
		"a reconcile, one removed":      {reconcile(ab, cb), []any{removed}, "reconciled, exit 0, 200"},
		"a reconcile, too many without": {reconcile(ab, pairOf("es-d", idB), pairOf("es-e", idB), cb), nil, "withheld, exit 3, 200"},
	} {
		if got := saidOf(t, resultsOf(decide([]discover.Finding{test.finding}, rules{limit: 2, protected: Protection{"es-c"}}), test.ends...)); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, test.want)
		}
	}
}

// saidOf is how results are reported to people and to programs. The status over HTTP is that
// of the problem of an event.
func saidOf(t *testing.T, results []result) string {
	t.Helper()
	var words []string
	for _, r := range results {
		words = append(words, r.outcome)
	}
	batch := len(results) != 1
	_, p := reply(trigger.Event{Shape: trigger.EventBridge, Batch: batch}, results, info{}, Invocation{RequestID: "fc-1"})
	status, kind := 200, ""
	if p != nil {
		status, kind = p.Status, " "+p.kind.String()
	}
	overHTTP, p := reply(trigger.Event{Shape: trigger.HTTP, Batch: batch}, results, info{}, Invocation{RequestID: "fc-1"})
	if got := overHTTP.(events.HTTPTriggerResponse).StatusCode; p != nil || got != status {
		t.Errorf("over HTTP the status is %d, %v; of an event %d", got, p, status)
	}
	return fmt.Sprintf("%s, exit %d, %d%s", strings.Join(words, " "), exitCode(results), status, kind)
}

// TestPartsAreInOrder: the connections of a request, also unread ones, are in the order of
// their ids, each once.
func TestPartsAreInOrder(t *testing.T) {
	t.Parallel()
	f := flags{}.cleanup(pairOf("es-d", idB), pairOf("es-b", idB), pairOf("es-b", "es-a"), pairOf(idB, "es-d"))
	f.Scanned = 7
	f.Unread = []discover.Unread{{Pair: pairOf("es-c", idB), Err: failureOf(connection.Denied)}}
	r := resultsOf(decide([]discover.Finding{f}, rules{}), connection.Removed, connection.Removed, connection.Removed)[0]
	var got []string
	for _, o := range r.parts {
		got = append(got, o.Instance.String()+" "+o.Connected.String()+" "+o.word())
	}
	want := []string{"es-b es-a removed", "es-b " + idB + " removed", "es-c " + idB + " failed", "es-d " + idB + " removed"}
	if !slices.Equal(got, want) || r.Scanned != 7 || r.Instance().String() != idB {
		t.Errorf("%d scanned of %s, parts:\n got %q\nwant %q", r.Scanned, r.Instance(), got, want)
	}
}
