package handler_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// What the API may answer comes to what the table says, each row in every way that it names.
func TestReadmeTolerance(t *testing.T) {
	t.Parallel()
	ways := waysToAnswer()
	var told []string
	for _, cells := range rowsOf(t, readme, "the API") {
		told = append(told, cells[0])
		for i, m := range ways[cells[0]] {
			t.Run(fmt.Sprint(cells[0], i), handler.Bubbled(func(t *testing.T) {
				if got, want := endOfRelease(t, m, strings.HasPrefix(cells[0], "lists other instances")), quoted(cells[1])[0]; got != want {
					t.Errorf("got %s, and README.md says %s", got, want)
				}
			}))
		}
	}
	if want := slices.Sorted(maps.Keys(ways)); !slices.Equal(slices.Sorted(slices.Values(told)), want) {
		t.Errorf("README.md, what the API may answer:\n got %q\nwant %q", told, want)
	}
}

// endOfRelease is what the event of a release comes to: cleaned, or the kind of its failure. In a region that grows, each
// reading of the list finds an instance more.
func endOfRelease(t *testing.T, m quirks, grows bool) string {
	t.Helper()
	instances := 120
	if m.Padding > 0 {
		instances = 7 // takes as long as all others together
	}
	s := newRegion(t, instances, m)
	if grows {
		s.api.OnRequest = elasticsearchtest.At("ListInstance 2", func(n int) elasticsearchtest.Fault {
			s.api.AddInstance(survivor(instances + n))
			return elasticsearchtest.Fault{}
		})
	}
	kind, _, _ := strings.Cut(s.clean(t, true)[0], ":")
	return cmp.Or(kind, "cleaned")
}

// waysToAnswer are the quirks that the rows of the table are about.
func waysToAnswer() map[string][]quirks {
	total := func(of func(page, all int) any) quirks { return quirks{Total: of} }
	member := func(name string, value any) quirks { return quirks{Members: map[string]any{name: value}} }
	ofGone := func(status int, code string) quirks {
		return quirks{OfGone: elasticsearchtest.Refuse(status, code, "m")}
	}
	nothing := func(result string) quirks { return quirks{Empty: `{"RequestId":"E5"` + result + `}`} }
	return map[string][]quirks{
		"has fewer instances a page than it was asked for": {{LargestPage: 10}},
		"says no total, says it in an HTTP header, as text, that of the page, or a wrong one": {
			total(func(int, int) any { return nil }), {TotalInHTTP: true}, total(func(_, all int) any { return fmt.Sprint(all) }),
			total(func(page, _ int) any { return page }), total(func(int, int) any { return 1000 }),
		},
		"answers a page beyond the last with the last":    {{Page: func(asked, last int) int { return min(asked, last) }}},
		"ignores `page`, and has more than fit on one":    {{Page: func(int, int) int { return 1 }}},
		"lists other instances in each of 3 readings":     {{}},
		"has entries that are no instance id":             {{Malformed: []string{"es-cn-odd.0001", "", "实例"}}},
		"has several ids in one `instances`, with commas": {{Joined: true}},
		"lists nothing as `null`, `{}`, `\"\"`, `[null]`, or without `Result`": {
			nothing(`,"Result":null`), nothing(`,"Result":{}`), nothing(`,"Result":""`), nothing(`,"Result":[null]`), nothing(``),
		},
		"has a number, a boolean, or another text or object in place of a list": {
			nothing(`,"Result":7`), nothing(`,"Result":true`), nothing(`,"Result":"none"`), nothing(`,"Result":{"total":0}`),
		},
		"has a `Code` `0`, `200`, `OK` or empty in a success, a number for a text, other `Headers`": {
			member("Code", 0), member("Code", "200"), member("Code", "OK"), member("Code", ""), member("RequestId", 7), member("Headers", "none"),
		},
		"says `\"true\"` for true, or neither, of a removal":                      {{True: "true"}, {True: 1}},
		"has 200 KiB of each instance in a page":                                  {{Padding: 200 << 10}},
		"answers for the released instance `Forbidden`, a 500 or an unknown code": {ofGone(403, "Forbidden"), ofGone(500, ""), ofGone(400, "InstanceNotExist")},
		"refuses a removal with `InstanceNotFound` because the other is gone":     {{RefusesGone: "InstanceNotFound"}},
		"refuses it with `RepetitionOperationError`, and lists it":                {{RefusesGone: "RepetitionOperationError"}},
	}
}
