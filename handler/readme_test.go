package handler_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/trigger"
)

// The files for readers: what the function takes and answers is in the one of this folder.
const (
	readme       = "README.md"
	frontReadme  = "../README.md"
	eventsReadme = "../events/README.md"
	replayReadme = "../events/replay/README.md"
)

// readmes are all of them.
func readmes() []string { return []string{frontReadme, readme, eventsReadme, replayReadme} }

func TestReadmeNamesEventsThatExist(t *testing.T) {
	t.Parallel()
	for _, name := range readmes() {
		events := found(t, name, `(events/[-\w]+\.json)()`)
		if len(events) == 0 && name != eventsReadme { // which names them without their folder
			t.Errorf("%s names no event", name)
		}
		for file := range events {
			if !json.Valid(read(t, "../"+file)) {
				t.Errorf("%s: %s is not JSON", name, file)
			}
		}
	}
}

func TestReadmeTargets(t *testing.T) {
	t.Parallel()
	want := found(t, "../Makefile", `(?m)^([a-z]+):.* ## (.+)$`)
	for _, name := range readmes() {
		for target := range found(t, name, `\bmake ([a-z]+)()`) {
			if want[target] == "" {
				t.Errorf("%s: make %s is not in the Makefile", name, target)
			}
		}
	}
}

// The variables are the function's, in its order, and their defaults those of s.yaml.
func TestReadmeConfiguration(t *testing.T) {
	t.Parallel()
	defaults := found(t, "../s.yaml", fromEnvironment)
	var want [][]string
	for _, name := range handler.Variables() {
		want = append(want, []string{name, defaults[name]})
	}
	var got [][]string
	for _, cells := range table(t, "variable") {
		got = append(got, []string{strings.Join(words(cells[0]), " "), strings.Join(words(cells[2]), " ")})
	}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("README.md, configuration:\n got %q\nwant %q", got, want)
	}
}

// The policy allows what the function asks of the API to clean up after a release whose event leaves most to be found
// out, and no more; for a pair it needs the one action that the text says.
func TestReadmePolicy(t *testing.T) {
	t.Parallel()
	var policy struct {
		Statement []struct {
			Action   []string
			Resource string
		}
	}
	for text := range found(t, frontReadme, `(?s) --PolicyDocument '(.+?\})'()\n`) {
		shell := strings.NewReplacer(`'$REGION'`, "cn-hangzhou", `'$ACCOUNT'`, "1234567890984321")
		decode(t, []byte(shell.Replace(text)), &policy)
	}
	var got []string
	for _, statement := range policy.Statement {
		got = append(got, statement.Action...)
		if !strings.HasSuffix(statement.Resource, ":instances/*") {
			t.Errorf("README.md, the resource %s: ListInstance asks for instances/*", statement.Resource)
		}
	}
	s := newFixture(t)
	s.api.RemoveInstance(connected)
	want := s.actions(t, release("acs.elasticsearch", "elasticsearch:ActionTrail:ApiCall", ""))
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("README.md, the actions of the policy:\n got %q\nwant %q", got, want)
	}
	want = newFixture(t).actions(t, direct)
	if alone := found(t, frontReadme, "name\\s+both\\s+instances,\\s+`(\\w+)`(\\s+)alone"); len(want) != 1 || alone[strings.TrimPrefix(want[0], "elasticsearch:")] == "" {
		t.Errorf("README.md, the action for a pair:\n got %q\nwant %q", alone, want)
	}
}

// actions are what the function asks of the API for an event, in the words of RAM, sorted.
func (s *fixture) actions(t *testing.T, event string) (asked []string) {
	t.Helper()
	s.handle(t, event)
	if s.api.Connected(instance, connected) {
		t.Errorf("the event removes nothing: %s", &s.log)
	}
	for _, request := range s.api.Requests() {
		asked = append(asked, "elasticsearch:"+request.Action)
	}
	slices.Sort(asked)
	return slices.Compact(asked)
}

func TestReadmeFilter(t *testing.T) {
	t.Parallel()
	var got pattern
	decode(t, []byte(blockOf(t, eventsReadme, `{"source"`)), &got)
	if want := filter(t); !reflect.DeepEqual(got, want) {
		t.Errorf("events/README.md, the pattern of the rule:\n got %v\nwant %v", got, want)
	}
}

// The custom event shown passes the pattern shown for it, not the one of s.yaml, and is one that the function carries out.
func TestReadmeCustomEvent(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	text := blockOf(t, eventsReadme, `{"specversion"`)
	var event struct{ Source, Type string }
	decode(t, []byte(text), &event)
	if want := fmt.Sprintf("`{\"source\":[%q],\"type\":[%q]}`", event.Source, event.Type); !strings.Contains(string(read(t, eventsReadme)), want) {
		t.Errorf("events/README.md does not have the pattern %s", want)
	}
	if slices.Contains(filter(t)["source"], event.Source) {
		t.Errorf("the rule of s.yaml is for %s", event.Source)
	}
	s.handle(t, text)
	if s.api.Connected(instance, connected) {
		t.Errorf("the event removes nothing: %s", &s.log)
	}
}

// The requests shown are understood: those over HTTP, and the direct events to which the reader gives his ids.
func TestReadmeRequests(t *testing.T) {
	t.Parallel()
	const shown = `(\{"(?:reconcile":true|instanceId":"[^"]+","(?:connectedInstanceId":"[^"]+"|all":true))[^}]*\})()`
	var events []string
	for _, name := range readmes() {
		for event := range found(t, name, shown) {
			event = strings.Replace(event, "…", "x", 1)
			events = append(events, strings.Replace(event, "…", "y", 1))
		}
		for path, query := range found(t, name, `DELETE (/\S+)\?(\S+) HTTP`) {
			parameters := strings.NewReplacer("=", `":"`, "&", `","`).Replace(query)
			events = append(events, `{"rawPath":"`+path+`","queryParameters":{"`+parameters+`"},"requestContext":{"http":{"method":"DELETE"}}}`)
		}
	}
	if len(events) < 7 {
		t.Errorf("the READMEs show %d requests: %q", len(events), events)
	}
	for _, event := range events {
		if _, err := trigger.Parse([]byte(event)); err != nil {
			t.Errorf("%s: %v", event, err)
		}
	}
}

// The table of events says of each recorded one what it comes to; the replay holds the wants to that.
func TestReadmeReleases(t *testing.T) {
	t.Parallel()
	for _, cells := range tableOf(t, eventsReadme, "type of event") {
		for _, name := range words(cells[3]) {
			var want struct{ Outcome, ErrorType string }
			decode(t, read(t, "../events/eventbridge-release-"+name+".want.json"), &want)
			if got := words(cells[2])[0]; got != want.Outcome+want.ErrorType {
				t.Errorf("events/README.md says that %s is %s, and it is %s%s", name, got, want.Outcome, want.ErrorType)
			}
		}
	}
}

// table is one of this folder's README.md.
func table(t *testing.T, title string) (rows [][]string) {
	t.Helper()
	return tableOf(t, readme, title)
}

// tableOf returns the cells of the table in a file whose first column has this title.
func tableOf(t *testing.T, file, title string) (rows [][]string) {
	t.Helper()
	_, text, found := strings.Cut(string(read(t, file)), "\n| "+title+" |")
	if !found {
		t.Fatalf("%s has no table of each %s", file, title)
	}
	text, _, _ = strings.Cut(text, "\n\n")
	for _, line := range strings.Split(text, "\n")[2:] {
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	return rows
}

// block is one of this folder's README.md.
func block(t *testing.T, begin string) string {
	t.Helper()
	return blockOf(t, readme, begin)
}

// blockOf returns the JSON block of a file that begins so.
func blockOf(t *testing.T, file, begin string) string {
	t.Helper()
	_, text, found := strings.Cut(string(read(t, file)), "```json\n"+begin)
	if !found {
		t.Fatalf("%s has no JSON that begins with %s", file, begin)
	}
	text, _, _ = strings.Cut(text, "```")
	return begin + text
}

// firsts are the names in the first cells of all rows.
func firsts(rows [][]string) (found []string) {
	for _, cells := range rows {
		found = append(found, words(cells[0])...)
	}
	return found
}

// words are those that a cell has as code.
func words(cell string) (found []string) {
	for _, match := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cell, -1) {
		found = append(found, match[1])
	}
	return found
}

// keys are the names of the members of a JSON object, in order.
func keys(t *testing.T, object []byte) (found []string) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(object))
	if _, err := decoder.Token(); err != nil {
		t.Fatal(err)
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err == nil {
			err = decoder.Decode(new(json.RawMessage))
		}
		if err != nil {
			t.Fatalf("%v in %s", err, object)
		}
		found = append(found, fmt.Sprint(name))
	}
	return found
}
