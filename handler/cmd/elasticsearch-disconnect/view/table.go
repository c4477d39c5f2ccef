package view

import (
	"math"
	"slices"
	"strings"
)

// Options say how a table looks.
type Options struct {
	All   bool // every connection, and not only those that need a look
	Wide  bool // with names, network and VPC, in lines of any length
	Color bool // gone and frozen stand out
	Width int  // of the terminal, in cells; 0 if it is unknown
}

// Table returns the report for a person: as whom it was read, what needs a look in each
// place, and each place in a sentence. A text that is too long for its line goes on below.
func (r Report) Table(o Options) string {
	t := r.table(o)
	sections := []string{r.Identity.lines(t.width)}
	header := t.header()
	for _, s := range r.Scopes {
		section := t.place(s)
		if len(t.rows[s.Place]) > 0 { // the first that has rows
			section, header = header+section, ""
		}
		sections = append(sections, section)
	}
	sections = append(sections, t.legend(), t.problems(), t.summaries())
	return strings.Join(slices.DeleteFunc(sections, isEmpty), "\n")
}

// A table is a report that is being laid out.
type table struct {
	Report
	Options
	width int
	rows  map[Place][]row // those that are shown
	grid  grid            // of all places, so that they have the same columns
}

func (r Report) table(o Options) table {
	t := table{r, o, lineWidth(o.Width), map[Place][]row{}, newGrid(header(o.Wide))}
	if o.Wide {
		t.width = math.MaxInt
	}
	for _, c := range inOrder(r.Connections) {
		if o.All || c.Look != Nothing {
			shown := rowOf(c, o.Wide)
			t.rows[c.Place] = append(t.rows[c.Place], shown)
			t.grid.fit(shown)
		}
	}
	return t
}

// inOrder returns the connections with those first that need a look most.
func inOrder(connections []Connection) []Connection {
	order := []Look{Remove, Withheld, Kept, Unclear, Frozen, Nothing}
	return slices.SortedStableFunc(slices.Values(connections), func(a, b Connection) int {
		return slices.Index(order, a.Look) - slices.Index(order, b.Look)
	})
}

func (t table) header() string { return t.grid.lines(header(t.Wide), t.width, false) }

// place returns the rows and the notes of a place; "" if it has neither.
func (t table) place(s Scope) string {
	rows, notes := t.rows[s.Place], s.notes()
	var text strings.Builder
	if len(t.Scopes) > 1 && len(rows)+len(notes) > 0 {
		text.WriteString(t.sentence(t.name(s.Place)))
	}
	for _, r := range rows {
		text.WriteString(t.grid.lines(r, t.width, t.Color))
	}
	for _, note := range notes {
		text.WriteString(t.sentence(note))
	}
	return text.String()
}

// sentence returns a text of one line, or of more with the others indented.
func (t table) sentence(text string) string { return hang("", 2, words(text), t.width) }

// problems returns which places were not read.
func (t table) problems() string {
	var text strings.Builder
	for _, s := range t.Scopes {
		if s.Problem != "" {
			text.WriteString(t.sentence(s.problem(t.name(s.Place))))
		}
	}
	return text.String()
}

// legend explains the word that no other text explains.
func (t table) legend() string {
	for _, rows := range t.rows {
		if slices.ContainsFunc(rows, func(r row) bool { return r.look == Frozen }) {
			return t.sentence("frozen: one of the two was released, and can be recovered for 24 hours")
		}
	}
	return ""
}

// summaries returns each place in a sentence, and all in one if there are several.
func (t table) summaries() string {
	var text strings.Builder
	empty := t.empty()
	for _, s := range t.Scopes {
		if !s.isEmpty() {
			text.WriteString(hang("", 2, phrases(s.summary(t.name(s.Place))), t.width))
		}
	}
	for _, s := range t.Scopes {
		if regions := empty[s.Account]; len(regions) > 0 {
			text.WriteString(hang("", 2, phrases("no instances"+t.of(s.Account)+": "+strings.Join(regions, ", ")), t.width))
		}
		delete(empty, s.Account)
	}
	if len(t.Scopes) > 1 {
		text.WriteString(hang("", 2, phrases(t.total().summary("in all")), t.width))
	}
	return text.String()
}

func (s Scope) isEmpty() bool { return s.Whole && s.Instances == 0 }

// empty names the regions of each account that were read and have no instance. They are in one
// line: most regions of most accounts are empty.
func (t table) empty() map[string][]string {
	regions := map[string][]string{}
	for _, s := range t.Scopes {
		if s.isEmpty() {
			regions[s.Account] = append(regions[s.Account], s.Region)
		}
	}
	return regions
}

// name returns a place as it is called in this report: with its account if that is not clear.
func (r Report) name(p Place) string { return p.Region + r.of(p.Account) }

func (r Report) of(account string) string {
	if r.isOfSeveral() {
		return ", account " + account
	}
	return ""
}

// Text returns as whom the API was asked, a line for each thing that is known.
func (i Identity) Text(width int) string { return i.lines(lineWidth(width)) }

func (i Identity) lines(width int) string {
	var text strings.Builder
	for _, line := range []struct{ label, text string }{
		{"account      ", i.Account},
		{"identity     ", i.ARN},
		{"credentials  ", i.Source},
		{"role         ", strings.Join(i.Roles, " ")},
		{"endpoint     ", i.Endpoint},
	} {
		if line.text != "" {
			text.WriteString(hang(line.label, len(line.label), words(line.text), width))
		}
	}
	return text.String()
}
