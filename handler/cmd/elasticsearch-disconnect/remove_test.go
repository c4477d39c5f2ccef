package main

import (
	"context"
	"io"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/goldentest"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
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
		"two in use":              {"es-a es-b", "yes\n", withNames, handler.ExitDone, ab},
		"two in use, refused":     {"es-a es-b", "no\n", func(f *fixture) { withNames(f); f.api.SetStatus("es-b", "activating") }, handler.ExitLeft, nil},
		"one that is gone":        {"es-gone es-a", "yes\n", withNames, handler.ExitDone, both[:1]},
		"one of Logstash":         {"es-a ls-pipeline --yes", "", withNames, handler.ExitDone, [][2]string{{"es-a", "ls-pipeline"}}},
		"two as a dry run":        {"es-a es-b --dry-run", "", withNames, handler.ExitLeft, nil},
		"two in JSON":             {"es-a es-b --yes -o json", "", withNames, handler.ExitDone, ab},
		"two not connected":       {"es-a es-alone --yes", "", withNames, handler.ExitDone, nil},
		"two not connected, JSON": {"es-a es-alone --yes -o json", "", withNames, handler.ExitDone, nil},
		"one mistyped":            {"es-a es-bb --yes", "", withNames, handler.ExitFailed, nil},
		"two in another region":   {"es-a es-b --yes --region cn-beijing", "", withNames, handler.ExitFailed, nil},
		"two by their names":      {"orders logs --yes", "", withNames, handler.ExitFailed, nil},
		"two in capitals":         {"ES-A ES-ALONE --yes", "", withNames, handler.ExitFailed, nil},
		"one that is frozen":      {"es-a es-frozen", "yes\n", withNames, handler.ExitDone, [][2]string{{"es-a", "es-frozen"}}},
		"one protected":           {"es-a es-b --yes", "", protected("es-b"), handler.ExitFailed, nil},
		"one in capitals":         {"ES-A es-b", "yes\n", withNames, handler.ExitDone, ab},
		"one that the other has":  {"es-a es-b --yes", "", oneSided, handler.ExitDone, ab},
		"two that cannot be read": {"es-a es-b --yes", "", func(f *fixture) { withNames(f); unproven(f) }, handler.ExitFailed, nil},
		"two of unknown lists":    {"es-a es-b --yes", "", func(f *fixture) { withNames(f); denied(f) }, handler.ExitFailed, nil},
		"two outside of REGIONS":  {"es-a es-b --yes", "", func(f *fixture) { withNames(f); f.env["REGIONS"] = "cn-beijing" }, handler.ExitFailed, nil},

		"all of one that exists":              {"es-b --all --yes", "", withNames, handler.ExitFailed, nil},
		"all of it by force":                  {"es-b --all --force", "yes\n", withNames, handler.ExitDone, ofB},
		"all as a dry run":                    {"es-b --all --dry-run", "", withNames, handler.ExitFailed, nil},
		"all as a dry run of force":           {"es-b --all --force --dry-run", "", withNames, handler.ExitLeft, nil},
		"all of one in capitals":              {"ES-B --all --yes", "", withNames, handler.ExitFailed, nil},
		"all of one that is frozen":           {"es-frozen --all --yes", "", withNames, handler.ExitFailed, nil},
		"all of it frozen, dry":               {"es-frozen --all --force --dry-run", "", withNames, handler.ExitLeft, nil},
		"all of one invalid, dry":             {"es-invalid --all --force --dry-run", "", withNames, handler.ExitLeft, nil},
		"all of one that is gone":             {"es-gone --all", "yes\n", withNames, handler.ExitDone, both},
		"all of one without":                  {"es-alone --all --force --yes", "", withNames, handler.ExitDone, nil},
		"all of one mistyped":                 {"es-typo --all --yes", "", withNames, handler.ExitFailed, nil},
		"all, one protected":                  {"es-gone --all", "yes\n", protected("es-a"), handler.ExitFailed, both[1:]},
		"all, all protected, dry":             {"es-b --all --force --dry-run", "", protected("es-b"), handler.ExitFailed, nil},
		"all, one that both list":             {"es-alone --all --force --yes", "", listedTwice, handler.ExitFailed, [][2]string{{"es-a", "es-alone"}}},
		"all, a protected one that both list": {"es-alone --all --force", "yes\n", func(f *fixture) { listedTwice(f); f.env["PROTECTED_INSTANCES"] = "es-a" }, handler.ExitFailed, nil},
		"all, one that is no id":              {"es-alone --all --force --yes", "", malformed, handler.ExitFailed, nil},
		"all, one is not described": {"es-gone --all --yes", "", func(f *fixture) {
			withNames(f)
			f.api.OnRequest = elasticsearchtest.Each(at("DescribeInstance es-b", refuse(403, "Forbidden.RAM", "You are not authorized.")), f.api.OnRequest)
		}, handler.ExitFailed, nil},
		"all, none can be asked": {"es-alone --all --force --yes", "", func(f *fixture) {
			malformed(f)
			f.api.OnRequest = elasticsearchtest.Each(f.api.OnRequest, at("ListConnectedClusters es-b", refuse(403, "Forbidden.RAM", "You are not authorized.")))
		}, handler.ExitFailed, nil},
		"all, not all can be asked": {"es-gone --all --yes", "", func(f *fixture) { withNames(f); unread(f) }, handler.ExitFailed, both[:1]},
	}
}

// withNames has instances with names.
func withNames(f *fixture) {
	leftovers(f)
	f.api.SetName("es-a", "orders", "vpc-1")
	f.api.SetName("es-b", "日志检索", "vpc-1")
}

func protected(id string) func(*fixture) {
	return func(f *fixture) {
		withNames(f)
		f.env["PROTECTED_INSTANCES"] = id
	}
}

// oneSided is a connection of which es-a knows nothing.
func oneSided(f *fixture) {
	withNames(f)
	f.api.OnRequest = elasticsearchtest.Each(
		at("ListConnectedClusters es-a", answering(`{"Result":[],"RequestId":"r"}`)),
		at("DeleteConnectedCluster es-a", refuse(400, "RepetitionOperationError", "The instances are not connected.")),
	)
}

// listedTwice is a connection that is found from both sides: an entry that is no id has all
// instances asked.
func listedTwice(f *fixture) {
	withNames(f)
	f.api.Connect("es-a", "es-alone")
	f.api.OnRequest = at("ListConnectedClusters es-alone", answering(`{"Result":[{"instances":"es/x"},{"instances":"es-a"}],"RequestId":"r"}`))
}

// malformed has an entry in a list that is not an id.
func malformed(f *fixture) {
	withNames(f)
	f.api.OnRequest = at("ListConnectedClusters es-alone", answering(`{"Result":[{"instances":"es/x"}],"RequestId":"r"}`))
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
			goldentest.Check(t, "remove-"+name, f.transcript(exit))
			f.leaves(t, before, test.removed)
		})
	}
}

// TestRemoveMeanwhile: what somebody else removes while a person looks at the question is absent.
func TestRemoveMeanwhile(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	fine(f)
	other := f.Command
	other.Args, other.Stdout, other.Stderr = []string{"remove", "es-b", "es-a", "--yes", "--region", "cn-hangzhou"}, io.Discard, io.Discard
	f.answers(&typing{func() { other.Run(context.Background()) }, strings.NewReader("yes\n")})
	f.exits(t, f.run(t, "remove", "es-a", "es-b", "--region", "cn-hangzhou"), handler.ExitDone)
	if got := f.stdout.String(); got != "absent    es-a  es-b  cn-hangzhou\n" || !strings.HasSuffix(f.stderr.String(), "0 removed, 1 absent.\n") {
		t.Errorf("%s%s", got, &f.stderr)
	}
}
