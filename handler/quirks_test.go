package handler_test

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

type quirks = elasticsearchtest.Quirks

// A quirksTest is a quirk of the API, and the failure that it makes of a request for all
// connections of a released instance in a region of so many instances; "" is a success.
// requested: a person asks; otherwise an event reports the release.
type quirksTest struct {
	quirks
	why func(instances int, requested bool) string
}

// sizes returns how many instances the regions of a test have: more than a few only where
// the list of instances is cut.
func (m quirksTest) sizes() []int {
	switch {
	case m.Padding > 0:
		return []int{7} // takes as long as all others together
	case m.LargestPage > 0 || m.Page != nil:
		return []int{1, 19, 150, 250}
	case m.Total != nil || m.TotalInHTTP:
		return []int{1, 19, 150}
	}
	return []int{1, 19}
}

func inRegionsFrom(least int, why string) func(int, bool) string {
	return func(n int, _ bool) string {
		if n < least {
			return ""
		}
		return why
	}
}

func whereRequested(why string) func(int, bool) string {
	return func(_ int, requested bool) string {
		if !requested {
			return ""
		}
		return why
	}
}

// skipped is why a region is not cleaned where the lists have entries that are no ids, so many
// in a region of one instance.
func skipped(ofOne int) func(int, bool) string {
	return func(n int, _ bool) string {
		entries := ofOne
		if n > 1 {
			entries = 20 // the most that are reported
		}
		return `Upstream: not everything could be asked: skipped an entry of the list of instances that is not a valid instance id: it has a character other than letters, digits, - and _: "es-cn-odd.0001", and others: the log has ` + fmt.Sprint(entries)
	}
}

func pagesRepeat(listed int) string {
	return fmt.Sprintf("Upstream: the API repeats pages of the instance list instead of ending it; there may be more than the %d instances read", listed)
}

// pagings are ways to cut the list of instances into pages.
func pagings() map[string]quirks {
	return map[string]quirks{
		"pages":                     {},
		"10 a page":                 {LargestPage: 10},
		"50 a page":                 {LargestPage: 50},
		"the first page always":     {Page: func(int, int) int { return 1 }},
		"the last page for another": {Page: func(asked, last int) int { return min(asked, last) }},
	}
}

// totals are ways to report the number of instances.
func totals() map[string]quirks {
	total := func(of func(page, all int) any) quirks { return quirks{Total: of} }
	always := func(v any) quirks { return total(func(int, int) any { return v }) }
	return map[string]quirks{
		"the total":          {},
		"the total, as text": total(func(_, all int) any { return fmt.Sprint(all) }),
		"the total, in HTTP": {TotalInHTTP: true},
		"the page's total":   total(func(page, _ int) any { return page }),
		"no total":           always(nil),
		"many":               always("many"),
		"a total of 0":       always(0),
		"a total of 1000":    always(1000),
		"one too many":       total(func(_, all int) any { return all + 1 }),
		"one too few":        total(func(_, all int) any { return all - 1 }),
		"no total but on page 1": total(func(page, all int) any {
			if page < 100 {
				return nil
			}
			return all
		}),
	}
}

// quirksTests has a test of each quirk alone.
func quirksTests() map[string]quirksTest {
	const unread = "Upstream: the API answered HTTP 200: Result is not a list of instances"
	tests := map[string]quirksTest{
		"page is ignored": {pagings()["the first page always"], inRegionsFrom(100, pagesRepeat(100))},

		"entries of 200 KiB":       {quirks{Padding: 200 << 10}, nil},
		"odd entries in all lists": {quirks{Malformed: []string{"es-cn-odd.0001", "", "实例", "a b", strings.Repeat("x", 99)}}, skipped(10)},
		"the ids between commas":   {quirks{Joined: true}, nil},
		"odd ids between commas":   {quirks{Joined: true, Malformed: []string{"es-cn-odd.0001", "", " "}}, skipped(3)},
		"Result true as text":      {quirks{True: "true"}, nil},
		"Result no boolean":        {quirks{True: map[string]any{}}, nil},
		"a Code in each success":   {quirks{Members: map[string]any{"Code": "Busy"}}, inRegionsFrom(1, "Upstream: the API answered HTTP 200: Busy:")},

		"a gone one is not removed: InstanceNotFound": {quirks{RefusesGone: "InstanceNotFound"},
			inRegionsFrom(1, "Upstream: the API does not remove the connection, because one of its instances no longer exists: LEFT still lists GONE, and the API answers InstanceNotFound to a removal from either side. Remove it in the console of LEFT, or ask Alibaba Cloud's support to")},
		"a gone one is not removed: RepetitionOperationError": {quirks{RefusesGone: "RepetitionOperationError"},
			inRegionsFrom(1, "Conflict: the API answers that LEFT and GONE are not connected, but LEFT still lists the connection")},
		"a gone one is not removed: another code": {quirks{RefusesGone: "InvalidParameter"},
			inRegionsFrom(1, "Upstream: the API answered HTTP 400: InvalidParameter: The connected instance is not found.")},
	}
	for name, m := range pagings() {
		if name != "the first page always" {
			tests["the list has "+name] = quirksTest{m, nil}
		}
	}
	for name, m := range totals() {
		tests["the list has "+name] = quirksTest{m, nil}
	}
	for code, what := range map[string]any{"a number": 200, "200": "200", "OK": "OK", "zero": 0, "empty": "", "null": nil} {
		tests["Code in a success, "+code] = quirksTest{quirks{Members: map[string]any{"Code": what}}, nil}
	}
	for name, members := range map[string]map[string]any{
		"RequestId a number": {"RequestId": 4711},
		"Headers a text":     {"Headers": "X-Total-Count"},
		"Headers null":       {"Headers": nil},
		"Headers a list":     {"Headers": []int{1}},
		"Message a number":   {"Message": 1},
	} {
		tests[name] = quirksTest{quirks{Members: members}, nil}
	}
	for name, total := range map[string]any{"an empty total": "", "a negative total": -1, "a list as total": []int{19}, "a fraction": 1.5} {
		tests[name] = quirksTest{quirks{Members: map[string]any{"Headers": map[string]any{"X-Total-Count": total}}}, nil}
	}
	for _, nothing := range []string{`{}`, `{"Result":{}}`, `{"Result":""}`, `{"Result":null}`, `{"Result":[null]}`, `""`, `null`, `[]`, `[null]`} {
		tests["no connections: "+nothing] = quirksTest{quirks{Empty: `{"Result":` + nothing + `,"RequestId":"E5"}`}, nil}
	}
	tests["no connections: no Result"] = quirksTest{quirks{Empty: `{"RequestId":"E5"}`}, nil}
	for _, wrong := range []string{`0`, `true`, `"none"`, `{"Result":7}`, `{"total":0}`} {
		tests["no connections: "+wrong] = quirksTest{quirks{Empty: `{"Result":` + wrong + `,"RequestId":"E5"}`}, inRegionsFrom(2, unread)}
	}
	for _, code := range []string{"InternalError", "Forbidden", "InstanceNotExist", "InstanceId.NotFound", "ParameterInvalid"} {
		status, kind, hint := http.StatusBadRequest, "Upstream", ""
		switch code {
		case "InternalError":
			status = http.StatusInternalServerError
		case "Forbidden":
			status, kind, hint = http.StatusForbidden, "Denied", "; allow elasticsearch:ListConnectedClusters on the instance to the function's role"
		}
		tests["the list of a gone one: "+code] = quirksTest{quirks{OfGone: elasticsearchtest.Refuse(status, code, "m")},
			whereRequested(fmt.Sprintf("%s: the API answered HTTP %d: %s: m%s", kind, status, code, hint))}
	}
	return tests
}

// TestQuirks: under each quirk, either the connections are removed and the outcome says so,
// or the request fails with the reason.
func TestQuirks(t *testing.T) {
	t.Parallel()
	for name, test := range quirksTests() {
		for _, n := range test.sizes() {
			t.Run(fmt.Sprintf("%s, %d instances", name, n), handler.Bubbled(func(t *testing.T) {
				got := newRegion(t, n, test.quirks).clean(t, n > 100)
				for i, of := range gones() {
					want := ""
					if test.why != nil {
						want = test.why(n, of.requested)
					}
					if got[i] != want {
						t.Errorf("%s:\n got %q\nwant %q", of.id, got[i], want)
					}
				}
			}))
		}
	}
}

// TestQuirksTogether: no two of them together make the function report more than it did,
// with one full page of instances and with one instance more. It may fail.
func TestQuirksTogether(t *testing.T) {
	t.Parallel()
	for paging, p := range pagings() {
		for total, m := range totals() {
			if m.TotalInHTTP || slices.Contains([]string{"the total, as text", "many", "a total of 0", "a total of 1000"}, total) {
				continue // read like one of the others
			}
			t.Run(paging+", "+total, handler.Bubbled(func(t *testing.T) {
				m.LargestPage, m.Page = p.LargestPage, p.Page
				full := cmp.Or(p.LargestPage, 100)
				for _, n := range []int{full, full + 1} {
					for i, why := range newRegion(t, n, m).clean(t, true) {
						if why != "" && why != pagesRepeat(full) && why != pagesRepeat(n) {
							t.Errorf("%s, of %d: %s", gones()[i].id, n, why)
						}
					}
				}
			}))
		}
	}
}

// readmeQuirks are the rows of README.md's table of quirks, each with the names of its tests
// after a prefix.
func readmeQuirks() map[string][]string {
	return map[string][]string{
		"has fewer instances a page than it was asked for":                                          {"the list has ", "10 a page"},
		"says no total, says it in an HTTP header, as text, that of the page, or a wrong one":       {"the list has ", "no total", "the total, in HTTP", "the total, as text", "the page's total", "a total of 1000"},
		"answers a page beyond the last with the last":                                              {"the list has ", "the last page for another"},
		"ignores `page`, and has more than fit on one":                                              {"page is ignored", ""},
		"has entries that are no instance id":                                                       {"odd entries in all lists", ""},
		"has several ids in one `instances`, with commas":                                           {"the ids between commas", ""},
		"lists nothing as `null`, `{}`, `\"\"`, `[null]`, or without `Result`":                      {"no connections: ", "null", "{}", `""`, "[null]", "no Result"},
		"has a number, a boolean, or another text or object in place of a list":                     {"no connections: ", "0", "true", `"none"`, `{"total":0}`},
		"has a `Code` `0`, `200`, `OK` or empty in a success, a number for a text, other `Headers`": {"", "Code in a success, zero", "Code in a success, 200", "Code in a success, OK", "Code in a success, empty", "RequestId a number", "Headers a text"},
		"says `\"true\"` for true, or neither, of a removal":                                        {"Result ", "true as text", "no boolean"},
		"has 200 KiB of each instance in a page":                                                    {"entries of 200 KiB", ""},
		"answers for the released instance `Forbidden`, a 500 or an unknown code":                   {"the list of a gone one: ", "Forbidden", "InternalError", "InstanceNotExist"},
		"refuses a removal with `InstanceNotFound` because the other is gone":                       {"a gone one is not removed: ", "InstanceNotFound"},
		"refuses it with `RepetitionOperationError`, and lists it":                                  {"a gone one is not removed: ", "RepetitionOperationError"},
	}
}

// TestReadmeTolerance: README.md says of an event under each quirk what TestQuirks shows; and
// what becomes of it in a region that has one more instance at each reading.
func TestReadmeTolerance(t *testing.T) { handler.Bubbled(testReadmeTolerance)(t) }

func testReadmeTolerance(t *testing.T) {
	s := newRegion(t, 120, quirks{})
	s.api.OnRequest = elasticsearchtest.At("ListInstance 2", func(n int) fault {
		s.api.AddInstance(survivor(120 + n))
		return fault{}
	})
	shown := map[string][]string{"lists other instances in each of 3 readings": {s.clean(t, true)[0]}}
	tests := quirksTests()
	for row, names := range readmeQuirks() {
		for _, name := range names[1:] {
			why := "no test " + names[0] + name
			if test, ok := tests[names[0]+name]; ok && test.why == nil {
				why = ""
			} else if ok {
				why = test.why(120, false)
			}
			shown[row] = append(shown[row], why)
		}
	}
	for _, cells := range rowsOf(t, readme, "the API") {
		if len(shown[cells[0]]) == 0 {
			t.Errorf("no test of %q", cells[0])
		}
		for _, why := range shown[cells[0]] {
			if kind, _, _ := strings.Cut(why, ":"); quoted(cells[1])[0] != cmp.Or(kind, "cleaned") {
				t.Errorf("README.md says that %q comes to %s, not to %q", cells[0], cells[1], why)
			}
		}
		delete(shown, cells[0])
	}
	if len(shown) > 0 {
		t.Errorf("README.md does not have %q", shown)
	}
}

// newRegion is a fixture of n instances without a network. Some on each page are connected
// to each released instance.
func newRegion(t *testing.T, n int, m quirks) *fixture {
	t.Helper()
	s := newBatch(t, survivors(n), nil)
	s.Transport, s.Log, s.Config.Concurrency = s.api, slog.New(slog.DiscardHandler), 8
	s.api.Quirks = m
	for _, of := range gones() {
		for _, i := range []int{0, n / 2, n - 1} {
			s.api.Connect(survivor(i), of.id)
		}
	}
	return s
}

// gones are the released instances, each with the event about it.
func gones() []struct {
	id, event string
	requested bool
} {
	const removed = `{"specversion":"1.0","id":"e2","source":"acs.elasticsearch","type":"elasticsearch:Config:ConfigurationItemChangeNotification","data":{"resourceEventType":"REMOVE","resourceId":"gone-config","resourceType":"ACS::Elasticsearch::Instance"}}`
	return []struct {
		id, event string
		requested bool
	}{
		{"gone-release", released("gone-release"), false},
		{"gone-config", removed, false},
		{"gone-all", all("gone-all"), true},
	}
}

// clean sends the events of gones, in one batch or one after the other, and returns the
// failure of each; "" is a success, which must leave no connection.
func (s *fixture) clean(t *testing.T, atOnce bool) []string {
	t.Helper()
	whys := map[string]string{}
	var events []string
	for _, of := range gones() {
		events = append(events, of.event)
		if !atOnce {
			addReasons(t, whys, of.id, s.handle(t, of.event))
		}
	}
	if atOnce {
		addReasons(t, whys, "", s.handle(t, batch(events...)))
	}
	var inOrder []string
	for _, of := range gones() {
		isOf := func(c [2]string) bool { return slices.Contains(c[:], of.id) }
		if left := s.api.Connections(); whys[of.id] == "" && slices.ContainsFunc(left, isOf) {
			t.Errorf("%s is cleaned, and these are left: %v", of.id, left)
		}
		inOrder = append(inOrder, whys[of.id])
	}
	return inOrder
}

// addReasons adds the failures in a reply, by instance. A failure without parts is that of
// the instance asked for.
func addReasons(t *testing.T, whys map[string]string, asked, reply string) {
	t.Helper()
	kind, problem, _ := strings.Cut(reply, " ")
	var r struct {
		Outcome, Detail string
		Failed          []struct{ InstanceID, ConnectedInstanceID, Kind, Detail string }
		Events          []struct{ Outcome string }
	}
	if strings.HasPrefix(reply, "{") {
		decode(t, reply, &r)
		for _, e := range append(r.Events, struct{ Outcome string }{cmp.Or(r.Outcome, "cleaned")}) {
			if e.Outcome != "cleaned" {
				t.Errorf("the reply is no failure, and says %s", reply)
			}
		}
		return
	}
	decode(t, problem, &r)
	if len(r.Failed) == 0 {
		whys[asked] = anonymous(kind + ": " + r.Detail)
	}
	for _, part := range r.Failed {
		for _, of := range gones() {
			if part.InstanceID == of.id || part.ConnectedInstanceID == of.id {
				whys[of.id] = anonymous(part.Kind + ": " + part.Detail)
			}
		}
	}
}

// anonymous replaces the ids of instances in a text.
func anonymous(text string) string {
	text = regexp.MustCompile(`es-\d{4}`).ReplaceAllString(text, "LEFT")
	return regexp.MustCompile(`gone-[a-z]+`).ReplaceAllString(text, "GONE")
}
