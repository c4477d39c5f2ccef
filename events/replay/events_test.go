package main

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"regexp"
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
		for _, object := range entries(t, e) {
			want := slices.Sorted(slices.Values(wholeMembers(e, object)))
			if got := members(object); len(want) > 0 && !slices.Equal(got, want) {
				t.Errorf("%s:\n got %q\nwant %q", e.name(), got, want)
			}
		}
	}
}

// wholeMembers returns the members of an envelope, none for an object without one.
func wholeMembers(e event, object map[string]any) []string {
	switch {
	case strings.HasPrefix(e.name(), "http-"):
		return httpMembers()
	case strings.HasPrefix(e.name(), "timer-"):
		return []string{"payload", "triggerName", "triggerTime"}
	case e.name() == "eventbridge-invalid.json":
		return slices.DeleteFunc(cloudEventMembers(), func(name string) bool { return name == "source" })
	case object["data_base64"] != nil: // in place of data
		return append(slices.DeleteFunc(cloudEventMembers(), func(name string) bool { return name == "data" }), "data_base64")
	case strings.HasSuffix(e.name(), "-account.json"):
		return append(cloudEventMembers(), "aliyunoriginalaccountid") // routed from that account
	case object["specversion"] != nil:
		return cloudEventMembers()
	default:
		return nil
	}
}

// The members of what ActionTrail and Cloud Config send, by one that only theirs have: those that are always sent, and
// those that may be. Some senders write them in Pascal case.
func noticeMembers() map[string][2]string {
	return map[string][2]string{
		"eventname": {
			"acsregion eventid eventname eventrw eventsource eventtime eventtype eventversion requestid servicename useridentity",
			"errorcode errormessage recipientaccountid referencedresources requestparameterjson requestparameters resourcename " +
				"resourcetype sourceipaddress useragent",
		},
		"resourceeventtype": {
			"accountid capturetime configuration configurationdiff resourceeventtype resourceid resourcetype",
			"region regionid",
		},
	}
}

// A recorded notice, bare or as data, has all members that are always sent, and none that is in no document.
func TestNoticesAreWhole(t *testing.T) {
	t.Parallel()
	checked := 0
	for _, e := range recordings(t) {
		for _, object := range entries(t, e) {
			if data, ok := object["data"].(map[string]any); ok {
				object = data
			}
			names := strings.Fields(strings.ToLower(strings.Join(slices.Collect(maps.Keys(object)), " ")))
			for own, documented := range noticeMembers() {
				if !slices.Contains(names, own) {
					continue
				}
				checked++
				always, sometimes := strings.Fields(documented[0]), strings.Fields(documented[1])
				got := slices.DeleteFunc(slices.Sorted(slices.Values(names)), func(name string) bool { return slices.Contains(sometimes, name) })
				if !slices.Equal(got, always) {
					t.Errorf("%s:\n got %q\nwant %q", e.name(), got, always)
				}
			}
		}
	}
	if checked == 0 {
		t.Error("no recording has a notice")
	}
}

// entries returns the objects in a recording: itself, or the entries of a batch.
func entries(t *testing.T, e event) []map[string]any {
	t.Helper()
	batch := []any{decoded(t, e, read(t, e.path))}
	if array, ok := batch[0].([]any); ok {
		batch = array
	}
	var objects []map[string]any
	for _, entry := range batch {
		if text, ok := entry.(string); ok {
			entry = decoded(t, e, text)
		}
		objects = append(objects, entry.(map[string]any))
	}
	return objects
}

func decoded(t *testing.T, e event, text string) (value any) {
	t.Helper()
	if err := json.Unmarshal([]byte(strings.TrimPrefix(text, "\ufeff")), &value); err != nil {
		t.Fatalf("%s: %v", e.name(), err)
	}
	return value
}

// members returns the names of an event's members and of those below requestContext, sorted.
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
		for _, object := range entries(t, e) {
			context, ok := object["requestContext"].(map[string]any)
			if ok && context["requestId"] != e.requestID() {
				t.Errorf("%s: got %v, want %s", e.name(), context["requestId"], e.requestID())
			}
		}
	}
}

func TestRecordingsAreExplained(t *testing.T) {
	t.Parallel()
	var got []string
	for line := range strings.Lines(read(t, "../README.md")) {
		if name, _, _ := strings.Cut(strings.TrimPrefix(line, "| "), " | "); strings.HasSuffix(name, ".json") {
			got = append(got, name)
		}
	}
	compareNames(t, "README.md", got, event.name)
}

// A want without its event would never be compared.
func TestWantsHaveTheirEvent(t *testing.T) {
	t.Parallel()
	got, err := filepath.Glob("../*" + wantSuffix)
	if err != nil {
		t.Fatal(err)
	}
	compareNames(t, "wants", got, event.wantPath)
}

// compareNames compares names with those of all recordings, in any order.
func compareNames(t *testing.T, what string, got []string, nameOf func(event) string) {
	t.Helper()
	var want []string
	for _, e := range recordings(t) {
		want = append(want, nameOf(e))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

func recordings(t *testing.T) []event {
	t.Helper()
	events, err := recorded("..")
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// TestReadmeInstances: README names each connection from both sides, as a replay begins with it.
func TestReadmeInstances(t *testing.T) {
	t.Parallel()
	s := newServices(true)
	t.Cleanup(s.close)
	s.reset()
	var got, want []string
	for _, id := range regions() {
		for _, c := range s.Region(id).Connections() {
			want = append(want, c[0]+" …"+c[1][len(c[1])-4:], c[1]+" …"+c[0][len(c[0])-4:])
		}
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `(es-[^`]+)` \\|.*\\| ([^|]+) \\|$").FindAllStringSubmatch(read(t, "../README.md"), -1) {
		for _, peer := range regexp.MustCompile(`…\d{4}`).FindAllString(row[2], -1) {
			got = append(got, row[1]+" "+peer)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("README.md:\n got %q\nwant %q", got, want)
	}
}
