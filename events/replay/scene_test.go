package main

import (
	"path/filepath"
	"slices"
	"testing"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	const reply, want = `{"Result":true}`, "{\n  \"Result\": true\n}\n"
	for name, test := range map[string]struct {
		scene   scene
		want    string // empty: there is no file
		update  bool
		verdict verdict
		faults  []string
		written string
	}{
		"as wanted":                  {scene{reply: []byte(reply)}, want, false, same, nil, want},
		"another value":              {scene{reply: []byte(reply)}, "{}\n", false, different, nil, "{}\n"},
		"another order of members":   {scene{reply: []byte(`{"b":1,"a":2}`)}, "{\n  \"a\": 2,\n  \"b\": 1\n}\n", false, different, nil, "{\n  \"a\": 2,\n  \"b\": 1\n}\n"},
		"another value, update":      {scene{reply: []byte(reply)}, "{}\n", true, updated, nil, want},
		"no want":                    {scene{reply: []byte(reply)}, "", false, unknown, nil, ""},
		"no want, update":            {scene{reply: []byte(reply)}, "", true, updated, nil, want},
		"no JSON, update":            {scene{reply: []byte("done")}, want, true, broken, []string{`the reply is not JSON: "done"`}, want},
		"a secret in the reply":      {scene{reply: []byte(`"` + securityToken + `"`)}, "", true, broken, []string{`the security token leaks: "` + securityToken + `"`}, ""},
		"a secret in the output":     {scene{reply: []byte(reply), output: "a\nkey=" + accessKeySecret + "\n"}, want, false, broken, []string{"the access key secret leaks: key=" + accessKeySecret}, want},
		"a secret nobody should use": {scene{reply: []byte(reply), output: agedAccessKeyID}, want, false, broken, []string{"the access key id of the environment leaks: " + agedAccessKeyID}, want},
		"a result posted as an error": {scene{reply: []byte(reply), failed: true}, want, false, broken,
			[]string{"the reply was posted as an error: true, but is a function error: false"}, want},
		"an error posted as a result": {scene{reply: []byte(`{"errorMessage":"","errorType":"Absent"}`)}, "", true, broken,
			[]string{"the reply was posted as an error: false, but is a function error: true"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := test.scene
			s.event = event{path: filepath.Join(t.TempDir(), "direct.json")}
			if test.want != "" {
				write(t, s.event.wantPath(), test.want)
			}
			if err := s.judge(test.update); err != nil {
				t.Fatal(err)
			}
			if s.verdict != test.verdict || !slices.Equal(s.faults, test.faults) {
				t.Errorf("judge:\n got %s %q\nwant %s %q", s.verdict, s.faults, test.verdict, test.faults)
			}
			if test.written != "" && read(t, s.event.wantPath()) != test.written {
				t.Errorf("want file:\n got %s\nwant %s", read(t, s.event.wantPath()), test.written)
			}
		})
	}
}

func TestPassed(t *testing.T) {
	t.Parallel()
	for s, want := range map[scenery]bool{
		{same, false}: true, {updated, false}: true, {unknown, false}: false, {different, false}: false, {broken, false}: false,
		{same, true}: true, {updated, true}: true, {unknown, true}: true, {different, true}: false, {broken, true}: false,
	} {
		sc := scene{verdict: s.verdict, event: event{named: s.named}}
		if got := sc.passed(); got != want {
			t.Errorf("%+v: got %t, want %t", s, got, want)
		}
	}
}

type scenery struct {
	verdict verdict
	named   bool
}
