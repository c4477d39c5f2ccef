package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestRunRefusesWrongUsage(t *testing.T) {
	t.Parallel()
	const (
		soakAlone = "replay: -soak takes a time above zero, and neither -update nor -json nor a file\n"
		noSuch    = "replay: -upgrade: no such flag; there are -update, -json, -soak and -seed\n"
		together  = "replay: -update and -json do not go together: update first, then play again with -json\n"
	)
	for name, test := range map[string]struct {
		args []string
		code int
		want string
	}{
		"help":                   {[]string{"-h"}, 0, usage},
		"unknown flag":           {[]string{"-upgrade"}, 2, usage + noSuch},
		"unknown flag, --":       {[]string{"--upgrade"}, 2, usage + noSuch},
		"no boolean":             {[]string{"-json=much"}, 2, usage + "replay: invalid boolean value \"much\" for -json: parse error\n"},
		"no time":                {[]string{"-soak"}, 2, usage + "replay: flag needs an argument: -soak\n"},
		"file that is not there": {[]string{"../direct.json", "nowhere.json"}, 2, "replay: nowhere.json: no such file\n"},
		"flag after a file": {[]string{"../direct.json", "-update"}, 2,
			"replay: -update: no such file; if it is a flag, it goes before the files\n"},
		"folder":           {[]string{".."}, 2, "replay: ..: a folder, not an event\n"},
		"wanted reply":     {[]string{"../direct.want.json"}, 2, "replay: ../direct.want.json: a wanted reply, not an event\n"},
		"soak of a file":   {[]string{"-soak", "1s", "../direct.json"}, 2, soakAlone},
		"soak for nothing": {[]string{"-soak", "0s"}, 2, soakAlone},
		"soak in JSON":     {[]string{"-soak", "1s", "-json"}, 2, soakAlone},
		"seed of nothing":  {[]string{"-seed", "7"}, 2, "replay: -seed is of random events, so it needs -soak\n"},
		"update in JSON":   {[]string{"-update", "-json"}, 2, together},
		"update in --JSON": {[]string{"--json", "--update", "../direct.json"}, 2, together},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			if code := run(t.Context(), test.args, &stdout, &stderr); code != test.code || stderr.String() != test.want || stdout.Len() > 0 {
				t.Errorf("run %q:\n got %d, %q\nwant %d, %q", test.args, code, stderr.String(), test.code, test.want)
			}
		})
	}
}

// Not parallel: the working directory is that of all tests.
func TestMissingFileIsSoughtAmongTheRecordings(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("events", 0o700); err != nil {
		t.Fatal(err)
	}
	recording := filepath.Join("events", "direct.json")
	write(t, recording, "{}")
	if got, want := missing("direct.json").Error(), "direct.json: no such file; is it "+recording+"?"; got != want {
		t.Errorf("missing: got %s, want %s", got, want)
	}
}
