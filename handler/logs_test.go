package handler_test

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
)

const (
	dashboard = "logs/dashboard.json"
	product   = "elasticsearch-disconnect" // names what logs/apply creates
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

// TestLogQueries: the queries use fields of a log line, numbers as numbers, and outcomes, kinds and triggers of the code.
func TestLogQueries(t *testing.T) {
	t.Parallel()
	fields := logged(t).types(t)
	for _, file := range queryFiles(t) {
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
	if board.DashboardName != product {
		t.Errorf("%s is called %s, and logs/apply asks for %s", dashboard, board.DashboardName, product)
	}
	got := map[string]string{}
	for _, chart := range board.Charts {
		got[chart.Display.DisplayName] = chart.Search.Query
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
