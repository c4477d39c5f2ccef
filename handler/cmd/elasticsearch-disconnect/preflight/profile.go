package preflight

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
)

// An aliyunConfig is ~/.aliyun/config.json without the access keys, so that none can be
// printed.
type aliyunConfig struct {
	Current  string          `json:"current"`
	Profiles []aliyunProfile `json:"profiles"`
}

type aliyunProfile struct {
	Name   string `json:"name"`
	Region string `json:"region_id"`
}

// profile checks the region of the aliyun CLI's profile, if the CLI is configured.
// Serverless Devs has profiles of its own (s config).
func (s Setup) profile(region string) []finding {
	const about = "aliyun profile"
	content, err := fs.ReadFile(s.Home, ".aliyun/config.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var config aliyunConfig
	if err != nil || json.Unmarshal(content, &config) != nil {
		return []finding{warn(about, "cannot be read from ~/.aliyun/config.json: run aliyun configure")}
	}
	name, _ := s.LookupEnv("ALIBABA_CLOUD_PROFILE")
	name = cmp.Or(name, config.Current)
	i := slices.IndexFunc(config.Profiles, func(p aliyunProfile) bool { return p.Name == name })
	switch {
	case i < 0:
		return []finding{warn(about, "%q is not in ~/.aliyun/config.json: run aliyun configure --profile %s", name, cmp.Or(name, "default"))}
	case config.Profiles[i].Region != region:
		return []finding{warn(about, "%q is for %q, but the function is deployed to %s: call aliyun with --region %[3]s", name, config.Profiles[i].Region, region)}
	}
	return []finding{ok(about, "%q, for %s", name, region)}
}
