package main

import (
	"io"
	"strings"
	"testing"
	"time"
)

// played is a result of each verdict.
func played() []*result {
	return []*result{
		{event: event{path: "x/direct.json"}, verdict: same, requests: []string{"GET /a?b=1  200", "DELETE /a?b=<&>  400 Throttling"},
			reply: []byte("{\"b\": \"<\\u0026>\",\n \"outcome\": \"removed\", \"a\": 1.0}")},
		{event: event{path: "x/b.json"}, verdict: unknown, reply: []byte(`{"outcome":"removed"}`)},
		{event: event{path: "x/c.json"}, verdict: updated, reply: []byte(`[]`)},
		{event: event{path: "x/d.json"}, verdict: different, reply: []byte(`[]`), want: "{\"a\":1,\"b\":2}\n", got: "{\"b\":2,\"a\":1}\n"},
		{event: event{path: "x/e.json"}, verdict: broken, reply: []byte(`{}`), failed: true, faults: []string{"a secret leaks: x", "posted"}},
		{event: event{path: "x/f.json"}, verdict: skipped},
	}
}

// TestReport: a report with all that it can have. TestCommand has what is left out by default.
func TestReport(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	r := newReport(&got, options{
		verbose: true, variables: []string{"DRY_RUN=true", "LOG_LEVEL=info"},
		events: []event{{path: "x/direct.json"}, {path: "x/b.json"}},
	})
	for _, res := range played() {
		r.event(res)
	}
	passed, err := r.end(1234*time.Millisecond, "line 1\nline 2\n")
	const want = `passed to the function: DRY_RUN=true LOG_LEVEL=info
direct.json  ok         removed
  api    GET /a?b=1  200
  api    DELETE /a?b=<&>  400 Throttling
  reply  {"b":"<\u0026>","outcome":"removed","a":1.0}
b.json       NEW        removed
  there is no b.want.json to compare with: -update writes it
  api    (not called)
  reply  {"outcome":"removed"}
c.json       UPDATED
  api    (not called)
  reply  []
d.json       DIFFERENT
  d.want.json is the reply without DRY_RUN=true LOG_LEVEL=info
  - is wanted, + is what came:
  no value: only the order of members, white space, or how a string is escaped
  api    (not called)
  reply  []
e.json       BROKEN
  a secret leaks: x
  posted
  api    (not called)
  reply  {}
f.json       SKIPPED
  log    line 1
  log    line 2
events: 1 ok, 1 UPDATED, 1 NEW, 1 DIFFERENT, 1 BROKEN, 1 SKIPPED; requests to the API: 2; 1234ms
`
	if got.String() != want || passed || err != nil {
		t.Errorf("got passed %t, %v and\n%s\nwant false and\n%s", passed, err, &got, want)
	}
}

func TestASecretInTheLogFailsTheReplay(t *testing.T) {
	t.Parallel()
	secret := "line 1\nkey=" + agedAccessKeySecret
	for log, leak := range map[string]string{"line 1\n": "", secret: "a secret leaks: key=" + agedAccessKeySecret + "\n"} {
		var got strings.Builder
		r := newReport(&got, options{})
		r.event(played()[0])
		passed, err := r.end(0, log)
		want := "direct.json  ok         removed\n" + leak + "events: 1 ok; requests to the API: 2; 0ms\n"
		if got.String() != want || passed != (leak == "") || err != nil {
			t.Errorf("%q: passed %t, %v\n got %s\nwant %s", log, passed, err, &got, want)
		}
	}
}

func TestReportThatCannotBeWrittenFails(t *testing.T) {
	t.Parallel()
	reader, writer := io.Pipe()
	reader.Close()
	r := newReport(writer, options{})
	r.event(played()[0])
	if _, err := r.end(0, ""); err != io.ErrClosedPipe {
		t.Errorf("got %v, want %v", err, io.ErrClosedPipe)
	}
}
