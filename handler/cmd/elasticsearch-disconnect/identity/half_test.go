package identity

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// serving is the address of a service that answers with a body.
func serving(t *testing.T, body string) string {
	t.Helper()
	return answering(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
}

func answering(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// sayWithoutHTTP answers with credentials alone.
func sayWithoutHTTP(w http.ResponseWriter, _ *http.Request) {
	c, _, _ := w.(http.Hijacker).Hijack()
	_, _ = c.Write([]byte(sessionIssued + "\n"))
	_ = c.Close()
}

// inEnvironment is a world of variables; a profile that would work lies in a file beside them.
func inEnvironment(pairs ...string) world {
	w := only(`{"name":"default","mode":"AK",` + keysOf(person) + `}`)
	for i := 0; i < len(pairs); i += 2 {
		w.env[pairs[i]] = pairs[i+1]
	}
	return w
}

// of is a world with a profile prod in config.json that --profile names, beside a default
// and keys in the environment that would work.
func of(profile string) world {
	w := inEnvironment("ACCESS_KEY_ID", person.AccessKeyID, "ACCESS_KEY_SECRET", person.AccessKeySecret)
	w.files[configPath] = profilesFile(`{"name":"default","mode":"AK",`+keysOf(person)+`}`, `{"name":"prod",`+profile+`}`)
	w.flag = "prod"
	return w
}

// with adds a file.
func (w world) with(path, content string) world { w.files[path] = content; return w }

// on adds the metadata service of a machine.
func (w world) on(machine http.Handler) world {
	w.metadata = machine
	delete(w.env, "ECS_METADATA_DISABLED")
	return w
}

// halves is each way in which credentials can be half there, with what the person reads: PROD
// stands for the profile of the flag, THE-URI for that source.
func halves(t *testing.T) map[string]struct {
	world
	want string
} {
	const past = `1795716000` // 2026-11-26 18:00 UTC
	broken := answering(t, elasticsearchtest.Body(500, "text/plain", "canary"))
	ram := func(role string) world {
		return of(`"mode":"RamRoleArn",` + keysOf(person) + `,"ram_role_arn":"` + roleARNOf(role) + `"`)
	}
	return map[string]struct {
		world
		want string
	}{
		// Variables.
		"an id without a secret": {inEnvironment("ACCESS_KEY_ID", "canary-id"),
			"the environment has ALIBABA_CLOUD_ACCESS_KEY_ID without ALIBABA_CLOUD_ACCESS_KEY_SECRET: set all of them, or unset ALIBABA_CLOUD_ACCESS_KEY_ID"},
		"a token alone": {inEnvironment("SECURITY_TOKEN", "canary-token"),
			"the environment has ALIBABA_CLOUD_SECURITY_TOKEN without ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET: set all of them, or unset ALIBABA_CLOUD_SECURITY_TOKEN"},
		"a line end in a secret": {inEnvironment("ACCESS_KEY_ID", "canary-id", "ACCESS_KEY_SECRET", "canary-secret\n"),
			"a line end or another control character is in the access key secret of ALIBABA_CLOUD_ACCESS_KEY_ID in the environment: take it out"},
		"an OIDC token without a role": {inEnvironment("OIDC_TOKEN_FILE", "HOME/token", "OIDC_PROVIDER_ARN", "acs:ram::2:oidc-provider/p"),
			"the environment has ALIBABA_CLOUD_OIDC_TOKEN_FILE and ALIBABA_CLOUD_OIDC_PROVIDER_ARN without ALIBABA_CLOUD_ROLE_ARN: set all of them, or unset ALIBABA_CLOUD_OIDC_TOKEN_FILE and ALIBABA_CLOUD_OIDC_PROVIDER_ARN"},
		"an OIDC token file that is missing": {inEnvironment("OIDC_TOKEN_FILE", "HOME/token", "OIDC_PROVIDER_ARN", "acs:ram::2:oidc-provider/p", "ROLE_ARN", "acs:ram::2:role/ops"),
			"the OIDC token file ~/token of ALIBABA_CLOUD_OIDC_TOKEN_FILE in the environment cannot be read (no such file or directory): check its path"},
		"an OIDC token file that is empty": {inEnvironment("OIDC_TOKEN_FILE", "HOME/token", "OIDC_PROVIDER_ARN", "acs:ram::2:oidc-provider/p", "ROLE_ARN", "acs:ram::2:role/ops").with("token", "\n"),
			"the OIDC token file ~/token of ALIBABA_CLOUD_OIDC_TOKEN_FILE in the environment is empty: check what writes it"},
		"an OIDC token that is too old": {inEnvironment("OIDC_TOKEN_FILE", "HOME/token", "OIDC_PROVIDER_ARN", "acs:ram::2:oidc-provider/p", "ROLE_ARN", "acs:ram::2:role/ops", "STS_REGION", "cn-oidc").with("token", "canary-old"),
			"sts.cn-oidc.aliyuncs.com gives ALIBABA_CLOUD_OIDC_TOKEN_FILE in the environment no credentials (the answer is AuthenticationFail.OIDCToken.Expired, request id r-1): check that the token is not too old, and that the role acs:ram::2:role/ops trusts its provider"},
		"an OIDC token for no region": {inEnvironment("OIDC_TOKEN_FILE", "HOME/token", "OIDC_PROVIDER_ARN", "acs:ram::2:oidc-provider/p", "ROLE_ARN", "acs:ram::2:role/ops", "STS_REGION", "Canary").with("token", "canary"),
			"ALIBABA_CLOUD_OIDC_TOKEN_FILE in the environment has an sts_region that is not a region id such as cn-hangzhou: correct the variable"},
		"a profile variable over a broken file": {inEnvironment("PROFILE", "sdk").with(configPath, "canary").with(credentialsPath, "[sdk]\n"),
			"~/.aliyun/config.json is not the JSON that the aliyun CLI writes: correct it, or move it away and run aliyun configure"},
		"a profile variable over a broken second file": {inEnvironment("PROFILE", "sdk").with(credentialsPath, "canary"),
			"~/.alibabacloud/credentials is not of the form [profile], name = value: correct it"},
		"a profile variable for what is turned off": {inEnvironment("PROFILE", "default", "CLI_PROFILE_DISABLED", "true").with(credentialsPath, "[sdk]\n"),
			`ALIBABA_CLOUD_PROFILE names profile "default", which is not in ~/.aliyun/config.json or ~/.alibabacloud/credentials; the profiles there are "sdk": correct ALIBABA_CLOUD_PROFILE`},
		"an OIDC token that would be redirected": {inEnvironment("OIDC_TOKEN_FILE", "HOME/token", "OIDC_PROVIDER_ARN", "acs:ram::2:oidc-provider/p", "ROLE_ARN", "acs:ram::2:role/ops", "STS_REGION", "cn-moved").with("token", "canary-oidc"),
			"no credentials from sts.cn-moved.aliyuncs.com for ALIBABA_CLOUD_OIDC_TOKEN_FILE in the environment (the answer is HTTP 307 Temporary Redirect, a redirect, which is not followed): check the network, and HTTPS_PROXY"},
		"a profile variable that names none": {inEnvironment("PROFILE", "prdo").with(credentialsPath, "[sdk]\n"),
			`ALIBABA_CLOUD_PROFILE names profile "prdo", which is not in ~/.aliyun/config.json or ~/.alibabacloud/credentials; the profiles there are "default", "sdk": correct ALIBABA_CLOUD_PROFILE`},
		"a config file that is missing": {inEnvironment("CONFIG_FILE", "HOME/my.json"),
			"~/my.json cannot be read (no such file or directory): check ALIBABA_CLOUD_CONFIG_FILE"},
		"a config file without profiles": {inEnvironment("CONFIG_FILE", "HOME/my.json").with("my.json", "{}"),
			"~/my.json has no current profile: name one with --profile, or run aliyun configure"},
		"a config file for a profile variable": {inEnvironment("PROFILE", "x", "CONFIG_FILE", "HOME/my.json"),
			"~/my.json cannot be read (no such file or directory): check ALIBABA_CLOUD_CONFIG_FILE"},
		"a credentials file that is missing": {inEnvironment("CREDENTIALS_FILE", "/nowhere\x1b[2K/c"),
			`"/nowhere\x1b[2K/c" cannot be read (no such file or directory): check ALIBABA_CLOUD_CREDENTIALS_FILE`},
		"a credentials file without profiles": {inEnvironment("CREDENTIALS_FILE", "HOME/my").with("my", ""),
			`the one that counts is profile "default", which is not in ~/my; the profiles there are none: name another with ALIBABA_CLOUD_PROFILE`},
		"a credentials URI that is none": {inEnvironment("CREDENTIALS_URI", "canary@localhost"),
			"the address in THE-URI is not a URL that begins with http:// or https://: correct it"},
		"a credentials URI of another scheme": {inEnvironment("CREDENTIALS_URI", "ftp://canary@localhost"),
			"the address in THE-URI is not a URL that begins with http:// or https://: correct it"},
		"a credentials URI without a host": {inEnvironment("CREDENTIALS_URI", "http:///canary"),
			"the address in THE-URI is not a URL that begins with http:// or https://: correct it"},
		"a credentials URI without a port": {inEnvironment("CREDENTIALS_URI", "http://localhost:canary"),
			"the address in THE-URI is not a URL that begins with http:// or https://: correct it"},
		"a credentials URI that does not answer": {inEnvironment("CREDENTIALS_URI", "http://canary:canary@127.0.0.1:1/canary"),
			"no answer from 127.0.0.1:1 for THE-URI (dial tcp 127.0.0.1:1: connect: connection refused): check its address"},
		"a credentials URI that fails": {inEnvironment("CREDENTIALS_URI", broken),
			"HOST gives THE-URI no credentials (the answer is HTTP 500 Internal Server Error): check its address"},
		"a credentials URI that redirects": {inEnvironment("CREDENTIALS_URI", answering(t, elasticsearchtest.Redirect(302, serving(t, sessionIssued)))),
			"HOST gives THE-URI no credentials (the answer is HTTP 302 Found, a redirect, which is not followed): check its address"},
		"a credentials URI that is no HTTP": {inEnvironment("CREDENTIALS_URI", answering(t, http.HandlerFunc(sayWithoutHTTP))),
			"no answer from HOST for THE-URI (the answer is not HTTP): check its address"},
		"a credentials URI that answers nonsense": {inEnvironment("CREDENTIALS_URI", serving(t, "<html>canary")),
			"the answer of HOST for THE-URI is not JSON with credentials: ask who runs it"},
		"a credentials URI that answers half": {inEnvironment("CREDENTIALS_URI", serving(t, `{"AccessKeyId":"canary"}`)),
			"the answer of HOST for THE-URI has no AccessKeySecret and no SecurityToken: ask who runs it"},
		"a credentials URI that refuses": {inEnvironment("CREDENTIALS_URI", serving(t, `{"Code":"NotLoggedIn"}`)),
			"HOST gives THE-URI no credentials (the answer is NotLoggedIn): ask who runs it"},
		"a credentials URI with an old session": {inEnvironment("CREDENTIALS_URI", serving(t, strings.Replace(sessionIssued, "2099", "2019", 1))),
			"the session of THE-URI expired on 2019-01-01 00:00 UTC: check why HOST hands it out"},
		"a role of the machine that is turned off": {inEnvironment("ECS_METADATA", "my-role"),
			"ALIBABA_CLOUD_ECS_METADATA in the environment needs the metadata service of this machine, but ALIBABA_CLOUD_ECS_METADATA_DISABLED turns that off: unset it"},
		"a role that the machine does not have": {inEnvironment("ECS_METADATA", "other").on(metadataOf(sessionIssued, 2)),
			"the metadata service of this machine gives ALIBABA_CLOUD_ECS_METADATA in the environment no credentials (the answer is HTTP 404 Not Found): check that this is an ECS instance with that RAM role"},
		"metadata without a Code": {inEnvironment("ECS_METADATA", "my-role").on(metadataOf(`{"AccessKeyId":"canary"}`, 2)),
			"the answer of the metadata service of this machine for ALIBABA_CLOUD_ECS_METADATA in the environment has no AccessKeySecret and no SecurityToken: ask who runs it"},
		"metadata that redirects": {inEnvironment("ECS_METADATA", "my-role").on(elasticsearchtest.Redirect(307, serving(t, sessionIssued))),
			"the metadata service of this machine gives ALIBABA_CLOUD_ECS_METADATA in the environment no credentials (the answer is HTTP 307 Temporary Redirect, a redirect, which is not followed): check that this is an ECS instance with that RAM role"},
		"only the second version of metadata": {inEnvironment("ECS_METADATA", "my-role", "IMDSV1_DISABLED", "true").on(metadataOf(sessionIssued, 1)),
			"the metadata service of this machine gives ALIBABA_CLOUD_ECS_METADATA in the environment no credentials (the answer is HTTP 404 Not Found): check that this is an ECS instance with that RAM role"},

		// Profiles of the aliyun CLI.
		"a flag that names no profile": {world{flag: "prdo", files: map[string]string{configPath: profilesFile(`{"name":"default"}`, `{"name":"a\u001b"}`)}},
			`--profile names profile "prdo", which is not in ~/.aliyun/config.json; the profiles there are "default", "a\x1b": correct --profile`},
		"a flag without a file": {world{flag: "prod", files: map[string]string{}},
			"~/.aliyun/config.json cannot be read (no such file or directory): run aliyun configure"},
		"a flag that names none of many": {world{flag: "prod", files: map[string]string{configPath: profilesFile(strings.Split(strings.Repeat(`{"name":"a"} `, 12), " ")[:12]...)}},
			`--profile names profile "prod", which is not in ~/.aliyun/config.json; the profiles there are ` + strings.Repeat(`"a", `, 10) + `and 2 more: correct --profile`},
		"a flag over a broken file": {of("").with(configPath, "canary"),
			"~/.aliyun/config.json is not the JSON that the aliyun CLI writes: correct it, or move it away and run aliyun configure"},
		"a file that is a folder": {world{files: map[string]string{configPath + "/x": ""}},
			"~/.aliyun/config.json cannot be read (is a directory): run aliyun configure"},
		"a profile that is a text": {inEnvironment().with(configPath, `{"current":"default","profiles":["canary"]}`),
			"~/.aliyun/config.json is not the JSON that the aliyun CLI writes: correct it, or move it away and run aliyun configure"},
		"a file that is broken": {inEnvironment().with(configPath, `{"current":"default","profiles":[{"access_key_secret":"canary`),
			"~/.aliyun/config.json is not the JSON that the aliyun CLI writes: correct it, or move it away and run aliyun configure"},
		"a current profile that is not there": {inEnvironment().with(configPath, `{"current":"gone","profiles":[{"name":"a"}]}`),
			`the one that counts is profile "gone", which is not in ~/.aliyun/config.json; the profiles there are "a": name another with ALIBABA_CLOUD_PROFILE`},
		"no current profile": {inEnvironment().with(configPath, `{"profiles":[{"name":"a"}]}`), "~/.aliyun/config.json has no current profile: name one with --profile, or run aliyun configure"},
		"a profile that was never configured": {of(`"mode":""`),
			"PROD has no mode: run aliyun configure --profile prod"},
		"an unknown mode": {of(`"mode":"BearerToken"`),
			`PROD has the mode "BearerToken", which is not supported: choose another profile with --profile`},
		"AK without parts": {of(`"mode":"AK"`),
			"PROD has no access_key_id and no access_key_secret: run aliyun configure --mode AK --profile prod"},
		"StsToken without a token": {of(`"mode":"StsToken",` + keysOf(person)),
			"PROD has no sts_token: run aliyun configure --mode StsToken --profile prod"},
		"StsToken that expired": {of(`"mode":"StsToken","sts_expiration":` + past + `,"sts_token":"canary-t",` + keysOf(person)),
			"the session of PROD expired on 2026-11-26 18:00 UTC: run aliyun configure --mode StsToken --profile prod"},
		"RamRoleArn without a role": {of(`"mode":"RamRoleArn",` + keysOf(person)),
			"PROD has no ram_role_arn: run aliyun configure --mode RamRoleArn --profile prod"},
		"RamRoleArn for a moment": {of(`"mode":"RamRoleArn","expired_seconds":60,"ram_role_arn":"` + roleARNOf("ops") + `",` + keysOf(person)),
			"PROD has expired_seconds below 900, the least that STS gives: run aliyun configure --mode RamRoleArn --profile prod"},
		"RamRoleArn for a word": {of(`"mode":"RamRoleArn","expired_seconds":"canary","ram_role_arn":"` + roleARNOf("ops") + `",` + keysOf(person)),
			"PROD has expired_seconds below 900, the least that STS gives: run aliyun configure --mode RamRoleArn --profile prod"},
		"RamRoleArn by an old session": {of(`"mode":"RamRoleArn","sts_expiration":` + past + `,"sts_token":"canary-t","ram_role_arn":"` + roleARNOf("ops") + `",` + keysOf(person)),
			"the session of PROD expired on 2026-11-26 18:00 UTC: run aliyun configure --mode RamRoleArn --profile prod"},
		"RamRoleArn in no region": {of(`"mode":"RamRoleArn","sts_region":"a.example.com/","ram_role_arn":"` + roleARNOf("ops") + `",` + keysOf(person)),
			"PROD has an sts_region that is not a region id such as cn-hangzhou: run aliyun configure --mode RamRoleArn --profile prod"},
		"a role that trusts nobody": {ram("trusts-nobody"),
			"sts.aliyuncs.com gives PROD no credentials (the answer is NoPermission): check that the role acs:ram::2234567890984321:role/trusts-nobody exists and trusts the identity of this profile"},
		"a session that STS finds expired": {ram("expired"),
			"the session of PROD has expired: run the command again"},
		"a source whose session STS finds expired": {of(`"mode":"ChainableRamRoleArn","source_profile":"b","ram_role_arn":"` + roleARNOf("ops") + `"},{"name":"b","mode":"StsToken","sts_token":"canary-old","access_key_id":"STS.canary-session","access_key_secret":"canary-session-secret"`),
			`the session of profile "b" of ~/.aliyun/config.json has expired: run aliyun configure --mode StsToken --profile b`},
		"STS that is busy": {ram("is-busy"),
			"no credentials from sts.aliyuncs.com for PROD (the answer is ServiceUnavailable): try again"},
		"STS that answers nonsense": {ram("html"),
			"no credentials from sts.aliyuncs.com for PROD (the answer makes no sense): try again"},
		"STS that answers half": {ram("half"),
			"no credentials from sts.aliyuncs.com for PROD (the answer makes no sense): try again"},
		"STS that redirects": {ram("moved"),
			"no credentials from sts.aliyuncs.com for PROD (the answer is HTTP 307 Temporary Redirect, a redirect, which is not followed): check the network, and HTTPS_PROXY"},
		"a source profile that is not there": {of(`"mode":"ChainableRamRoleArn","source_profile":"gone","ram_role_arn":"` + roleARNOf("ops") + `"`),
			`PROD has the source profile "gone", which is not in ~/.aliyun/config.json; the profiles there are "default", "prod": run aliyun configure --mode ChainableRamRoleArn --profile prod`},
		"a source profile that is itself": {of(`"mode":"ChainableRamRoleArn","source_profile":"b","ram_role_arn":"r"},{"name":"b","mode":"ChainableRamRoleArn","source_profile":"prod","ram_role_arn":"r"`),
			`profile "b" of ~/.aliyun/config.json has itself as its source_profile: run aliyun configure --mode ChainableRamRoleArn --profile b`},
		"a source profile that is half there": {of(`"mode":"ChainableRamRoleArn","source_profile":"b c","ram_role_arn":"r"},{"name":"b c","mode":"AK"`),
			`profile "b c" of ~/.aliyun/config.json has no access_key_id and no access_key_secret: run aliyun configure --mode AK --profile "b c"`},
		"a source profile that expired": {of(`"mode":"ChainableRamRoleArn","source_profile":"b","ram_role_arn":"r"},{"name":"b","mode":"StsToken","sts_expiration":` + past + `,"sts_token":"canary-t",` + keysOf(person)),
			`the session of profile "b" of ~/.aliyun/config.json expired on 2026-11-26 18:00 UTC: run aliyun configure --mode StsToken --profile b`},
		"EcsRamRole without metadata": {of(`"mode":"EcsRamRole"`).on(nil),
			"no answer from the metadata service of this machine for PROD (dial tcp 127.0.0.1:1: connect: connection refused): check that this is an ECS instance with that RAM role"},
		"OIDC without parts": {of(`"mode":"OIDC"`),
			"PROD has no oidc_provider_arn and no oidc_token_file and no ram_role_arn: run aliyun configure --mode OIDC --profile prod"},
		"CloudSSO without parts": {of(`"mode":"CloudSSO"`),
			"PROD has no access_token and no cloud_sso_access_config and no cloud_sso_account_id and no cloud_sso_sign_in_url: run aliyun configure --mode CloudSSO --profile prod"},
		"CloudSSO at no address": {of(strings.Replace(sso, "https:", "canary", 1) + `,"access_token":"canary"`),
			"the address in PROD is not a URL that begins with http:// or https://: correct it"},
		"CloudSSO that expired": {of(sso + `,"access_token":"canary","cloud_sso_access_token_expire":` + past),
			"the session of PROD expired on 2026-11-26 18:00 UTC: run aliyun configure --mode CloudSSO --profile prod"},
		"CloudSSO without an end": {of(sso + `,"access_token":"canary"`),
			"the session of PROD has expired: run aliyun configure --mode CloudSSO --profile prod"},
		"CloudSSO that is refused": {of(sso + `,"access_token":"canary-refused","cloud_sso_access_token_expire":4070908800`),
			"signin.example.com gives PROD no credentials (the answer is InvalidAccessToken): run aliyun configure --mode CloudSSO --profile prod"},
		"OAuth that was never signed in": {of(`"mode":"OAuth","oauth_site_type":"CN"`),
			"PROD has no access_key_id and no access_key_secret and no sts_token: run aliyun configure --mode OAuth --profile prod"},
		"OAuth that expired": {of(`"mode":"OAuth","oauth_site_type":"CN","oauth_refresh_token":"canary","sts_expiration":` + past + `,"sts_token":"canary-t",` + keysOf(person)),
			"the session of PROD expired on 2026-11-26 18:00 UTC: run aliyun sts GetCallerIdentity --profile prod, which renews it"},
		"CloudSSO behind a proxy that is shut": {of(strings.Replace(sso, "signin.", "other.", 1) + `,"access_token":"canary","cloud_sso_access_token_expire":4070908800`),
			"no answer from other.example.com for PROD (Bad Gateway): check the network, and HTTPS_PROXY"},
		"External that fails": {of(`"mode":"External","process_command":"sh -c 'echo canary; echo canary >&2; exit 3'"`),
			"the process_command of PROD failed (exit status 3): run its process_command by hand to see why"},
		"External that is not there": {of(`"mode":"External","process_command":"/nowhere/tool canary"`),
			"the process_command of PROD failed (fork/exec /nowhere/tool: no such file or directory): run its process_command by hand to see why"},
		"External that prints nonsense": {of(`"mode":"External","process_command":"echo canary"`),
			"the process_command of PROD printed no JSON object with credentials: run its process_command by hand to see why"},
		"External that prints half": {of(`"mode":"External","process_command":"echo '{\"mode\":\"StsToken\",\"access_key_id\":\"canary\"}'"`),
			"what the process_command of PROD printed has no access_key_secret and no sts_token: run its process_command by hand to see why"},
		"External that prints nothing": {of(`"mode":"External","process_command":"echo null"`),
			"what the process_command of PROD printed has no access_key_id and no access_key_secret: run its process_command by hand to see why"},
		"External of another mode": {of(`"mode":"External","process_command":"echo '{\"mode\":\"canary\"}'"`),
			"the process_command of PROD printed another mode than AK and StsToken: run its process_command by hand to see why"},
		"External with an old session": {of(`"mode":"External","process_command":"echo '{\"access_key_id\":\"canary\",\"access_key_secret\":\"canary\",\"sts_token\":\"canary\",\"expiration\":\"2019-01-01T00:00:00Z\"}'"`),
			"the session of PROD expired on 2019-01-01 00:00 UTC: run its process_command by hand to see why"},
		"External that cannot be read": {of(`"mode":"External","process_command":"tool 'canary"`),
			"the process_command of PROD has a quote that does not end: run aliyun configure --mode External --profile prod"},
		"CredentialsURI without an address": {of(`"mode":"CredentialsURI"`),
			"PROD has no credentials_uri: run aliyun configure --mode CredentialsURI --profile prod"},
		"a current profile that is half there": {inEnvironment().with(configPath, profilesFile(`{"name":"default","mode":"AK","access_key_id":"canary"}`)),
			`profile "default" of ~/.aliyun/config.json has no access_key_secret: run aliyun configure --mode AK --profile default`},

		// Profiles of the SDKs.
		"a section without a secret": {inEnvironment("CLI_PROFILE_DISABLED", "true").with(credentialsPath, "[default]\ntype = access_key\naccess_key_id = canary\n"),
			`profile "default" of ~/.alibabacloud/credentials has no access_key_secret: correct the file`},
		"a section that STS finds expired": {inEnvironment("CLI_PROFILE_DISABLED", "true").with(credentialsPath, "[default]\ntype = ram_role_arn\naccess_key_id = canary-person\naccess_key_secret = canary-person-secret\nrole_arn = "+roleARNOf("expired")+"\n"),
			`the session of profile "default" of ~/.alibabacloud/credentials has expired: run the command again`},
		"a section of an odd type": {inEnvironment("CLI_PROFILE_DISABLED", "true").with(credentialsPath, "[default]\ntype = canary\n"),
			`profile "default" of ~/.alibabacloud/credentials has no type access_key, ecs_ram_role or ram_role_arn: correct the file`},
		"a file without the default section": {inEnvironment("CLI_PROFILE_DISABLED", "true").with(credentialsPath, "[a]\n"),
			`the one that counts is profile "default", which is not in ~/.alibabacloud/credentials; the profiles there are "a": name another with ALIBABA_CLOUD_PROFILE`},
		"a credentials file that is broken": {inEnvironment("CLI_PROFILE_DISABLED", "true").with(credentialsPath, "canary"),
			"~/.alibabacloud/credentials is not of the form [profile], name = value: correct it"},

		// Nothing.
		"nothing": {world{},
			"no credentials; looked in the environment (ALIBABA_CLOUD_...), in ~/.aliyun/config.json, in ~/.alibabacloud/credentials, and for a RAM role of this machine (dial tcp 127.0.0.1:1: connect: connection refused): set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run aliyun configure"},
		"nothing, and no role": {world{metadata: http.NotFoundHandler()},
			"no credentials; looked in the environment (ALIBABA_CLOUD_...), in ~/.aliyun/config.json, in ~/.alibabacloud/credentials, and for a RAM role of this machine (the answer is HTTP 404 Not Found): set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run aliyun configure"},
		"a flag without a home": {world{flag: "prod", homeless: true},
			"there is no file of profiles, since HOME is not set: set HOME, or name the file in ALIBABA_CLOUD_CONFIG_FILE"},
		"a profile variable without a home": {world{homeless: true, env: map[string]string{"PROFILE": "prod", "CLI_PROFILE_DISABLED": "true"}},
			"there is no file of profiles, since HOME is not set: set HOME, or name the file in ALIBABA_CLOUD_CREDENTIALS_FILE"},
		"nothing, and no home": {world{homeless: true, env: map[string]string{"ECS_METADATA_DISABLED": "true"}},
			"no credentials; looked in the environment (ALIBABA_CLOUD_...), in no file, since HOME is not set, in no file, since HOME is not set, and not for a RAM role of this machine because of ALIBABA_CLOUD_ECS_METADATA_DISABLED: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run aliyun configure"},
		"nothing, and all turned off": {inEnvironment("CLI_PROFILE_DISABLED", "true"),
			"no credentials; looked in the environment (ALIBABA_CLOUD_...), not in ~/.aliyun/config.json because of ALIBABA_CLOUD_CLI_PROFILE_DISABLED, in ~/.alibabacloud/credentials, and not for a RAM role of this machine because of ALIBABA_CLOUD_ECS_METADATA_DISABLED: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run aliyun configure"},
	}
}

// TestHalfThere: what is configured and not usable is an error, though another source would
// do, and the message has no secret. No request for metadata went to the proxy.
func TestHalfThere(t *testing.T) {
	t.Parallel()
	t.Cleanup(func() {
		if slices.Contains(cloud.Hosts(), "portal.example.com") {
			t.Error("a redirect was followed")
		}
	})
	words := strings.NewReplacer("PROD", `profile "prod" of ~/.aliyun/config.json`, "THE-URI", "ALIBABA_CLOUD_CREDENTIALS_URI in the environment")
	for name, test := range halves(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, c, err := test.get(t)
			if err == nil {
				t.Fatalf("got the credentials of %s\nwant %s", revealed(c).AccessKeyID, test.want)
			}
			got := shown(err)
			if want := words.Replace(test.want); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
			if !connection.IsOfEveryCall(err) || strings.Contains(got, "canary") {
				t.Errorf("of every call: %t, %s", connection.IsOfEveryCall(err), got)
			}
			if n := proxied.Load(); n != 0 {
				t.Errorf("%d requests went to the proxy", n)
			}
		})
	}
}
