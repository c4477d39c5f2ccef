package main

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestJudge: the verdict of a reply, and the want afterwards. A broken reply is never written.
func TestJudge(t *testing.T) {
	t.Parallel()
	const reply, written = `{"a":1}`, "{\n  \"a\": 1\n}\n"
	for name, test := range map[string]struct {
		want   string // beforehand; "" for none
		reply  string
		failed bool
		update bool
		is     string // the verdict and the faults
		wants  string // afterwards
	}{
		"as wanted":                   {written, reply, false, false, "ok", written},
		"another":                     {"{}\n", reply, false, false, "DIFFERENT", "{}\n"},
		"no want":                     {"", reply, false, false, "NEW", ""},
		"update":                      {"{}\n", reply, false, true, "UPDATED", written},
		"update without a want":       {"", reply, false, true, "UPDATED", written},
		"update of what is as wanted": {written, reply, false, true, "ok", written},
		"a secret":                    {"{}\n", `"` + securityToken + `"`, false, true, `BROKEN a secret leaks: "` + securityToken + `"`, "{}\n"},
		"a result posted as an error": {"{}\n", `{"Result":true}`, true, true, "BROKEN the reply was posted as an error: true, but is a function error: false", "{}\n"},
		"an error posted as a result": {"{}\n", `{"errorMessage":"","errorType":"Absent"}`, false, true, "BROKEN the reply was posted as an error: false, but is a function error: true", "{}\n"},
		"no JSON":                     {"{}\n", "done", false, true, ` direct.json: the reply is not JSON: "done"`, "{}\n"},
	} {
		r := result{event: copyOf(t, "direct.json", test.want), reply: []byte(test.reply), failed: test.failed}
		if err := r.judge(test.update); err != nil {
			r.faults = []string{err.Error()}
		}
		got := strings.TrimSuffix(string(r.verdict)+" "+strings.Join(r.faults, "\n"), " ")
		wants, _ := os.ReadFile(r.event.wantPath())
		if got != test.is || string(wants) != test.wants {
			t.Errorf("%s: judge:\n got %s, want file %q\nwant %s, want file %q", name, got, wants, test.is, test.wants)
		}
	}
}

func TestPassed(t *testing.T) {
	t.Parallel()
	for v, want := range map[verdict]struct{ recorded, named bool }{
		same: {true, true}, updated: {true, true}, unknown: {false, true}, skipped: {true, true}, different: {}, broken: {},
	} {
		recorded, named := result{verdict: v}, result{verdict: v, event: event{named: true}}
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
		r := result{reply: []byte(test.reply)}
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
