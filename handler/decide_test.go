package handler

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/discover"
	"elasticsearch-disconnect/handler/trigger"
)

// The pair of all tables, and the client tokens of its removal: UUIDs of version
// 5, computed elsewhere. A token that changes from one version of the function
// to the next would make a redelivery a new request.
const (
	idA = "es-cn-n6w1o1x0w001c0001"
	idB = "es-cn-09k1rgid9000g0002"

	tokenOfRequest        = "25ae6e5a-187f-5a04-ba61-87d9c317be49" // fc-1
	tokenOfEvent          = "2ad38e8a-6d04-5047-afc5-981450e63f5b" // e1 of s1
	tokenOfToken          = "264dad29-12ea-5f0e-9c4a-ac144e3d3eea" // t1, where it stands for several
	tokenOfBA             = "fbf66214-2d93-51b8-8406-3880cf34e285" // fc-1, from the other side
	tokenOfTokenAt        = "796d5754-5753-527a-b419-3eec71d16109" // t1 at e1, where a timer gives it each time
	tokenOfTokenInBeijing = "0b898dcf-c503-5e47-add8-886fed08b216" // t1 in cn-beijing, account 1
	tokenOfCB             = "4bc26f58-e40a-5c60-bfa0-08124691002a" // fc-1, of es-c
	tokenOfOtherSide      = "09d2f009-02d2-537c-8399-f4b533d036db" // tokenOfRequest, where the other side is asked
)

func scopeAt(region, account string) connection.Scope {
	return connection.Scope{Region: must(connection.ParseRegion(region)), Account: must(connection.ParseAccountID(account))}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func pairOf(a, b string) connection.Pair {
	return connection.Pair{Instance: must(connection.ParseInstanceID(a)), Connected: must(connection.ParseInstanceID(b))}
}

// found is a finding of pairs.
func found(q trigger.Request, pairs ...connection.Pair) discover.Finding {
	return discover.Finding{Request: q, Pairs: pairs}
}

// inBeijing is a finding of another region than the function's.
func inBeijing(f discover.Finding) discover.Finding {
	f.Request.Scope = scopeAt("cn-beijing", "1")
	return f
}

// A flags value has the properties of a request besides its instances.
type flags struct {
	token  string
	dryRun bool
	event  bool // e1 of s1
}

func (f flags) request(action trigger.Action) trigger.Request {
	if f.event {
		return trigger.Request{EventID: "e1", Source: "s1", Action: action}
	}
	return trigger.Request{Action: action}
}

func (f flags) clientToken() (t connection.ClientToken) {
	if f.token != "" {
		t = must(connection.ParseClientToken(f.token))
	}
	return t
}

// disconnect is the finding of a request for one connection.
func (f flags) disconnect(pair connection.Pair) discover.Finding {
	return found(f.request(trigger.Disconnect{Removal: connection.Removal{Pair: pair, ClientToken: f.clientToken(), DryRun: f.dryRun}}), pair)
}

// cleanup is the finding of a request for all connections of B.
func (f flags) cleanup(pairs ...connection.Pair) discover.Finding {
	b := pairOf(idA, idB).Connected
	return found(f.request(trigger.Cleanup{Instance: b, Requested: true, ClientToken: f.clientToken(), DryRun: f.dryRun}), pairs...)
}

// inShort is a planned removal in short.
func (r removal) inShort() string {
	ids := strings.NewReplacer(idA, "A", idB, "B")
	text := ids.Replace(fmt.Sprintf("%s-%s %s", r.Instance, r.Connected, r.ClientToken))
	if r.DryRun {
		text += " dry"
	}
	if r.MayBeDone {
		text += " may be done"
	}
	if r.isLeftover {
		text += ", if it is there"
	}
	if r.withheld {
		text += ", withheld"
	}
	if r.denied != nil {
		text += ", denied"
	}
	return text
}

func TestDecide(t *testing.T) {
	t.Parallel()
	ab, ba, cb := pairOf(idA, idB), pairOf(idB, idA), pairOf("es-c", idB)
	none, byEvent, byCaller, dry := flags{}, flags{event: true}, flags{token: "t1"}, flags{dryRun: true}
	operator, redelivered := rules{dryRun: true}, rules{mayBeDone: true}
	const leftover = " may be done, if it is there"
	withheld := []string{"A-B " + tokenOfRequest + leftover + ", withheld", "es-c-B " + tokenOfCB + leftover + ", withheld"}
	two := flags{}.reconcile(ab, cb)
	three := flags{}.reconcile(ab, cb)
	three.Survey.Leftover = append(three.Survey.Leftover, pairOf("es-c", "es-kept"))
	for name, test := range map[string]struct {
		rules    rules
		findings []discover.Finding
		want     []string
	}{
		"a pair":                            {rules{}, []discover.Finding{none.disconnect(ab)}, []string{"A-B " + tokenOfRequest}},
		"a pair, asked from the other side": {rules{}, []discover.Finding{none.disconnect(ba)}, []string{"B-A " + tokenOfBA}},
		"a pair of an event":                {rules{}, []discover.Finding{byEvent.disconnect(ab)}, []string{"A-B " + tokenOfEvent}},
		"a pair with the caller's token":    {rules{}, []discover.Finding{byCaller.disconnect(ab)}, []string{"A-B t1"}},
		"an event that gives a token":       {rules{}, []discover.Finding{flags{token: "t1", event: true}.disconnect(ab)}, []string{"A-B t1"}},
		"a pair delivered before, maybe":    {redelivered, []discover.Finding{none.disconnect(ab)}, []string{"A-B " + tokenOfRequest + " may be done"}},

		"a cleanup may be done already":             {rules{}, []discover.Finding{none.cleanup(ab)}, []string{"A-B " + tokenOfRequest + " may be done"}},
		"a cleanup of an event":                     {redelivered, []discover.Finding{byEvent.cleanup(ab)}, []string{"A-B " + tokenOfEvent + " may be done"}},
		"a cleanup derives from the caller's token": {rules{}, []discover.Finding{byCaller.cleanup(ab)}, []string{"A-B " + tokenOfToken + " may be done"}},
		"each pair of a cleanup has its own token": {rules{}, []discover.Finding{flags{token: "t1", event: true}.cleanup(ab, cb)},
			[]string{"A-B " + tokenOfToken + " may be done", "es-c-B " + rules{}.derived("token", "", "t1", connection.Scope{}, cb).String() + " may be done"}},

		"a pair asks for a dry run":             {rules{}, []discover.Finding{dry.disconnect(ab)}, []string{"A-B " + tokenOfRequest + " dry"}},
		"a cleanup asks for a dry run":          {rules{}, []discover.Finding{dry.cleanup(ab)}, []string{"A-B " + tokenOfRequest + " dry may be done"}},
		"the operator has a pair dry":           {operator, []discover.Finding{none.disconnect(ab)}, []string{"A-B " + tokenOfRequest + " dry"}},
		"the operator has a cleanup dry":        {operator, []discover.Finding{none.cleanup(ab)}, []string{"A-B " + tokenOfRequest + " dry may be done"}},
		"the operator and the request want dry": {operator, []discover.Finding{dry.disconnect(ab)}, []string{"A-B " + tokenOfRequest + " dry"}},

		"the same pair twice, as the first asked":     {rules{}, []discover.Finding{none.disconnect(ab), byCaller.disconnect(ab)}, []string{"A-B " + tokenOfRequest}},
		"the same pair from either side":              {rules{}, []discover.Finding{byCaller.disconnect(ba), none.disconnect(ab)}, []string{"B-A t1"}},
		"a pair, and the cleanup that finds it":       {rules{}, []discover.Finding{none.disconnect(ba), byEvent.cleanup(ab, cb)}, []string{"B-A " + tokenOfBA, "es-c-B " + rules{}.derived("event", "s1", "e1", connection.Scope{}, cb).String() + " may be done"}},
		"a cleanup that finds a pair twice":           {rules{}, []discover.Finding{none.cleanup(ab, ab, ba)}, []string{"A-B " + tokenOfRequest + " may be done"}},
		"a pair once dry and once not is two":         {rules{}, []discover.Finding{dry.disconnect(ab), none.disconnect(ba)}, []string{"A-B " + tokenOfRequest + " dry", "B-A " + tokenOfBA}},
		"a pair once dry and once not, operator: one": {operator, []discover.Finding{dry.disconnect(ab), none.disconnect(ba)}, []string{"A-B " + tokenOfRequest + " dry"}},
		"several, in the order of the findings":       {rules{}, []discover.Finding{none.cleanup(cb), byCaller.disconnect(ab)}, []string{"es-c-B " + rules{}.derived("request", "", "fc-1", connection.Scope{}, cb).String() + " may be done", "A-B t1"}},

		"a pair in two regions is two": {rules{}, []discover.Finding{byCaller.disconnect(ab), inBeijing(byCaller.disconnect(ba))}, []string{"A-B t1", "B-A t1"}},

		"a leftover":                            {rules{limit: 1}, []discover.Finding{none.reconcile(ab)}, []string{"A-B " + tokenOfRequest + leftover}},
		"a leftover of an event, or a timer":    {rules{limit: 1}, []discover.Finding{byEvent.reconcile(ab)}, []string{"A-B " + tokenOfEvent + leftover}},
		"a leftover, with the caller's token":   {rules{limit: 1}, []discover.Finding{byCaller.reconcile(ab)}, []string{"A-B " + tokenOfToken + leftover}},
		"a timer that gives a token each time":  {rules{limit: 1}, []discover.Finding{flags{token: "t1", event: true}.reconcile(ab)}, []string{"A-B " + tokenOfTokenAt + leftover}},
		"as many leftovers as may be":           {rules{limit: 2}, []discover.Finding{two}, []string{"A-B " + tokenOfRequest + leftover, "es-c-B " + tokenOfCB + leftover}},
		"one more":                              {rules{limit: 1}, []discover.Finding{two}, withheld},
		"one more, which is kept":               {rules{limit: 2}, []discover.Finding{three}, withheld},
		"one, and none may be":                  {rules{}, []discover.Finding{none.reconcile(ab)}, withheld[:1]},
		"none, and none may be":                 {rules{}, []discover.Finding{none.reconcile()}, nil},
		"too many, and dry":                     {rules{}, []discover.Finding{dry.reconcile(ab)}, []string{"A-B " + tokenOfRequest + " dry" + leftover}},
		"too many, and the operator has it dry": {operator, []discover.Finding{none.reconcile(ab)}, []string{"A-B " + tokenOfRequest + " dry" + leftover}},
		"too many of one request":               {rules{limit: 1}, []discover.Finding{two, inBeijing(byCaller.reconcile(ab)), none.disconnect(cb)}, []string{withheld[0], withheld[1], "A-B " + tokenOfTokenInBeijing + leftover, "es-c-B " + tokenOfCB}},
		"a leftover that somebody asks for":     {rules{limit: 1}, []discover.Finding{none.disconnect(ba), byEvent.reconcile(ab)}, []string{"B-A " + tokenOfBA}},

		"nothing asked for":    {rules{}, nil, nil},
		"information":          {rules{}, []discover.Finding{found(trigger.Request{Action: trigger.Info{}})}, nil},
		"an ignored event":     {rules{}, []discover.Finding{{Request: trigger.Request{Action: trigger.Ignore{Reason: "r"}}, Ignored: "r"}}, nil},
		"a refused event":      {rules{}, []discover.Finding{{Request: trigger.Request{Err: &trigger.Error{}}, Err: &trigger.Error{}}}, nil},
		"an unread connection": {rules{}, []discover.Finding{{Request: none.request(trigger.Cleanup{}), Unread: []discover.Unread{{Pair: ab}}}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.rules.requestID = "fc-1"
			var got []string
			for _, r := range decide(test.findings, test.rules).removals {
				got = append(got, r.inShort())
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("removals:\n got %q\nwant %q", got, test.want)
			}
		})
	}
}

// release is the finding of an event about the release of B.
func (f flags) release(pairs ...connection.Pair) discover.Finding {
	b := pairOf(idA, idB).Connected
	return found(f.request(trigger.Cleanup{Instance: b, Expects: trigger.Gone, DryRun: f.dryRun}), pairs...)
}

// TestProtected: of a request, the removal of a protected connection is denied; of a release
// or a reconcile, the connection is kept. The others are removed.
func TestProtected(t *testing.T) {
	t.Parallel()
	ab, ba, cb := pairOf(idA, idB), pairOf(idB, idA), pairOf("es-c", idB)
	none, dry := flags{}, flags{dryRun: true}
	const leftover = " may be done, if it is there"
	removesC, keepsA := "es-c-B "+tokenOfCB+" may be done", "A-B kept: A is protected: PROTECTED_INSTANCES names it"
	for name, test := range map[string]struct {
		protected string
		rules     rules
		finding   discover.Finding
		want      []string // of the removals, then of what is kept
	}{
		"a pair":                         {idA, rules{}, none.disconnect(ab), []string{"A-B " + tokenOfRequest + ", denied"}},
		"a pair, from the other side":    {idA, rules{}, none.disconnect(ba), []string{"B-A " + tokenOfBA + ", denied"}},
		"a pair, dry":                    {idA, rules{}, dry.disconnect(ab), []string{"A-B " + tokenOfRequest + " dry, denied"}},
		"a pair of others":               {"es-c", rules{}, none.disconnect(ab), []string{"A-B " + tokenOfRequest}},
		"all, of which one is protected": {idA, rules{}, none.cleanup(ab, cb), []string{"A-B " + tokenOfRequest + " may be done, denied", removesC}},
		"all, dry":                       {idB, rules{dryRun: true}, none.cleanup(ab), []string{"A-B " + tokenOfRequest + " dry may be done, denied"}},

		"a release, of which one is protected":  {idA, rules{}, none.release(ab, cb), []string{removesC, keepsA}},
		"a release of one that is protected":    {idB, rules{}, none.release(ab), []string{"A-B kept: B is protected: PROTECTED_INSTANCES names it"}},
		"a release, dry":                        {idA, rules{dryRun: true}, none.release(ab), []string{keepsA}},
		"a reconcile, of which one is":          {idA, rules{limit: 9}, none.reconcile(ab, cb), []string{removesC + ", if it is there", keepsA}},
		"a reconcile, dry":                      {idA, rules{}, dry.reconcile(ab), []string{keepsA}},
		"a reconcile, not too many without one": {idA, rules{limit: 1}, none.reconcile(ab, cb), []string{"es-c-B " + tokenOfCB + leftover, keepsA}},
		"a reconcile, too many without one":     {idA, rules{}, none.reconcile(ab, cb), []string{"es-c-B " + tokenOfCB + leftover + ", withheld", keepsA}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.rules.requestID, test.rules.protected = "fc-1", must(parseProtection(test.protected))
			p := decide([]discover.Finding{test.finding}, test.rules)
			var got []string
			for _, r := range p.removals {
				got = append(got, r.inShort())
			}
			for _, k := range p.decisions[0].Kept {
				got = append(got, strings.NewReplacer(idA, "A", idB, "B").Replace(fmt.Sprintf("%s-%s kept: %s", k.Instance, k.Connected, k.Reason)))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("plan:\n got %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestProtectionCovers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"es-a":       "es-a ES-A",
		"ES-A":       "es-a ES-A",
		"es-a*":      "es-a ES-A es-ab ES-Ab",
		"Es-Ab*":     "es-ab ES-Ab",
		"es-b, es-a": "es-a ES-A es-b",
	} {
		var got []string
		for _, id := range []string{"es-a", "ES-A", "es-ab", "ES-Ab", "es-b", "es-"} {
			if must(parseProtection(text)).covers(must(connection.ParseInstanceID(id))) {
				got = append(got, id)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q protects %q, want %q", text, got, want)
		}
	}
}

// TestNothingProtectedIsRemoved: whatever is asked for and found, a removal of a protected
// connection is denied, and each connection is removed, denied or kept.
func TestNothingProtectedIsRemoved(t *testing.T) {
	t.Parallel()
	ids := []string{"es-a", "es-ab", "ES-AB", "es-b", "es-bc", "es-c"}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"es-a", "ES-B*", "es-ab", "es-c*", "es-x"}), 1, 3).Draw(t, "protected"), ",")
		protected := must(parseProtection(text))
		var findings []discover.Finding
		for range rapid.IntRange(1, 3).Draw(t, "findings") {
			var pairs []connection.Pair
			for range rapid.IntRange(0, 4).Draw(t, "pairs") {
				pairs = append(pairs, pairOf(rapid.SampledFrom(ids).Draw(t, "instance"), rapid.SampledFrom(ids).Draw(t, "connected")))
			}
			f := flags{dryRun: rapid.Bool().Draw(t, "dry")}
			findings = append(findings, rapid.SampledFrom([]discover.Finding{f.disconnect(pairOf("es-a", "es-b")), f.cleanup(pairs...), f.release(pairs...), f.reconcile(pairs...)}).Draw(t, "finding"))
		}
		p := decide(findings, rules{limit: rapid.IntRange(0, 3).Draw(t, "limit"), protected: protected})
		for _, r := range p.removals {
			if isProtected := protected.covers(r.Instance) || protected.covers(r.Connected); isProtected != (r.denied != nil) {
				t.Errorf("%s protects: %s", text, r.inShort())
			}
		}
		for i, d := range p.decisions {
			if len(d.Pairs)+len(d.Kept) != len(findings[i].Pairs) {
				t.Errorf("of %d, %d are removed, and %d kept", len(findings[i].Pairs), len(d.Pairs), len(d.Kept))
			}
		}
	})
}

// TestDecideInAnyLetterCase: an id in two letter cases is one instance.
func TestDecideInAnyLetterCase(t *testing.T) {
	t.Parallel()
	lower, upper := flags{}.disconnect(pairOf("es-a", "es-b")), flags{}.disconnect(pairOf("ES-B", "ES-A"))
	if p := decide([]discover.Finding{lower, upper}, rules{}); len(p.removals) != 1 || len(p.decisions[1].removals) != 1 {
		t.Errorf("removals %+v", p.removals)
	}
}

// TestDecideNamesWhoAskedFirst: the log line of a shared removal names the first event.
func TestDecideNamesWhoAskedFirst(t *testing.T) {
	t.Parallel()
	ab := pairOf(idA, idB)
	got := decide([]discover.Finding{flags{event: true}.cleanup(ab), flags{}.disconnect(ab)}, rules{}).removals
	if len(got) != 1 || got[0].of.EventID != "e1" || got[0].of.Source != "s1" {
		t.Errorf("removals %+v", got)
	}
}

// TestWithheldNamesACommand: it is for the place where the connections are, and no other.
func TestWithheldNamesACommand(t *testing.T) {
	t.Parallel()
	none, r := flags{}, rules{own: scopeAt("cn-hangzhou", "1")}
	for command, scope := range map[string]connection.Scope{
		"--region cn-hangzhou --limit 1;":            r.own,
		"--region cn-beijing --account 2 --limit 1;": scopeAt("cn-beijing", "2"),
	} {
		f := none.reconcile(pairOf(idA, idB))
		f.Request.Scope = scope
		if got := r.decision(f).withheld; !strings.Contains(got, "elasticsearch-disconnect reconcile "+command) {
			t.Errorf("%v: %s", scope, got)
		}
	}
}

// TestTokensAreOfAllTheirParts: tokens are equal only if all their parts are, even if these
// contain quotation marks or spaces.
func TestTokensAreOfAllTheirParts(t *testing.T) {
	t.Parallel()
	ab := pairOf(idA, idB)
	own, beijing, other, both := scopeAt("cn-hangzhou", "1"), scopeAt("cn-beijing", "1"), scopeAt("cn-hangzhou", "2"), scopeAt("cn-beijing", "2")
	derived := rules{own: own}.derived
	seen := map[connection.ClientToken]string{}
	for name, token := range map[string]connection.ClientToken{
		"an event":                derived("event", "s1", "e1", own, ab),
		"another source":          derived("event", "s2", "e1", own, ab),
		"another id":              derived("event", "s1", "e2", own, ab),
		"a space moved":           derived("event", "s1 e1", "", own, ab),
		"a quotation mark in it":  derived("event", `s1" "e1`, "", own, ab),
		"a request of that id":    derived("request", "", "e1", own, ab),
		"a token of that text":    derived("token", "", "e1", own, ab),
		"asked of the other side": derived("event", "s1", "e1", own, pairOf(idB, idA)),
		"another connection":      derived("event", "s1", "e1", own, pairOf("es-c", idB)),
		"another region":          derived("event", "s1", "e1", beijing, ab),
		"another account":         derived("event", "s1", "e1", other, ab),
		"both":                    derived("event", "s1", "e1", both, ab),
	} {
		if other, twice := seen[token]; twice {
			t.Errorf("%s has the token of %s", name, other)
		}
		seen[token] = name
	}
}

// TestTokensOfRuns: two runs share no token, so the API carries out each of their removals; a
// repeated run has the same tokens.
func TestTokensOfRuns(t *testing.T) {
	t.Parallel()
	tokens := func(requestID string, q trigger.Request) (tokens []string) {
		for _, r := range decide([]discover.Finding{{Request: q, Pairs: []connection.Pair{pairOf(idA, idB), pairOf("es-c", idB)}}}, rules{requestID: requestID}).removals {
			tokens = append(tokens, r.ClientToken.String(), r.otherToken.String())
		}
		return tokens
	}
	plain, given := trigger.Reconcile{}, trigger.Reconcile{ClientToken: must(connection.ParseClientToken("t1"))}
	seen := map[string]string{}
	for name, test := range map[string]struct {
		requestID string
		request   trigger.Request
	}{
		"a timer's":                     {"fc-1", trigger.Request{Source: "timer", EventID: "2026-11-24T03:17:00Z", Action: plain}},
		"the next day":                  {"fc-1", trigger.Request{Source: "timer", EventID: "2026-11-25T03:17:00Z", Action: plain}},
		"of another timer":              {"fc-1", trigger.Request{Source: "hourly", EventID: "2026-11-24T03:17:00Z", Action: plain}},
		"of a timer without its time":   {"fc-1", trigger.Request{Source: "timer", Action: plain}},
		"and the next of those":         {"fc-2", trigger.Request{Source: "timer", Action: plain}},
		"a timer's, with a token":       {"fc-1", trigger.Request{Source: "timer", EventID: "2026-11-24T03:17:00Z", Action: given}},
		"the next day, with that token": {"fc-1", trigger.Request{Source: "timer", EventID: "2026-11-25T03:17:00Z", Action: given}},
		"direct, with that token":       {"fc-1", trigger.Request{Action: given}},
	} {
		got := tokens(test.requestID, test.request)
		if again := tokens(test.requestID, test.request); !slices.Equal(got, again) || len(got) != 4 {
			t.Errorf("%s: %q, and again %q", name, got, again)
		}
		for _, token := range got {
			if other, twice := seen[token]; twice {
				t.Errorf("%s has a token of %s", name, other)
			}
			seen[token] = name
		}
	}
}
