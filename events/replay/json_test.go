package main

import (
	"encoding/json"
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

func TestRunTellsAMachine(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"-json", "--json"} {
		code, stdout := runs(t, name, "../direct-invalid.json", "../http-not-connected.json")
		lines := strings.Split(stdout, "\n")
		if code != 0 || len(lines) != 4 || lines[3] != "" {
			t.Fatalf("%s: got %d and\n%s", name, code, stdout)
		}
		checkScene(t, lines[0], jsonScene{Name: "direct-invalid.json", Failed: true, Requests: []jsonRequest{}})
		checkScene(t, lines[1], jsonScene{Name: "http-not-connected.json", Requests: []jsonRequest{{
			Method: "DELETE",
			Path:   "/openapi/instances/" + instance + "/connected-clusters",
			Query:  url.Values{"clientToken": {"ade01a8e-a0c1-55e9-bb73-08137f7a4cda"}, "connectedInstanceId": {separateInstance}},
			Status: 400,
			Code:   "RepetitionOperationError",
		}}})
		checkSummary(t, lines[2], jsonSummary{Events: 2, Verdicts: map[verdict]int{same: 2}, Requests: 1, Passed: true, Faults: []string{}})
	}
}

// checkScene compares a line with want and with the want beside the event, down to how a string is escaped.
func checkScene(t *testing.T, line string, want jsonScene) {
	t.Helper()
	var got jsonScene
	strictly(t, line, &got)
	if reply := read(t, event{path: "../" + want.Name}.wantPath()); indented(got.Reply) != reply {
		t.Errorf("reply:\n got %s\nwant %s", indented(got.Reply), reply)
	}
	want.Verdict, want.Reply, want.Faults = same, got.Reply, []string{}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("scene:\n got %+v\nwant %+v", got, want)
	}
}

func checkSummary(t *testing.T, line string, want jsonSummary) {
	t.Helper()
	var got struct{ Summary jsonSummary }
	strictly(t, line, &got)
	want.Milliseconds = got.Summary.Milliseconds
	if !reflect.DeepEqual(got.Summary, want) {
		t.Errorf("summary:\n got %+v\nwant %+v", got.Summary, want)
	}
}

// strictly decodes a line that has nothing unknown in it.
func strictly(t *testing.T, line string, into any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
}

func TestJSONReport(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	r := newJSONReport(&got)
	r.scene(&scene{
		event:    event{path: "events/a.json"},
		requests: []elasticsearchtest.Request{{Method: "GET", Path: "/a", Status: 200}},
		reply:    []byte("{\"b\": \"<\\u0026>\",\n \"a\": 1.0}"),
		verdict:  same,
	})
	r.scene(&scene{event: event{path: "events/b.json"}, reply: []byte("done"), verdict: broken, faults: []string{"no JSON"}})
	if r.summary(1234*time.Millisecond, "bye "+accessKeyID) {
		t.Error("passed: got true, want false")
	}
	if got.String() != machineReported {
		t.Errorf("report:\n got %s\nwant %s", got.String(), machineReported)
	}
}

// The reply keeps its order of members, its number and its escapes; what is not JSON is a string.
const machineReported = `{"name":"a.json","verdict":"ok","requests":[{"method":"GET","path":"/a","query":{},"status":200,"code":""}],` +
	`"reply":{"b":"<\u0026>","a":1.0},"failed":false,"faults":[]}
{"name":"b.json","verdict":"BROKEN","requests":[],"reply":"done","failed":false,"faults":["no JSON"]}
{"summary":{"events":2,"verdicts":{"BROKEN":1,"ok":1},"requests":1,"milliseconds":1234,"passed":false,` +
	`"faults":["the access key id leaks: bye ` + accessKeyID + `"]}}
`

func TestJSONReportThatCannotBeWrittenFails(t *testing.T) {
	t.Parallel()
	r := newJSONReport(full{})
	r.scene(&scene{event: event{path: "a.json"}, verdict: same})
	if r.summary(0, "") {
		t.Error("passed: got true, want false")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }
