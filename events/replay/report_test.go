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

func reported(opts options, log string) (text string, passed bool) {
	var got strings.Builder
	opts.events = []event{{path: "x/direct.json"}, {path: "x/b.json"}}
	r := newReport(&got, opts)
	for _, res := range played() {
		r.event(res)
	}
	passed, _ = r.end(1234*time.Millisecond, log)
	return got.String(), passed
}

func TestReport(t *testing.T) {
	t.Parallel()
	leak := "line 1\nbye " + accessKeyID + "\n"
	for name, test := range map[string]struct {
		opts      options
		log, want string
	}{
		"by default": {options{}, leak, `direct.json  ok         removed
b.json       NEW        removed
  there is no b.want.json to compare with: -update writes it
c.json       UPDATED
d.json       DIFFERENT
  - is wanted, + is what came:
  no value: only the order of members, white space, or how a string is escaped
e.json       BROKEN
  a secret leaks: x
  posted
f.json       SKIPPED
a secret leaks: bye ` + accessKeyID + `
events: 1 ok, 1 UPDATED, 1 NEW, 1 DIFFERENT, 1 BROKEN, 1 SKIPPED; requests to the API: 2; 1234ms
`},
		"verbose, with variables": {options{verbose: true, variables: []string{"DRY_RUN=true", "LOG_LEVEL=info"}}, "line 1\nline 2\n",
			`passed to the function: DRY_RUN=true LOG_LEVEL=info
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
`},
	} {
		if got, passed := reported(test.opts, test.log); got != test.want || passed {
			t.Errorf("%s: got passed %t and\n%s\nwant false and\n%s", name, passed, got, test.want)
		}
	}
}

func TestASecretInTheLogFailsTheReplay(t *testing.T) {
	t.Parallel()
	for log, want := range map[string]bool{"line 1\n": true, "line 1\nkey=" + agedAccessKeySecret: false} {
		r := newReport(new(strings.Builder), options{})
		r.event(played()[0])
		if passed, err := r.end(0, log); passed != want || err != nil {
			t.Errorf("%q: got %t, %v, want %t", log, passed, err, want)
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
