package view_test

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/goldentest"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/view"
)

// at is when the reports of the tests were read: in UTC it is the day before.
var at = time.Date(2026, 11, 28, 6, 30, 0, 0, time.FixedZone("", 8*60*60))

// TestHTML: the markup of a report, of one that says that all is well, and of an empty one.
func TestHTML(t *testing.T) {
	t.Parallel()
	inline := regexp.MustCompile(`(?s)(<style>|<script>|sha256-).*?(</style>|</script>|&#39;)`)
	for name, r := range map[string]view.Report{"html": fleet(), "html of nothing": calm(), "html of no place": {}} {
		goldentest.Check(t, name, inline.ReplaceAllString(r.HTML(at), "$1$2"))
	}
}

// TestHTMLOfStrangers: whatever a text is, it is no markup, and steers nothing.
func TestHTMLOfStrangers(t *testing.T) {
	t.Parallel()
	const evil = "\x1b[2J\u202e" + `</script></style><img src=x onerror="alert('1')"><!--` + "`${1}`"
	notMarkup := regexp.MustCompile(`[^<>"']`)
	page := allOf(evil).HTML(at)
	if got, want := notMarkup.ReplaceAllString(page, ""), notMarkup.ReplaceAllString(allOf("harmless").HTML(at), ""); got != want {
		t.Errorf("markup:\n got %s\nwant %s", got, want)
	}
	if at := strings.IndexFunc(page, func(c rune) bool { return c != '\n' && !unicode.IsPrint(c) }); at >= 0 {
		t.Errorf("not printable: %q", page[at:min(at+40, len(page))])
	}
}

// allOf is a report of which each text begins with the same one.
func allOf(text string) view.Report {
	place := view.Place{Region: text, Account: text}
	notes := []view.Note{{Instance: text, Reason: text}}
	r := view.Report{
		Identity: view.Identity{Account: text, ARN: text, Source: text, Endpoint: text},
		Scopes:   []view.Scope{{Place: place, Leftover: 1, Withheld: true, Problem: text, Unread: notes, Malformed: notes}},
	}
	for _, look := range []view.Look{view.Nothing, view.Withheld, view.Frozen} {
		end := func(n string) view.End {
			return view.End{ID: text + string(look) + n, Status: text, Name: text, VPC: text}
		}
		r.Connections = append(r.Connections, view.Connection{Place: place, Instance: end("1"), Connected: end("2"), Network: text, Look: look, Reason: text})
	}
	return r
}

// TestHTMLNeedsNothingElse: a page leads nowhere but into itself, and its policy allows its
// own style sheet and script alone.
func TestHTMLNeedsNothingElse(t *testing.T) {
	t.Parallel()
	page := one().HTML(at)
	for _, found := range regexp.MustCompile(`(?i)\b(src|srcset|data|action|style|on[a-z]+)=|href="?[^"#]|url\(|@import|fetch|XMLHttp|cookie`).FindAllString(page, -1) {
		t.Errorf("the page has %s", found)
	}
	want := "default-src 'none'; style-src " + hashOf(t, page, "style") + "; script-src " + hashOf(t, page, "script") + "; base-uri 'none'; form-action 'none'"
	policy := html.UnescapeString(regexp.MustCompile(`<meta http-equiv="Content-Security-Policy" content="(.*)">`).FindStringSubmatch(page)[1])
	if policy != want {
		t.Errorf("policy:\n got %s\nwant %s", policy, want)
	}
}

// hashOf names the text of the only element of a kind, as a policy does.
func hashOf(t *testing.T, page, element string) string {
	t.Helper()
	found := regexp.MustCompile(`(?s)<`+element+`>(.*?)</`+element+`>`).FindAllStringSubmatch(page, -1)
	if len(found) != 1 || found[0][1] == "" {
		t.Fatalf("%d elements %s with a text", len(found), element)
	}
	sum := sha256.Sum256([]byte(found[0][1]))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// TestHTMLCounts: each number of the summary is below its head, and on a narrow screen
// behind the same word.
func TestHTMLCounts(t *testing.T) {
	t.Parallel()
	place := view.Place{Region: "cn-hangzhou", Account: own}
	page := view.Report{Scopes: []view.Scope{
		{Place: place, Instances: 5000, Connections: 29, Leftover: 28, Removable: 1, Kept: 3, Unclear: 4, Frozen: 5, Whole: true},
		{Place: place, Instances: 1, Whole: false},
		{Place: place},
	}}.HTML(at)
	heads, rows := cellsOf(page, "thead"), cellsOf(page, "tbody")
	want := [][]string{
		{"Region", "Account", "Instances", "Connections", "Left over", "To remove", "Withheld", "Kept", "Unclear", "Frozen", "Read"},
		{"cn-hangzhou", own, "5,000", "29", "28", "1", "20", "3", "4", "5", "all"},
		{"cn-hangzhou", own, "1", "0", "?", "?", "?", "?", "?", "0", "not all"},
		{"cn-hangzhou", own, "0", "0", "?", "?", "?", "?", "?", "0", "nothing"},
		{"Total", "", "5,001", "29", "28", "1", "20", "3", "4", "5", "not all"},
	}
	if diff := cmp.Diff(want, append(append(heads, rows...), cellsOf(page, "tfoot")...)); diff != "" {
		t.Error(diff)
	}
	sheet, err := os.ReadFile("report.css")
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, found := range regexp.MustCompile(`\.places td:nth-child\(\d+\)::before \{ content: "(.*)"`).FindAllStringSubmatch(string(sheet), -1) {
		words = append(words, found[1])
	}
	if got, want := strings.Join(words, ","), strings.ToLower(strings.Join(want[0][2:], ",")); got != want {
		t.Errorf("words before numbers:\n got %s\nwant %s", got, want)
	}
}

// TestHeadline: a page does not say that there is nothing where nothing could be read.
func TestHeadline(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]view.Scope{
		"None of 2 connections needs a look":                   {Connections: 2, Whole: true},
		"1 of 2 connections needs a look":                      {Connections: 2, Leftover: 1, Whole: true},
		"2 of 3 connections that could be read need a look":    {Connections: 3, Leftover: 1, Frozen: 1},
		"None of 1 connection that could be read needs a look": {Connections: 1},
		"No connection was found":                              {Whole: true},
		"No connection could be read":                          {},
	} {
		if page := (view.Report{Scopes: []view.Scope{s}}).HTML(at); !strings.Contains(page, ">"+want+"<") {
			t.Errorf("%+v: not %s", s, want)
		}
	}
}

// cellsOf returns the texts of the cells of a part of a page's first table, by row.
func cellsOf(page, part string) (rows [][]string) {
	_, after, _ := strings.Cut(page, "<"+part+">")
	inside := regexp.MustCompile(`(?s)^.*?(<tbody>|<tfoot>|</table>)`).FindString(after)
	for _, row := range strings.Split(inside, "<tr>")[1:] {
		var cells []string
		for _, cell := range regexp.MustCompile(`<t[hd][^>]*>`).Split(row, -1)[1:] {
			cells = append(cells, strings.TrimSpace(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(cell, "")))
		}
		rows = append(rows, cells)
	}
	return rows
}
