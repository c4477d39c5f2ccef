package preflight

import (
	"bytes"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
)

// A fixture is a Setup without faults: .env as it is shipped, and all tools.
type fixture struct {
	Setup
	folder, home fstest.MapFS
	shell        map[string]string
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{
		folder: fstest.MapFS{
			"s.yaml": {Data: read(t, "../../../../s.yaml")},
			".env":   {Data: read(t, "../../../../.env.example")},
		},
		home: fstest.MapFS{".aliyun/config.json": {Data: []byte(`{"current":"default","profiles":[{"name":"work","region_id":"cn-beijing"},` +
			`{"name":"default","mode":"AK","access_key_id":"id","access_key_secret":"hush","region_id":"cn-hangzhou"}]}`)}},
		shell: map[string]string{},
	}
	f.Setup = Setup{
		Folder:      f.folder,
		Home:        f.home,
		LookupEnv:   lookup(f.shell),
		LookPath:    func(tool string) (string, error) { return "/bin/" + tool, nil },
		NodeVersion: func() (string, error) { return "v20.20.2\n", nil },
	}
	return f
}

// check compares the whole output. The clock of synctest begins on 2000-01-01.
func (f *fixture) check(t *testing.T, isGood bool, want string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		if got := f.Check(&out); got != isGood || "\n"+out.String() != want {
			t.Errorf("%t\n%s\nwant %t%s", got, &out, isGood, want)
		}
	})
}

func TestGoodSetup(t *testing.T) {
	t.Parallel()
	newFixture(t).check(t, true, `
ok       node               v20.20.2
ok       s                  /bin/s
ok       aliyun             /bin/aliyun
ok       .env               sets only variables that s.yaml reads
ok       function           starts with these variables, and removes nothing: DRY_RUN is true
ok       FUNCTION_REGION    cn-hangzhou
ok       FUNCTION_ROLE      elasticsearch-disconnect
ok       DEAD_LETTER_QUEUE  empty: events that failed for good are dropped
ok       RECONCILE          report
ok       RECONCILE_CRON     CRON_TZ=UTC 0 17 3 * * *, next at 2000-01-01 03:17 UTC
ok       aliyun profile     "default", for cn-hangzhou
`)
}

func TestBadSetup(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	missing := errors.New("not found")
	f.LookPath = func(string) (string, error) { return "", missing }
	f.NodeVersion = func() (string, error) { return "", missing }
	f.folder[".env"].Data = []byte("DRYRUN=true\nDRY_RUN=true\nFUNCTION_NAME=$NAME\nFUNCTION_ROLE=Disconnect\nFUNCTION_REGION=cn-hangzou\n" +
		"DEAD_LETTER_QUEUE=acs:mns:cn-hangzhou:1:/queues/q/messages\nRECONCILE=on\nRECONCILE_CRON=17 3 * * *\nSWEEP_CONCURRENCY=0\n")
	f.shell["DRY_RUN"], f.shell["REGIONS"], f.shell["LOG_LEVEL"] = "", "", "loud"
	f.shell["ALIBABA_CLOUD_PROFILE"] = "work"
	f.check(t, false, `
warning  node               is not installed, but Serverless Devs needs it: https://nodejs.org, 14.14.0 or newer
warning  s                  is not installed, but make deploy needs it: npm install -g @serverless-devs/s, then s config add
warning  aliyun             is not installed; only the creation of the function's role needs it: https://github.com/aliyun/aliyun-cli
warning  .env               sets DRYRUN, which s.yaml does not read: compare the name with those in .env.example
warning  FUNCTION_NAME      has a $ in .env, which Serverless Devs expands but these checks do not: write the value out
warning  DRY_RUN            is empty in the shell, which hides "true" of .env, so "false" would be deployed: unset DRY_RUN
ERROR    SWEEP_CONCURRENCY  is not a number from 1 to 64; the function would not start: handler/README.md, Configuration
ERROR    LOG_LEVEL          is not debug, info, warn or error; the function would not start: handler/README.md, Configuration
warning  FUNCTION_REGION    is cn-hangzou, which is not in this version's list of Elasticsearch regions (did you mean cn-hangzhou?)
warning  FUNCTION_ROLE      is "Disconnect", but "disconnect" would be deployed: use a role with a name in lower case
ERROR    DEAD_LETTER_QUEUE  is "acs:mns:cn-hangzhou:1:/queues/q/messages"; must be the name of a queue, at most 120 letters, digits and hyphens, such as DEAD_LETTER_QUEUE=disconnect-failed
ERROR    RECONCILE          is "on"; must be off, report or remove, such as RECONCILE=report
ERROR    RECONCILE_CRON     is "17 3 * * *": it must have 6 fields: second, minute, hour, day of the month, month, day of the week; such as RECONCILE_CRON=CRON_TZ=UTC 0 17 3 * * * (daily at 03:17 UTC)
warning  aliyun profile     "work" is for "cn-beijing", but the function is deployed to cn-hangzou: call aliyun with --region cn-hangzou
`)
}

// TestWarningsOnly: only an error stops a deployment.
func TestWarningsOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	delete(f.folder, ".env")
	delete(f.home, ".aliyun/config.json") // without the aliyun CLI, no profile is checked
	f.LookPath = func(string) (string, error) { return "", fs.ErrNotExist }
	f.check(t, true, `
ok       node               v20.20.2
warning  s                  is not installed, but make deploy needs it: npm install -g @serverless-devs/s, then s config add
warning  aliyun             is not installed; only the creation of the function's role needs it: https://github.com/aliyun/aliyun-cli
warning  .env               does not exist, so variables that the shell does not set have their defaults: cp .env.example .env
ok       function           starts with these variables, and removes connections: DRY_RUN is false
ok       FUNCTION_REGION    cn-hangzhou
ok       FUNCTION_ROLE      elasticsearch-disconnect
ok       DEAD_LETTER_QUEUE  empty: events that failed for good are dropped
ok       RECONCILE          report
ok       RECONCILE_CRON     CRON_TZ=UTC 0 17 3 * * *, next at 2000-01-01 03:17 UTC
`)
}

// TestFindings: the finding for a single change of a good setup.
func TestFindings(t *testing.T) {
	t.Parallel()
	nodeIs := func(version string) func(*fixture) {
		return func(f *fixture) { f.NodeVersion = func() (string, error) { return version, nil } }
	}
	shell := func(name, value string) func(*fixture) {
		return func(f *fixture) { f.shell[name] = value }
	}
	template := func(text string) func(*fixture) {
		return func(f *fixture) { f.folder["s.yaml"].Data = []byte(text) }
	}
	longest := strings.Repeat("q", 120)
	for name, test := range map[string]struct {
		change func(*fixture)
		want   finding
	}{
		"an old node":                {nodeIs("v12.22.9\n"), finding{warning, "node", "is v12.22.9, but Serverless Devs needs 14.14.0 or newer: https://nodejs.org"}},
		"the oldest node":            {nodeIs("v14.14.0\n"), finding{fine, "node", "v14.14.0"}},
		"no s.yaml":                  {func(f *fixture) { delete(f.folder, "s.yaml") }, finding{bad, "s.yaml", "and .env cannot be read: open s.yaml: file does not exist; run this in their folder"}},
		"s.yaml is not YAML":         {template("a: [b"), finding{bad, "s.yaml", "and .env cannot be read: yaml: line 1: did not find expected ',' or ']'; run this in their folder"}},
		"the shell makes it live":    {shell("DRY_RUN", "false"), finding{fine, "function", "starts with these variables, and removes connections: DRY_RUN is false"}},
		"no region's id":             {shell("FUNCTION_REGION", "Hangzhou"), finding{bad, "FUNCTION_REGION", `is not a region id such as cn-hangzhou: "Hangzhou"`}},
		"a new region":               {shell("REGIONS", "cn-hangzhou,xx-new-1"), finding{warning, "REGIONS", "has xx-new-1, which is not in this version's list of Elasticsearch regions"}},
		"no list of instances":       {shell("PROTECTED_INSTANCES", "es-a es-b"), finding{bad, "PROTECTED_INSTANCES", "is not a list of instance ids, or of beginnings of ids with a * behind them: write for example es-cn-n6w1o1x0w001c0001,es-sg-*; the function would not start: handler/README.md, Configuration"}},
		"a role's ARN":               {shell("FUNCTION_ROLE", "acs:ram::1:role/Disconnect"), finding{warning, "FUNCTION_ROLE", `is "acs:ram::1:role/Disconnect", but "acs:ram::1:role/disconnect" would be deployed: use a role with a name in lower case`}},
		"a queue of 120 characters":  {shell("DEAD_LETTER_QUEUE", longest), finding{fine, "DEAD_LETTER_QUEUE", longest + "; this queue must exist"}},
		"a queue of 121 characters":  {shell("DEAD_LETTER_QUEUE", longest+"q"), finding{bad, "DEAD_LETTER_QUEUE", `is "` + longest + `q"; must be the name of a queue, at most 120 letters, digits and hyphens, such as DEAD_LETTER_QUEUE=disconnect-failed`}},
		"no timer":                   {shell("RECONCILE", "off"), finding{fine, "RECONCILE", "off"}},
		"a timer that removes":       {shell("RECONCILE", "remove"), finding{fine, "RECONCILE", "remove"}},
		"a day that never comes":     {shell("RECONCILE_CRON", "0 0 0 30 2 *"), finding{bad, "RECONCILE_CRON", `is "0 0 0 30 2 *", a day that does not occur in the next five years; such as RECONCILE_CRON=CRON_TZ=UTC 0 17 3 * * * (daily at 03:17 UTC)`}},
		"a profile that is not JSON": {func(f *fixture) { f.home[".aliyun/config.json"].Data = []byte("{hush") }, finding{warning, "aliyun profile", "cannot be read from ~/.aliyun/config.json: run aliyun configure"}},
		"no such profile":            {shell("ALIBABA_CLOUD_PROFILE", "x"), finding{warning, "aliyun profile", `"x" is not in ~/.aliyun/config.json: run aliyun configure --profile x`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			test.change(f)
			var got []finding
			for _, found := range f.findings() {
				if found.about == test.want.about {
					got = append(got, found)
				}
			}
			if !slices.Equal(got, []finding{test.want}) {
				t.Errorf("\n got %v\nwant %v", got, test.want)
			}
		})
	}
}

// TestNothingHidden: an empty variable is no finding if it hides nothing.
func TestNothingHidden(t *testing.T) {
	t.Parallel()
	empty := lookup(map[string]string{"A": ""})
	for name, s := range map[string]settings{
		"no .env":             {map[string]string{"A": "1"}, nil, empty},
		"empty in .env":       {map[string]string{"A": "1"}, map[string]string{"A": ""}, empty},
		"the default in .env": {map[string]string{"A": "1"}, map[string]string{"A": "1"}, empty},
		"not empty":           {map[string]string{"A": "1"}, map[string]string{"A": "2"}, lookup(map[string]string{"A": "3"})},
	} {
		if got := hidden(s); got != nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}
