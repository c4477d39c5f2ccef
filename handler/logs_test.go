package handler_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
)

const (
	dashboard = "logs/dashboard.json"
	logIndex  = "logs/index.json"
	product   = "elasticsearch-disconnect" // the function's name in logs/README.md
)

// queries returns the queries of logs/README.md by their names.
func queries(t *testing.T) map[string]string {
	t.Helper()
	named := found(t, logs, "(?m)^### (.+)\n[^#]*?```text\n(.+)\n```$")
	if headings := found(t, logs, `(?m)^### (.+)()$`); len(named) != len(headings) || len(named) == 0 {
		t.Fatalf("%s has %d queries under %d headings", logs, len(named), len(headings))
	}
	return named
}

// types returns the fields of the log lines, each with its type in the index of Log Service.
func (s *fixture) types(t *testing.T) map[string]string {
	t.Helper()
	fields := map[string]string{}
	for _, line := range s.lines(t) {
		for field, value := range line {
			fields[field] = "text"
			if _, ok := value.(float64); ok {
				fields[field] = "long"
			}
		}
	}
	return fields
}

// lines returns the log lines.
func (s *fixture) lines(t *testing.T) (lines []map[string]any) {
	t.Helper()
	for text := range strings.Lines(s.log.String()) {
		var line map[string]any
		decode(t, text, &line)
		lines = append(lines, line)
	}
	return lines
}

// TestLogIndex: the index has each field of a log line, with its type. With -update it is rewritten.
func TestLogIndex(t *testing.T) { handler.Bubbled(testLogIndex)(t) }

func testLogIndex(t *testing.T) {
	s := logged(t)
	types := s.types(t)
	const text = `"type": "text", "doc_value": true, "caseSensitive": false, "chn": false, "token": ` + delimiters
	var fields []string
	for _, field := range slices.Sorted(maps.Keys(types)) {
		kind := map[string]string{"text": text, "long": `"type": "long", "doc_value": true`}[types[field]]
		fields = append(fields, fmt.Sprintf("\n        %q: { %s }", field, kind))
	}
	old := string(read(t, logIndex))
	want := regexp.MustCompile(`(?s)("json_keys": \{).*?(\n      \})`).ReplaceAllString(old, "$1"+strings.Join(fields, ",")+"$2")
	if *update {
		if err := os.WriteFile(logIndex, []byte(want), 0o644); err != nil {
			t.Error(err)
		}
	}
	if old != want && !*update {
		t.Errorf("%s: rewrite it with go test ./handler -run TestLogIndex -update (-got +want)\n%s", logIndex, cmp.Diff(strings.Split(old, "\n"), strings.Split(want, "\n")))
	}
	var index struct {
		MaxTextLen int `json:"max_text_len"`
	}
	if decode(t, old, &index); index.MaxTextLen != 16384 {
		t.Errorf("%s: a text of %d bytes is indexed; a log line may have a longer one", logIndex, index.MaxTextLen)
	}
}

// delimiters part a text into words: the default of Log Service. There is no hyphen among them, so an id is one word.
const delimiters = `[",", " ", "'", "\"", ";", "=", "(", ")", "[", "]", "{", "}", "?", "@", "&", "<", ">", "/", ":", "\n", "\t", "\r"]`

// TestLogQueries: the queries use fields of a log line, numbers as numbers, and outcomes, kinds and triggers of the code.
// Each asks for the lines of one function, which what follows cannot widen.
func TestLogQueries(t *testing.T) {
	t.Parallel()
	fields := logged(t).types(t)
	for _, file := range queryFiles(t) {
		for query := range found(t, file, `(.*message\.\w+.* \| select )()`) {
			if !ofOne.MatchString(query) {
				t.Errorf("%s asks for the lines of every function: %s", file, query)
			}
		}
		for field := range found(t, file, `\bmessage\.([a-zA-Z]+)\b()`) {
			if fields[field] == "" {
				t.Errorf("%s: a query asks for %s, which no log line has", file, field)
			}
		}
		for field := range found(t, file, `\bmessage\.(\w+) [<>]()`) {
			if fields[field] != "long" {
				t.Errorf("%s: a query compares %s, which is no number", file, field)
			}
		}
		for member, values := range map[string][]string{
			"outcome": handler.Outcomes(),
			"kind":    kinds(),
			"trigger": {string(trigger.Direct), string(trigger.HTTP), string(trigger.EventBridge), string(trigger.Timer)},
		} {
			for asked := range found(t, file, `\bmessage\.`+member+`: ([-\w]+)()`) {
				if !slices.Contains(values, asked) {
					t.Errorf("%s: a query asks for the %s %s", file, member, asked)
				}
			}
		}
	}
}

// ofOne matches a search for lines of one function: without a bare or, which would let in those of others.
var ofOne = regexp.MustCompile(`__topic__: \\?"FCLogs:[-\w${}]+\\?" and (message\.[^()|]+|\([^()]+\))( and [^()|]+)* \| select $`)

// queryFiles returns the files with queries of the log.
func queryFiles(t *testing.T) []string {
	t.Helper()
	return append(jsonFiles(t, "logs/alerts"), dashboard, logs, readme, frontReadme)
}

func kinds() (names []string) {
	for _, kind := range connection.Kinds() {
		names = append(names, kind.String())
	}
	return names
}

func jsonFiles(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(folder + "/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no JSON: %v", folder, err)
	}
	return files
}

var needsID = regexp.MustCompile(`: "[^"]*…"`)

// TestDashboard: the dashboard has each query that needs no id.
func TestDashboard(t *testing.T) {
	t.Parallel()
	const members = "charts dashboardName description display displayName end height logstore query search start title topic type width xPos yPos"
	if got := strings.Join(slices.Sorted(maps.Keys(found(t, dashboard, `"(\w+)":()`))), " "); got != members {
		t.Errorf("%s, members:\n got %s\nwant %s, as the documents of CreateDashboard spell them", dashboard, got, members)
	}
	var board struct {
		DashboardName string
		Charts        []struct {
			Title, Type string
			Search      struct{ Logstore, Query string }
			Display     struct{ DisplayName string }
		}
	}
	decode(t, read(t, dashboard), &board)
	if board.DashboardName != "${function}" {
		t.Errorf("%s is called %s, and the command logs wants it to bear the function's name", dashboard, board.DashboardName)
	}
	got := map[string]string{}
	for _, chart := range board.Charts {
		got[chart.Display.DisplayName] = strings.ReplaceAll(chart.Search.Query, "${function}", product)
		if chart.Type != "table" || chart.Search.Logstore != "${logstore}" || chart.Title == "" {
			t.Errorf("%s: %+v", dashboard, chart)
		}
	}
	want := queries(t)
	maps.DeleteFunc(want, func(_, query string) bool { return needsID.MatchString(query) })
	if !maps.Equal(got, want) {
		t.Errorf("%s:\n got %v\nwant %v", dashboard, got, want)
	}
}
