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
		reply   string
		failed  bool
		want    string // empty: there is no file
		update  bool
		verdict verdict
		faults  []string
		written string
	}{
		"as wanted":                {reply, false, want, false, same, nil, want},
		"another value":            {reply, false, "{}\n", false, different, nil, "{}\n"},
		"another order of members": {`{"b":1,"a":2}`, false, "{\n  \"a\": 2,\n  \"b\": 1\n}\n", false, different, nil, "{\n  \"a\": 2,\n  \"b\": 1\n}\n"},
		"another value, update":    {reply, false, "{}\n", true, updated, nil, want},
		"no want":                  {reply, false, "", false, unknown, nil, ""},
		"no want, update":          {reply, false, "", true, updated, nil, want},
		"a secret, update":         {`"` + securityToken + `"`, false, want, true, broken, []string{`a secret leaks: "` + securityToken + `"`}, want},
		"a result posted as an error": {reply, true, want, false, broken,
			[]string{"the reply was posted as an error: true, but is a function error: false"}, want},
		"an error posted as a result, update": {`{"errorMessage":"","errorType":"Absent"}`, false, want, true, broken,
			[]string{"the reply was posted as an error: false, but is a function error: true"}, want},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := result{event: event{path: filepath.Join(t.TempDir(), "direct.json")}, Reply: []byte(test.reply), Failed: test.failed}
			if test.want != "" {
				write(t, r.event.wantPath(), test.want)
			}
			if err := r.judge(test.update); err != nil {
				t.Fatal(err)
			}
			if r.Verdict != test.verdict || !slices.Equal(r.Faults, test.faults) {
				t.Errorf("judge:\n got %s %q\nwant %s %q", r.Verdict, r.Faults, test.verdict, test.faults)
			}
			if test.written != "" && read(t, r.event.wantPath()) != test.written {
				t.Errorf("want file:\n got %s\nwant %s", read(t, r.event.wantPath()), test.written)
			}
		})
	}
}

func TestJudgeOfNoJSON(t *testing.T) {
	t.Parallel()
	r := result{event: event{path: filepath.Join(t.TempDir(), "direct.json")}, Name: "direct.json", Reply: []byte("done")}
	const want = `direct.json: the reply is not JSON: "done"`
	if err := r.judge(true); err == nil || err.Error() != want {
		t.Errorf("judge:\n got %v\nwant %s", err, want)
	}
}

func TestPassed(t *testing.T) {
	t.Parallel()
	for v, want := range map[verdict]struct{ recorded, named bool }{
		same: {true, true}, updated: {true, true}, unknown: {false, true}, different: {}, broken: {},
	} {
		recorded, named := result{Verdict: v}, result{Verdict: v, event: event{named: true}}
		if recorded.passed() != want.recorded || named.passed() != want.named {
			t.Errorf("%s: got %t and by name %t, want %t and %t", v, recorded.passed(), named.passed(), want.recorded, want.named)
		}
	}
}

// Each secret is found, on a line that has one, in the middle of a text.
func TestLeaks(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{
		"STS.NUreplayCanaryKeyId00000", "replayCanarySecretHx7bTq2mVw9LkZ4RfY8", "CAISreplayCanaryTokenq6Ft5B2yfSjIr5fYGojBu4e0oKxDg4NL1Lw",
		"STS.NUreplayMemberKeyId000000", "replayMemberSecretTz6yKd1nQs9WcFpX3Ua", "CAISreplayMemberTokenr4Jv7LmXe0bHgYt2SkWn5QcPz8dUa1Fi6",
		"STS.NUreplayAgedKeyId00000000", "replayAgedSecretPq3nWc8dJs5GtX1BvM6", "CAISreplayAgedTokenz9Wk4E7xqRtMn2hLdCuYp8vAs3oGj6fBi1Ne",
	} {
		want := []string{"a secret leaks: key=" + secret + "&b"}
		if got := leaks("a\n  key=" + secret + "&b\nc"); !slices.Equal(got, want) {
			t.Errorf("leaks:\n got %q\nwant %q", got, want)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	long := "123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789é"
	for name, test := range map[string]struct{ reply, want string }{
		"a result":         {`{"outcome":"removed"}`, "removed"},
		"a reason":         {`{"outcome":"ignored","reason":"it is none"}`, "ignored: it is none"},
		"connections":      {`{"outcome":"incomplete","results":[{"outcome":"failed"},{"outcome":"removed"}]}`, "incomplete: failed, removed"},
		"a batch":          {`{"events":[{"outcome":"cleaned","results":[{"outcome":"removed"}]},{"outcome":"ignored"}]}`, "cleaned: removed, ignored"},
		"what stays":       {`{"outcome":"reconciled","results":[{"outcome":"removed"}],"kept":[{"reason":"it is there"}]}`, "reconciled: removed, it is there"},
		"HTTP":             {`{"statusCode":207,"body":"{\"outcome\":\"removed\"}"}`, "HTTP 207 removed"},
		"a problem":        {`{"statusCode":404,"body":"{\"detail\":\"nowhere\"}"}`, "HTTP 404 nowhere"},
		"a function error": {`{"errorMessage":"{\"detail\":\"nowhere\"}","errorType":"Absent"}`, "Absent: nowhere"},
		"a string":         {`"done"`, ""},
		"just short":       {`{"outcome":"` + long + `"}`, long},
		"too long":         {`{"outcome":"` + long + `é"}`, long + "…"},
	} {
		r := result{Reply: []byte(test.reply)}
		if got := r.words(); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, test.want)
		}
	}
}

// The text of a difference is go-cmp's. That JSON within a string is compared by its members is ours.
func TestDifference(t *testing.T) {
	t.Parallel()
	const alike = "no value: only the order of members, white space, or how a string is escaped"
	for name, test := range map[string]struct {
		want, got string
		alike     bool
	}{
		"the order of members": {`{"a":1,"b":2}`, `{"b":2,"a":1}`, true},
		"white space within":   {`{"body":"{\"a\":1}"}`, `{"body":"{ \"a\": 1 }"}`, true},
		"a value":              {`{"a":1}`, `{"a":2}`, false},
		"a value within":       {`{"body":"{\"a\":1}"}`, `{"body":"{\"a\":2}"}`, false},
		"an array":             {`[1]`, `[2]`, false},
		"no object":            {`1`, `{"a":1}`, false},
	} {
		if got := difference(test.want, test.got); (got == alike) != test.alike {
			t.Errorf("%s: got %s", name, got)
		}
	}
}
