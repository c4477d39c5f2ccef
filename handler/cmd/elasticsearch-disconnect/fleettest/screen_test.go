package fleettest_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// A screen is what a terminal of some width shows of the bytes that a program writes, with all that has
// scrolled away.
type screen struct {
	width    int
	lines    []line
	row, col int
	style    string // of what is written next: the parameters of SGR; "" for none
}

type line struct {
	cells   []cell
	wrapped bool // goes on what did not fit in the line above
}

// A cell is a column. The second one of a wide character has no text.
type cell struct{ text, style string }

var sequence = regexp.MustCompile("^\x1b\\[([0-9;]*)([A-Za-z])")

// show interprets text: \r, \n, colours, and what erases the rest of a line. Any other control shows up
// as its escape, since nothing here writes one.
func (s *screen) show(text string) {
	for text != "" {
		if found := sequence.FindStringSubmatch(text); found != nil {
			s.control(found[0], found[1], found[2])
			text = text[len(found[0]):]
			continue
		}
		c := []rune(text)[0]
		s.character(c)
		text = text[len(string(c)):]
	}
}

func (s *screen) control(whole, parameters, command string) {
	switch {
	case command == "m" && strings.Trim(parameters, "0") == "":
		s.style = ""
	case command == "m":
		s.style = parameters
	case command == "K" && strings.Trim(parameters, "0") == "":
		l := s.line()
		l.cells = l.cells[:min(s.col, len(l.cells))]
	default:
		for _, c := range fmt.Sprintf("%q", whole) {
			s.character(c)
		}
	}
}

func (s *screen) character(c rune) {
	switch {
	case c == '\r':
		s.col = 0
	case c == '\n':
		s.row++
		s.line()
	case unicode.IsControl(c):
		s.control(string(c), "", "")
	default:
		s.write(c)
	}
}

// line returns the one of the cursor.
func (s *screen) line() *line {
	for len(s.lines) <= s.row {
		s.lines = append(s.lines, line{})
	}
	return &s.lines[s.row]
}

func (s *screen) write(c rune) {
	columns := columnsOf(c)
	if s.col+columns > s.width {
		s.row, s.col = s.row+1, 0
		s.line().wrapped = true
	}
	l := s.line()
	if columns == 0 && s.col > 0 { // goes onto the one before
		l.cells[s.col-1].text += string(c)
		return
	}
	for len(l.cells) < s.col+columns {
		l.cells = append(l.cells, cell{text: " "})
	}
	for i := range columns {
		l.cells[s.col+i] = cell{style: s.style}
	}
	l.cells[s.col].text = string(c)
	s.col += columns
}

// columnsOf is how many a character takes on a terminal: of those that the fleet has.
func columnsOf(c rune) int {
	switch {
	case unicode.In(c, unicode.Mn, unicode.Cf):
		return 0
	case unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul), c >= 0xFF01 && c <= 0xFF60:
		return 2
	}
	return 1
}

// String returns the lines, the colours as marks: ‹31›red‹/›. A line that wraps goes on after ↩.
func (s *screen) String() string {
	var text strings.Builder
	for i, l := range s.lines {
		switch {
		case l.wrapped:
			text.WriteString("\n↩")
		case i > 0:
			text.WriteString("\n")
		}
		text.WriteString(l.String())
	}
	return strings.TrimRight(text.String(), "\n") + "\n"
}

func (l line) String() string {
	var text strings.Builder
	style := ""
	for _, c := range append(l.cells[:len(l.cells):len(l.cells)], cell{}) {
		if c.style != style {
			if style != "" {
				text.WriteString("‹/›")
			}
			if c.style != "" {
				text.WriteString("‹" + c.style + "›")
			}
			style = c.style
		}
		text.WriteString(c.text)
	}
	return strings.TrimRight(text.String(), " ")
}

func TestScreen(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"a\r\nb\r\n": "a\nb\n",
		"reading 1 of 2\rreading 2 of 2\r\x1b[Kdone": "done\n",
		"long\rab":                "abng\n",
		"0123456789012345":        "0123456789012345\n",
		"0123456789012345\r\n6":   "0123456789012345\n6\n",
		"01234567890123456":       "0123456789012345\n↩6\n",
		"名字名字名字名x字":               "名字名字名字名x\n↩字\n",
		"a \x1b[31mgone\x1b[0m b": "a ‹31›gone‹/› b\n",
		"\x1b[1;31mgone\x1b[mb":   "‹1;31›gone‹/›b\n",
		"\x1b[2Jx\a":              "\"\\x1b[2J\"x\"\\a\"\n",
		"tailing   \r\n\r\n":      "tailing\n",
	} {
		s := screen{width: 16}
		for _, c := range strings.SplitAfter(written, "\n") {
			s.show(c)
		}
		if got := s.String(); got != want {
			t.Errorf("%q:\n got %q\nwant %q", written, got, want)
		}
	}
}
