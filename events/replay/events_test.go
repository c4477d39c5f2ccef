package main

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The members that an HTTP trigger of Function Compute 3.0 sends, none of them ever left out.
func httpMembers() []string {
	return []string{
		"body", "headers", "isBase64Encoded", "queryParameters", "rawPath", "requestContext", "version",
		"requestContext.accountId", "requestContext.domainName", "requestContext.domainPrefix", "requestContext.http",
		"requestContext.requestId", "requestContext.time", "requestContext.timeEpoch",
		"requestContext.http.method", "requestContext.http.path", "requestContext.http.protocol",
		"requestContext.http.sourceIp", "requestContext.http.userAgent",
	}
}

// The attributes of the documented sample of an EventBridge event.
func cloudEventMembers() []string {
	return []string{
		"aliyunaccountid", "aliyuneventbusname", "aliyunpublishaddr", "aliyunpublishtime", "aliyunregionid", "data",
		"datacontenttype", "id", "source", "specversion", "subject", "time", "type",
	}
}

func TestRecordingsAreWhole(t *testing.T) {
	t.Parallel()
	for _, e := range recordings(t) {
		var object map[string]any
		if err := json.Unmarshal([]byte(read(t, e.path)), &object); err != nil {
			t.Errorf("%s: %v", e.name(), err)
			continue
		}
		var want []string
		switch {
		case strings.HasPrefix(e.name(), "http-"):
			want = httpMembers()
		case e.name() == "eventbridge-invalid.json":
			want = slices.DeleteFunc(cloudEventMembers(), func(name string) bool { return name == "source" })
		case object["specversion"] != nil:
			want = cloudEventMembers()
		default: // the direct object has no envelope
			continue
		}
		slices.Sort(want)
		if got := members(object); !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", e.name(), got, want)
		}
	}
}

// members are the names of an event's members and of those below requestContext, sorted.
func members(object map[string]any) []string {
	names := slices.Collect(maps.Keys(object))
	if context, ok := object["requestContext"].(map[string]any); ok {
		for name := range context {
			names = append(names, "requestContext."+name)
		}
		http, _ := context["http"].(map[string]any)
		for name := range http {
			names = append(names, "requestContext.http."+name)
		}
	}
	return slices.Sorted(slices.Values(names))
}

// One request id goes through Function Compute, so an HTTP event has to have that of its invocation.
func TestRecordingsHaveTheRequestIDOfTheirInvocation(t *testing.T) {
	t.Parallel()
	for _, e := range recordings(t) {
		var recording struct{ RequestContext *struct{ RequestID string } }
		err := json.Unmarshal([]byte(read(t, e.path)), &recording)
		if c := recording.RequestContext; err != nil || c != nil && c.RequestID != e.requestID() {
			t.Errorf("%s: got %+v, %v, want %s", e.name(), c, err, e.requestID())
		}
	}
}

func TestRecordingsAreExplained(t *testing.T) {
	t.Parallel()
	var got, want []string
	for line := range strings.Lines(read(t, "../README.md")) {
		if name, _, _ := strings.Cut(strings.TrimPrefix(line, "| "), " | "); strings.HasSuffix(name, ".json") {
			got = append(got, name)
		}
	}
	for _, e := range recordings(t) {
		want = append(want, e.name())
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("README.md:\n got %q\nwant %q", got, want)
	}
}

// A want whose event is gone would be forgotten for ever.
func TestWantsHaveTheirEvent(t *testing.T) {
	t.Parallel()
	got, err := filepath.Glob("../*" + wantSuffix)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, e := range recordings(t) {
		want = append(want, filepath.Join("..", filepath.Base(e.wantPath())))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("wants:\n got %q\nwant %q", got, want)
	}
}

func recordings(t *testing.T) []event {
	t.Helper()
	events, err := recorded(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return events
}
