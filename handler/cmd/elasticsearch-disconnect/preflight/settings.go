package preflight

import (
	"cmp"
	"errors"
	"io/fs"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// settings are the sources of the values in s.yaml, in order of rising priority.
type settings struct {
	defaults map[string]string // of each variable that s.yaml reads
	file     map[string]string // .env; nil without that file
	shell    func(string) (string, bool)
}

// readSettings reads s.yaml and, if it exists, .env.
func (s Setup) readSettings() (settings, error) {
	template, err := fs.ReadFile(s.Folder, "s.yaml")
	if err != nil {
		return settings{}, err
	}
	defaults, err := variables(template)
	if err != nil {
		return settings{}, err
	}
	text, err := fs.ReadFile(s.Folder, ".env")
	if errors.Is(err, fs.ErrNotExist) {
		return settings{defaults, nil, s.LookupEnv}, nil
	}
	return settings{defaults, dotenv(string(text)), s.LookupEnv}, err
}

// value returns the value that Serverless Devs puts into s.yaml: a variable of the
// shell, even an empty one, hides that of .env; an empty value becomes the default.
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

// dotenv reads the variables of .env as dotenv 16 does, with which Serverless Devs
// reads it, except that a quoted value ends on its line. If a name is repeated, its
// last value counts.
func dotenv(text string) map[string]string {
	assignment := regexp.MustCompile(`^\s*(?:export\s+)?([\w.-]+)(?:\s*=|:\s)(.*)`)
	found := map[string]string{}
	for line := range strings.Lines(text) {
		if match := assignment.FindStringSubmatch(line); match != nil {
			found[match[1]] = unquote(strings.TrimSpace(match[2]))
		}
	}
	return found
}

// unquote strips the quotes and the comment of a value. In double quotes, \n is a line
// break.
func unquote(value string) string {
	plain, _, _ := strings.Cut(value, "#")
	plain = strings.TrimSpace(plain)
	if value == "" || !strings.Contains("'\"`", value[:1]) {
		return plain
	}
	quote := value[:1]
	inside, rest, closed := strings.Cut(value[1:], quote)
	rest = strings.TrimSpace(rest)
	switch {
	case !closed, rest != "" && rest[0] != '#':
		return plain
	case quote == `"`:
		return strings.NewReplacer(`\n`, "\n", `\r`, "\r").Replace(inside)
	}
	return inside
}
