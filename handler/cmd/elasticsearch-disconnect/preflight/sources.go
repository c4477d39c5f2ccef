package preflight

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"elasticsearch-disconnect/handler/elasticsearch"
)

// dotenv checks that .env says what its author means: Serverless Devs passes over what it
// does not know, and DRY_RUN decides whether anything is removed.
func dotenv(s settings) (found []finding) {
	if s.file.values == nil {
		return []finding{warn(".env", "does not exist, so variables that the shell does not set have their defaults, which remove nothing: cp .env.example .env")}
	}
	for _, line := range s.file.unread {
		found = append(found, fault(".env", "line %d is not read: write NAME=value, or a # before a comment", line))
	}
	for _, line := range s.file.longer {
		found = append(found, fault(".env", "line %d has the character U+2028 or U+2029, at which Serverless Devs begins a new line: take it out", line))
	}
	for _, name := range s.file.unclosed {
		found = append(found, fault(name, "has a quote in .env that is not closed on its line: close it, or leave the quotes out"))
	}
	for _, name := range slices.Sorted(maps.Keys(s.file.values)) {
		found = append(found, s.assignment(name)...)
	}
	if text, _ := s.expand(s.file.values["DRY_RUN"]); text == "" {
		found = append(found, fault("DRY_RUN", "is not set in .env: write DRY_RUN=true there, or DRY_RUN=false to remove connections"))
	}
	if found == nil {
		found = []finding{ok(".env", "sets only variables that s.yaml reads")}
	}
	return found
}

// assignment checks what .env says of a name.
func (s settings) assignment(name string) (found []finding) {
	if lines := s.file.lines[name]; len(lines) > 1 {
		text := strings.ReplaceAll(strings.Trim(fmt.Sprint(lines), "[]"), " ", " and ")
		found = append(found, fault(name, "is set in lines %s of .env, of which the last counts: delete all but one", text))
	}
	if _, isRead := s.defaults[name]; !isRead {
		found = append(found, fault(".env", "sets %s, which s.yaml does not read%s", name, didYouMean(name, s.names())))
	}
	if _, ends := s.expand(s.raw(name)); !ends {
		found = append(found, fault(name, "refers to itself in .env: write the value out"))
	}
	return found
}

func didYouMean(name string, names []string) string {
	if near := elasticsearch.Nearest(name, names); near != "" {
		return " (did you mean " + near + "?)"
	}
	return ": take the names from .env.example"
}

// control finds values with a control character. s.yaml puts some of them into JSON as they are.
func control(s settings) (found []finding) {
	for _, name := range s.names() {
		if text := s.value(name); strings.ContainsFunc(text, unicode.IsControl) {
			found = append(found, fault(name, "is %q, with a tab, a line end or another control character: take it out", text))
		}
	}
	return found
}

// hidden finds values of .env that the shell hides. One that is not empty may be meant, as
// in FUNCTION_REGION=cn-beijing make deploy. An empty DRY_RUN never is, even where the
// default is what .env says: the default of another version may be another. Nor is one that
// removes where .env says that nothing is removed.
func hidden(s settings) (found []finding) {
	for _, name := range s.names() {
		text, isSet := s.shell(name)
		_, isInFile := s.file.values[name]
		switch value, ofFile := s.value(name), s.valueOfFile(name); {
		case !isSet, !isInFile, value == ofFile && (text != "" || name != "DRY_RUN"):
		case text == "":
			found = append(found, fault(name, "is empty in the shell, which hides %q of .env, so the default %q would be deployed: unset %s", ofFile, value, name))
		case name == "DRY_RUN" && ofFile == "true":
			found = append(found, fault(name, "is %q in the shell, which counts, and %q in .env: unset DRY_RUN", value, ofFile))
		default:
			found = append(found, warn(name, "is %q in the shell, which counts, and %q in .env", value, ofFile))
		}
	}
	return found
}
