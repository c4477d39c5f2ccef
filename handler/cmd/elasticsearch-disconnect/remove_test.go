package main

import (
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
)

// A removal is what a person names, at a terminal.
type removal struct {
	args    string
	answer  string
	setUp   func(*fixture)
	exit    int
	removed [][2]string
}

func removals() map[string]removal {
	ab, ofB := [][2]string{{"es-a", "es-b"}}, [][2]string{{"es-a", "es-b"}, {"es-b", "es-gone"}}
	return map[string]removal{
		"two in use":              {"es-a es-b", "yes\n", named, handler.ExitDone, ab},
		"two in use, refused":     {"es-a es-b", "no\n", named, handler.ExitLeft, nil},
		"one that is gone":        {"es-gone es-a", "yes\n", named, handler.ExitDone, both[:1]},
		"one of Logstash":         {"es-a ls-pipeline --yes", "", named, handler.ExitDone, [][2]string{{"es-a", "ls-pipeline"}}},
		"two as a dry run":        {"es-a es-b --dry-run", "", named, handler.ExitLeft, nil},
		"two in JSON":             {"es-a es-b --yes -o json", "", named, handler.ExitDone, ab},
		"two not connected":       {"es-a es-alone --yes", "", named, handler.ExitFailed, nil},
		"one mistyped":            {"es-a es-bb --yes", "", named, handler.ExitFailed, nil},
		"two in another region":   {"es-a es-b --yes --region cn-beijing", "", named, handler.ExitFailed, nil},
		"one protected":           {"es-a es-b --yes", "", func(f *fixture) { named(f); f.env["PROTECTED_INSTANCES"] = "es-b" }, handler.ExitFailed, nil},
		"two that cannot be read": {"es-a es-b --yes", "", func(f *fixture) { named(f); unproven(f) }, handler.ExitFailed, nil},

		"all of one that exists":    {"es-b --all --yes", "", named, handler.ExitFailed, nil},
		"all of it by force":        {"es-b --all --force", "yes\n", named, handler.ExitDone, ofB},
		"all as a dry run":          {"es-b --all --dry-run", "", named, handler.ExitLeft, nil},
		"all of one that is gone":   {"es-gone --all", "yes\n", named, handler.ExitDone, both},
		"all of one without":        {"es-alone --all --force --yes", "", named, handler.ExitDone, nil},
		"all of one mistyped":       {"es-typo --all --yes", "", named, handler.ExitFailed, nil},
		"all, not all can be asked": {"es-gone --all --yes", "", func(f *fixture) { named(f); unread(f) }, handler.ExitFailed, both[:1]},
	}
}

// named has instances with names.
func named(f *fixture) {
	leftovers(f)
	f.api.SetName("es-a", "orders", "vpc-1")
	f.api.SetName("es-b", "日志检索", "vpc-1")
}

// TestRemove: what is named is removed after a look and a question, and nothing else.
func TestRemove(t *testing.T) {
	t.Parallel()
	for name, test := range removals() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			test.setUp(f)
			f.answers(strings.NewReader(test.answer))
			before := f.api.Connections()
			args := append([]string{"remove"}, strings.Fields(test.args)...)
			if !strings.Contains(test.args, "--region") {
				args = append(args, "--region", "cn-hangzhou")
			}
			exit := f.run(t, args...)
			f.exits(t, exit, test.exit)
			checkGolden(t, "remove-"+name, f.transcript(exit))
			f.leaves(t, before, test.removed)
		})
	}
}
