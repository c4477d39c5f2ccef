package handler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
	"elasticsearch-disconnect/handler/trigger"
)

const readme = "../README.md"

// The excerpt of a replay is what a replay prints, but for the time it takes.
func TestReadmeReplay(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the binary")
	}
	elapsed := regexp.MustCompile(`; [0-9.]+m?s\n$`)
	excerpt := regexp.MustCompile("(?s)\n\\$ make replay ARGS='(.+?)'\n(.+?)```").FindStringSubmatch(string(read(t, readme)))
	if excerpt == nil {
		t.Fatal("no excerpt of a replay")
	}
	command := exec.CommandContext(t.Context(), "go", append([]string{"run", "./events/replay"}, strings.Fields(excerpt[1])...)...)
	command.Dir = ".."
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := elapsed.ReplaceAllString(excerpt[2], ""), elapsed.ReplaceAllString(string(out), ""); got != want {
		t.Errorf("README.md:\n got %s\nwant %s", got, want)
	}
}

func TestReadmeNamesEventsThatExist(t *testing.T) {
	t.Parallel()
	events := found(t, readme, `(events/[-\w]+\.json)()`)
	if len(events) == 0 {
		t.Error("README.md names no event")
	}
	for file := range events {
		if !json.Valid(read(t, "../"+file)) {
			t.Errorf("%s is not JSON", file)
		}
	}
}

func TestReadmeTargets(t *testing.T) {
	t.Parallel()
	want := found(t, "../Makefile", `(?m)^([a-z]+):.* ## (.+)$`)
	if got := found(t, readme, `(?m)^  make ([a-z]+) +(.+)$`); !maps.Equal(got, want) {
		t.Errorf("the list of make help in README.md:\n got %q\nwant %q", got, want)
	}
	for target := range found(t, readme, `\bmake ([a-z]+)()`) {
		if want[target] == "" {
			t.Errorf("README.md: make %s is not in the Makefile", target)
		}
	}
}

// The variables are the function's, in its order, and their defaults those of .env.example.
func TestReadmeConfiguration(t *testing.T) {
	t.Parallel()
	defaults := found(t, "../.env.example", `(?m)^([A-Z_]+)=(.*)$`)
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
	for text := range found(t, readme, `(?s) --PolicyDocument '(.+?)'()`) {
		decode(t, []byte(text), &policy)
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
	if alone := found(t, readme, "name both instances, `(\\w+)`( )alone"); len(want) != 1 || alone[strings.TrimPrefix(want[0], "elasticsearch:")] == "" {
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
	decode(t, []byte(block(t, `{"source"`)), &got)
	if want := filter(t); !reflect.DeepEqual(got, want) {
		t.Errorf("README.md, the pattern of the rule:\n got %v\nwant %v", got, want)
	}
}

// The custom event shown passes the pattern shown for it, not the one of s.yaml, and is one that the function carries out.
func TestReadmeCustomEvent(t *testing.T) {
	t.Parallel()
	s := newFixture(t)
	text := block(t, `{"specversion"`)
	var event struct{ Source, Type string }
	decode(t, []byte(text), &event)
	if want := fmt.Sprintf("`{\"source\":[%q],\"type\":[%q]}`", event.Source, event.Type); !strings.Contains(string(read(t, readme)), want) {
		t.Errorf("README.md does not have the pattern %s", want)
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
	var events []string
	for event := range found(t, readme, `(\{"instanceId":"[^"]+","(?:connectedInstanceId":"[^"]+"|all":true)[^}]*\})()`) {
		event = strings.Replace(event, "…", "x", 1)
		events = append(events, strings.Replace(event, "…", "y", 1))
	}
	for path, query := range found(t, readme, `DELETE (/\S+)\?(\S+) HTTP`) {
		parameters := strings.NewReplacer("=", `":"`, "&", `","`).Replace(query)
		events = append(events, `{"rawPath":"`+path+`","queryParameters":{"`+parameters+`"},"requestContext":{"http":{"method":"DELETE"}}}`)
	}
	if len(events) < 4 {
		t.Errorf("README.md shows %d requests", len(events))
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
	for _, cells := range table(t, "event") {
		for _, name := range words(cells[3]) {
			var want struct{ Outcome, ErrorType string }
			decode(t, read(t, "../events/eventbridge-release-"+name+".want.json"), &want)
			if got := words(cells[2])[0]; got != want.Outcome+want.ErrorType {
				t.Errorf("README.md says that %s is %s, and it is %s%s", name, got, want.Outcome, want.ErrorType)
			}
		}
	}
}

// The kinds are all there are, in their order, each with the statuses that the function answers it with.
func TestReadmeKinds(t *testing.T) {
	t.Parallel()
	var got []string
	for _, cells := range table(t, "kind") {
		got = append(got, cells[0]+" "+cells[1])
	}
	var want []string
	for _, kind := range connection.Kinds() {
		want = append(want, fmt.Sprintf("`%s` %s", kind, strings.Join(statuses(t, kind), ", ")))
	}
	want = slices.Compact(want) // the two absences are told alike
	if !slices.Equal(got, want) {
		t.Errorf("README.md, kinds:\n got %q\nwant %q", got, want)
	}
}

// statuses are those of all replies over HTTP that tell a kind.
func statuses(t *testing.T, kind connection.Kind) (found []string) {
	t.Helper()
	replies := []string{failing(t, &connection.Error{Kind: kind, Status: 400}), failing(t, &connection.Error{Kind: kind, Status: 401})}
	switch kind {
	case connection.InvalidEvent:
		replies = refusals(t)
	case connection.PartialFailure:
		replies = []string{partly(t)}
	}
	for _, reply := range replies {
		var response struct{ StatusCode int }
		decode(t, []byte(reply), &response)
		found = append(found, strconv.Itoa(response.StatusCode))
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// failing returns the reply to a request over HTTP that comes to this end.
func failing(t *testing.T, failure error) string {
	t.Helper()
	s := newFixture(t)
	s.Invocation = func(context.Context) handler.Invocation {
		return handler.Invocation{Credentials: func() (acs3.Credentials, error) { return acs3.Credentials{}, failure }}
	}
	return s.handle(t, post)
}

// partly returns the reply to a request for all connections of an instance, of which one is removed and one is not.
func partly(t *testing.T) string {
	t.Helper()
	s := newFixture(t)
	const third = "es-cn-2r42d6w0e001h0003"
	s.api.SetStatus(third, "activating")
	s.api.Connect(instance, third)
	return s.handle(t, strings.Replace(post, `\"connectedInstanceId\":\"`+connected+`\"`, `\"all\":true`, 1))
}

// refusals are the replies to requests that are refused, one for each reason that has a status of its own.
func refusals(t *testing.T) (replies []string) {
	t.Helper()
	for old, wrong := range map[string]string{
		instance: connected,
		`"/"`:    `"/x"`,
		"POST":   "PUT",
		"v1":     strings.Repeat("v", 1<<20),
		"{":      `{"headers":{"Content-Type":"text/plain"},`,
	} {
		replies = append(replies, newFixture(t).handle(t, strings.Replace(post, old, wrong, 1)))
	}
	return replies
}

// The members told are all that a reply can have, in the order in which these replies show them.
func TestReadmeReplies(t *testing.T) {
	t.Parallel()
	removal := newFixture(t).handle(t, direct)
	dryRun := newFixture(t).handle(t, strings.Replace(direct, "{", `{"dryRun":true,`, 1))
	cleaned := body(t, partly(t))
	ignored := newFixture(t).handle(t, release("acs.elasticsearch", "elasticsearch:ActionTrail:ApiCall", "protective"))
	batch := newFixture(t).handle(t, "[]")
	var absent struct{ Body string }
	decode(t, read(t, "../events/http-absent.want.json"), &absent)
	_, refusal, _ := strings.Cut(newFixture(t).handle(t, "{}"), " ")
	s := newFixture(t)
	s.api.Fail(elasticsearchtest.Fault{Answer: elasticsearchtest.Refuse(403, "Forbidden.RAM", "no")})
	_, partial, _ := strings.Cut(s.handle(t, "["+direct+","+release("acs.elasticsearch", "none", "")+"]"), " ")

	var want []string
	for _, reply := range []string{removal, dryRun, cleaned, ignored, batch, absent.Body, refusal, partial} {
		want = append(want, keys(t, []byte(reply))...)
		var cleanup struct{ Results []json.RawMessage }
		decode(t, []byte(reply), &cleanup)
		for _, result := range cleanup.Results {
			want = append(want, keys(t, result)...)
		}
	}
	want = once(want)
	if got := firsts(table(t, "member of a success")); !slices.Equal(got, want) {
		t.Errorf("README.md, members of replies:\n got %q\nwant %q", got, want)
	}
}

// body is that of a reply over HTTP.
func body(t *testing.T, reply string) string {
	t.Helper()
	var response struct{ Body string }
	decode(t, []byte(reply), &response)
	return response.Body
}

// once leaves out what has come before.
func once(texts []string) (found []string) {
	for _, text := range texts {
		if !slices.Contains(found, text) {
			found = append(found, text)
		}
	}
	return found
}

// The line shown is what the function logs for the event, but for the time, and the fields are all that a line has.
func TestReadmeLog(t *testing.T) {
	t.Parallel()
	var got struct{ RequestID, Version string }
	shown := block(t, `{"time"`)
	decode(t, []byte(shown), &got)

	s := newFixture(t)
	s.Build.Version = got.Version
	ctx := fccontext.NewContext(t.Context(), &fccontext.FcContext{RequestID: got.RequestID, Credentials: role})
	if _, err := s.Handle(ctx, read(t, "../events/eventbridge.json")); err != nil {
		t.Fatal(err)
	}
	times := regexp.MustCompile(`"(time|durationMs)":[^,]+`)
	if want := s.log.String(); times.ReplaceAllString(shown, "") != times.ReplaceAllString(want, "") {
		t.Errorf("README.md, the log line:\n got %swant %s", shown, want)
	}

	fields := append(keys(t, s.log.Bytes()), "error", "reason") // in failures, and of what is ignored, alone
	if got := firsts(table(t, "field")); !slices.Equal(got, fields) {
		t.Errorf("README.md, the fields of the log:\n got %q\nwant %q", got, fields)
	}
}

// The figures compared are those of the table of speed, the function's and the peer's.
func TestReadmeComparison(t *testing.T) {
	t.Parallel()
	const figure = `([\d.]+)[^|]*`
	peer := found(t, readme, `(?m)^\| ([^|]+?) \|[^|]*\|[^|]*\| `+figure+`\|[^|]*\|[^|]*\|[^|]*\|$`)
	function := found(t, readme, `(?m)^\| ([^|]+?) \|[^|]*\|[^|]*\|[^|]*\| `+figure+`\|[^|]*\|[^|]*\|$`)
	compared := 0
	for _, cells := range table(t, "compared") {
		name, got := cells[0], cells[1:3]
		if function[name] == "" {
			continue
		}
		compared++
		if want := []string{function[name], peer[name]}; !slices.Equal(got, want) {
			t.Errorf("README.md, %s:\n got %q\nwant %q", name, got, want)
		}
	}
	if compared != 5 {
		t.Errorf("README.md compares %d figures of the table of speed, want 5", compared)
	}
}

// The outcomes told are all that the code has.
func TestReadmeOutcomes(t *testing.T) {
	t.Parallel()
	want := handler.Outcomes()
	got := firsts(table(t, "outcome"))
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("README.md, outcomes:\n got %q\nwant %q", got, want)
	}
}

// The queries ask for outcomes and kinds that there are, and for the fields that the index has: text or long, as the
// values are in the line shown.
func TestReadmeQueries(t *testing.T) {
	t.Parallel()
	var line map[string]any
	decode(t, []byte(block(t, `{"time"`)), &line)
	line["error"], line["reason"] = "", ""
	want := map[string]string{}
	for field := range found(t, readme, `\bmessage\.(\w+)()`) {
		switch line[field].(type) {
		case float64:
			want[field] = "long"
		case string, bool:
			want[field] = "text"
		default:
			t.Errorf("README.md: a query asks for %s, which no log line has", field)
		}
	}
	got := map[string]string{}
	for _, cells := range table(t, "index") {
		for _, field := range words(cells[1]) {
			got[field] = words(cells[0])[0]
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("README.md, the index:\n got %v\nwant %v", got, want)
	}
	for outcome := range found(t, readme, `\bmessage\.outcome: ([-\w]+)()`) {
		if !slices.Contains(handler.Outcomes(), outcome) {
			t.Errorf("README.md: a query asks for the outcome %s", outcome)
		}
	}
	for kind := range found(t, readme, `\bmessage\.kind: (\w+)()`) {
		if !slices.Contains(firsts(table(t, "kind")), kind) {
			t.Errorf("README.md: a query asks for the kind %s", kind)
		}
	}
}

// table returns the cells of the table in README.md whose first column has this title.
func table(t *testing.T, title string) (rows [][]string) {
	t.Helper()
	_, text, found := strings.Cut(string(read(t, readme)), "\n| "+title+" |")
	if !found {
		t.Fatalf("README.md has no table of each %s", title)
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

// block returns the JSON block of README.md that begins so.
func block(t *testing.T, begin string) string {
	t.Helper()
	_, text, found := strings.Cut(string(read(t, readme)), "```json\n"+begin)
	if !found {
		t.Fatalf("README.md has no JSON that begins with %s", begin)
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

// The codes told are all that the client knows, each once.
func TestReadmeCodes(t *testing.T) {
	t.Parallel()
	source := string(read(t, "elasticsearch/code.go"))
	_, source, _ = strings.Cut(source, "switch code {")
	source, _, _ = strings.Cut(source, "meaningOfStatus")
	var want []string
	for _, code := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(source, -1) {
		want = append(want, code[1])
	}
	var got []string
	for _, cells := range table(t, "code") {
		for _, code := range words(cells[0]) {
			got = append(got, strings.Trim(code, "`"))
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("README.md, codes:\n got %q\nwant %q", got, want)
	}
}
