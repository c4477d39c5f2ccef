package preflight

import (
	"cmp"
	"errors"
	"io/fs"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// settings are where s.yaml takes its values from.
type settings struct {
	defaults map[string]string           // of each variable that s.yaml reads
	file     map[string]string           // .env; nil if there is none
	shell    func(string) (string, bool) // which comes first
}

// readSettings reads s.yaml and, if there is one, .env.
func readSettings(m machine) (settings, error) {
	template, err := m.readFile("s.yaml")
	if err != nil {
		return settings{}, err
	}
	defaults, err := variables(template)
	if err != nil {
		return settings{}, err
	}
	text, err := m.readFile(".env")
	if errors.Is(err, fs.ErrNotExist) {
		return settings{defaults, nil, m.getenv}, nil
	}
	return settings{defaults, dotenv(string(text)), m.getenv}, err
}

// value is what s.yaml gets: a variable of the shell hides the one in .env, also when
// it is empty; and what is empty is replaced by the default.
func (s settings) value(name string) string {
	text, isSet := s.shell(name)
	if !isSet {
		text = s.file[name]
	}
	return cmp.Or(text, s.defaults[name])
}

// variables returns the default of each ${env('NAME', 'default')} in s.yaml.
func variables(template []byte) (map[string]string, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(template, &document); err != nil {
		return nil, err
	}
	found := map[string]string{}
	call := regexp.MustCompile(`\benv\('(\w+)', '(.*?)'\)`)
	var walk func(*yaml.Node)
	walk = func(n *yaml.Node) {
		for _, match := range call.FindAllStringSubmatch(n.Value, -1) {
			found[match[1]] = match[2]
		}
		for _, child := range n.Content {
			walk(child)
		}
	}
	walk(&document)
	return found, nil
}

// assignment is a line of .env in the syntax of dotenv 16, which Serverless Devs
// reads it with: the name, and the value as it stands there, quotes included.
const assignment = `(?m)^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)` +
	"(\\s*'(?:\\\\'|[^'])*'|\\s*\"(?:\\\\\"|[^\"])*\"|\\s*`(?:\\\\`|[^`])*`|[^#\\r\\n]+)?" +
	`\s*(?:#.*)?$`

// dotenv reads the variables of .env. Of two with the same name the later counts.
func dotenv(text string) map[string]string {
	found := map[string]string{}
	for _, match := range regexp.MustCompile(assignment).FindAllStringSubmatch(text, -1) {
		found[match[1]] = unquote(strings.TrimSpace(match[2]))
	}
	return found
}

// unquote takes the quotes off a value. Between double ones, \n is a line break.
func unquote(value string) string {
	if len(value) < 2 || value[0] != value[len(value)-1] || !strings.ContainsRune("'\"`", rune(value[0])) {
		return value
	}
	inside := value[1 : len(value)-1]
	if value[0] == '"' {
		return strings.NewReplacer(`\n`, "\n", `\r`, "\r").Replace(inside)
	}
	return inside
}
