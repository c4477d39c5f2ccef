package view

import (
	"strings"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
)

// A grid aligns the cells of rows in columns.
type grid struct{ widths []int }

// gap is between two columns.
const gap = "  "

func newGrid(header row) grid {
	g := grid{make([]int, len(header.cells))}
	g.fit(header)
	return g
}

// fit makes the columns wide enough for a row.
func (g grid) fit(r row) {
	for i, c := range r.cells {
		g.widths[i] = max(g.widths[i], cells(c.text))
	}
}

// total returns the width of all columns.
func (g grid) total() int {
	sum := 0
	for _, width := range g.widths {
		sum += len(gap) + width
	}
	return sum - len(gap)
}

// lines returns a row in one line, or where the columns are too wide for that with each
// end on its own. A reason that does not fit behind goes below.
func (g grid) lines(r row, width int, colored bool) string {
	text := g.line(r.cells, 0, colored)
	if g.total() > width {
		return g.stack(r, width, colored) + g.below(r, width)
	}
	behind := gap + printable.Text(r.reason)
	if r.reason != "" && g.total()+cells(behind) <= width {
		return trimmed(text + behind)
	}
	return trimmed(text) + g.below(r, width)
}

// line returns the cells, padded to the columns from the first on.
func (g grid) line(row []cell, first int, colored bool) string {
	var texts []string
	for i, c := range row {
		texts = append(texts, c.paint(colored)+spaces(g.widths[first+i]-cells(c.text)))
	}
	return strings.Join(texts, gap)
}

// stack returns the ends of a narrow row below each other: look, id and status, then id
// and status. A long status is broken.
func (g grid) stack(r row, width int, colored bool) string {
	look, first, second := r.cells[:1], r.cells[1:3], r.cells[3:5]
	ids := grid{[]int{g.widths[0], max(g.widths[1], g.widths[3])}}
	one := func(look, end []cell) string {
		lead := ids.line([]cell{look[0], end[0]}, 0, false) + gap
		if end[1].color != "" { // is short
			return lead + end[1].paint(colored) + "\n"
		}
		return hang(lead, cells(lead), words(end[1].text), width)
	}
	return one(look, first) + one(plain(""), second)
}

// below returns the reason of a row, below its first id.
func (g grid) below(r row, width int) string {
	if r.reason == "" {
		return ""
	}
	indent := g.widths[0] + 2*len(gap)
	return hang(spaces(indent), indent, words(r.reason), width)
}

func (c cell) paint(colored bool) string {
	if !colored || c.color == "" {
		return c.text
	}
	return c.color + c.text + reset
}
