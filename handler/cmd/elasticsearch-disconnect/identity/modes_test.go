package identity

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	sso       = `"mode":"CloudSSO","cloud_sso_sign_in_url":"https://signin.example.com/start/login","cloud_sso_account_id":"1","cloud_sso_access_config":"ac-1"`
	oidcParts = `"mode":"OIDC","oidc_provider_arn":"acs:ram::2:oidc-provider/p","ram_role_arn":"acs:ram::2:role/ops","sts_region":"cn-oidc"`
)

// metadataOf is the metadata service of a machine with one role.
func metadataOf(answer string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /latest/api/token", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("canary-token")) })
	mux.HandleFunc("GET /latest/meta-data/ram/security-credentials/{role}", func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("X-Aliyun-Ecs-Metadata-Token") != "canary-token":
			http.Error(w, "canary", http.StatusForbidden)
		case r.PathValue("role") == "":
			_, _ = w.Write([]byte("my-role\n"))
		case r.PathValue("role") == "my-role":
			_, _ = w.Write([]byte(answer))
		default:
			http.NotFound(w, r)
		}
	})
	mux.HandleFunc("GET /latest/meta-data/ram/security-credentials/", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("my-role\n")) })
	return mux
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
		"a named role of the machine": {world{metadata: metadataOf(sessionIssued), env: map[string]string{"ECS_METADATA": "my-role"}},
			"ALIBABA_CLOUD_ECS_METADATA in the environment", session},
		"the role of the machine": {world{metadata: metadataOf(sessionIssued)}, "the RAM role of this machine", session},

		"AK":         {only(`{"name":"default","mode":"AK","sts_token":"canary-left",` + keysOf(person) + `}`), `profile "default" of ~/.aliyun/config.json`, person},
		"StsToken":   {only(`{"name":"default","mode":"StsToken",` + keysOf(session) + `,"sts_token":"canary-session-token"}`), `profile "default" of ~/.aliyun/config.json`, session},
		"RamRoleArn": {only(`{"name":"default","mode":"RamRoleArn",` + keysOf(person) + `,"ram_role_arn":"` + roleARNOf("ops") + `"}`), `profile "default" of ~/.aliyun/config.json`, member},
		"ChainableRamRoleArn": {only(`{"name":"default","mode":"ChainableRamRoleArn","source_profile":"base","ram_role_arn":"` + roleARNOf("ops") + `","sts_region":"cn-beijing"},
			{"name":"base","mode":"StsToken",` + keysOf(session) + `,"sts_token":"canary-session-token"}`), `profile "default" of ~/.aliyun/config.json`, member},
		"EcsRamRole": {world{metadata: metadataOf(sessionIssued), files: map[string]string{configPath: profilesFile(`{"name":"default","mode":"EcsRamRole"}`)}},
			`profile "default" of ~/.aliyun/config.json`, session},
		"RamRoleArnWithRoleName": {world{metadata: metadataOf(sessionIssued), files: map[string]string{configPath: profilesFile(
			`{"name":"default","mode":"RamRoleArnWithRoleName","ram_role_name":"my-role","ram_role_arn":"` + roleARNOf("ops") + `"}`)}},
			`profile "default" of ~/.aliyun/config.json`, member},
		"OIDC":     {only(`{"name":"default",` + oidcParts + `,"oidc_token":"canary-oidc"}`), `profile "default" of ~/.aliyun/config.json`, member},
		"CloudSSO": {only(`{"name":"default",` + sso + `,"access_token":"canary-sso","cloud_sso_access_token_expire":4070908800}`), `profile "default" of ~/.aliyun/config.json`, session},
		"OAuth":    {only(`{"name":"default","mode":"OAuth","oauth_site_type":"CN","oauth_access_token":"canary-access","oauth_access_token_expire":4070908800}`), `profile "default" of ~/.aliyun/config.json`, session},
		"OAuth, as the CLI wrote it down": {only(`{"name":"default","mode":"OAuth","oauth_site_type":"CN","oauth_refresh_token":"canary-refused","sts_expiration":4070908800,"sts_token":"canary-session-token",` + keysOf(session) + `}`),
			`profile "default" of ~/.aliyun/config.json`, session},
		"External":       {only(`{"name":"default","mode":"External","process_command":"printf '%s' '{\"mode\":\"AK\",\"access_key_id\":\"canary-person\",\"access_key_secret\":\"canary-person-secret\"}'"}`), `profile "default" of ~/.aliyun/config.json`, person},
		"CredentialsURI": {only(`{"name":"default","mode":"CredentialsURI","credentials_uri":"` + issues + `"}`), `profile "default" of ~/.aliyun/config.json`, session},

		"a section": {world{files: map[string]string{credentialsPath: "[default]\ntype = access_key\naccess_key_id = canary-person\naccess_key_secret = canary-person-secret\n"}},
			`profile "default" of ~/.alibabacloud/credentials`, person},
		"a section with a role": {world{files: map[string]string{credentialsPath: "[default]\ntype = ram_role_arn\naccess_key_id = canary-person\naccess_key_secret = canary-person-secret\nrole_arn = " + roleARNOf("ops") + "\n"}},
			`profile "default" of ~/.alibabacloud/credentials`, member},
		"a section with the role of the machine": {world{metadata: metadataOf(sessionIssued), files: map[string]string{credentialsPath: "[default]\ntype = ecs_ram_role\nrole_name = my-role\n"}},
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
	w := only(`{"name":"default","mode":"RamRoleArn",` + keysOf(person) + `,"ram_role_arn":"` + roleARNOf("ops") + `"}`)
	if _, _, err := w.get(t); err != nil {
		t.Fatal(err)
	}
	hosts := []string{"sts.aliyuncs.com", "sts.cn-beijing.aliyuncs.com", host} // of all tests
	for _, r := range cloud.STS.Requests() {
		if !slices.Contains(hosts, r.Host) || r.RoleARN != "" && (r.SessionName != "elasticsearch-disconnect" || r.Duration != time.Hour) {
			t.Errorf("STS was asked at %s for %s of %s, for %v", r.Host, r.SessionName, r.RoleARN, r.Duration)
		}
	}
}

// TestOAuthIsWrittenDown: a session that had to be renewed is in the file afterwards, with
// all that is not known here.
func TestOAuthIsWrittenDown(t *testing.T) {
	t.Parallel()
	w := only(`{"name":"default","mode":"OAuth","oauth_site_type":"cn","oauth_refresh_token":"canary-old","language":"zh"},{"name":"x","new":{"a":1}}`)
	w.files[configPath] = strings.Replace(w.files[configPath], "{", `{"meta_path":"m",`, 1)
	s := w.settings(t)
	source, err := Find(s)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := source.Credentials(); err != nil || revealed(c) != without(session) {
		t.Fatalf("got %s, %v", revealed(c).AccessKeyID, err)
	}
	content, err := os.ReadFile(filepath.Join(s.Home, configPath))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Meta     string `json:"meta_path"`
		Profiles []map[string]any
	}
	if err := json.Unmarshal(content, &got); err != nil || got.Meta != "m" || len(got.Profiles) != 2 {
		t.Fatalf("the file is %s, %v", content, err)
	}
	if info, err := os.Stat(filepath.Join(s.Home, configPath)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	p := got.Profiles[0]
	if p["oauth_refresh_token"] != "canary-new-refresh" || p["oauth_access_token"] != "canary-new-access" || p["sts_token"] != session.SecurityToken || p["language"] != "zh" || got.Profiles[1]["new"] == nil {
		t.Errorf("the profiles are %v", got.Profiles)
	}
}

// TestRenewedAndNotWrittenDown: what cannot be kept is an error, for it may be good only once.
func TestRenewedAndNotWrittenDown(t *testing.T) {
	t.Parallel()
	s := only(`{"name":"default","mode":"OAuth","oauth_site_type":"CN","oauth_refresh_token":"canary-old"}`).settings(t)
	source, err := Find(s)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(s.Home, configPath)); err != nil {
		t.Fatal(err)
	}
	const want = `the session of profile "default" of ~/.aliyun/config.json was renewed, but cannot be written to the file (no such file or directory): make it writable`
	if _, err := source.Credentials(); err == nil || shown(err) != want {
		t.Errorf("got %s\nwant %s", shown(err), want)
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
		`acs-sso login --profile x`: "acs-sso|login|--profile|x",
		"  a \t b\n":                "a|b",
		`"C d/tool" 'e "f' g"h i"j`: `C d/tool|e "f|gh ij`,
		`a "" ''`:                   "a||",
		`a\ b "c\"d\e" 'f\g'`:       `a b|c"d\e|f\g`,
		"":                          "",
		`a "b`:                      "error",
		`a \`:                       "error",
	} {
		words, err := split(command, false)
		got := strings.Join(words, "|")
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", command, got, want)
		}
	}
	if words, _ := split(`C:\a\b.exe "c d"`, true); strings.Join(words, "|") != `C:\a\b.exe|c d` {
		t.Errorf("in Windows: got %q", words)
	}
}
