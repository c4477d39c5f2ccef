package main

import (
	"slices"
	"testing"

	"elasticsearch-disconnect/handler"
)

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	const soakAlone = "replay: -soak takes a time above zero, and besides it -seed alone\n"
	for name, test := range map[string]struct {
		args []string
		code int
		want string
	}{
		"help":                   {[]string{"-h"}, 0, usage},
		"unknown flag":           {[]string{"-upgrade"}, 2, usage + "replay: flag provided but not defined: -upgrade\n"},
		"no boolean":             {[]string{"-v=much"}, 2, usage + "replay: invalid boolean value \"much\" for -v: parse error\n"},
		"no time":                {[]string{"-soak"}, 2, usage + "replay: flag needs an argument: -soak\n"},
		"file that is not there": {[]string{"../direct.json", "nowhere.json"}, 2, "replay: stat nowhere.json: no such file or directory\n"},
		"wanted reply":           {[]string{"../direct.want.json"}, 2, "replay: ../direct.want.json: a wanted reply, not an event\n"},
		"soak of a file":         {[]string{"-soak", "1s", "../direct.json"}, 2, soakAlone},
		"soak for nothing":       {[]string{"-soak", "0s"}, 2, soakAlone},
		"soak with an update":    {[]string{"-soak", "1s", "-update"}, 2, soakAlone},
		"verbose soak":           {[]string{"-soak", "1s", "-v"}, 2, soakAlone},
		"seed of nothing":        {[]string{"-seed", "7"}, 2, "replay: -seed is of random events, so it needs -soak\n"},
		"update of a dry run":    {[]string{"-update", "../direct.json"}, 2, "replay: -update writes the replies without DRY_RUN=true; unset it first\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := invoked(t, map[string]string{"DRY_RUN": "true"}, test.args...)
			if code != test.code || stderr != test.want || stdout != "" {
				t.Errorf("run %q:\n got %d, %q\nwant %d, %q", test.args, code, stderr, test.code, test.want)
			}
		})
	}
}

func TestWithoutRecordedEvents(t *testing.T) {
	t.Parallel()
	const want = "no testdata/*.json here; run this where go.mod is"
	if _, err := recorded("testdata"); err == nil || err.Error() != want {
		t.Errorf("recorded:\n got %v\nwant %s", err, want)
	}
}

// Every variable of the function is passed, except the endpoint; no empty one is, and no other.
func TestVariables(t *testing.T) {
	t.Parallel()
	env := map[string]string{"HOME": "/", "HTTPS_PROXY": "http://127.0.0.1:1"}
	var want []string
	for _, name := range handler.Variables() {
		env[name] = "x"
		if name != "ELASTICSEARCH_ENDPOINT" && name != "DRY_RUN" {
			want = append(want, name+"=x")
		}
	}
	env["DRY_RUN"] = ""
	if got := variables(func(name string) string { return env[name] }); !slices.Equal(got, want) {
		t.Errorf("variables:\n got %q\nwant %q", got, want)
	}
}
