package handler_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// Who released an instance, as the type of the event says.
const (
	byAPI     = "ApiCall"
	byConsole = "ConsoleOperation"
	byService = "AliyunServiceEvent"
)

// releasedToken is a UUID of version 5, computed elsewhere, for the pair of the
// stage in the event e1 of acs.elasticsearch.
const releasedToken = "e9a5a461-242e-5b54-a078-f261a73e98c9"

// releaseOf is the event that tells of a release.
func releaseOf(id, by, deleteType string) string {
	return `{"specversion":"1.0","id":"e1","source":"acs.elasticsearch","type":"elasticsearch:ActionTrail:` + by + `","data":{"eventName":"DeleteInstance","requestParameters":{"InstanceId":"` + id + `"` + deleteType + `}}}`
}

// released is the event that tells that the instance is gone for good.
func released(id string) string { return releaseOf(id, byAPI, `,"deleteType":"immediate"`) }

// all is a request for every connection of an instance.
func all(id string) string { return `{"instanceId":"` + id + `","all":true}` }

// pair is a direct event for one connection.
func pair(a, b string) string {
	return `{"instanceId":"` + a + `","connectedInstanceId":"` + b + `"}`
}

func batch(events ...string) string { return "[" + strings.Join(events, ",") + "]" }

// posting is a direct event as the body of POST /.
func posting(t *testing.T, direct string) string {
	return `{"version":"v1","rawPath":"/","body":` + quote(t, direct) + `,"requestContext":{"http":{"method":"POST"}}}`
}

// response is the status and the body of a reply over HTTP.
func response(t *testing.T, reply string) string {
	t.Helper()
	var r struct {
		StatusCode int
		Body       string
	}
	if err := json.Unmarshal([]byte(reply), &r); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d %s", r.StatusCode, r.Body)
}

// checkCalls holds the requests to those wanted, in order.
func checkCalls(t *testing.T, api *elasticsearchtest.Server, want ...string) {
	t.Helper()
	var got []string
	for _, r := range api.Requests() {
		got = append(got, r.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("calls:\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

// result is the report of a pair that the API's answer of the given number removed.
func result(number int, survivor, gone, token string) string {
	return fmt.Sprintf(`{"Result":true,"RequestId":"E5C0FFEE-0000-4000-8000-%012X","instanceId":"%s","connectedInstanceId":"%s","clientToken":"%s","outcome":"removed"}`, number, survivor, gone, token)
}

// cleaned is the report of a cleanup.
func cleaned(id string, scanned int, results ...string) string {
	return fmt.Sprintf(`{"instanceId":"%s","outcome":"cleaned","scanned":%d,"results":[%s]}`, id, scanned, strings.Join(results, ","))
}

// A policyTest is what an event of a release makes the function do.
type policyTest struct {
	by         []string
	deleteType string           // as it stands in the parameters; "": left out
	policies   []string         // RELEASE_POLICY
	status     string           // of the instance; "": it is gone
	describe   http.HandlerFunc // what DescribeInstance says in place of it

	asks bool   // DescribeInstance is called first
	want string // the reply, where nothing is cleaned
}

func policyTests() map[string]policyTest {
	const problem = `{"type":"urn:elasticsearch-disconnect:%s","title":"%s","status":%d,"detail":"%s"%s,"requestId":"fc-1"%s}`
	const first = `,"apiRequestId":"E5C0FFEE-0000-4000-8000-000000000001"`
	ignored := func(reason string) string {
		return `{"outcome":"ignored","reason":"` + connected + " is " + reason + `"}`
	}
	undecided := func(kind, title string, status int, is string) string {
		return kind + " " + fmt.Sprintf(problem, kind, title, status, connected+" is "+is+": whether it was released cannot be told", "", "")
	}
	still := func(status string) string {
		return ignored("still " + status + ", and the event has no deleteType that says it is gone for good (RELEASE_POLICY=eager would not wait)")
	}
	const busy, undone = "The instance is busy with another change", "The Elasticsearch API did not do it"
	callers, everyone := []string{byAPI, byConsole}, []string{byAPI, byConsole, byService}
	final, eager, either := []string{"final"}, []string{"eager"}, []string{"final", "eager"}
	const immediate, protective = `,"deleteType":"immediate"`, `,"DeleteType":"Protective"`
	return map[string]policyTest{
		"immediate, the instance is gone":                  {by: everyone, deleteType: immediate, policies: either},
		"immediate, the instance is still there":           {by: everyone, deleteType: immediate, policies: either, status: "active"},
		"protective, eager":                                {by: everyone, deleteType: protective, policies: eager, status: "inactive"},
		"protective is not gone yet":                       {by: everyone, deleteType: protective, policies: final, status: "inactive", want: ignored("frozen for 24 hours and can be recovered until then (deleteType protective; RELEASE_POLICY=eager would not wait)")},
		"the service does not say, and means for good":     {by: []string{byService}, policies: either},
		"not said, eager":                                  {by: callers, policies: eager, status: "inactive"},
		"not said, and the instance is gone":               {by: callers, policies: final, asks: true},
		"not said, and the instance is active":             {by: callers, policies: final, asks: true, status: "active", want: still("active")},
		"not said, and the instance is inactive":           {by: callers, policies: final, asks: true, status: "inactive", want: still("inactive")},
		"not said, and the instance is activating":         {by: callers, policies: final, asks: true, status: "activating", want: undecided("Conflict", busy, 409, "activating")},
		"not said, and the instance is invalid":            {by: callers, policies: final, asks: true, status: "invalid", want: undecided("Upstream", undone, 502, "invalid")},
		"not said, and the instance is in no known status": {by: callers, policies: final, asks: true, status: "Inactive", want: undecided("Upstream", undone, 502, "Inactive")},
		"not said, and may not be asked": {by: callers, policies: final, asks: true, describe: elasticsearchtest.Refuse(403, "Forbidden.RAM", "no"),
			want: "Denied " + fmt.Sprintf(problem, "Denied", "Credentials or permissions do not allow it", 403, "the API answered HTTP 403: Forbidden.RAM: no; allow elasticsearch:DescribeInstance on the instance to the function's role", `,"code":"Forbidden.RAM"`, first)},
		"not said, and the answer has no status": {by: callers, policies: final, asks: true, describe: elasticsearchtest.Body(200, "application/json", `{"Result":{}}`),
			want: "Upstream " + fmt.Sprintf(problem, "Upstream", undone, 502, "the API answered HTTP 200: Result has no status", "", first)},
	}
}

// TestReleasePolicy: the outcome and the calls, in every shape of the list.
func TestReleasePolicy(t *testing.T) {
	t.Parallel()
	shapes := []elasticsearchtest.ListShape{elasticsearchtest.ShapeNested, elasticsearchtest.ShapeInstanceID, elasticsearchtest.ShapeInstances}
	for name, test := range policyTests() {
		for _, by := range test.by {
			for _, policy := range test.policies {
				for _, shape := range shapes {
					t.Run(fmt.Sprintf("%s, by %s, %s, shape %d", name, by, policy, shape), func(t *testing.T) {
						t.Parallel()
						s := newStage(t)
						s.Config.Eager, s.api.ListShape = policy == "eager", shape
						test.run(t, s, releaseOf(connected, by, test.deleteType))
					})
				}
			}
		}
	}
}

func (test policyTest) run(t *testing.T, s *stage, event string) {
	s.api.RemoveInstance(connected)
	if test.status != "" {
		s.api.SetStatus(connected, test.status)
	}
	s.api.Fail(elasticsearchtest.Fault{Answer: test.describe})
	got := s.handle(t, event)

	var want []string
	if test.asks {
		want = append(want, "DescribeInstance "+connected)
	}
	if test.want == "" {
		want = append(want, "ListConnectedClusters "+connected)
		if test.status == "" {
			want = append(want, "ListInstance 1", "ListConnectedClusters "+instance)
		}
		want = append(want, "DeleteConnectedCluster "+instance+" "+connected)
	}
	checkCalls(t, s.api, want...)
	if wanted := cmp.Or(test.want, cleaned(connected, 1, result(len(want), instance, connected, releasedToken))); got != wanted {
		t.Errorf("reply:\n got %s\nwant %s", got, wanted)
	}
	if left := len(s.api.Connections()); left != map[bool]int{true: 0, false: 1}[test.want == ""] {
		t.Errorf("%d connections are left", left)
	}
}

// TestStillListed: an instance that can still be listed costs one call and one
// for each pair, whatever order its peers come in, and though it lists one
// twice and itself.
func TestStillListed(t *testing.T) {
	t.Parallel()
	s := newBatch(t, []string{"es-a", "es-b", "es-c"}, []string{gone})
	s.api.Fail(fault{Answer: elasticsearchtest.Body(200, "application/json",
		`{"Result":[{"instances":"es-c"},{"instances":"`+gone+`"},{"instances":"es-a"},{"instances":"es-c"},{"instances":"es-b"}]}`)})
	got := s.handle(t, released(gone))
	checkCalls(t, s.api, "ListConnectedClusters "+gone, "DeleteConnectedCluster es-c "+gone,
		"DeleteConnectedCluster es-a "+gone, "DeleteConnectedCluster es-b "+gone)
	if want := cleaned(gone, 1, results(s.api)...); got != want {
		t.Errorf("reply:\n got %s\nwant %s", got, want)
	}
}

// TestRedeliveryOfRelease: a second delivery finds nothing to do; one that finds
// the same connections again sends the same tokens, so that it changes nothing.
func TestRedeliveryOfRelease(t *testing.T) {
	t.Parallel()
	s := newSweep(t, 3, 0, 2)
	s.handle(t, released(gone))
	if got, want := s.handle(t, released(gone)), cleaned(gone, 3); got != want {
		t.Errorf("second reply:\n got %s\nwant %s", got, want)
	}
	s.api.Connect(survivor(0), gone)
	s.api.Connect(survivor(2), gone)
	s.handle(t, released(gone))
	if n := len(s.api.Connections()); n != 2 {
		t.Errorf("%d connections made since are left, want 2", n)
	}
	sent := tokens(s.api)
	if len(sent) != 4 || sent[0] == sent[1] || !slices.Equal(sent[:2], sent[2:]) {
		t.Errorf("tokens: %q", sent)
	}
}

func tokens(api *elasticsearchtest.Server) []string {
	var sent []string
	for _, r := range api.Requests() {
		if r.ClientToken != "" {
			sent = append(sent, r.ClientToken)
		}
	}
	return sent
}

// TestTokensOfCleanup: the caller's token is for several requests, so each has
// its own, which is derived from it. UUIDs of version 5, computed elsewhere.
func TestTokensOfCleanup(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("t", 64)
	for name, test := range map[string]struct{ event, want string }{
		"the caller's token":       {strings.Replace(all(connected), "{", `{"clientToken":"t1",`, 1), "264dad29-12ea-5f0e-9c4a-ac144e3d3eea"},
		"the longest token":        {strings.Replace(all(connected), "{", `{"clientToken":"`+long+`",`, 1), "84d07c43-ca66-5bab-b5df-37c9d0cd22bd"},
		"no token: the request's":  {all(connected), requestToken},
		"an event: its source, id": {released(connected), releasedToken},
		"an event of two releases": {batch(released("es-gone-too"), released(connected)), releasedToken},
	} {
		s := newStage(t)
		s.handle(t, test.event)
		if got := tokens(s.api); !slices.Equal(got, []string{test.want}) {
			t.Errorf("%s: tokens %q, want %q", name, got, test.want)
		}
	}
}
