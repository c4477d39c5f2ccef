package handler_test

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
)

// variables returns the function's variables, in its order, and the settings that s.yaml alone reads, each with its
// default in s.yaml.
func variables(t *testing.T) (ofFunction, ofTemplate []fact) {
	t.Helper()
	defaults := found(t, "../s.yaml", fromEnvironment)
	for _, name := range handler.Variables() {
		ofFunction = append(ofFunction, fact{name, defaults[name]})
		delete(defaults, name)
	}
	for _, name := range slices.Sorted(maps.Keys(defaults)) {
		ofTemplate = append(ofTemplate, fact{name, defaults[name]})
	}
	return ofFunction, ofTemplate
}

// kindsOfFailure returns each kind with the statuses of all replies over HTTP that have it.
func kindsOfFailure(t *testing.T) (facts []fact) {
	t.Helper()
	replies := append(refusals(t), partly(t))
	for _, kind := range connection.Kinds() {
		for _, status := range []int{400, 401} {
			replies = append(replies, failing(t, &connection.Error{Kind: kind, Status: status}))
		}
	}
	statuses := map[string][]string{}
	for _, reply := range replies {
		var response struct {
			StatusCode int
			Body       string
		}
		decode(t, reply, &response)
		kind := connection.PartialFailure.String() // which has a result as its body
		if problem, ok := strings.CutPrefix(response.Body, `{"type":"urn:elasticsearch-disconnect:`); ok {
			kind, _, _ = strings.Cut(problem, `"`)
		}
		statuses[kind] = append(statuses[kind], strconv.Itoa(response.StatusCode))
	}
	for _, kind := range slices.Compact(kinds()) { // the two absences have one name
		slices.Sort(statuses[kind])
		facts = append(facts, fact{kind, strings.Join(slices.Compact(statuses[kind]), "`, `")})
	}
	return facts
}

// failing returns the reply to a request over HTTP that fails with this error.
func failing(t *testing.T, failure error) string {
	t.Helper()
	s := newFixture(t)
	s.Invocation = func(context.Context) handler.Invocation {
		return handler.Invocation{Credentials: func() (acs3.Credentials, error) { return acs3.Credentials{}, failure }}
	}
	return s.handle(t, post)
}

// partly returns the reply to a request over HTTP for all connections of an instance, of which one is removed and one is not.
func partly(t *testing.T) string {
	t.Helper()
	s := newFixture(t)
	const third = "es-cn-2r42d6w0e001h0003"
	s.api.SetStatus(third, "activating")
	s.api.Connect(instance, third)
	return s.handle(t, posts(t, all(instance)))
}

// refusals are the replies to refused requests, one for each status.
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

// membersOf returns the names of the members of JSON objects and of the objects in them, each once.
func membersOf(objects ...string) (names []string) {
	for _, member := range regexp.MustCompile(`"(\w+)":`).FindAllStringSubmatch(strings.Join(objects, ""), -1) {
		if !slices.Contains(names, member[1]) {
			names = append(names, member[1])
		}
	}
	return names
}

var nestedProblem = regexp.MustCompile(`"problem":\{[^{}]*\}`)

// replyMembers returns the members of successes, and those that a problem has besides.
func replyMembers(t *testing.T) (ofSuccess, ofProblem []string) {
	t.Helper()
	var part struct{ Body string }
	decode(t, partly(t), &part)
	ofSuccess = membersOf(
		newFixture(t).handle(t, direct),
		newFixture(t).handle(t, strings.Replace(direct, "{", `{"dryRun":true,`, 1)),
		nestedProblem.ReplaceAllString(part.Body, `"problem":{}`),
		newFixture(t).handle(t, `{"reconcile":true}`),
		newFixture(t).handle(t, release("acs.elasticsearch", "elasticsearch:ActionTrail:ApiCall", "protective")),
		newFixture(t).handle(t, "[]"),
	)
	denied := newFixture(t)
	deny("DeleteConnectedCluster")(denied)
	ofProblem = membersOf(
		denied.handle(t, direct),
		denied.handle(t, "{}"),
		denied.handle(t, batch(direct, release("acs.elasticsearch", "none", ""))),
	)
	return ofSuccess, slices.DeleteFunc(ofProblem, func(name string) bool { return slices.Contains(ofSuccess, name) })
}

// logLine is what the function logs of a recorded event, at a time and after a duration of the README's own.
func logLine(t *testing.T) string {
	t.Helper()
	s := newFixture(t)
	s.Build.Version = "(devel)"
	fc := &fccontext.FcContext{RequestID: "1-64f6cd87-33cffc81b3c0-79c7d97180f2", Region: "cn-hangzhou", AccountId: "1234567890984321", Credentials: role}
	if _, err := s.Handle(fccontext.NewContext(t.Context(), fc), read(t, "../events/eventbridge.json")); err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`"time":"[^"]+"`).ReplaceAllString(s.log.String(), `"time":"2026-11-23T06:48:34.710501128Z"`)
	return regexp.MustCompile(`"durationMs":\d+`).ReplaceAllString(line, `"durationMs":10`)
}

// A logged is a fixture that has logged a line of each kind.
func logged(t *testing.T) *fixture {
	t.Helper()
	s := newFixture(t)
	for _, event := range []string{direct, reconcileByTimer, "{}", release("acs.elasticsearch", "none", "")} {
		s.handle(t, event)
	}
	return s
}

// report is the output of the command for a region with one leftover.
func report(t *testing.T) string {
	t.Helper()
	_, text, _ := strings.Cut(string(read(t, "cmd/elasticsearch-disconnect/testdata/report-of-ten-rows.golden")), "--- standard output\n")
	text, _, _ = strings.Cut(text, "--- standard error")
	return text
}

// eventPattern is the filter of s.yaml, as it stands there.
func eventPattern(t *testing.T) string {
	t.Helper()
	return only(t, deployed(t, nil), "eventbridge").Config.Filter
}
