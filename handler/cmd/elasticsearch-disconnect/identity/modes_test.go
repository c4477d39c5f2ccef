package identity

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	sso       = `"mode":"CloudSSO","cloud_sso_sign_in_url":"https://signin.example.com/start/login","cloud_sso_account_id":"1","cloud_sso_access_config":"ac-1"`
	oidcParts = `"mode":"OIDC","oidc_provider_arn":"acs:ram::2:oidc-provider/p","ram_role_arn":"acs:ram::2:role/ops","sts_region":"cn-oidc"`
)

// metadataOf is the metadata service of a machine with one role. It wants a token with each
// request unless it is of the first version, which has none.
func metadataOf(answer string, version int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := r.Header.Get("X-Aliyun-Ecs-Metadata-Token")
		switch path := r.Method + " " + r.URL.Path; {
		case path == "PUT /latest/api/token" && version > 1:
			_, _ = w.Write([]byte("canary-token"))
		case (token == "canary-token") != (version > 1):
			http.Error(w, "canary", http.StatusForbidden)
		case path == "GET /latest/meta-data/ram/security-credentials/":
			_, _ = w.Write([]byte("my-role\n"))
		case path == "GET /latest/meta-data/ram/security-credentials/my-role":
			_, _ = w.Write([]byte(answer))
		default:
			http.NotFound(w, r)
		}
	})
}

const sessionIssued = `{"Code":"Success","AccessKeyId":"STS.canary-session","AccessKeySecret":"canary-session-secret","SecurityToken":"canary-session-token","Expiration":"2099-01-01T00:00:00Z"}`

// TestSources: each way to configure credentials gives them, and nothing of another
// identity that is in the environment of the process.
func TestSources(t *testing.T) {
	t.Parallel()
	issues := serving(t, sessionIssued)
	for name, test := range map[string]struct {
		world
		source string
		want   account
	}{
		"keys": {world{env: map[string]string{"ACCESS_KEY_ID": person.AccessKeyID, "ACCESS_KEY_SECRET": person.AccessKeySecret}},
			"ALIBABA_CLOUD_ACCESS_KEY_ID in the environment", person},
		"session": {world{env: map[string]string{"ACCESS_KEY_ID": session.AccessKeyID, "ACCESS_KEY_SECRET": session.AccessKeySecret, "SECURITY_TOKEN": session.SecurityToken}},
			"ALIBABA_CLOUD_ACCESS_KEY_ID in the environment", session},
		"OIDC variables": {world{files: map[string]string{"token": "canary-oidc\n"}, env: map[string]string{"OIDC_TOKEN_FILE": "HOME/token",
			"OIDC_PROVIDER_ARN": "acs:ram::2:oidc-provider/p", "ROLE_ARN": "acs:ram::2:role/ops", "STS_REGION": "cn-oidc"}},
			"ALIBABA_CLOUD_OIDC_TOKEN_FILE in the environment", member},
		"credentials URI": {world{env: map[string]string{"CREDENTIALS_URI": issues}}, "ALIBABA_CLOUD_CREDENTIALS_URI in the environment", session},
		"a named role of the machine": {world{metadata: metadataOf(sessionIssued, 2), env: map[string]string{"ECS_METADATA": "my-role"}},
			"ALIBABA_CLOUD_ECS_METADATA in the environment", session},
		"a role of the first version": {world{metadata: metadataOf(sessionIssued, 1), env: map[string]string{"ECS_METADATA": "my-role"}},
			"ALIBABA_CLOUD_ECS_METADATA in the environment", session},
		"the role of the machine": {world{metadata: metadataOf(sessionIssued, 2)}, "the RAM role of this machine", session},

		"AK":         {only(`{"name":"default","mode":"AK","sts_token":"canary-left",` + keysOf(person) + `}`), `profile "default" of ~/.aliyun/config.json`, person},
		"StsToken":   {only(`{"name":"default","mode":"StsToken","sts_expiration":0,` + keysOf(session) + `,"sts_token":"canary-session-token"}`), `profile "default" of ~/.aliyun/config.json`, session},
		"RamRoleArn": {only(`{"name":"default","mode":"RamRoleArn","sts_expiration":1,` + keysOf(person) + `,"ram_role_arn":"` + roleARNOf("ops") + `"}`), `profile "default" of ~/.aliyun/config.json`, member},
		"ChainableRamRoleArn": {only(`{"name":"default","mode":"ChainableRamRoleArn","source_profile":"base","ram_role_arn":"` + roleARNOf("ops") + `","sts_region":"cn-beijing","enable_vpc":true},
			{"name":"base","mode":"StsToken",` + keysOf(session) + `,"sts_token":"canary-session-token"}`), `profile "default" of ~/.aliyun/config.json`, member},
		"EcsRamRole": {world{metadata: metadataOf(sessionIssued, 2), files: map[string]string{configPath: profilesFile(`{"name":"default","mode":"EcsRamRole"}`)}},
			`profile "default" of ~/.aliyun/config.json`, session},
		"RamRoleArnWithRoleName": {world{metadata: metadataOf(sessionIssued, 2), files: map[string]string{configPath: profilesFile(
			`{"name":"default","mode":"RamRoleArnWithRoleName","ram_role_name":"my-role","ram_role_arn":"` + roleARNOf("ops") + `"}`)}},
			`profile "default" of ~/.aliyun/config.json`, member},
		"OIDC":     {only(`{"name":"default",`+oidcParts+`,"oidc_token_file":"HOME/token"}`).with("token", "canary-oidc"), `profile "default" of ~/.aliyun/config.json`, member},
		"CloudSSO": {only(`{"name":"default",` + sso + `,"access_token":"canary-sso","cloud_sso_access_token_expire":4070908800}`), `profile "default" of ~/.aliyun/config.json`, session},
		"OAuth": {only(`{"name":"default","mode":"OAuth","oauth_site_type":"CN","oauth_refresh_token":"canary-refused","sts_expiration":4070908800,"sts_token":"canary-session-token",` + keysOf(session) + `}`),
			`profile "default" of ~/.aliyun/config.json`, session},
		"External":       {only(`{"name":"default","mode":"External","process_command":"printf \\%s '{\"mode\":\"AK\",\"sts_token\":\"canary-left\",\"access_key_id\":\"canary-person\",\"access_key_secret\":\"canary-person-secret\"}'"}`), `profile "default" of ~/.aliyun/config.json`, person},
		"CredentialsURI": {only(`{"name":"default","mode":"CredentialsURI","credentials_uri":"` + issues + `"}`), `profile "default" of ~/.aliyun/config.json`, session},

		"a section": {world{files: map[string]string{credentialsPath: "[default]\ntype = access_key\naccess_key_id = canary-person\naccess_key_secret = canary-person-secret\n"}},
			`profile "default" of ~/.alibabacloud/credentials`, person},
		"a section with a role": {world{files: map[string]string{credentialsPath: "[default]\ntype = ram_role_arn\naccess_key_id = canary-person\naccess_key_secret = canary-person-secret\nrole_arn = " + roleARNOf("ops") + "\n"}},
			`profile "default" of ~/.alibabacloud/credentials`, member},
		"a section with the role of the machine": {world{metadata: metadataOf(sessionIssued, 2), files: map[string]string{credentialsPath: "[default]\ntype = ecs_ram_role\nrole_name = my-role\n"}},
			`profile "default" of ~/.alibabacloud/credentials`, session},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source, c, err := test.get(t)
			if err != nil || source.Name != test.source || revealed(c) != without(test.want) {
				t.Errorf("got %s, %s, %v\nwant %s, %s", source.Name, revealed(c).AccessKeyID, err, test.source, test.want.AccessKeyID)
			}
		})
	}
}

// TestRolesAreWhole: nothing of a role that is assumed comes from the environment of the
// process.
func TestRolesAreWhole(t *testing.T) {
	t.Parallel()
	w := only(`{"name":"default","mode":"RamRoleArn","sts_region":"cn-beijing","enable_vpc":true,` + keysOf(person) + `,"ram_role_arn":"` + roleARNOf("ops") + `"}`)
	if _, _, err := w.get(t); err != nil {
		t.Fatal(err)
	}
	hosts := []string{"sts.aliyuncs.com", "sts-vpc.cn-beijing.aliyuncs.com", host} // of all tests
	for _, r := range cloud.STS.Requests() {
		if !slices.Contains(hosts, r.Host) || r.RoleARN != "" && (r.SessionName != "elasticsearch-disconnect" || r.Duration != time.Hour) {
			t.Errorf("STS was asked at %s for %s of %s, for %v", r.Host, r.SessionName, r.RoleARN, r.Duration)
		}
	}
}

// TestCommandRunsOnce: what a command gave is kept, for it may ask the person, who reads
// what it says.
func TestCommandRunsOnce(t *testing.T) {
	t.Parallel()
	w := only(`{"name":"default","mode":"External","process_command":"sh -c 'echo code? >&2; cat HOME/out'"}`)
	w.files["out"] = `{"access_key_id":"canary-person","access_key_secret":"canary-person-secret"}`
	s := w.settings(t)
	var said strings.Builder
	s.Stderr = &said
	source, err := Find(s)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := source.Credentials(); err != nil {
			t.Fatal(err)
		}
	}
	if said.String() != "code?\n" {
		t.Errorf("it said %q", &said)
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]string{
		"  a \t b\n":                `["a" "b"]`,
		`"C d/tool" 'e "f' g"h i"j`: `["C d/tool" "e \"f" "gh ij"]`,
		`a "" ''`:                   `["a" "" ""]`,
		`a\ b "c\"d\e" 'f\g'`:       `["a b" "c\"d\\e" "f\\g"]`,
		"":                          `[]`,
		`a "b`:                      `[]`,
		`a \`:                       `[]`,
	} {
		got := fmt.Sprintf("%q", split(command, false))
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", command, got, want)
		}
	}
	if words := split(`C:\a\b.exe "c d"`, true); !slices.Equal(words, []string{`C:\a\b.exe`, "c d"}) {
		t.Errorf("in Windows: got %q", words)
	}
}
