package handler_test

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
)

const notProtection = "PROTECTED_INSTANCES is not a list of instance ids, or of beginnings of ids with a * behind them: write for example es-cn-n6w1o1x0w001c0001,es-sg-*"

func TestReadConfig(t *testing.T) {
	t.Parallel()
	endpoint, err := elasticsearch.ParseEndpoint("https://example.com")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		env     map[string]string
		want    handler.Config
		wantErr string
	}{
		"nothing set": {nil, handler.Config{Network: elasticsearch.Public, Concurrency: 8, ReconcileLimit: 20}, ""},
		"everything set": {map[string]string{"ELASTICSEARCH_NETWORK": "vpc", "ELASTICSEARCH_ENDPOINT": "https://example.com", "DRY_RUN": "true", "LOG_LEVEL": "debug", "RELEASE_POLICY": "eager", "SWEEP_CONCURRENCY": "64", "RECONCILE_LIMIT": "100", "REGIONS": "cn-hangzhou, ap-southeast-1", "MEMBER_ROLE": "Es_disconnect-1.x", "PROTECTED_INSTANCES": "es-cn-A1b2, es-sg-*"},
			handler.Config{Network: elasticsearch.VPC, Endpoint: endpoint, DryRun: true, LogLevel: slog.LevelDebug, Eager: true, Concurrency: 64, ReconcileLimit: 100, Regions: regions(t, "cn-hangzhou", "ap-southeast-1"), MemberRole: "Es_disconnect-1.x", Protected: handler.Protection{"es-cn-a1b2", "es-sg-*"}}, ""},
		"a new region":     {map[string]string{"REGIONS": "xx-new-1"}, handler.Config{Network: elasticsearch.Public, Concurrency: 8, ReconcileLimit: 20, Regions: regions(t, "xx-new-1")}, ""},
		"no region's id":   {map[string]string{"REGIONS": "Hangzhou"}, handler.Config{}, "REGIONS is not a list of region ids, such as cn-hangzhou,cn-beijing"},
		"a comma too many": {map[string]string{"REGIONS": "cn-hangzhou,"}, handler.Config{}, "REGIONS is not a list of region ids, such as cn-hangzhou,cn-beijing"},
		"a role too long":  {map[string]string{"MEMBER_ROLE": strings.Repeat("r", 65)}, handler.Config{}, "MEMBER_ROLE is not the name of a role, which has at most 64 letters, digits, dots, hyphens and underscores"},
		"a * alone":        {map[string]string{"PROTECTED_INSTANCES": "es-a,*"}, handler.Config{}, notProtection},
		"a * in between":   {map[string]string{"PROTECTED_INSTANCES": "es-*-a"}, handler.Config{}, notProtection},
		"two *":            {map[string]string{"PROTECTED_INSTANCES": "es-**"}, handler.Config{}, notProtection},
		"an empty entry":   {map[string]string{"PROTECTED_INSTANCES": "es-a,,es-b"}, handler.Config{}, notProtection},
		"spaces between":   {map[string]string{"PROTECTED_INSTANCES": "es-a es-b"}, handler.Config{}, notProtection},
		"no removal":       {map[string]string{"RECONCILE_LIMIT": "0"}, handler.Config{Network: elasticsearch.Public, Concurrency: 8}, ""},
		"less than none":   {map[string]string{"RECONCILE_LIMIT": "-1"}, handler.Config{}, "RECONCILE_LIMIT is not a number from 0 to 100000"},
		"none at a time":   {map[string]string{"SWEEP_CONCURRENCY": "0"}, handler.Config{}, "SWEEP_CONCURRENCY is not a number from 1 to 64"},
		"a level nearly":   {map[string]string{"LOG_LEVEL": "warn+3", "DRY_RUN": "T"}, handler.Config{}, "DRY_RUN is not true or false\nLOG_LEVEL is not debug, info, warn or error"},
		"no number":        {map[string]string{"SWEEP_CONCURRENCY": "8.5"}, handler.Config{}, "SWEEP_CONCURRENCY is not a number from 1 to 64"},
		"no proxy":         {map[string]string{"HTTPS_PROXY": "http://user:secret@proxy:port"}, handler.Config{}, "HTTPS_PROXY is not the address of a proxy, such as http://HOST:PORT"},
		"a small proxy":    {map[string]string{"https_proxy": "ftp://proxy", "DRY_RUN": "T"}, handler.Config{}, "DRY_RUN is not true or false\nHTTPS_PROXY is not the address of a proxy, such as http://HOST:PORT"},
		"the large counts": {map[string]string{"HTTPS_PROXY": "proxy:3128", "https_proxy": "ftp://proxy"}, handler.Config{Network: elasticsearch.Public, Concurrency: 8, ReconcileLimit: 20}, ""},
		"no dry run":       {map[string]string{"DRY_RUN": "false"}, handler.Config{Network: elasticsearch.Public, Concurrency: 8, ReconcileLimit: 20}, ""},
		"everything wrong": {map[string]string{"ELASTICSEARCH_NETWORK": "moon", "ELASTICSEARCH_ENDPOINT": "https://u:secret@h", "DRY_RUN": "on", "LOG_LEVEL": "loud", "RELEASE_POLICY": "never", "SWEEP_CONCURRENCY": "65", "RECONCILE_LIMIT": "many", "REGIONS": "cn-hangzhou,Shanghai", "MEMBER_ROLE": "acs:ram::1:role/x", "PROTECTED_INSTANCES": "es-a;es-b"},
			handler.Config{}, "ELASTICSEARCH_NETWORK is neither public nor vpc\nELASTICSEARCH_ENDPOINT has more than a scheme and a host\nREGIONS is not a list of region ids, such as cn-hangzhou,cn-beijing\nMEMBER_ROLE is not the name of a role, which has at most 64 letters, digits, dots, hyphens and underscores\n" + notProtection + "\nDRY_RUN is not true or false\nRELEASE_POLICY is not final or eager\nSWEEP_CONCURRENCY is not a number from 1 to 64\nRECONCILE_LIMIT is not a number from 0 to 100000\nLOG_LEVEL is not debug, info, warn or error"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := handler.ReadConfig(func(name string) string { return test.env[name] })
			gotErr := ""
			if err != nil {
				gotErr = err.Error()
			}
			if gotErr != test.wantErr {
				t.Errorf("error:\n got %s\nwant %s", gotErr, test.wantErr)
			}
			if err == nil && !reflect.DeepEqual(got, test.want) {
				t.Errorf("config:\n got %+v\nwant %+v", got, test.want)
			}
		})
	}
}

// TestCheckRegion: a person may name what is in the list or in REGIONS.
func TestCheckRegion(t *testing.T) {
	t.Parallel()
	named := handler.Config{Regions: regions(t, "xx-new-1", "cn-shanghai")}
	for name, test := range map[string]struct {
		config handler.Config
		region string
		want   string
	}{
		"in the list":       {handler.Config{}, "na-south-1", "<nil>"},
		"in REGIONS":        {named, "xx-new-1", "<nil>"},
		"in the list alone": {named, "cn-hangzhou", "<nil>"},
		"in neither":        {named, "xx-new-2", `is not in this version's list of Elasticsearch regions. A new region can be named in REGIONS`},
		"mistyped":          {handler.Config{}, "cn-hangzou", `is not in this version's list of Elasticsearch regions (did you mean cn-hangzhou?). A new region can be named in REGIONS`},
		"no region's id":    {named, "hangzhou", `is not in this version's list of Elasticsearch regions (did you mean cn-hangzhou?). A new region can be named in REGIONS`},
	} {
		if got := fmt.Sprint(test.config.CheckRegion(test.region)); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, test.want)
		}
	}
}

func regions(t *testing.T, ids ...string) (regions []connection.Region) {
	t.Helper()
	for _, id := range ids {
		region, err := connection.ParseRegion(id)
		if err != nil {
			t.Fatal(err)
		}
		regions = append(regions, region)
	}
	return regions
}

func TestVariables(t *testing.T) {
	t.Parallel()
	var asked []string
	if _, err := handler.ReadConfig(func(name string) string { asked = append(asked, name); return "" }); err != nil {
		t.Fatal(err)
	}
	if want := append(handler.Variables(), "HTTPS_PROXY", "https_proxy"); !slices.Equal(asked, want) {
		t.Errorf("ReadConfig reads %v, want %v", asked, want)
	}
}

// TestControlCharacters: credentials with one are refused where they are obtained, and no
// request is sent.
func TestControlCharacters(t *testing.T) {
	t.Parallel()
	for part, change := range map[string]func(*fccontext.Credentials){
		"access key id":     func(c *fccontext.Credentials) { c.AccessKeyId += "\n" },
		"access key secret": func(c *fccontext.Credentials) { c.AccessKeySecret = "\t" + c.AccessKeySecret },
		"access key id and the security token": func(c *fccontext.Credentials) {
			c.AccessKeyId, c.SecurityToken = c.AccessKeyId+"\r", c.SecurityToken+"\x7f"
		},
	} {
		s := newFixture(t)
		given := role
		change(&given)
		reply, err := s.Handle(invocation(t, given), []byte(direct))
		want := `"status":403,"detail":"a line end or another control character is in the ` + part + `, which came from the function's role",`
		if got := posted(t, reply, err); !strings.Contains(got, want) || strings.Contains(got+s.log.String(), role.AccessKeyId) || strings.Contains(got+s.log.String(), role.SecurityToken) {
			t.Errorf("reply:\n got %s\nwant %s", got, want)
		}
		if n := len(s.api.Requests()); n != 0 {
			t.Errorf("%d requests were sent", n)
		}
	}
}

// TestMissingCredentials: a part that is missing is named, and nothing is
// signed with what is left. It sets the environment from which credentials-go
// would fill the gap, so it is not parallel.
func TestMissingCredentials(t *testing.T) {
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "env-key")
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "env-secret")
	t.Setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "env-token")
	for missing, without := range map[string]func(*fccontext.Credentials){
		"access key id":     func(c *fccontext.Credentials) { c.AccessKeyId = "" },
		"access key secret": func(c *fccontext.Credentials) { c.AccessKeySecret = "" },
		"security token":    func(c *fccontext.Credentials) { c.SecurityToken = "" },
		"access key id and access key secret and security token": func(c *fccontext.Credentials) { *c = fccontext.Credentials{} },
	} {
		s := newFixture(t)
		given := role
		without(&given)
		reply, err := s.Handle(invocation(t, given), []byte(direct))
		want := `Denied {"type":"urn:elasticsearch-disconnect:Denied","title":"Credentials or permissions do not allow it","status":403,"detail":"the invocation came without ` + missing + `: give the function a role","requestId":"fc-1","regionId":"cn-hangzhou"}`
		if got := posted(t, reply, err); got != want {
			t.Errorf("reply:\n got %s\nwant %s", got, want)
		}
		if n := len(s.api.Requests()); n != 0 {
			t.Errorf("%d requests were sent", n)
		}
		if strings.Contains(s.log.String(), "env-") {
			t.Errorf("the log has the environment: %s", &s.log)
		}
	}
}

// TestWarmUp: a connection is opened to the endpoint in force, unless none is
// known or an event has come.
func TestWarmUp(t *testing.T) {
	t.Parallel()
	configured, err := elasticsearch.ParseEndpoint("https://example.com")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		config  handler.Config
		region  string
		invoked bool
		want    string
	}{
		"the region's":        {handler.Config{}, "cn-beijing", false, "https://elasticsearch.cn-beijing.aliyuncs.com"},
		"a new region's":      {handler.Config{}, "xx-new-1", false, "https://elasticsearch.xx-new-1.aliyuncs.com"},
		"the region's VPC":    {handler.Config{Network: elasticsearch.VPC}, "cn-beijing", false, "https://elasticsearch-vpc.cn-beijing.aliyuncs.com"},
		"the one configured":  {handler.Config{Endpoint: configured}, "", false, "https://example.com"},
		"no region":           {handler.Config{}, "", false, ""},
		"no region's name":    {handler.Config{}, "x/y", false, ""},
		"an event came first": {handler.Config{}, "cn-beijing", true, ""},
	} {
		s := newFixture(t)
		if test.invoked {
			s.handle(t, "{}")
		}
		s.Config = test.config
		got := ""
		s.WarmUp(test.region, func(ctx context.Context, e elasticsearch.Endpoint) {
			if _, bounded := ctx.Deadline(); !bounded {
				t.Errorf("%s: no deadline", name)
			}
			got = e.String()
		})
		if got != test.want {
			t.Errorf("%s: opened %q, want %q", name, got, test.want)
		}
	}
}
