package preflight

import (
	"cmp"
	"regexp"
	"strings"
)

// An envFile is what Serverless Devs 3.1.10 reads in .env.
type envFile struct {
	values   map[string]string // of each name, the last one; nil without that file
	lines    map[string][]int  // where each name is set
	unclosed []string          // names with a quote that does not end on its line
	unread   []int             // the numbers of lines that are no assignment, and so are passed over
	longer   []int             // those of lines that JavaScript reads as more than one
}

// readEnv reads .env as dotenv 16.3 does (lib/main.js): a value in quotes may go on over
// several lines, and one whose quote is never closed has the quote as its first character.
func readEnv(text string) envFile {
	assignment := regexp.MustCompile(`(?m)^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)` +
		`(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*` + "`(?:\\\\`|[^`])*`" + `|[^#\r\n]+)?\s*(?:#.*)?$`)
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(text, "\ufeff")) // with which Notepad begins
	f := envFile{values: map[string]string{}, lines: map[string][]int{}}
	for _, at := range assignment.FindAllStringSubmatchIndex(text, -1) {
		name, value := text[at[2]:at[3]], ""
		if at[4] >= 0 {
			value = text[at[4]:at[5]]
		}
		plain, isWhole := unquote(strings.TrimSpace(value))
		f.values[name] = plain
		f.lines[name] = append(f.lines[name], 1+strings.Count(text[:at[2]], "\n"))
		if !isWhole {
			f.unclosed = append(f.unclosed, name)
		}
	}
	for i, line := range strings.Split(text, "\n") {
		if strings.ContainsAny(line, "\u2028\u2029") {
			f.longer = append(f.longer, i+1)
		}
	}
	rest := assignment.ReplaceAllStringFunc(text, func(match string) string { return strings.Repeat("\n", strings.Count(match, "\n")) })
	for i, line := range strings.Split(rest, "\n") {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			f.unread = append(f.unread, i+1)
		}
	}
	return f
}

// unquote strips the quotes of a value, and reports whether it has none that is not closed
// on its line. In double quotes, \n is a line break.
func unquote(value string) (plain string, isWhole bool) {
	if value == "" || !strings.Contains("'\"`", value[:1]) {
		return value, true
	}
	quote := value[:1]
	inside, isClosed := strings.CutSuffix(value[1:], quote)
	if !isClosed {
		inside = value
	}
	isWhole = isClosed && !strings.Contains(inside, "\n")
	if quote == `"` {
		inside = strings.NewReplacer(`\n`, "\n", `\r`, "\r").Replace(inside)
	}
	return inside, isWhole
}

// expand replaces each $NAME, ${NAME} and ${NAME:-instead} in a value as Serverless Devs
// does, by dotenv-expand 10 and twice over, so that a \ before the $ is of no use: the last
// of them first, and then those in what it stands for. It reports whether that comes to an
// end; Serverless Devs fails if not.
func (s settings) expand(text string) (expanded string, ends bool) {
	reference := regexp.MustCompile(`^\$\{?(\w+)(?::-([^}\\]*))?\}?`)
	const enough = 1000 // replacements
	for range enough {
		at := lastDollar(text)
		if at < 0 && !strings.Contains(text, `\$`) {
			return text, true
		}
		if at < 0 {
			text = strings.ReplaceAll(text, `\$`, "$")
			continue
		}
		parts := reference.FindStringSubmatch(text[at:])
		if parts == nil {
			return strings.ReplaceAll(text, `\$`, "$"), true
		}
		text = strings.Replace(text, parts[0], cmp.Or(s.raw(parts[1]), parts[2]), 1)
	}
	return text, false
}

// lastDollar returns where the last $ is that has no \ before it; -1 if there is none.
func lastDollar(text string) int {
	for at := len(text) - 1; at >= 0; at-- {
		if text[at] == '$' && (at == 0 || text[at-1] != '\\') {
			return at
		}
	}
	return -1
}
