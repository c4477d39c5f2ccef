package handler_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/elasticsearch"
)

var update = flag.Bool("update", false, "rewrite the generated sections of the READMEs")

// A section returns the text that the code gives a section of a README, from the text that it has.
type section func(old string) string

var generated = regexp.MustCompile(`(?s)(<!-- generated: ([-\w]+) -->\n\n)(.*?)(\n\n<!-- end -->)`)

// TestGenerated: each section of a README between <!-- generated: NAME --> and <!-- end --> is what the code says.
// With -update it is rewritten.
func TestGenerated(t *testing.T) { handler.Bubbled(testGenerated)(t) }

func testGenerated(t *testing.T) {
	ofFunction, ofTemplate := variables(t)
	ofSuccess, ofProblem := replyMembers(t)
	sections := map[string]section{
		"variables": table(ofFunction),
		"settings":  table(ofTemplate),
		"outcomes":  table(named(handler.Outcomes())),
		"kinds":     table(kindsOfFailure(t)),
		"codes":     table(named(elasticsearch.Codes())),
		"success":   table(named(ofSuccess)),
		"problem":   table(named(ofProblem)),
		"line":      block("json", logLine(t)),
		"fields":    table(named(membersOf(logged(t).log.String()))),
		"report":    block("text", report(t)),
		"pattern":   block("json", eventPattern(t)),
	}
	for _, file := range readmes() {
		old := string(read(t, file))
		text := generated.ReplaceAllStringFunc(old, func(text string) string {
			parts := generated.FindStringSubmatch(text)
			write, ok := sections[parts[2]]
			if !ok {
				t.Fatalf("%s: no code writes the section %s, or it is there twice", file, parts[2])
			}
			delete(sections, parts[2])
			want := write(parts[3])
			if want != parts[3] && !*update {
				t.Errorf("%s, section %s: rewrite it with go test ./handler -run TestGenerated -update (-got +want)\n%s",
					file, parts[2], cmp.Diff(strings.Split(parts[3], "\n"), strings.Split(want, "\n")))
			}
			return parts[1] + want + parts[4]
		})
		if strings.Contains(text, unwritten) {
			t.Errorf("%s: replace %s by words", file, unwritten)
		}
		if *update && text != old {
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Error(err)
			}
		}
	}
	for name := range sections {
		t.Errorf("no README has the section %s", name)
	}
}

func block(language, text string) section {
	return func(string) string { return "```" + language + "\n" + strings.TrimRight(text, "\n") + "\n```" }
}

// A fact is a name and what else the code says of it: the first cells of a row.
type fact []string

func named(names []string) (facts []fact) {
	for _, name := range names {
		facts = append(facts, fact{name})
	}
	return facts
}

// unwritten stands in a new row until somebody writes what the name means.
const unwritten = "(not written)"

// table gives a table the facts as its first columns, in their order. The other columns are written by hand, and stay. A
// row may be about several names; those about none come last.
func table(facts []fact) section {
	return func(old string) string {
		lines := strings.Split(old, "\n")
		text, rows := lines[:2:2], lines[2:]
		for _, f := range facts {
			row := rowOf(rows, f)
			together := slices.DeleteFunc(slices.Clone(facts), func(g fact) bool { return rowOf(rows, g) != row })
			words := append([]string{unwritten}, make([]string, len(cells(old))-len(f)-1)...)
			if row != "" {
				words = cells(row)[len(f):]
			}
			if together[0][0] == f[0] {
				text = append(text, tableRow(together, words))
			}
		}
		hasNames := func(row string) bool { return len(quoted(cells(row)[0])) > 0 }
		return strings.Join(append(text, slices.DeleteFunc(rows, hasNames)...), "\n")
	}
}

// rowOf returns the first row about a name; "" if there is none.
func rowOf(rows []string, f fact) string {
	for _, row := range rows {
		if slices.Contains(quoted(cells(row)[0]), f[0]) {
			return row
		}
	}
	return ""
}

func tableRow(facts []fact, words []string) string {
	text := "|"
	for column := range facts[0] {
		var values []string
		for _, f := range facts {
			values = append(values, f[column])
		}
		text += fmt.Sprintf(" `%s` |", strings.Join(slices.Compact(values), "`, `"))
	}
	for _, cell := range words {
		text += strings.TrimRight(" "+cell, " ") + " |"
	}
	return strings.ReplaceAll(text, " `` |", " |")
}

// cells returns those of a row of a table, the first of a text.
func cells(row string) []string {
	row, _, _ = strings.Cut(row, "\n")
	cells := strings.Split(strings.Trim(row, "|"), "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

// quoted returns what a text has in backquotes.
func quoted(text string) (found []string) {
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			found = append(found, part)
		}
	}
	return found
}
