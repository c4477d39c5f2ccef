package view

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
)

// Thousands returns a number with commas: 1,040.
func Thousands(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Count returns a number of things: 1 instance, 1,040 instances.
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return Thousands(n) + " " + thing + "s"
}

// Lengths of a line, in cells.
const (
	minWidth     = 60
	defaultWidth = 80 // of a pipe, and of a terminal whose width is unknown
	maxWidth     = 120
)

// lineWidth returns the length of a line on a terminal; its width is 0 if it is unknown.
func lineWidth(terminal int) int {
	if terminal <= 0 {
		return defaultWidth
	}
	return min(max(terminal, minWidth), maxWidth)
}

// Indented returns a text below something, in lines that fit a terminal.
func Indented(text string, width int) string {
	const indent = 4
	return hang(spaces(indent), indent, words(text), lineWidth(width))
}

// Wrapped returns a text in lines that fit a terminal, the others indented.
func Wrapped(text string, width int) string {
	return hang("", 2, words(text), lineWidth(width))
}

// Question returns a question in lines that fit a terminal. It ends with what to type, and leaves
// room for that behind it.
func Question(text, answer string, width int) string {
	room := lineWidth(width) - 1 - cells(answer)
	return strings.TrimSuffix(hang("", 0, append(words(text), "Type "+answer+":"), room), "\n") + " "
}

// hang returns parts of a text in lines of at most width cells: the first begins with
// lead, the others are indented.
func hang(lead string, indent int, parts []string, width int) string {
	lines := broken(parts, width-max(indent, cells(lead)))
	return trimmed(lead + strings.Join(lines, "\n"+spaces(indent)))
}

// words returns the parts of a text between which a line may end.
func words(text string) []string { return strings.Fields(printable.Text(text)) }

// phrases returns the parts of a text that end in a comma, semicolon or colon.
func phrases(text string) []string {
	ends := strings.NewReplacer(", ", ",\n", "; ", ";\n", ": ", ":\n")
	return strings.Split(ends.Replace(strings.Join(words(text), " ")), "\n")
}

// broken joins the parts of a text to lines of at most width cells. A part that is longer
// than a line is broken.
func broken(parts []string, width int) (lines []string) {
	var line []byte
	used := 0
	for _, part := range parts {
		long := cells(part)
		switch {
		case len(line) == 0:
			line, used = []byte(part), long
		case used+1+long <= width:
			line, used = append(append(line, ' '), part...), used+1+long
		default:
			lines = append(lines, string(line))
			line, used = []byte(part), long
		}
		for used > width {
			head := prefix(string(line), width)
			lines = append(lines, strings.TrimRight(head, " "))
			line = bytes.TrimLeft(line[len(head):], " ")
			used = cells(string(line))
		}
	}
	return append(lines, string(line))
}

// prefix returns as much of a text as fits into width cells, and at least a character.
func prefix(text string, width int) string {
	used := 0
	for i, c := range text {
		used += cells(string(c))
		if used > width && i > 0 {
			return text[:i]
		}
	}
	return text
}

// cells returns how many cells of a terminal a printable text takes: a Chinese character
// takes two. That does not depend on the language of the environment.
func cells(text string) int {
	anywhere, sum := runewidth.Condition{}, 0
	for _, c := range text { // one by one, as most terminals do
		sum += anywhere.RuneWidth(c)
	}
	return sum
}

func spaces(n int) string { return strings.Repeat(" ", max(n, 0)) }

// trimmed ends a line without spaces before the end.
func trimmed(line string) string { return strings.TrimRight(line, " ") + "\n" }

func isEmpty(text string) bool { return text == "" }
