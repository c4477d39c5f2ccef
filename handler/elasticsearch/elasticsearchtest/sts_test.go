package elasticsearchtest

import (
	"errors"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aliyun/credentials-go/credentials/providers"
)

// shared is the Cloud that http.DefaultTransport reaches in these tests: the official provider clones that, so no test
// may change it while others run. Each test has a role of its own.
var shared = NewCloud()

func TestMain(m *testing.M) {
	transport := http.DefaultTransport
	http.DefaultTransport = shared.Transport()
	shared.STS.AddAccount(temporary)
	shared.STS.AddRole(role("answered"), member)
	shared.STS.AddRole(role("not-allowed"), Account{})
	shared.STS.OnRequest = func(r STSRequest) http.HandlerFunc {
		return map[string]http.HandlerFunc{
			role("reset"):   Reset(),
			role("garbage"): Body(http.StatusOK, "text/html", "<html>"),
		}[r.RoleARN]
	}
	code := m.Run()
	shared.Close()
	http.DefaultTransport = transport
	os.Exit(code)
}

func role(name string) string { return "acs:ram::2234567890984321:role/" + name }

// official assumes a role by the official provider, whose signature is its own.
func official(t *testing.T, a Account, role, host string) (*providers.Credentials, error) {
	t.Helper()
	previous, err := providers.NewStaticSTSCredentialsProviderBuilder().
		WithAccessKeyId(a.AccessKeyID).WithAccessKeySecret(a.AccessKeySecret).WithSecurityToken(a.SecurityToken).Build()
	if err != nil {
		t.Fatal(err)
	}
	provider, err := providers.NewRAMRoleARNCredentialsProviderBuilder().
		WithCredentialsProvider(previous).WithRoleArn(role).WithRoleSessionName("a.b-c_d@e").WithDurationSeconds(900).
		WithStsEndpoint(host).
		WithHttpOptions(&providers.HttpOptions{ConnectTimeout: 300_000, ReadTimeout: 300_000}). // for what hangs
		Build()
	if err != nil {
		t.Fatal(err)
	}
	return provider.GetCredentials()
}

// The signature of the official provider is accepted, over the proxy and by the name of either network.
func TestOfficialProvider(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"sts.cn-hangzhou.aliyuncs.com", "sts-vpc.cn-beijing.aliyuncs.com"} {
		got, err := official(t, temporary, role("answered"), host)
		want := providers.Credentials{
			AccessKeyId: member.AccessKeyID, AccessKeySecret: member.AccessKeySecret, SecurityToken: member.SecurityToken,
			ProviderName: "ram_role_arn/static_sts",
		}
		if err != nil || *got != want {
			t.Fatalf("%s: got %v, %v", host, got, err)
		}
		wantRequest := STSRequest{
			Method: "POST", Host: host, Action: "AssumeRole", RoleARN: role("answered"), SessionName: "a.b-c_d@e", Duration: 15 * time.Minute,
			AccessKeyID: temporary.AccessKeyID, Status: 200,
		}
		isWanted := func(r STSRequest) bool { r.Order = 0; return r == wantRequest }
		if got := shared.STS.Requests(); !slices.ContainsFunc(got, isWanted) {
			t.Errorf("Requests:\n got %+v\nwant %+v in it", got, wantRequest)
		}
		if !slices.Contains(shared.Hosts(), host) {
			t.Errorf("Hosts: got %q, want %s in it", shared.Hosts(), host)
		}
	}
}

// What the official provider makes of a refusal and of a fault.
func TestOfficialProviderFails(t *testing.T) {
	t.Parallel()
	otherSecret := temporary
	otherSecret.AccessKeySecret = "x"
	for name, test := range map[string]struct {
		account Account
		role    string
		want    string // a part of the error
	}{
		"another secret":          {otherSecret, "answered", "server string to sign is:POST&%2F&AccessKeyId%3DSTS.Key%26Action%3DAssumeRole%26"},
		"no such role":            {temporary, "nowhere", `"Code":"EntityNotExist.Role"`},
		"a role that trusts none": {temporary, "not-allowed", `"Code":"NoPermission"`},
		"garbage":                 {temporary, "garbage", "invalid character '<'"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := official(t, test.account, role(test.role), "sts.cn-hangzhou.aliyuncs.com")
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, %v, want %s in the error", got, err, test.want)
			}
		})
	}
}

func TestOfficialProviderMeetsAReset(t *testing.T) {
	t.Parallel()
	_, err := official(t, temporary, role("reset"), "sts.cn-hangzhou.aliyuncs.com")
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %v, want %v", err, syscall.ECONNRESET)
	}
}
