package view_test

import (
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/mattn/go-runewidth"
	"pgregory.net/rapid"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/view"
)

// texts are what an API, a file or a stranger may send.
func texts() *rapid.Generator[string] {
	return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"", "active", "gone", "frozen", "activating", "订单搜索-生产环境", "\x1b[2J", "\u202eevil", "\u200d", "a\tb\r\nc", "\u009b31m",
		"=1+1", "＠x", " -1", "e\u0301\u0301", "x\u3000y", strings.Repeat("long", 50), strings.Repeat("词", 50), strings.Repeat("a word ", 40),
	}))
}

// reports have any texts, but the ids of the instances have at most 23 characters.
func reports() *rapid.Generator[view.Report] {
	ids := rapid.StringMatching(`es-cn-[a-z0-9]{0,17}`)
	return rapid.Custom(func(t *rapid.T) view.Report {
		text := func() string { return texts().Draw(t, "text") }
		number := func() int { return rapid.IntRange(0, 5000).Draw(t, "number") }
		notes := func() (notes []view.Note) {
			for range rapid.IntRange(0, 3).Draw(t, "notes") {
				notes = append(notes, view.Note{Instance: rapid.OneOf(ids, rapid.Just("")).Draw(t, "id"), Reason: text()})
			}
			return notes
		}
		anEnd := func() view.End { return view.End{ID: ids.Draw(t, "id"), Status: text(), Name: text(), VPC: text()} }
		r := view.Report{Identity: view.Identity{Account: text(), ARN: text(), Source: text(), Endpoint: text()}}
		for range rapid.IntRange(0, 3).Draw(t, "scopes") {
			s := view.Scope{Place: view.Place{Region: text(), Account: text()}, Instances: number(), Connections: number(), Leftover: number(), Limit: number(),
				Withheld: rapid.Bool().Draw(t, "withheld"), Whole: rapid.Bool().Draw(t, "whole"), Problem: text(), Unread: notes(), Malformed: notes()}
			r.Scopes = append(r.Scopes, s)
			for range rapid.IntRange(0, 4).Draw(t, "connections") {
				look := rapid.SampledFrom([]view.Look{view.Nothing, view.Remove, view.Withheld, view.Kept, view.Unclear, view.Frozen}).Draw(t, "look")
				r.Connections = append(r.Connections, view.Connection{Place: s.Place, Instance: anEnd(), Connected: anEnd(), Network: text(), Look: look, Reason: text()})
			}
		}
		return r
	})
}

// TestTable: whatever the texts are, a table is printable and as wide as the terminal at
// most, shows each id whole, and is the same in color.
func TestTable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := reports().Draw(t, "report")
		o := view.Options{All: true, Wide: rapid.Bool().Draw(t, "wide"), Width: rapid.IntRange(60, 120).Draw(t, "width")}
		text := r.Table(o)
		checkPrintable(t, text)
		for line := range strings.Lines(text) {
			if width := cells(strings.TrimSuffix(line, "\n")); !o.Wide && width > o.Width {
				t.Errorf("%d cells of %d: %q", width, o.Width, line)
			}
			if strings.HasSuffix(line, " \n") {
				t.Errorf("ends in a space: %q", line)
			}
		}
		for _, c := range r.Connections {
			if !strings.Contains(text, c.Instance.ID) || !strings.Contains(text, c.Connected.ID) {
				t.Errorf("%s and %s are not in\n%s", c.Instance.ID, c.Connected.ID, text)
			}
		}
		o.Color = true
		if got := uncolored(r.Table(o)); got != text {
			t.Errorf("in color:\n got %s\nwant %s", got, text)
		}
	})
}

// TestJSONDecodes: the object says all that the report says.
func TestJSONDecodes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want, got := reports().Draw(t, "report"), view.Report{}
		text := want.JSON()
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
		checkPrintable(t, text)
	})
}

// TestCSV: a record for each connection, and no formula.
func TestCSV(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := reports().Draw(t, "report")
		records, err := csv.NewReader(strings.NewReader(r.CSV())).ReadAll() // all of one length
		if err != nil || len(records) != 1+len(r.Connections) {
			t.Fatalf("%d records of %d connections, error %v", len(records), len(r.Connections), err)
		}
		for _, cell := range slices.Concat(records...) {
			checkPrintable(t, cell)
			if first := strings.TrimLeft(cell, " ") + "."; strings.ContainsAny(first[:1], "=+-@") {
				t.Errorf("a formula: %q", cell)
			}
		}
	})
}

func checkPrintable(t *rapid.T, text string) {
	t.Helper()
	for i, c := range text {
		if c != '\n' && !unicode.IsPrint(c) {
			t.Errorf("character %q at %d of %q", c, i, text)
		}
	}
}

func uncolored(text string) string {
	return strings.NewReplacer("\x1b[31m", "", "\x1b[33m", "", "\x1b[0m", "").Replace(text)
}

// cells is the width of a text on a terminal.
func cells(text string) (sum int) {
	for _, c := range text {
		sum += (&runewidth.Condition{}).RuneWidth(c)
	}
	return sum
}
