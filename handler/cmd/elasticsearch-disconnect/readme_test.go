package main

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/view"
)

// TestReadmeOfJSON: the README has each member of the JSON form, and no other.
func TestReadmeOfJSON(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n### JSON\n")
	section, _, _ = strings.Cut(section, "\n### ")
	var got []string
	for _, row := range regexp.MustCompile(`(?m)^\| (.*)$`).FindAllStringSubmatch(section, -1) {
		names, rest, _ := strings.Cut(row[1], "|")
		_, details, _ := strings.Cut(rest, "|")
		if strings.Contains(names, "unread") || strings.Contains(names, "malformed") {
			names += details
		}
		for _, name := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(names, -1) {
			got = append(got, name[1])
		}
	}
	want := append(members(reflect.TypeFor[view.Report]()), "accountId")
	want = slices.DeleteFunc(want, func(name string) bool { return name == "identity" || name == "scopes" })
	slices.Sort(got)
	slices.Sort(want)
	if got, want := slices.Compact(got), slices.Compact(want); !slices.Equal(got, want) {
		t.Errorf("members in the README:\n got %q\nwant %q", got, want)
	}
}

// members returns the names of the JSON members of a type, and of those in it.
func members(of reflect.Type) (names []string) {
	switch of.Kind() {
	case reflect.Slice:
		return members(of.Elem())
	case reflect.Struct:
		for i := range of.NumField() {
			name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			if name != "" {
				names = append(names, name)
			}
			names = append(names, members(of.Field(i).Type)...)
		}
	}
	return names
}

// TestHelpFits: the help of each command fits a terminal of 80 columns.
func TestHelpFits(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"", "report", "reconcile", "remove", "call", "event", "preflight", "logs", "version"} {
		f := newFixture(t)
		f.run(t, strings.Fields(command+" --help")...)
		for line := range strings.Lines(f.stdout.String()) {
			if len(line) > 81 && !strings.Contains(line, "elasticsearch-disconnect ") {
				t.Errorf("%s: a line of %d characters: %s", command, len(line)-1, line)
			}
		}
		if f.stdout.Len() == 0 {
			t.Errorf("%s: no help", command)
		}
	}
}
