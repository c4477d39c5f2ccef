package handler_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// flood repeats a JSON value in a list, so many times.
func flood(n int, value string) string { return strings.TrimSuffix(strings.Repeat(value+",", n), ",") }

// numbered lists ids, each another.
func numbered(n int, separator string) string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("e%x", i)
	}
	return strings.Join(ids, separator)
}

// notice is the bare data of a release with these members.
func notice(members string) string {
	return `{"eventName":"DeleteInstance","eventType":"ApiCall","serviceName":"Elasticsearch",` + members + `}`
}

// TestFloods: an event that is refused costs at most 8 MiB, whatever it is full of; the reply and the log line have room in a dead-letter
// queue. It measures the process, so it is not parallel.
func TestFloods(t *testing.T) {
	const (
		mostMemory = 8 << 20
		mostTold   = 64 << 10
	)
	for name, event := range map[string]string{
		"2 MiB":                                `{"instanceId":"` + strings.Repeat("a", 2<<20) + `"}`,
		"2 MiB over HTTP":                      posts(t, strings.Repeat("a", 2<<20), false),
		"an id of 1 MiB":                       `{"instanceId":"` + strings.Repeat("a", 1<<20-100) + `"}`,
		"an id of 1 MiB, escaped":              `{"instanceId":"` + strings.Repeat(`\u0061`, 170_000) + `"}`,
		"an id of 1 MiB over HTTP":             posts(t, `{"instanceId":"`+strings.Repeat("a", 1<<20-300)+`"}`, false),
		"an id of 1 MiB in a path":             deletes(t, "/openapi/instances/"+strings.Repeat("%41", 340_000)+"/connected-clusters", "{}"),
		"500,000 levels":                       strings.Repeat("[", 500_000) + strings.Repeat("]", 500_000),
		"500,000 levels over HTTP":             posts(t, strings.Repeat("[", 500_000), false),
		"10,000 levels of objects":             strings.Repeat(`{"a":`, 9_999) + "1" + strings.Repeat("}", 9_999),
		"100,000 unknown members":              "{" + flood(100_000, `"aaa":1`) + "}",
		"60,000 times the same member":         "{" + flood(60_000, `"instanceId":"e"`) + "}",
		"500,000 numbers in an array":          "[" + flood(500_000, "1") + "]",
		"a string of 800,000 quotation marks":  carrying(`"` + strings.Repeat(`\"`, 400_000) + `"`),
		"100,000 bad ids":                      notice(`"requestParameters":{"InstanceId":[` + flood(100_000, `"../x"`) + `]}`),
		"60,000 ids of instances":              notice(`"requestParameters":{"deleteType":"protective","InstanceId":"` + numbered(60_000, ",") + `"}`),
		"60,000 types of resources":            notice(`"resourceType":"` + numbered(60_000, ";") + `"`),
		"60,000 types of referenced resources": notice(`"referencedResources":{"` + numbered(60_000, `":[],"`) + `":[]}`),
		"100,000 headers":                      strings.Replace(posts(t, "x", false), "{", `{"headers":{`+flood(100_000, `"h":1`)+`},`, 1),
		"100,000 query parameters":             deletes(t, "/openapi/instances/es-a/connected-clusters", "{"+flood(100_000, `"h":""`)+"}"),
		"an event whose id has 1 MiB":          strings.Replace(carrying("1"), `"e1"`, `"`+strings.Repeat("e", 1<<20-200)+`"`, 1),
		"an event whose source has 1 MiB":      strings.Replace(carrying("1"), `"s1"`, `"`+strings.Repeat("s", 1<<20-200)+`"`, 1),
		"an array of an event with such an id": "[" + strings.Replace(carrying("1"), `"e1"`, `"`+strings.Repeat("e", 1<<20-200)+`"`, 1) + "]",
		"an array of 5,001 entries, none good": "[" + flood(5001, "1") + "]",
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			ctx := invocation(t, role)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			reply, err := s.Handle(ctx, []byte(event))
			runtime.ReadMemStats(&after)
			if allocated := after.TotalAlloc - before.TotalAlloc; allocated > mostMemory+uint64(len(event)) { // the event itself is copied above
				t.Errorf("%d bytes were allocated for an event of %d", allocated, len(event))
			}
			got := posted(t, reply, err)
			if !strings.Contains(got, "InvalidEvent") || len(s.api.Requests()) > 0 {
				t.Errorf("%d requests were sent, and the reply is %.300s", len(s.api.Requests()), got)
			}
			if len(got) > mostTold || s.log.Len() > mostTold {
				t.Errorf("%d bytes are replied, %d bytes are logged", len(got), s.log.Len())
			}
			if lines := strings.Count(s.log.String(), "\n"); lines != 1 || !json.Valid(s.log.Bytes()) {
				t.Errorf("%d log lines: %.300s", lines, &s.log)
			}
		})
	}
}
