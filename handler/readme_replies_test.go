package handler_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

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
	return s.handle(t, strings.Replace(post, `\"connectedInstanceId\":\"`+connected+`\"`, `\"all\":true,\"force\":true`, 1))
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
	reconciled := newFixture(t).handle(t, `{"reconcile":true}`)
	ignored := newFixture(t).handle(t, release("acs.elasticsearch", "elasticsearch:ActionTrail:ApiCall", "protective"))
	batch := newFixture(t).handle(t, "[]")
	var absent struct{ Body string }
	decode(t, read(t, "../events/http-absent.want.json"), &absent)
	_, refusal, _ := strings.Cut(newFixture(t).handle(t, "{}"), " ")
	s := newFixture(t)
	s.api.Fail(elasticsearchtest.Fault{Answer: elasticsearchtest.Refuse(403, "Forbidden.RAM", "no")})
	_, partial, _ := strings.Cut(s.handle(t, "["+direct+","+release("acs.elasticsearch", "none", "")+"]"), " ")

	var want []string
	for _, reply := range []string{removal, dryRun, cleaned, reconciled, ignored, batch, absent.Body, refusal, partial} {
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
	ctx := fccontext.NewContext(t.Context(), &fccontext.FcContext{RequestID: got.RequestID, Region: "cn-hangzhou", AccountId: "1234567890984321", Credentials: role})
	if _, err := s.Handle(ctx, read(t, "../events/eventbridge.json")); err != nil {
		t.Fatal(err)
	}
	times := regexp.MustCompile(`"(time|durationMs)":[^,]+`)
	if want := s.log.String(); times.ReplaceAllString(shown, "") != times.ReplaceAllString(want, "") {
		t.Errorf("README.md, the log line:\n got %swant %s", shown, want)
	}

	fields := once(append(keys(t, s.log.Bytes()), keys(t, lineOfReconcile(t))...))
	fields = append(fields, "error", "reason") // in failures, and of what is ignored, alone
	if got := firsts(table(t, "field")); !slices.Equal(got, fields) {
		t.Errorf("README.md, the fields of the log:\n got %q\nwant %q", got, fields)
	}
}

// lineOfReconcile is what the function logs of a reconcile that finds nothing left over.
func lineOfReconcile(t *testing.T) []byte {
	t.Helper()
	s := newFixture(t)
	s.handle(t, `{"reconcile":true}`)
	return s.log.Bytes()
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

// The codes told are all that the client knows, each once.
func TestReadmeCodes(t *testing.T) {
	t.Parallel()
	want := elasticsearch.Codes()
	var got []string
	for _, cells := range table(t, "code") {
		for _, code := range words(cells[0]) {
			got = append(got, strings.Trim(code, "`"))
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("README.md, codes:\n got %q\nwant %q", got, want)
	}
}
