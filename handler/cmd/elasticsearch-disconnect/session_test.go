package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/identity"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// TestRegions: the flags count before the variable or the profile, and none is dropped.
func TestRegions(t *testing.T) {
	t.Parallel()
	none := map[string]string{}
	endpoint := func(host string) map[string]string {
		return map[string]string{"ELASTICSEARCH_ENDPOINT": "https://" + host}
	}
	for name, test := range map[string]struct {
		named []string
		env   map[string]string
		want  string
	}{
		"flags":               {[]string{"cn-hangzhou", "cn-beijing"}, none, "cn-hangzhou cn-beijing"},
		"one twice":           {[]string{"cn-hangzhou", "cn-beijing", "cn-hangzhou"}, none, "cn-hangzhou cn-beijing"},
		"with a space":        {[]string{"cn-hangzhou", " cn-beijing"}, none, "cn-hangzhou cn-beijing"},
		"all and one":         {[]string{"all", "cn-hangzhou-finance"}, none, strings.Join(append(expanded("all", handler.Config{}), "cn-hangzhou-finance"), " ")},
		"a new one":           {[]string{"cn-new-1"}, map[string]string{"REGIONS": "cn-new-1"}, "cn-new-1"},
		"all of REGIONS":      {[]string{"all"}, map[string]string{"REGIONS": "cn-beijing,cn-hangzhou-finance"}, "cn-beijing cn-hangzhou-finance"},
		"all of one":          {[]string{"all"}, map[string]string{"REGIONS": "cn-beijing"}, "cn-beijing"},
		"an endpoint there":   {[]string{"cn-hangzhou"}, endpoint("elasticsearch-vpc.cn-hangzhou.aliyuncs.com"), "cn-hangzhou"},
		"an endpoint of ours": {[]string{"cn-hangzhou"}, endpoint("es.example.com"), "cn-hangzhou"},
		"an endpoint elsewhere": {[]string{"cn-beijing"}, endpoint("elasticsearch.cn-hangzhou.aliyuncs.com"),
			"ELASTICSEARCH_ENDPOINT is in cn-hangzhou, and you asked for cn-beijing: unset it, or give --region cn-hangzhou"},
		"an endpoint for two": {[]string{"cn-beijing", "cn-hangzhou"}, endpoint("es.example.com"),
			"ELASTICSEARCH_ENDPOINT serves one region alone: give one --region, or unset it"},
		"a VPC for two": {[]string{"cn-beijing", "cn-hangzhou"}, map[string]string{"ELASTICSEARCH_NETWORK": "vpc"},
			"ELASTICSEARCH_NETWORK=vpc serves one region alone: give one --region, or unset it"},
	} {
		config, err := handler.ReadConfig(func(name string) string { return test.env[name] })
		if err != nil {
			t.Fatal(err)
		}
		regions, err := regionsOf(named{"--region", test.named}, config)
		got := strings.Trim(fmt.Sprint(regions), "[]")
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, test.want)
		}
	}
}

// TestPreset: where the regions come from if no flag names them.
func TestPreset(t *testing.T) {
	t.Parallel()
	for variable, want := range map[string]named{
		"":                        {"the region of a profile,", []string{"cn-shanghai"}},
		"cn-beijing,,cn-hangzhou": {regionVariable, []string{"cn-beijing", "cn-hangzhou"}},
	} {
		c := Command{Getenv: func(string) string { return variable }}
		if got := c.preset(target{}, identity.Source{Name: "a profile", Region: "cn-shanghai"}); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", variable, got, want)
		}
	}
}

// TestOneRegion: a command that shows one region acts in one, whatever names it.
func TestOneRegion(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"remove es-a es-b --yes", "remove es-b --all --force --yes", "event -"} {
		f := newFixture(t)
		f.env[regionVariable] = "cn-hangzhou,cn-beijing"
		exit, want := f.run(t, strings.Fields(args)...), regionVariable+" names 2 regions, and this acts in one: give --region REGION"
		if exit != handler.ExitInvalid || !strings.Contains(f.stderr.String(), want) || len(f.api.Requests()) > 0 {
			t.Errorf("%s: %s", args, f.transcript(exit))
		}
	}
}

// TestWrongSetting: a setting that cannot be read is not passed over: it may protect an instance.
func TestWrongSetting(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.env["PROTECTED_INSTANCES"] = "es-a es-b"
	f.exits(t, f.run(t, "remove", "es-a", "es-b", "--yes", "--region", "cn-hangzhou"), handler.ExitInvalid)
	if got := f.stderr.String(); !strings.HasPrefix(got, "configuration: PROTECTED_INSTANCES ") || len(f.api.Requests()) > 0 {
		t.Errorf("%s, %v", got, f.api.Requests())
	}
}

// TestAllRegions: finance and government have to be named.
func TestAllRegions(t *testing.T) {
	t.Parallel()
	got := strings.Join(expanded("all", handler.Config{}), " ")
	if strings.Contains(got, "finance") || strings.Contains(got, "gov") || len(expanded("all", handler.Config{})) != len(elasticsearch.Regions())-3 {
		t.Errorf("all: %s", got)
	}
}

// TestSource: a source that cannot be used is an error, and no other is asked. The rules are
// package identity's.
func TestSource(t *testing.T) {
	t.Parallel()
	const half = "the environment has ALIBABA_CLOUD_ACCESS_KEY_ID without ALIBABA_CLOUD_ACCESS_KEY_SECRET: set all of them, or unset ALIBABA_CLOUD_ACCESS_KEY_ID"
	const noAnswer = "no answer from 127.0.0.1:1 for ALIBABA_CLOUD_CREDENTIALS_URI in the environment (no stand-in serves 127.0.0.1): check its address"
	fails := map[string]string{"ALIBABA_CLOUD_ACCESS_KEY_ID": "", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "", "ALIBABA_CLOUD_CREDENTIALS_URI": "http://127.0.0.1:1"}
	const refuses = "sts.cn-hangzhou.aliyuncs.com refuses the credentials of ALIBABA_CLOUD_ACCESS_KEY_ID in the environment (the answer is "
	for name, test := range map[string]struct {
		args string
		env  map[string]string
		exit int
		want string // standard error
	}{
		"half a pair":             {"report", map[string]string{"ALIBABA_CLOUD_ACCESS_KEY_SECRET": ""}, handler.ExitInvalid, half},
		"no such profile":         {"report --profile prd", nil, handler.ExitInvalid, "~/.aliyun/config.json cannot be read (no such file or directory): run aliyun configure"},
		"an unknown key":          {"remove es-a es-b --yes", map[string]string{"ALIBABA_CLOUD_ACCESS_KEY_ID": "canary-other"}, handler.ExitFailed, refuses + "InvalidAccessKeyId.NotFound, request id UUID); check your access key"},
		"a wrong signature":       {"event -", map[string]string{"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "canary-other"}, handler.ExitFailed, refuses + "SignatureDoesNotMatch, request id UUID); check your access key secret"},
		"a service that fails":    {"report", fails, handler.ExitFailed, noAnswer},
		"one that fails for call": {"call https://example.com es-a --all", fails, handler.ExitFailed, noAnswer},
		"to call":                 {"call https://example.com es-a --all", map[string]string{"ALIBABA_CLOUD_ACCESS_KEY_SECRET": ""}, handler.ExitInvalid, half},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			for name, value := range test.env {
				f.env[name] = value
			}
			f.exits(t, f.run(t, append(strings.Fields(test.args), "--region", "cn-hangzhou")...), test.exit)
			if got := uuids.ReplaceAllString(f.stderr.String(), "UUID"); got != test.want+"\n" || f.stdout.Len() > 0 {
				t.Errorf("standard error:\n got %q\nwant %q\nand standard output %q", got, test.want, f.stdout.String())
			}
			if got := f.api.Requests(); len(got) > 0 {
				t.Errorf("asked the API: %v", got)
			}
		})
	}
}

// TestAnotherAccount: nothing is removed as somebody else than was shown, even if a service
// hands out credentials of another account while a person looks at the question.
func TestAnotherAccount(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	leftovers(f)
	given := f.issued("first", myAccount)
	f.cloud.Serve("credentials.example.com", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, given) }))
	f.env = map[string]string{"ALIBABA_CLOUD_CREDENTIALS_URI": "https://credentials.example.com", "SWEEP_CONCURRENCY": "1"}
	f.answers(&typing{func() { given = f.issued("second", "2234567890984321") }, strings.NewReader("yes\n")})
	f.exits(t, f.run(t, "reconcile", "--region", "cn-hangzhou"), handler.ExitDone)
	if got := f.stdout.String(); !strings.HasPrefix(got, "removed   es-a  es-gone  cn-hangzhou\n") {
		t.Errorf("standard output:\n%s", got)
	}
}

// TestMemberAccount: another account, by MEMBER_ROLE, is in the question and in each line. It is not parallel, as
// TestExplain.
func TestMemberAccount(t *testing.T) {
	f := newFixture(t)
	member := elasticsearchtest.Account{AccessKeyID: "STS.canary", AccessKeySecret: "canary-secret-member", SecurityToken: "canary-token", ID: memberAccount}
	f.cloud.STS.AddRole("acs:ram::"+memberAccount+":role/ops", member)
	f.api.AddAccount(member)
	f.api.AddInstanceOf(memberAccount, "es-a")
	f.api.Connect("es-a", "es-gone")
	f.env["MEMBER_ROLE"] = "ops"
	before := http.DefaultTransport
	defer func() { http.DefaultTransport = before }()
	http.DefaultTransport = trusting(f.cloud)
	f.answers(strings.NewReader("yes\n"))
	f.exits(t, f.run(t, "reconcile", "--region", "cn-hangzhou", "--account", myAccount+","+memberAccount+","+memberAccount), handler.ExitDone)
	if got := f.stdout.String(); got != "removed   es-a  es-gone  cn-hangzhou, account "+memberAccount+"\n" {
		t.Errorf("standard output:\n%s", got)
	}
	for _, want := range []string{"\nrole         acs:ram::" + memberAccount + ":role/ops\n", "\nRemove this connection in cn-hangzhou, account " + memberAccount + "?"} {
		if got := f.stderr.String(); !strings.Contains(got, want) {
			t.Errorf("standard error:\n%s\nwant %s", got, want)
		}
	}

	f.add("es-b") // of the own account, too
	f.api.Connect("es-a", "es-gone")
	f.api.Connect("es-b", "es-gone")
	f.answers(strings.NewReader("no\n"))
	f.exits(t, f.run(t, "reconcile", "--region", "cn-hangzhou", "--account", myAccount+","+memberAccount), handler.ExitLeft)
	want := "Remove these 2 connections in cn-hangzhou, accounts " + myAccount + " and " + memberAccount + "? Type yes:"
	if got := strings.Join(strings.Fields(f.stderr.String()), " "); !strings.Contains(got, want) {
		t.Errorf("standard error:\n%s\nwant %s", &f.stderr, want)
	}
}

// TestTokens: two runs are two requests, so that the second is not answered as the first was.
func TestTokens(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tokens := map[string]bool{}
	for range 2 {
		fine(f)
		f.exits(t, f.run(t, "remove", "es-a", "es-b", "--yes", "--region", "cn-hangzhou"), handler.ExitDone)
	}
	for _, r := range f.api.Requests() {
		if r.Action == "DeleteConnectedCluster" {
			tokens[r.ClientToken] = true
		}
	}
	if len(tokens) != 2 {
		t.Errorf("client tokens: %v", tokens)
	}
}

// issued is what a credentials URI answers with a session of an account.
func (f *fixture) issued(name, account string) string {
	session := elasticsearchtest.Account{AccessKeyID: "STS." + name, AccessKeySecret: "canary-secret-" + name, SecurityToken: "canary-token-" + name, ID: account}
	f.cloud.STS.AddAccount(session)
	f.api.AddAccount(session)
	return fmt.Sprintf(`{"AccessKeyId":%q,"AccessKeySecret":%q,"SecurityToken":%q}`, session.AccessKeyID, session.AccessKeySecret, session.SecurityToken)
}

// TestInterruptedWait: an interrupt ends the command although what it waits for takes no
// notice, such as a terminal or a service that hands out credentials.
func TestInterruptedWait(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"event - --region cn-hangzhou", "report --region cn-hangzhou", "call https://example.com es-a --all"} {
		f := newFixture(t)
		ctx, interrupt := context.WithCancel(t.Context())
		forever, end := io.Pipe()
		t.Cleanup(func() { end.Close() })
		hang := func() {
			interrupt()
			_, _ = io.Copy(io.Discard, forever)
		}
		f.cloud.Serve("credentials.example.com", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hang() }))
		f.env = map[string]string{"ALIBABA_CLOUD_CREDENTIALS_URI": "https://credentials.example.com"}
		f.Stdin = &typing{hang, strings.NewReader("")}
		f.exits(t, f.runWith(ctx, t, strings.Fields(args)...), exitInterrupted)
		if got := f.stderr.String(); got != "Interrupted: nothing was removed.\n" {
			t.Errorf("%s: standard error %q", args, got)
		}
	}
}
