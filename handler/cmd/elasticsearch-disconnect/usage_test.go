package main

import (
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
)

// TestWrongUsage: each is refused in one line, and nothing is sent.
func TestWrongUsage(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"--regoin x":        "flag provided but not defined: -regoin",
		"--region":          "flag needs an argument: -region",
		"--region x":        "nothing to do: give --report, --remove, --instance, --call or --event",
		"--report=false":    "nothing to do: give --report, --remove, --instance, --call or --event",
		"--report cn-x":     `unexpected argument "cn-x"`,
		"--report \x1b[2J":  `unexpected argument "\x1b[2J"`,
		"--report --remove": "--report and --remove cannot be combined",

		"--remove --dry-run":                                "--dry-run does not go with --remove",
		"--report --limit 3":                                "--limit does not go with --report",
		"--event - --dry-run":                               "--dry-run does not go with --event",
		"--version --region cn-hangzhou":                    "--region does not go with --version",
		"--remove --yes --limit -1":                         `invalid value "-1" for flag -limit: must be a number, 0 or greater`,
		"--instance es-a":                                   "--instance needs either --connected ID, for one connection, or --all",
		"--instance es-a --all --connected es-b":            "--instance needs either --connected ID, for one connection, or --all",
		"--instance es-a --connected es-b --force":          "--force is only allowed with --all; removing a single connection needs no force",
		"--call https://h --all":                            "--call needs --instance ID",
		"--call https://h --instance es-a --all --region x": "--region does not go with --call",
		"--call https://h --report":                         "--report and --call cannot be combined",
	} {
		f := newFixture(t)
		if exit := f.run(t, strings.Fields(args)...); exit != handler.ExitInvalid {
			t.Errorf("%s: exit code %d, want %d", args, exit, handler.ExitInvalid)
		}
		f.refused(t, want+"\nsee elasticsearch-disconnect --help\n")
	}
}

// refused checks that the command said so, and did nothing.
func (f *fixture) refused(t *testing.T, want string) {
	t.Helper()
	if got := f.stderr.String(); got != want || f.stdout.Len() > 0 {
		t.Errorf("standard error:\n got %q\nwant %q\nand standard output %q", got, want, f.stdout.String())
	}
	if got := f.api.Requests(); len(got) > 0 {
		t.Errorf("asked the API: %v", got)
	}
}

// TestConfigurationAndRegion: what is wrong with them is said before anything is asked of the API.
func TestConfigurationAndRegion(t *testing.T) {
	t.Parallel()
	const noEndpoint = ""
	for name, test := range map[string]struct {
		args string
		env  map[string]string
		want string // the beginning of standard error
	}{
		"a bad configuration": {"--report", map[string]string{"DRY_RUN": "maybe"}, "configuration: DRY_RUN is not true or false\n"},
		"no region":           {"--report", map[string]string{"ELASTICSEARCH_ENDPOINT": noEndpoint}, "--region (or ALIBABA_CLOUD_REGION_ID) is missing\n"},
		"no region, to remove": {"--remove --yes", map[string]string{"ELASTICSEARCH_ENDPOINT": noEndpoint},
			"--region (or ALIBABA_CLOUD_REGION_ID) is missing\n"},
		"an empty region": {"--report --region=", map[string]string{"ELASTICSEARCH_ENDPOINT": noEndpoint, "ALIBABA_CLOUD_REGION_ID": "cn-hangzhou"},
			"--region (or ALIBABA_CLOUD_REGION_ID) is missing\n"},
		"a region that there is not": {"--instance es-a --all --region cn-hangzou", map[string]string{"ELASTICSEARCH_ENDPOINT": noEndpoint},
			`--region (or ALIBABA_CLOUD_REGION_ID) is "cn-hangzou": it is not in this version's list of Elasticsearch regions (did you mean cn-hangzhou?). A new region can be named in REGIONS` + "\n"},
		"one not in REGIONS": {"--report --region xx-new-2", map[string]string{"ELASTICSEARCH_ENDPOINT": noEndpoint, "REGIONS": "xx-new-1"},
			`--region (or ALIBABA_CLOUD_REGION_ID) is "xx-new-2": it is not in this version's list of Elasticsearch regions. A new region can be named in REGIONS` + "\n"},
		"one in the environment": {"--event -", map[string]string{"ELASTICSEARCH_ENDPOINT": noEndpoint, "ALIBABA_CLOUD_REGION_ID": "moon"},
			`--region (or ALIBABA_CLOUD_REGION_ID) is "moon": it is not in this version's list of Elasticsearch regions. A new region can be named in REGIONS` + "\n"},
		"no such file": {"--event none.json", nil, "open none.json: no such file or directory\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			for name, value := range test.env {
				f.env[name] = value
			}
			if exit := f.run(t, strings.Fields(test.args)...); exit != handler.ExitInvalid {
				t.Errorf("exit code %d, want %d", exit, handler.ExitInvalid)
			}
			if got := f.stderr.String(); !strings.HasPrefix(got, test.want) {
				t.Errorf("standard error:\n got %q\nwant %q", got, test.want)
			}
			f.refused(t, f.stderr.String())
		})
	}
}

// TestHelp names every flag, variable and exit code, and goes to whoever asks for it; who asks for nothing gets it as a
// refusal. Neither it nor the version needs a good configuration.
func TestHelp(t *testing.T) {
	t.Parallel()
	asked, nothing, version := newFixture(t), newFixture(t), newFixture(t)
	version.env["DRY_RUN"] = "maybe"
	if exit := asked.run(t, "--help"); exit != handler.ExitDone || asked.stderr.Len() > 0 {
		t.Errorf("exit code %d, %s", exit, &asked.stderr)
	}
	if exit := nothing.run(t); exit != handler.ExitInvalid || nothing.stderr.String() != asked.stdout.String() {
		t.Errorf("without arguments: exit code %d\n%s", exit, &nothing.stderr)
	}
	if exit := version.run(t, "--version"); exit != handler.ExitDone || !strings.HasPrefix(version.stdout.String(), "elasticsearch-disconnect v1.2.3, commit abc, go1.") {
		t.Errorf("--version: exit code %d, %s%s", exit, &version.stdout, &version.stderr)
	}
	words := append(handler.Variables(), "ALIBABA_CLOUD_REGION_ID", "ALIBABA_CLOUD_ACCESS_KEY_ID", "\n  0  ", "\n  1  ", "\n  2  ", "\n  3  ",
		"--report", "--json", "--remove", "--limit", "--yes", "--instance", "--connected", "--call", "--all", "--force", "--dry-run",
		"--event", "--region", "--version", "--help")
	for _, word := range words {
		if !strings.Contains(asked.stdout.String(), word) {
			t.Errorf("the help does not have %q", word)
		}
	}
	for line := range strings.Lines(asked.stdout.String()) {
		if len(line) > 101 {
			t.Errorf("a line of %d characters: %s", len(line)-1, line)
		}
	}
}

// TestExamplesOfHelp: no example is a wrong usage. All requests go to the stand-in, whatever their host.
func TestExamplesOfHelp(t *testing.T) {
	t.Parallel()
	help := newFixture(t)
	help.run(t, "--help")
	n := 0
	for line := range strings.Lines(help.stdout.String()) {
		example, ok := strings.CutPrefix(line, "    elasticsearch-disconnect ")
		if !ok {
			continue
		}
		n++
		example, _, _ = strings.Cut(example, " |")
		f := newFixture(t)
		f.answers(strings.NewReader("no\n"))
		f.run(t, strings.Fields(example)...)
		if strings.Contains(f.stderr.String(), "--help") {
			t.Errorf("elasticsearch-disconnect %s: %s", example, &f.stderr)
		}
	}
	if n < 8 {
		t.Errorf("the help has %d examples", n)
	}
}
