package preflight

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// good is a machine on which all is well: this repository's files, .env as it is
// shipped, and all tools.
func good(t *testing.T) (m machine, files map[string]string, shell map[string]string) {
	t.Helper()
	shell = map[string]string{}
	files = map[string]string{
		"go.mod": "module elasticsearch-disconnect\n\ngo 1.26.0\n",
		"s.yaml": string(read(t, "../../../../s.yaml")),
		".env":   string(read(t, "../../../../.env.example")),
		filepath.Join("home", ".aliyun", "config.json"): `{"current":"default","profiles":[{"name":"work","region_id":"cn-beijing"},` +
			`{"name":"default","mode":"AK","access_key_id":"id","access_key_secret":"hush","region_id":"cn-hangzhou"}]}`,
	}
	return machine{
		goVersion: "go1.26.8",
		home:      "home",
		getenv:    lookup(shell),
		readFile: func(name string) ([]byte, error) {
			content, found := files[name]
			if !found {
				return nil, fs.ErrNotExist
			}
			return []byte(content), nil
		},
		lookPath: func(tool string) (string, error) { return "/bin/" + tool, nil },
		version: func(tool string) (string, error) {
			return map[string]string{"make": "GNU Make 4.3", "node": "v20.20.2"}[tool], nil
		},
		now: func() time.Time { return time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC) },
	}, files, shell
}

func TestPreflightOfAGoodSetup(t *testing.T) {
	t.Parallel()
	m, _, _ := good(t)
	found := preflight(m)
	const want = `
ok       go                 go1.26.8, and go.mod wants 1.26.0
ok       make               GNU Make 4.3
ok       node               v20.20.2
ok       s                  /bin/s
ok       aliyun             /bin/aliyun
ok       .env               s.yaml reads all that it sets
ok       function           starts with these variables, and removes nothing: DRY_RUN is true
ok       FUNCTION_REGION    cn-hangzhou
ok       FUNCTION_ROLE      elasticsearch-disconnect
ok       DEAD_LETTER_QUEUE  empty: events that failed for good are dropped
ok       RECONCILE          report
ok       RECONCILE_CRON     CRON_TZ=UTC 0 17 3 * * *, next at 2026-11-25 03:17 UTC
ok       aliyun profile     "default", for cn-hangzhou
`
	if got := "\n" + table(found); got != want || isBad(found) {
		t.Errorf("got%s\nwant%s", got, want)
	}
}

func TestPreflightOfABadSetup(t *testing.T) {
	t.Parallel()
	m, files, shell := good(t)
	missing := errors.New("not there")
	m.goVersion = "go1.25.3"
	m.lookPath = func(string) (string, error) { return "", missing }
	m.version = func(string) (string, error) { return "", missing }
	files[".env"] = "DRYRUN=true\nDRY_RUN=true\nFUNCTION_NAME=$NAME\nFUNCTION_ROLE=Disconnect\nFUNCTION_REGION=cn-hangzou\n" +
		"DEAD_LETTER_QUEUE=acs:mns:cn-hangzhou:1:/queues/q/messages\nRECONCILE=on\nRECONCILE_CRON=17 3 * * *\nSWEEP_CONCURRENCY=0\n"
	shell["DRY_RUN"], shell["REGIONS"], shell["LOG_LEVEL"] = "", "", "loud"
	shell["ALIBABA_CLOUD_PROFILE"] = "work"
	found := preflight(m)
	const want = `
ERROR    go                 is go1.25.3, and go.mod wants 1.26.0: https://go.dev/dl
ERROR    make               is not there, and s.yaml builds with it: install GNU make
warning  node               is not there, and Serverless Devs runs on it: https://nodejs.org, 14.14.0 or newer
warning  s                  is not there, and make deploy needs it: npm install -g @serverless-devs/s, then s config add
warning  aliyun             is not there; only the function's role is made with it: https://github.com/aliyun/aliyun-cli
warning  .env               sets DRYRUN, which s.yaml does not read: is it one of .env.example, misspelt?
warning  FUNCTION_NAME      has a $ in .env, which Serverless Devs expands and these checks do not: write the value out
warning  DRY_RUN            is empty in the shell, which hides "true" of .env: "false" is deployed; unset DRY_RUN
ERROR    SWEEP_CONCURRENCY  is not a number from 1 to 64; the function would not start: handler/README.md, Configuration
ERROR    LOG_LEVEL          is not debug, info, warn or error; the function would not start: handler/README.md, Configuration
ERROR    FUNCTION_REGION    is "cn-hangzou"; Elasticsearch is available in ap-northeast-1, ap-south-1, ap-southeast-1, ap-southeast-2, ap-southeast-3, ap-southeast-5, cn-beijing, cn-chengdu, cn-guangzhou, cn-hangzhou, cn-hangzhou-finance, cn-hongkong, cn-north-2-gov-1, cn-qingdao, cn-shanghai, cn-shanghai-finance-1, cn-shenzhen, cn-wulanchabu, cn-zhangjiakou, eu-central-1, eu-west-1, us-east-1, us-west-1: the regions of Elasticsearch
warning  FUNCTION_ROLE      is "Disconnect", and "disconnect" is deployed: use a role with a name in lower case
ERROR    DEAD_LETTER_QUEUE  is "acs:mns:cn-hangzhou:1:/queues/q/messages", and has to be a queue's name alone, of at most 120 letters, digits and hyphens, such as DEAD_LETTER_QUEUE=disconnect-failed
ERROR    RECONCILE          is "on", and can be off, report or remove, such as RECONCILE=report
ERROR    RECONCILE_CRON     is "17 3 * * *" and has 5 of the 6 fields: second, minute, hour, day of the month, month, day of the week; such as RECONCILE_CRON=CRON_TZ=UTC 0 17 3 * * * (daily at 03:17 UTC)
warning  aliyun profile     "work" is for "cn-beijing", and the function goes to cn-hangzou: give aliyun --region cn-hangzou
`
	if got := "\n" + table(found); got != want || !isBad(found) {
		t.Errorf("got%s\nwant%s", got, want)
	}
}

// TestFindings: what a single change of a good setup adds to what is found, or takes
// the place of.
func TestFindings(t *testing.T) {
	t.Parallel()
	says := func(line string) func(*machine) {
		return func(m *machine) { m.version = func(string) (string, error) { return line, nil } }
	}
	config := filepath.Join("home", ".aliyun", "config.json")
	for sentence, test := range map[string]struct {
		change func(*machine)
		files  map[string]string // "-" for none
		shell  map[string]string
		want   finding
	}{
		"go, the very one":            {func(m *machine) { m.goVersion = "go1.26.0" }, nil, nil, finding{fine, "go", "go1.26.0, and go.mod wants 1.26.0"}},
		"no go.mod":                   {nil, map[string]string{"go.mod": "-"}, nil, finding{bad, "go", "needs a go.mod with a line go; run this in the folder of s.yaml"}},
		"another make":                {says("bmake 2.1"), nil, nil, finding{warning, "make", `says "bmake 2.1", and the Makefile is for GNU make: put that first in PATH`}},
		"an old node":                 {says("v12.22.9"), nil, nil, finding{warning, "node", "is v12.22.9, and Serverless Devs wants 14.14.0 or newer: https://nodejs.org"}},
		"the oldest node":             {says("v14.14.0"), nil, nil, finding{fine, "node", "v14.14.0"}},
		"no s.yaml":                   {nil, map[string]string{"s.yaml": "-"}, nil, finding{bad, "s.yaml", "and .env cannot be read: file does not exist; run this in their folder"}},
		"s.yaml is no YAML":           {nil, map[string]string{"s.yaml": "a: [b"}, nil, finding{bad, "s.yaml", "and .env cannot be read: yaml: line 1: did not find expected ',' or ']'; run this in their folder"}},
		"no .env":                     {nil, map[string]string{".env": "-"}, nil, finding{warning, ".env", "is not there, so s.yaml has its defaults where the shell says nothing: cp .env.example .env"}},
		"no .env, so it removes":      {nil, map[string]string{".env": "-"}, nil, finding{fine, "function", "starts with these variables, and removes: DRY_RUN is false"}},
		"the shell makes it live":     {nil, nil, map[string]string{"DRY_RUN": "false"}, finding{fine, "function", "starts with these variables, and removes: DRY_RUN is false"}},
		"empty and DRY_RUN is hidden": {nil, nil, map[string]string{"DRY_RUN": ""}, finding{warning, "DRY_RUN", `is empty in the shell, which hides "true" of .env: "false" is deployed; unset DRY_RUN`}},
		"a whole role":                {nil, nil, map[string]string{"FUNCTION_ROLE": "acs:ram::1:role/Disconnect"}, finding{warning, "FUNCTION_ROLE", `is "acs:ram::1:role/Disconnect", and "acs:ram::1:role/disconnect" is deployed: use a role with a name in lower case`}},
		"a queue":                     {nil, nil, map[string]string{"DEAD_LETTER_QUEUE": "failed-1"}, finding{fine, "DEAD_LETTER_QUEUE", "failed-1, which has to exist"}},
		"a queue of 121 characters": {nil, nil, map[string]string{"DEAD_LETTER_QUEUE": strings.Repeat("q", 121)}, finding{bad, "DEAD_LETTER_QUEUE",
			`is "` + strings.Repeat("q", 121) + `", and has to be a queue's name alone, of at most 120 letters, digits and hyphens, such as DEAD_LETTER_QUEUE=disconnect-failed`}},
		"a queue of 120":       {nil, nil, map[string]string{"DEAD_LETTER_QUEUE": strings.Repeat("q", 120)}, finding{fine, "DEAD_LETTER_QUEUE", strings.Repeat("q", 120) + ", which has to exist"}},
		"no timer":             {nil, nil, map[string]string{"RECONCILE": "off"}, finding{fine, "RECONCILE", "off"}},
		"a timer that removes": {nil, nil, map[string]string{"RECONCILE": "remove"}, finding{fine, "RECONCILE", "remove"}},
		"a day that never comes": {nil, nil, map[string]string{"RECONCILE_CRON": "0 0 0 30 2 *"},
			finding{bad, "RECONCILE_CRON", `is "0 0 0 30 2 *", a day that does not come in the next five years; such as RECONCILE_CRON=CRON_TZ=UTC 0 17 3 * * * (daily at 03:17 UTC)`}},
		"a profile that is not JSON": {nil, map[string]string{config: "{hush"}, nil, finding{warning, "aliyun profile", "cannot be read in ~/.aliyun/config.json: aliyun configure"}},
		"a profile that is nowhere":  {nil, nil, map[string]string{"ALIBABA_CLOUD_PROFILE": "x"}, finding{warning, "aliyun profile", `"x" is not in ~/.aliyun/config.json: aliyun configure --profile x`}},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			m, files, shell := good(t)
			if test.change != nil {
				test.change(&m)
			}
			for name, text := range test.files {
				if files[name] = text; text == "-" {
					delete(files, name)
				}
			}
			for name, value := range test.shell {
				shell[name] = value
			}
			var got []finding
			for _, f := range preflight(m) {
				if f == test.want {
					return
				}
				if f.about == test.want.about {
					got = append(got, f)
				}
			}
			t.Errorf("\n got %v\nwant %v", got, test.want)
		})
	}
}

// Who has no aliyun CLI has no profile, and none is asked for.
func TestNoProfile(t *testing.T) {
	t.Parallel()
	m, files, _ := good(t)
	delete(files, filepath.Join("home", ".aliyun", "config.json"))
	if got := profile(m, "cn-hangzhou"); got != nil {
		t.Errorf("%v, want nothing", got)
	}
}

// An empty variable that hides nothing is not worth a line.
func TestNothingHidden(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]settings{
		"no .env":             {map[string]string{"A": "1"}, nil, lookup(map[string]string{"A": ""})},
		"not in .env":         {map[string]string{"A": "1"}, map[string]string{"B": "2"}, lookup(map[string]string{"A": ""})},
		"empty in .env":       {map[string]string{"A": "1"}, map[string]string{"A": ""}, lookup(map[string]string{"A": ""})},
		"the default in .env": {map[string]string{"A": "1"}, map[string]string{"A": "1"}, lookup(map[string]string{"A": ""})},
		"not empty":           {map[string]string{"A": "1"}, map[string]string{"A": "2"}, lookup(map[string]string{"A": "3"})},
		"not in the shell":    {map[string]string{"A": "1"}, map[string]string{"A": "2"}, lookup(nil)},
	} {
		if got := hidden(s); got != nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestIsBad: only an error stops a deployment.
func TestIsBad(t *testing.T) {
	t.Parallel()
	for level, want := range map[level]bool{fine: false, warning: false, bad: true} {
		if got := isBad([]finding{{level, "a", "b"}, ok("c", "d")}); got != want {
			t.Errorf("%s: %t, want %t", level, got, want)
		}
	}
}
