package preflight

import (
	"errors"
	"io/fs"
	"regexp"
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

// set changes a value of .env.
func (f *fixture) set(name, value string) {
	line := regexp.MustCompile(`(?m)^` + name + `=.*$`)
	f.folder[".env"].Data = line.ReplaceAllLiteral(f.folder[".env"].Data, []byte(name+"="+value))
}

// check compares the whole output. The clock of synctest begins on 2000-01-01.
func (f *fixture) check(t *testing.T, isGood bool, want string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if lines, got := f.Check(); got != isGood || "\n"+lines != want {
			t.Errorf("%t\n%s\nwant %t%s", got, lines, isGood, want)
		}
	})
}

func TestGoodSetup(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.set("LOG_PROJECT", "disconnect-logs")
	f.check(t, true, `
ok       node                v20.20.2
ok       s                   /bin/s
ok       aliyun              /bin/aliyun
ok       .env                sets only variables that s.yaml reads
ok       function            starts with these variables, and removes nothing: DRY_RUN is true
ok       FUNCTION_REGION     cn-hangzhou
ok       FUNCTION_NAME       elasticsearch-disconnect
ok       FUNCTION_ROLE       elasticsearch-disconnect
ok       DEAD_LETTER_QUEUE   empty: events that failed for good are dropped
ok       LOG_PROJECT         disconnect-logs; make logs creates it
ok       RECONCILE           report
ok       RECONCILE_CRON      CRON_TZ=UTC 0 17 3 * * *, next at 2000-01-01 03:17 UTC
ok       RECONCILE_REGIONS   empty: the function's own
ok       RECONCILE_ACCOUNTS  empty: the function's own
ok       aliyun profile      "default", for cn-hangzhou
`)
}

// TestBadSetup: what .env or the shell says otherwise than its author means, and what a deployment would stop at.
func TestBadSetup(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	missing := errors.New("not found")
	f.LookPath = func(string) (string, error) { return "", missing }
	f.NodeVersion = func() (string, error) { return "", missing }
	f.folder[".env"].Data = []byte("DRYRUN=true\nRELEASE POLICY=final\nFUNCTION_NAME=$NAME-8\nFUNCTION_ROLE=Disconnect\nFUNCTION_REGION=cn-hangzou\n" +
		"DEAD_LETTER_QUEUE=acs:mns:cn-hangzhou:1:/queues/q/messages\nRECONCILE=\"off\nRECONCILE_LIMIT=5\nRECONCILE_CRON=17 3 * * *\nSWEEP_CONCURRENCY=0\n" +
		"LOG_PROJECT=Logs\nRECONCILE_REGIONS=Hangzhou\nRECONCILE_ACCOUNTS=me\nREGIONS=$REGIONS\n")
	f.shell["RECONCILE_LIMIT"], f.shell["LOG_LEVEL"], f.shell["NAME"] = "", "loud", "9"
	f.shell["ALIBABA_CLOUD_PROFILE"] = "work"
	f.check(t, false, `
warning  node                is not installed, but Serverless Devs needs it: https://nodejs.org, 14.14.0 or newer
warning  s                   is not installed, but make deploy needs it: npm install -g @serverless-devs/s, then s config add
warning  aliyun              is not installed; the function's role and make logs need it: https://github.com/aliyun/aliyun-cli
ERROR    .env                line 2 is not read: write NAME=value, or a # before a comment
ERROR    RECONCILE           has a quote in .env that is not closed on its line: close it, or leave the quotes out
ERROR    .env                sets DRYRUN, which s.yaml does not read (did you mean DRY_RUN?)
ERROR    REGIONS             refers to itself in .env: write the value out
ERROR    DRY_RUN             is not set in .env: write DRY_RUN=true there, or DRY_RUN=false to remove connections
ERROR    RECONCILE_LIMIT     is empty in the shell, which hides "5" of .env, so the default "20" would be deployed: unset RECONCILE_LIMIT
ERROR    REGIONS             is not a list of region ids, such as cn-hangzhou,cn-beijing; the function would not start: handler/README.md, Configuration
ERROR    SWEEP_CONCURRENCY   is not a number from 1 to 64; the function would not start: handler/README.md, Configuration
ERROR    LOG_LEVEL           is not debug, info, warn or error; the function would not start: handler/README.md, Configuration
warning  FUNCTION_REGION     is cn-hangzou, which is not in this version's list of Elasticsearch regions (did you mean cn-hangzhou?)
ERROR    FUNCTION_NAME       is "9-8"; must be at most 52 lower-case letters, digits, - and _, of which the first is a letter: the function's alerts in Log Service bear this name, too. Write for example FUNCTION_NAME=elasticsearch-disconnect
warning  FUNCTION_ROLE       is "Disconnect", but "disconnect" would be deployed: use a role with a name in lower case
ERROR    DEAD_LETTER_QUEUE   is "acs:mns:cn-hangzhou:1:/queues/q/messages"; must be the name of a queue, at most 120 letters, digits and hyphens, such as DEAD_LETTER_QUEUE=disconnect-failed
ERROR    LOG_PROJECT         is "Logs"; must be 3 to 63 lower-case letters, digits and -, of which the first and the last are no -. Write for example LOG_PROJECT=disconnect-1234567890984321
ERROR    RECONCILE           is "\"off"; must be off, report or remove, such as RECONCILE=report
ERROR    RECONCILE_CRON      is "17 3 * * *": it must have 6 fields: second, minute, hour, day of the month, month, day of the week; such as RECONCILE_CRON=CRON_TZ=UTC 0 17 3 * * * (daily at 03:17 UTC)
ERROR    RECONCILE_REGIONS   is "Hangzhou"; must be region ids with commas between them, such as RECONCILE_REGIONS=cn-hangzhou,cn-beijing
ERROR    RECONCILE_ACCOUNTS  is "me"; must be account ids with commas between them, such as RECONCILE_ACCOUNTS=1234567890984321,2234567890984321
warning  aliyun profile      "work" is for "cn-beijing", but the function is deployed to cn-hangzou: call aliyun with --region cn-hangzou
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
ok       node                v20.20.2
warning  s                   is not installed, but make deploy needs it: npm install -g @serverless-devs/s, then s config add
warning  aliyun              is not installed; the function's role and make logs need it: https://github.com/aliyun/aliyun-cli
warning  .env                does not exist, so variables that the shell does not set have their defaults, which remove nothing: cp .env.example .env
ok       function            starts with these variables, and removes nothing: DRY_RUN is true
ok       FUNCTION_REGION     cn-hangzhou
ok       FUNCTION_NAME       elasticsearch-disconnect
ok       FUNCTION_ROLE       elasticsearch-disconnect
ok       DEAD_LETTER_QUEUE   empty: events that failed for good are dropped
warning  LOG_PROJECT         is empty: the log goes to a project that functions share, where lines are joined and message is not indexed, so the queries and alerts find nothing. Name a project, and make logs creates it
ok       RECONCILE           report
ok       RECONCILE_CRON      CRON_TZ=UTC 0 17 3 * * *, next at 2000-01-01 03:17 UTC
ok       RECONCILE_REGIONS   empty: the function's own
ok       RECONCILE_ACCOUNTS  empty: the function's own
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
	env := func(name, value string) func(*fixture) {
		return func(f *fixture) { f.set(name, value) }
	}
	both := func(first, second func(*fixture)) func(*fixture) {
		return func(f *fixture) { first(f); second(f) }
	}
	envIs := func(text string) func(*fixture) {
		return func(f *fixture) { f.folder[".env"].Data = []byte(text) }
	}
	template := func(text string) func(*fixture) {
		return func(f *fixture) { f.folder["s.yaml"].Data = []byte(text) }
	}
	longest := strings.Repeat("q", 120)
	const noName = `"; must be at most 52 lower-case letters, digits, - and _, of which the first is a letter: the function's alerts in Log Service bear this name, too. Write for example FUNCTION_NAME=elasticsearch-disconnect`
	most := "1" + strings.Repeat(",1", 31)
	for name, test := range map[string]struct {
		change func(*fixture)
		want   finding
	}{
		"an old node":               {nodeIs("v12.22.9\n"), finding{warning, "node", "is v12.22.9, but Serverless Devs needs 14.14.0 or newer: https://nodejs.org"}},
		"the oldest node":           {nodeIs("v14.14.0\n"), finding{fine, "node", "v14.14.0"}},
		"no s.yaml":                 {func(f *fixture) { delete(f.folder, "s.yaml") }, finding{bad, "s.yaml", "and .env cannot be read: open s.yaml: file does not exist; run this in their folder"}},
		"s.yaml is not YAML":        {template("a: [b"), finding{bad, "s.yaml", "and .env cannot be read: yaml: line 1: did not find expected ',' or ']'; run this in their folder"}},
		"an .env that is a folder":  {func(f *fixture) { f.folder[".env"].Mode = fs.ModeDir }, finding{bad, "s.yaml", "and .env cannot be read: read .env: invalid argument; run this in their folder"}},
		"it is live":                {env("DRY_RUN", "false"), finding{fine, "function", "starts with these variables, and removes connections: DRY_RUN is false"}},
		"the shell makes it live":   {shell("DRY_RUN", "false"), finding{bad, "DRY_RUN", `is "false" in the shell, which counts, and "true" in .env: unset DRY_RUN`}},
		"the shell makes it dry":    {both(env("DRY_RUN", "false"), shell("DRY_RUN", "true")), finding{warning, "DRY_RUN", `is "true" in the shell, which counts, and "false" in .env`}},
		"empty, so not live":        {both(env("DRY_RUN", "false"), shell("DRY_RUN", "")), finding{bad, "DRY_RUN", `is empty in the shell, which hides "false" of .env, so the default "true" would be deployed: unset DRY_RUN`}},
		"empty, so not armed":       {shell("DRY_RUN", ""), finding{bad, "DRY_RUN", `is empty in the shell, which hides "true" of .env, so the default "true" would be deployed: unset DRY_RUN`}},
		"empty by reference":        {env("DRY_RUN", "$ARMED"), finding{bad, "DRY_RUN", "is not set in .env: write DRY_RUN=true there, or DRY_RUN=false to remove connections"}},
		"empty, so live":            {both(env("RECONCILE", "off"), shell("RECONCILE", "")), finding{bad, "RECONCILE", `is empty in the shell, which hides "off" of .env, so the default "report" would be deployed: unset RECONCILE`}},
		"armed above":               {envIs("# at night\nDRY_RUN=false\nRECONCILE=remove\nDRY_RUN=true\n"), finding{bad, "DRY_RUN", "is set in lines 2 and 4 of .env, of which the last counts: delete all but one"}},
		"a name like none":          {func(f *fixture) { f.folder[".env"].Data = append(f.folder[".env"].Data, "TOKEN=hush\n"...) }, finding{bad, ".env", "sets TOKEN, which s.yaml does not read: take the names from .env.example"}},
		"a reference":               {both(env("FUNCTION_REGION", "${HOME_REGION:-cn-beijing}"), shell("HOME_REGION", "cn-qingdao")), finding{fine, "FUNCTION_REGION", "cn-qingdao"}},
		"no region's id":            {env("FUNCTION_REGION", "Hangzhou"), finding{bad, "FUNCTION_REGION", `is not a region id such as cn-hangzhou: "Hangzhou"`}},
		"no Function Compute there": {env("FUNCTION_REGION", "cn-guangzhou"), finding{bad, "FUNCTION_REGION", "is cn-guangzhou, where there is no Function Compute: deploy to another region, and let that function serve this one: handler/README.md, Regions"}},
		"a new region":              {env("REGIONS", "cn-hangzhou,xx-new-1"), finding{warning, "REGIONS", "has xx-new-1, which is not in this version's list of Elasticsearch regions"}},
		"no list of instances":      {env("PROTECTED_INSTANCES", "es-a es-b"), finding{bad, "PROTECTED_INSTANCES", "is not a list of instance ids, or of beginnings of ids with a * behind them: write for example es-cn-n6w1o1x0w001c0001,es-sg-*; the function would not start: handler/README.md, Configuration"}},
		"a name of 52 characters":   {env("FUNCTION_NAME", longest[:52]), finding{fine, "FUNCTION_NAME", longest[:52]}},
		"a name of 53 characters":   {env("FUNCTION_NAME", longest[:53]), finding{bad, "FUNCTION_NAME", `is "` + longest[:53] + noName}},
		"a name in upper case":      {env("FUNCTION_NAME", "Disconnect"), finding{bad, "FUNCTION_NAME", `is "Disconnect` + noName}},
		"a role's ARN":              {env("FUNCTION_ROLE", "acs:ram::1:role/disconnect"), finding{fine, "FUNCTION_ROLE", "acs:ram::1:role/disconnect"}},
		"a role's ARN, upper case":  {env("FUNCTION_ROLE", "acs:ram::1:role/Disconnect"), finding{warning, "FUNCTION_ROLE", `is "acs:ram::1:role/Disconnect", but "acs:ram::1:role/disconnect" would be deployed: use a role with a name in lower case`}},
		"half a role's ARN":         {env("FUNCTION_ROLE", "role/disconnect"), finding{bad, "FUNCTION_ROLE", `is "role/disconnect"; must be the name of a RAM role, or its ARN, such as FUNCTION_ROLE=acs:ram::1234567890984321:role/elasticsearch-disconnect`}},
		"a queue of 120 characters": {env("DEAD_LETTER_QUEUE", longest), finding{fine, "DEAD_LETTER_QUEUE", longest + "; this queue must exist"}},
		"a queue of 121 characters": {env("DEAD_LETTER_QUEUE", longest+"q"), finding{bad, "DEAD_LETTER_QUEUE", `is "` + longest + `q"; must be the name of a queue, at most 120 letters, digits and hyphens, such as DEAD_LETTER_QUEUE=disconnect-failed`}},
		"a project of 63":           {env("LOG_PROJECT", longest[:63]), finding{fine, "LOG_PROJECT", longest[:63] + "; make logs creates it"}},
		"a project of 64":           {env("LOG_PROJECT", longest[:64]), finding{bad, "LOG_PROJECT", `is "` + longest[:64] + `"; must be 3 to 63 lower-case letters, digits and -, of which the first and the last are no -. Write for example LOG_PROJECT=disconnect-1234567890984321`}},
		"no timer":                  {env("RECONCILE", "off"), finding{fine, "RECONCILE", "off"}},
		"a timer that removes":      {env("RECONCILE", "remove"), finding{fine, "RECONCILE", "remove"}},
		"a timer of Mondays":        {env("RECONCILE_CRON", "0 17 3 * * MON"), finding{warning, "RECONCILE_CRON", `is "0 17 3 * * MON", by which the timer does not run between 2000-01-01 00:00 UTC and 2000-01-03 03:17 UTC, so the alert silence would fire: run make logs again, which deletes that alert, or let the timer run daily`}},
		"of Mondays, and off":       {both(env("RECONCILE_CRON", "0 17 3 * * MON"), env("RECONCILE", "off")), finding{fine, "RECONCILE_CRON", "0 17 3 * * MON, next at 2000-01-03 03:17 UTC"}},
		"a day that never comes":    {env("RECONCILE_CRON", "0 0 0 30 2 *"), finding{bad, "RECONCILE_CRON", `is "0 0 0 30 2 *", a day that does not occur in the next five years; such as RECONCILE_CRON=CRON_TZ=UTC 0 17 3 * * * (daily at 03:17 UTC)`}},

		"the timer's regions":           {env("RECONCILE_REGIONS", "cn-hangzhou, cn-beijing"), finding{fine, "RECONCILE_REGIONS", "cn-hangzhou, cn-beijing"}},
		"a region of the timer, new":    {env("RECONCILE_REGIONS", "xx-new-1"), finding{bad, "RECONCILE_REGIONS", "has xx-new-1, which is not in this version's list of Elasticsearch regions. A new region can be named in REGIONS"}},
		"not in REGIONS":                {both(env("RECONCILE_REGIONS", "cn-beijing"), env("REGIONS", "cn-hangzhou")), finding{bad, "RECONCILE_REGIONS", "has cn-beijing, which is not in REGIONS, so the function may not act there: add it to REGIONS"}},
		"all are in REGIONS":            {both(env("RECONCILE_REGIONS", "cn-beijing"), env("REGIONS", "cn-beijing")), finding{fine, "RECONCILE_REGIONS", "cn-beijing"}},
		"its own is not in REGIONS":     {env("REGIONS", "cn-guangzhou"), finding{bad, "RECONCILE_REGIONS", "is empty, so the timer looks in cn-hangzhou, which is not in REGIONS: name the regions here, such as RECONCILE_REGIONS=cn-guangzhou"}},
		"nor has it to be, without one": {both(env("REGIONS", "cn-guangzhou"), env("RECONCILE", "off")), finding{fine, "RECONCILE_REGIONS", "empty: the function's own"}},
		"out of reach":                  {both(env("RECONCILE_REGIONS", "cn-hangzhou,cn-beijing"), env("ELASTICSEARCH_NETWORK", "vpc")), finding{bad, "RECONCILE_REGIONS", "has cn-beijing, and ELASTICSEARCH_NETWORK=vpc reaches the function's own region alone: take one of the two out"}},
		"accounts with a role":          {both(env("RECONCILE_ACCOUNTS", most), env("MEMBER_ROLE", "member")), finding{fine, "RECONCILE_ACCOUNTS", most}},
		"too many places":               {both(env("RECONCILE_ACCOUNTS", "1"+strings.Repeat(",1", 16)), env("RECONCILE_REGIONS", "cn-hangzhou,cn-beijing")), finding{bad, "RECONCILE_ACCOUNTS", "and RECONCILE_REGIONS are 34 places, and one run takes 32: deploy a second function for some of them"}},
		"the API of another region":     {env("ELASTICSEARCH_ENDPOINT", "https://elasticsearch.cn-beijing.aliyuncs.com"), finding{bad, "ELASTICSEARCH_ENDPOINT", "is in cn-beijing, and FUNCTION_REGION is cn-hangzhou: each event would fail. Correct it, or leave it empty"}},
		"a tab in a list":               {env("RECONCILE_REGIONS", "cn-hangzhou,\tcn-beijing"), finding{bad, "RECONCILE_REGIONS", `is "cn-hangzhou,\tcn-beijing", with a tab, a line end or another control character: take it out`}},
		"a line end of JavaScript":      {envIs("DRY_RUN=true\n# to go live:\u2028DRY_RUN=false\n"), finding{bad, ".env", "line 2 has the character U+2028 or U+2029, at which Serverless Devs begins a new line: take it out"}},
		"accounts, and no role":         {env("RECONCILE_ACCOUNTS", "1,2"), finding{bad, "RECONCILE_ACCOUNTS", "is 1,2, but without MEMBER_ROLE the function acts in no other account than its own, so each run of the timer would fail: handler/README.md, Accounts"}},
		"accounts for no timer":         {both(env("RECONCILE_ACCOUNTS", "1,2"), env("RECONCILE", "off")), finding{warning, "RECONCILE_ACCOUNTS", "is 1,2, but without MEMBER_ROLE the function acts in no other account than its own: handler/README.md, Accounts"}},
		"an account without a role":     {env("RECONCILE_ACCOUNTS", "1,1"), finding{warning, "RECONCILE_ACCOUNTS", "is 1,1, but without MEMBER_ROLE the function acts in no other account than its own: handler/README.md, Accounts"}},

		"a profile that is not JSON": {func(f *fixture) { f.home[".aliyun/config.json"].Data = []byte("{hush") }, finding{warning, "aliyun profile", "cannot be read from ~/.aliyun/config.json: run aliyun configure"}},
		"no such profile":            {shell("ALIBABA_CLOUD_PROFILE", "x"), finding{warning, "aliyun profile", `"x" is not in ~/.aliyun/config.json: run aliyun configure --profile x`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			test.change(f)
			var got []finding
			synctest.Test(t, func(*testing.T) {
				for _, found := range f.findings() {
					if found.about == test.want.about && (found.level != fine || test.want.level == fine) {
						got = append(got, found)
					}
				}
			})
			if !slices.Equal(got, []finding{test.want}) {
				t.Errorf("\n got %v\nwant %v", got, test.want)
			}
		})
	}
}

// TestNothingHidden: a variable of the shell is no finding if it hides nothing.
func TestNothingHidden(t *testing.T) {
	t.Parallel()
	inFile := func(value string) envFile { return envFile{values: map[string]string{"A": value}} }
	empty := lookup(map[string]string{"A": ""})
	for name, s := range map[string]settings{
		"no .env":              {map[string]string{"A": "1"}, envFile{}, empty},
		"empty in .env":        {map[string]string{"A": "1"}, inFile(""), empty},
		"the default in .env":  {map[string]string{"A": "1"}, inFile("1"), empty},
		"the same":             {map[string]string{"A": "1"}, inFile("2"), lookup(map[string]string{"A": "2"})},
		"the same, expanded":   {map[string]string{"A": "1"}, inFile("$B"), lookup(map[string]string{"A": "2", "B": "2"})},
		"the same, of DRY_RUN": {map[string]string{"DRY_RUN": "true"}, envFile{values: map[string]string{"DRY_RUN": "false"}}, lookup(map[string]string{"DRY_RUN": "false"})},
		"not in .env":          {map[string]string{"A": "1"}, envFile{}, lookup(map[string]string{"A": "2"})},
	} {
		if got := hidden(s); got != nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}
