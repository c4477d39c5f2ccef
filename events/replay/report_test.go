package main

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

func TestReport(t *testing.T) {
	t.Parallel()
	scenes := played()
	var got strings.Builder
	r := newReport(&got, []event{scenes[0].event, scenes[1].event, scenes[2].event})
	for _, s := range scenes {
		r.scene(s)
	}
	if r.summary(1234*time.Millisecond, "") {
		t.Error("passed: got true, want false")
	}
	if got.String() != reported {
		t.Errorf("report:\n got %s\nwant %s", got.String(), reported)
	}
}

// played is a scene of each sort.
func played() []*scene {
	return []*scene{
		{
			event: event{path: "events/direct.json"},
			requests: []elasticsearchtest.Request{
				{Method: "DELETE", Path: "/a", Query: url.Values{"b": {"2"}, "a": {"1"}}, Status: 400, Code: "Throttling"},
				{Method: "GET", Path: "/a", Status: 200},
			},
			reply:   []byte("{\n \"Result\": true }"),
			output:  "not shown\n",
			verdict: same,
		},
		{
			event:   event{path: "events/http-get.json"},
			reply:   []byte(`{"statusCode":405,"headers":{"Content-Type":"text/plain","Allow":"GET"},"body":"{\"a\":1}"}`),
			want:    "{\n  \"statusCode\": 405,\n  \"body\": \"{\\\"a\\\":2}\"\n}\n",
			got:     "{\n  \"statusCode\": 405,\n  \"body\": \"{\\\"a\\\":1}\"\n}\n",
			output:  "line 1\nline 2\n",
			verdict: different,
		},
		{
			event:   event{path: "events/b.json"},
			failed:  true,
			reply:   []byte(`{"errorMessage":"no such instance","errorType":"Absent"}`),
			faults:  []string{"the security token leaks: x"},
			verdict: broken,
		},
	}
}

// reported is the report of what was played.
const reported = `direct.json    ok
  api    DELETE /a?a=1&b=2  400 Throttling
  api    GET /a  200
  reply  {"Result":true}

http-get.json  DIFFERENT
  api    (not called)
  reply  HTTP 405 [Allow: GET] {"a":1}
  diff   - is wanted, + is what came
           {
             "statusCode": 405,
             "body": a string of
               {
         -       "a": 2
         +       "a": 1
               }
           }
  log    line 1
  log    line 2

b.json         BROKEN
  api    (not called)
  error  Absent no such instance
  fault  the security token leaks: x

3 events: 1 ok, 1 DIFFERENT, 1 BROKEN; 2 requests to the API; 1.234s
To take the replies as they are now for the wanted ones: -update, then git diff.
`

func TestReportTellsALeakAfterTheLastEvent(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	r := newReport(&got, nil)
	if r.summary(0, "bye "+accessKeyID) {
		t.Error("passed: got true, want false")
	}
	if want := "  fault  the access key id leaks: bye " + accessKeyID + "\n0 events: ; 0 requests to the API; 0s\n"; got.String() != want {
		t.Errorf("report:\n got %s\nwant %s", got.String(), want)
	}
}

func TestReading(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		scene scene
		want  string
	}{
		"a result":               {scene{reply: []byte(`{"b": 1, "a": [ ] }`)}, `reply {"b":1,"a":[]}`},
		"an HTTP response":       {scene{reply: []byte(`{"statusCode":200,"headers":{"Content-Type":"a/b"},"body":"{\"a\":\"\\u0026\"}"}`)}, `reply HTTP 200 {"a":"\u0026"}`},
		"an HTTP response, bare": {scene{reply: []byte(`{"statusCode":204}`)}, `reply HTTP 204 (no body)`},
		"a function error":       {scene{reply: []byte(`{"errorMessage":"m","errorType":"T"}`), failed: true}, `error T m`},
		"a string":               {scene{reply: []byte(`"done"`)}, `reply "done"`},
		"no JSON":                {scene{reply: []byte("done\n")}, "reply done\n"},
	} {
		if label, text := test.scene.reading(); label+" "+text != test.want {
			t.Errorf("%s: got %s %s, want %s", name, label, text, test.want)
		}
	}
}

func TestShortened(t *testing.T) {
	t.Parallel()
	if text := strings.Repeat("é", maxReply); shortened(text) != text {
		t.Errorf("a text of %d runes is shortened", maxReply)
	}
	want := strings.Repeat("é", maxReply) + "… (1402 bytes)"
	if got := shortened(strings.Repeat("é", maxReply+1)); got != want {
		t.Errorf("shortened:\n got %s\nwant %s", got, want)
	}
}

func TestDifference(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		want, got string
		lines     []string
	}{
		"a line more":        {"{\n}\n", "{\n\"a\"\n}\n", []string{"  {", "+ \"a\"", "  }"}},
		"a line less":        {"{\n\"a\"\n}\n", "{\n}\n", []string{"  {", "- \"a\"", "  }"}},
		"a line changed":     {"1\n2\n3\n", "1\n4\n3\n", []string{"  1", "- 2", "+ 4", "  3"}},
		"a line moved":       {"1\n2\n3\n", "2\n3\n1\n", []string{"- 1", "  2", "  3", "+ 1"}},
		"nothing in common":  {"1\n", "2\n", []string{"- 1", "+ 2"}},
		"the end alone":      {"1", "1\n", []string{"the same but for white space, or for how a string is escaped"}},
		"text inside string": {`"b": "{\"a\":1}",`, `"b": "{\"a\": 1}",`, []string{"the same but for white space, or for how a string is escaped"}},
	} {
		if lines := difference(test.want, test.got); !slices.Equal(lines, test.lines) {
			t.Errorf("%s:\n got %q\nwant %q", name, lines, test.lines)
		}
	}
}
