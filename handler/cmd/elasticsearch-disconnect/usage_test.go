package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
)

// TestWrongUsage: each is refused with what to do, and nothing is sent.
func TestWrongUsage(t *testing.T) {
	t.Parallel()
	const see = "\nsee elasticsearch-disconnect"
	for args, want := range map[string]string{
		"reprot":                `unknown command "reprot" for "elasticsearch-disconnect" (did you mean report?)` + see + " --help",
		"frobnicate":            `unknown command "frobnicate" for "elasticsearch-disconnect"` + see + " --help",
		"report --regoin x":     "unknown flag: --regoin (did you mean --region?)" + see + " report --help",
		"help reconsile":        `unknown command "reconsile" for "elasticsearch-disconnect" (did you mean reconcile?)` + see + " --help",
		"report --region":       "--region has no value" + see + " report --help",
		"report cn-hangzhou":    `report takes no argument, and "cn-hangzhou" is one: several regions have commas between them` + see + " report --help",
		"report \x1b[2J":        `report takes no argument, and "\x1b[2J" is one: several regions have commas between them` + see + " report --help",
		"report --limit 3":      "unknown flag: --limit" + see + " report --help",
		"report -o yaml":        `invalid argument "yaml" for "-o, --output" flag: it must be table, wide, json, csv or html` + see + " report --help",
		"report -o csv -o json": `invalid argument "json" for "-o, --output" flag: it is given twice` + see + " report --help",

		"report --profile a --profile b": `invalid argument "b" for "--profile" flag: it is given twice` + see + " report --help",
		"reconcile --yes --limit -1":     `invalid argument "-1" for "--limit" flag: it must be a number from 0 to 100000` + see + " reconcile --help",
		"reconcile --limit 100001 --yes": `invalid argument "100001" for "--limit" flag: it must be a number from 0 to 100000` + see + " reconcile --help",
		"reconcile":                      "This asks before it removes, but standard input or standard error is not a terminal: add --yes, or look first with --dry-run",

		"report":                                    "In which region? Give --region REGION, or --region all",
		"report --region cn-hangzou":                "--region cn-hangzou is not in this version's list of Elasticsearch regions (did you mean cn-hangzhou?). A new region can be named in REGIONS",
		"report --region cn-hangzhou,moon":          "--region moon is not in this version's list of Elasticsearch regions. A new region can be named in REGIONS",
		"report --region=":                          "--region has no value" + see + " report --help",
		"reconcile --region --limit 45":             "--region has no value" + see + " reconcile --help",
		"reconcile --region --dry-run":              "--region has no value" + see + " reconcile --help",
		"reconcile --dry-run=":                      "--dry-run needs no value; if it has one, that is true or false" + see + " reconcile --help",
		"reconcile --account -o json":               "--account has no value" + see + " reconcile --help",
		"remove es-a es-b --region --yes":           "--region has no value" + see + " remove --help",
		"report --region cn-hangzhou,":              `invalid argument "cn-hangzhou," for "--region" flag: a name is empty` + see + " report --help",
		"report --profile=":                         "--profile has no value" + see + " report --help",
		"report --region cn-hangzhou --account x":   `--account is not an account id, which has only digits: "x"`,
		"report --region cn-hangzhou --account 1,2": "--account 1 is not your own (1234567890984321, by ALIBABA_CLOUD_ACCESS_KEY_ID in the environment): give --profile with credentials of that account, or set MEMBER_ROLE to the name of a role there that trusts you",
		"remove es-a es-b --yes --region cn-a,cn-b": `invalid argument "cn-a,cn-b" for "--region" flag: only one is possible here` + see + " remove --help",
		"remove es-a es-b --yes --region all":       `invalid argument "all" for "--region" flag: only one is possible here` + see + " remove --help",
		"remove es-a es-b":                          "This asks before it removes, but standard input or standard error is not a terminal: add --yes, or look first with --dry-run",
		"remove es-a es-b es-c --all --yes":         "accepts at most 2 arg(s), received 3" + see + " remove --help",
		"remove":                                    "Which instance? Give INSTANCE CONNECTED, or INSTANCE --all",
		"remove es-a --yes":                         "Give either two instances, for one connection, or one and --all",
		"remove es-a es-b --all --yes":              "Give either two instances, for one connection, or one and --all",
		"remove es-a es-b --force --yes":            "--force only goes with --all: one connection needs no force",
		"remove es-a ES-A --yes":                    "es-a is not connected with itself: give two instances",
		"remove es/a es-b --yes":                    `an instance id has a character other than letters, digits, - and _: "es/a"`,
		"call":                                      "accepts between 1 and 3 arg(s), received 0" + see + " call --help",
		"call https://h --reconcile es-a":           "--reconcile is for all instances of the region: give no instance, --all or --force with it",
		"call https://h":                            "Which instance? Give INSTANCE CONNECTED, or INSTANCE --all",
		"call http://example.com es-a --all":        "URL is plain http, which only a loopback address may use",
		"event":                                     "accepts 1 arg(s), received 0" + see + " event --help",
		"event none.json":                           "open none.json: no such file or directory",
		"preflight x":                               `unknown command "x" for "elasticsearch-disconnect preflight"` + see + " preflight --help",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.exits(t, f.run(t, strings.Fields(args)...), handler.ExitInvalid)
			if got := f.stderr.String(); got != want+"\n" || f.stdout.Len() > 0 {
				t.Errorf("standard error:\n got %q\nwant %q\nand standard output %q", got, want, f.stdout.String())
			}
			if got := f.api.Requests(); len(got) > 0 {
				t.Errorf("asked the API: %v", got)
			}
		})
	}
}

// TestAgain: the flags of a report can be given to reconcile in a shell.
func TestAgain(t *testing.T) {
	t.Parallel()
	for want, of := range map[string]target{
		"":              {},
		" --region all": {regions: []string{"all"}, verbose: true},
		` --profile 'it'\''s mine' --account 1,2`: {profile: "it's mine", accounts: []string{"1", "2"}},
	} {
		if got := of.again(); got != want {
			t.Errorf("%v:\n got %s\nwant %s", of, got, want)
		}
	}
}

// TestAgainAsProfile: a profile that a variable names is a flag of what a report proposes: another
// shell may not have the variable.
func TestAgainAsProfile(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	leftovers(f)
	f.env = map[string]string{"ALIBABA_CLOUD_PROFILE": "member"}
	f.Terminal = Terminal{Err: true}
	config := fmt.Sprintf(`{"current":"default","profiles":[{"name":"member","mode":"AK","access_key_id":%q,"access_key_secret":%q}]}`, keyID, secret)
	file := filepath.Join(f.Home, ".aliyun", "config.json")
	if err := errors.Join(os.Mkdir(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(config), 0o600)); err != nil {
		t.Fatal(err)
	}
	f.exits(t, f.run(t, "report", "--region", "cn-hangzhou"), handler.ExitLeft)
	if got := f.stderr.String(); !strings.HasSuffix(got, "reconcile --profile member --region cn-hangzhou\n") {
		t.Errorf("standard error:\n%s", got)
	}
}
