package identity

import (
	"maps"
	"testing"
)

// TestOrder takes away the source that counts, one after the other: the next counts then.
func TestOrder(t *testing.T) {
	t.Parallel()
	ak := func(name string) string {
		return `{"name":"` + name + `","mode":"AK",` + keysOf(person) + `,"region_id":"cn-` + name + `"}`
	}
	section := func(name string) string {
		return "[" + name + "]\ntype = access_key\naccess_key_id = canary-person\naccess_key_secret = canary-person-secret\n"
	}
	w := world{
		flag: "named",
		env: map[string]string{
			"ACCESS_KEY_ID": "canary-a", "ACCESS_KEY_SECRET": "canary-b", "SECURITY_TOKEN": "canary-c",
			"OIDC_TOKEN_FILE": "HOME/token", "OIDC_PROVIDER_ARN": "acs:ram::2:oidc-provider/p", "ROLE_ARN": "acs:ram::2:role/ops",
			"PROFILE": "named", "CONFIG_FILE": "HOME/config.json", "CREDENTIALS_FILE": "HOME/credentials", "ECS_METADATA": "my-role",
			"CREDENTIALS_URI": "http://127.0.0.1:1/",
		},
		files: map[string]string{
			"config.json": profilesFile(ak("default"), ak("named")), configPath: profilesFile(ak("default"), ak("named")),
			"credentials": section("default"), credentialsPath: section("default") + section("sdk"),
		},
	}
	unset := func(names ...string) func() {
		return func() {
			maps.DeleteFunc(w.env, func(name, _ string) bool { return name == names[0] || len(names) > 1 && name == names[1] })
		}
	}
	for _, step := range []struct {
		takeAway     func()
		want, region string
	}{
		{func() {}, `profile "named" of ~/config.json`, "cn-named"},
		{func() { w.flag = "" }, "ALIBABA_CLOUD_ACCESS_KEY_ID in the environment", ""},
		{func() { unset("ACCESS_KEY_ID", "ACCESS_KEY_SECRET")(); unset("SECURITY_TOKEN")() }, "ALIBABA_CLOUD_OIDC_TOKEN_FILE in the environment", ""},
		{func() { unset("OIDC_TOKEN_FILE", "OIDC_PROVIDER_ARN")(); unset("ROLE_ARN")() }, `profile "named" of ~/config.json (ALIBABA_CLOUD_PROFILE)`, "cn-named"},
		{func() { w.env["PROFILE"] = "sdk"; delete(w.env, "CREDENTIALS_FILE") }, `profile "sdk" of ~/.alibabacloud/credentials (ALIBABA_CLOUD_PROFILE)`, ""},
		{func() { unset("PROFILE")(); w.env["CREDENTIALS_FILE"] = "HOME/credentials" }, `profile "default" of ~/config.json (ALIBABA_CLOUD_CONFIG_FILE)`, "cn-default"},
		{unset("CONFIG_FILE"), `profile "default" of ~/credentials (ALIBABA_CLOUD_CREDENTIALS_FILE)`, ""},
		{unset("CREDENTIALS_FILE"), "ALIBABA_CLOUD_ECS_METADATA in the environment", ""},
		{unset("ECS_METADATA"), "ALIBABA_CLOUD_CREDENTIALS_URI in the environment", ""},
		{unset("CREDENTIALS_URI"), `profile "default" of ~/.aliyun/config.json`, "cn-default"},
		{func() { w.env["CLI_PROFILE_DISABLED"] = "True" }, `profile "default" of ~/.alibabacloud/credentials`, ""},
		{func() { delete(w.files, credentialsPath) }, "the RAM role of this machine", ""},
		{func() { unset("CLI_PROFILE_DISABLED")(); w.files[configPath] = `{"current":"default"}` }, "the RAM role of this machine", ""},
		{func() { w.env["IGNORE_PROFILE"] = "TRUE"; w.files[configPath] = profilesFile(ak("default")) }, "the RAM role of this machine", ""},
		{func() { w.flag = "default" }, `profile "default" of ~/.aliyun/config.json`, "cn-default"},
	} {
		step.takeAway()
		got, err := Find(w.settings(t))
		if err != nil || got.Name != step.want || got.Region != step.region {
			t.Errorf("got %s, region %s, %v\nwant %s, region %s", got.Name, got.Region, err, step.want, step.region)
		}
	}
}
