package fleettest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/goldentest"
)

// variable is what is another in each run.
// variable is what is another in each run, and what package view has golden files of.
var variable = map[*regexp.Regexp]string{
	regexp.MustCompile(`[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}`):             "UUID",
	regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?( ?[A-Z]{1,4}| [+-]\d{4})?`): "TIME",
	regexp.MustCompile(`\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC`):                       "TIME",
	regexp.MustCompile(`(?s)(<(style|script)>).*?(</)`):                                  "$1…$3",
	regexp.MustCompile(`sha256-[^']*?=`):                                                 "sha256-…",
}

func stable(text string) string {
	for pattern, word := range variable {
		text = pattern.ReplaceAllString(text, word)
	}
	return outcomes.ReplaceAllStringFunc(text, inOrder)
}

// outcomes are lines about connections, and those of a cause.
var outcomes = regexp.MustCompile(`(?m)(?:^(?:removed|failed) {3,}.*\n(?: {4}.*\n)*)+`)

// inOrder sorts outcomes: those of several regions are shown as they come. The first has the cause.
func inOrder(text string) string {
	var lines []string
	cause := ""
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, " ") {
			cause += line
		} else {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return lines[0] + cause + strings.Join(lines[1:], "")
}

// checkGolden holds a text to a file, but for what is another in each run.
func checkGolden(t *testing.T, name, got string) {
	t.Helper()
	goldentest.Check(t, name, stable(got))
}

func removeGoldens() {
	files, _ := filepath.Glob("testdata/*.golden") // of a pattern that is well formed
	for _, file := range files {
		os.Remove(file)
	}
}
