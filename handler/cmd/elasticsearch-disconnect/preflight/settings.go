package preflight

import (
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"
)

// settings are the sources of the values in s.yaml, in order of rising priority.
type settings struct {
	defaults map[string]string // of each variable that s.yaml reads
	file     envFile
	shell    func(string) (string, bool)
}

// Settings returns what gives the value of a variable as s.yaml gets it.
func (s Setup) Settings() (value func(name string) string, err error) {
	settings, err := s.readSettings()
	return settings.value, err
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
		return settings{defaults, envFile{}, s.LookupEnv}, nil
	}
	return settings{defaults, readEnv(string(text)), s.LookupEnv}, err
}

// names returns the variables that s.yaml reads, sorted.
func (s settings) names() []string { return slices.Sorted(maps.Keys(s.defaults)) }

// value returns the value that Serverless Devs puts into s.yaml: a variable of the
// shell, even an empty one, hides that of .env; an empty value becomes the default.
func (s settings) value(name string) string {
	text := s.raw(name)
	if _, isSet := s.file.values[name]; isSet {
		text, _ = s.expand(text)
	}
	return cmp.Or(text, s.defaults[name])
}

// valueOfFile is what value would return if the shell did not set the variable.
func (s settings) valueOfFile(name string) string {
	text, _ := s.expand(s.file.values[name])
	return cmp.Or(text, s.defaults[name])
}

// raw returns a variable as it is written: in the shell, or else in .env.
func (s settings) raw(name string) string {
	if text, isSet := s.shell(name); isSet {
		return text
	}
	return s.file.values[name]
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
