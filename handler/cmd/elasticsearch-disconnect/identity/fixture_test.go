package identity

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

type account = elasticsearchtest.Account

// The identities of these tests: a person's key and session, and what a role hands out.
var (
	person  = account{AccessKeyID: "canary-person", AccessKeySecret: "canary-person-secret", ID: "1234567890984321"}
	session = account{AccessKeyID: "STS.canary-session", AccessKeySecret: "canary-session-secret", SecurityToken: "canary-session-token", ID: "1234567890984321"}
	member  = account{AccessKeyID: "STS.canary-member", AccessKeySecret: "canary-member-secret", SecurityToken: "canary-member-token", ID: "2234567890984321"}
)

// cloud is what http.DefaultTransport reaches, which credentials-go clones.
var cloud = elasticsearchtest.NewCloud()

// proxied counts the requests that went to the proxy of the environment.
var proxied atomic.Int64

// TestMain gives the process another identity in every variable that credentials-go reads:
// if one were used, a test would see it.
func TestMain(m *testing.M) {
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { proxied.Add(1) }))
	for name, value := range map[string]string{
		"ACCESS_KEY_ID": "canary-other", "ACCESS_KEY_SECRET": "canary-other-secret", "SECURITY_TOKEN": "canary-other-token",
		"ROLE_ARN": "acs:ram::9:role/other", "ROLE_SESSION_NAME": "other", "STS_REGION": "cn-other", "VPC_ENDPOINT_ENABLED": "true",
		"OIDC_TOKEN": "canary-other-oidc", "OIDC_TOKEN_FILE": "/nowhere", "OIDC_PROVIDER_ARN": "acs:ram::9:oidc-provider/other",
		"PROFILE": "other", "CONFIG_FILE": "/nowhere", "CREDENTIALS_FILE": "/nowhere", "CREDENTIALS_URI": "http://127.0.0.1:1/",
		"ECS_METADATA": "other", "CLI_PROFILE_DISABLED": "true", "ECS_METADATA_DISABLED": "true",
	} {
		os.Setenv("ALIBABA_CLOUD_"+name, value)
	}
	os.Setenv("HTTP_PROXY", proxy.URL)
	shared := cloud.Transport()
	RefuseRedirects(shared)
	http.DefaultTransport = shared
	for _, a := range []account{person, session, member} {
		cloud.STS.AddAccount(a)
	}
	cloud.STS.AddRole(roleARNOf("ops"), member)
	cloud.STS.AddRole(roleARNOf("trusts-nobody"), account{})
	cloud.STS.OnRequest = faults
	serveSessions()
	code := m.Run()
	cloud.Close()
	proxy.Close()
	os.Exit(code)
}

func roleARNOf(name string) string { return "acs:ram::2234567890984321:role/" + name }

const jsonType = "application/json"

// faults are answers of STS for roles of their name.
func faults(r elasticsearchtest.STSRequest) http.HandlerFunc {
	return map[string]http.HandlerFunc{
		roleARNOf("half"):    elasticsearchtest.Body(200, jsonType, `{"Credentials":{"AccessKeyId":"canary-a","SecurityToken":"canary-c"}}`),
		roleARNOf("moved"):   elasticsearchtest.Redirect(307, "https://portal.example.com/"),
		roleARNOf("resets"):  elasticsearchtest.Reset(),
		roleARNOf("html"):    elasticsearchtest.HTML(200),
		roleARNOf("is-busy"): elasticsearchtest.Refuse(503, "ServiceUnavailable", "canary"),
		roleARNOf("expired"): elasticsearchtest.Refuse(400, "InvalidSecurityToken.Expired", "canary"),
	}[r.RoleARN]
}

// A world is what a person has configured.
type world struct {
	flag  string
	env   map[string]string // names without ALIBABA_CLOUD_
	files map[string]string // content by the path below the home directory

	metadata http.Handler // of the machine; nil for none
	homeless bool         // HOME is not set
}

// settings puts a world into place. An environment value and a file may have HOME for the
// home directory.
func (w world) settings(t *testing.T) Settings {
	t.Helper()
	home := t.TempDir()
	for path, content := range w.files {
		file := filepath.Join(home, path)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(content, "HOME", home)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	known := home
	if w.homeless {
		known = ""
	}
	return Settings{
		Profile: w.flag,
		Home:    known,
		Getenv: func(name string) string {
			short, _ := strings.CutPrefix(name, "ALIBABA_CLOUD_")
			return strings.ReplaceAll(w.env[short], "HOME", home)
		},
		Transport:   transport(),
		metadataURL: w.metadataAddress(t),
	}
}

// transport leads to the cloud, and to services that have no certificate.
func transport() http.RoundTripper {
	t := cloud.Transport()
	t.DisableKeepAlives = true
	t.Proxy = func(r *http.Request) (*url.URL, error) {
		if r.URL.Scheme == "http" {
			return nil, nil
		}
		return cloud.Proxy(), nil
	}
	return t
}

// metadataAddress is one that a proxy would be asked for: it is not that of loopback,
// though it leads there.
func (w world) metadataAddress(t *testing.T) string {
	t.Helper()
	if w.metadata == nil {
		return "http://127.0.0.1:1"
	}
	server := httptest.NewServer(w.metadata)
	t.Cleanup(server.Close)
	return strings.Replace(server.URL, "127.0.0.1", "0.0.0.0", 1)
}

// get finds the source of a world and asks it.
func (w world) get(t *testing.T) (Source, acs3.Credentials, error) {
	t.Helper()
	source, err := Find(w.settings(t))
	if err != nil {
		return source, acs3.Credentials{}, err
	}
	c, err := source.Credentials()
	return source, c, err
}

// config is a config.json whose current profile is default.
func profilesFile(profiles ...string) string {
	return `{"current":"default","profiles":[` + strings.Join(profiles, ",") + `]}`
}

const configPath, credentialsPath = ".aliyun/config.json", ".alibabacloud/credentials"

// only is a world whose one source is a profile default of config.json.
func only(profile string) world {
	return world{files: map[string]string{configPath: profilesFile(profile)}, env: map[string]string{"ECS_METADATA_DISABLED": "true"}}
}

// revealed are credentials to be compared.
func revealed(c acs3.Credentials) account {
	return account{AccessKeyID: c.AccessKeyID.Reveal(), AccessKeySecret: c.AccessKeySecret.Reveal(), SecurityToken: c.SecurityToken.Reveal()}
}

// without is an identity as credentials show it: without its account.
func without(a account) account { a.ID = ""; return a }

// keys are the members of an access key, as they are in config.json.
func keysOf(a account) string {
	return `"access_key_id":"` + a.AccessKeyID + `","access_key_secret":"` + a.AccessKeySecret + `"`
}

// serveSessions serves the hosts that hand out a person's session.
func serveSessions() {
	handOut := map[string]string{
		"/cloud-credentials": `{"CloudCredential":{"AccessKeyId":"STS.canary-session","AccessKeySecret":"canary-session-secret","SecurityToken":"canary-session-token","Expiration":"2099-01-01T00:00:00Z"}}`,
	}
	serve := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		switch {
		case strings.Contains(r.Header.Get("Authorization"), "canary-refused"):
			http.Error(w, `{"ErrorCode":"InvalidAccessToken","ErrorMessage":"canary-refused"}`, 400)
		case r.Form.Get("Action") == "AssumeRoleWithOIDC" && r.Form.Get("OIDCToken") == "canary-oidc":
			_, _ = w.Write([]byte(`{"Credentials":{"AccessKeyId":"STS.canary-member","AccessKeySecret":"canary-member-secret","SecurityToken":"canary-member-token","Expiration":"2099-01-01T00:00:00Z"}}`))
		case r.Form.Get("Action") != "":
			http.Error(w, `{"Code":"AuthenticationFail.OIDCToken.Expired","Message":"canary-refused","RequestId":"r-1"}`, 400)
		default:
			_, _ = w.Write([]byte(handOut[r.URL.Path]))
		}
	})
	cloud.Serve("sts.cn-moved.aliyuncs.com", elasticsearchtest.Redirect(307, "https://portal.example.com/"))
	for _, host := range []string{"signin.example.com", "sts.cn-oidc.aliyuncs.com"} {
		cloud.Serve(host, serve)
	}
}

func newRecorder() *httptest.ResponseRecorder { return httptest.NewRecorder() }

// withoutID drops the id of a request of the stand-in, which depends on the order of tests.
func withoutID(text string) string {
	return regexp.MustCompile(`, request id A55E0000[0-9A-F-]+`).ReplaceAllString(text, "")
}

// shown is an error as the command shows it: what failed, its cause, and what to do.
func shown(err error) string {
	failed := (*connection.Error)(nil)
	if !errors.As(err, &failed) {
		return "no error of this package: " + err.Error()
	}
	text := failed.Message
	if failed.Err != nil {
		text += " (" + failed.Err.Error() + ")"
	}
	return withoutID(withoutPort(text + failed.Advice.Command))
}

// withoutPort names the host of a stand-in, whose port is another in each run.
func withoutPort(text string) string {
	return regexp.MustCompile(`127\.0\.0\.1:[0-9]{2,}|0\.0\.0\.0:[0-9]{2,}`).ReplaceAllString(text, "HOST")
}
