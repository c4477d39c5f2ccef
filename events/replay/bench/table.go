package main

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// table prints the results in Markdown, aligned for a terminal.
func (r results) table() string {
	lines := [][]string{{"", "floor", "floor with HTTP", "peer", "function", "ratio", "goal", ""}}
	for _, row := range rows() {
		line := []string{row.name}
		for c := floor; c <= function; c++ {
			line = append(line, r.text(row.name, c))
		}
		ratio, goal, mark := row.judge(r)
		lines = append(lines, append(line, ratio, goal, mark))
	}
	return aligned(lines)
}

// judge says how the function's figure compares with the base, what the goal is, and whether it is met.
func (w row) judge(r results) (ratio, goal, mark string) {
	got := r.median(w.name, function)
	switch {
	case w.goal == 0:
		return "", "", ""
	case w.says == "":
		return "", fmt.Sprintf("%d: ≤ %.0f", w.goal, w.most), w.mark(got)
	}
	goal = fmt.Sprintf("%d: ≤ %.2f × %s", w.goal, w.most, w.says)
	base := r.median(w.base.row, w.base.column) * max(w.times, 1)
	if base == 0 {
		return "", goal, "not known"
	}
	return fmt.Sprintf("%.2f", got/base), goal, w.mark(got / base)
}

func (w row) mark(got float64) string {
	if got > w.most {
		return "MISSED"
	}
	return "met"
}

func aligned(lines [][]string) string {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, text := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(text))
		}
	}
	var out strings.Builder
	for i, line := range lines {
		write(&out, line, widths)
		if i == 0 {
			rule(&out, widths)
		}
	}
	return out.String()
}

// The first column is text, and the last two are; what is between are numbers.
func isNumber(column, columns int) bool { return column > 0 && column < columns-2 }

func write(out *strings.Builder, line []string, widths []int) {
	for i, text := range line {
		pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text))
		if isNumber(i, len(line)) {
			text, pad = pad+text, ""
		}
		out.WriteString("| " + text + pad + " ")
	}
	out.WriteString("|\n")
}

func rule(out *strings.Builder, widths []int) {
	for i, width := range widths {
		dashes := strings.Repeat("-", width+1)
		if isNumber(i, len(widths)) {
			out.WriteString("|" + dashes + ":")
		} else {
			out.WriteString("|" + dashes + "-")
		}
	}
	out.WriteString("|\n")
}
