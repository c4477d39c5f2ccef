package identity

import (
	"slices"
	"strings"
	"time"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// A mode is how a profile gets credentials.
type mode struct {
	needs  map[string]func(profile) string // the parts it cannot do without, as the file names them
	origin func(Settings, profile) (origin, error)
	ends   bool // a session that nobody but the person renews
}

type parts = map[string]func(profile) string

func accessKeyID(p profile) string     { return p.AccessKeyID }
func accessKeySecret(p profile) string { return p.AccessKeySecret }
func roleARN(p profile) string         { return p.RoleARN }

// modes are those of the aliyun CLI that give an access key.
func modes() map[string]mode {
	return map[string]mode{
		"AK": {parts{"access_key_id": accessKeyID, "access_key_secret": accessKeySecret}, func(_ Settings, p profile) (origin, error) {
			return static(p.AccessKeyID, p.AccessKeySecret, ""), nil
		}, false},
		"StsToken": {parts{"access_key_id": accessKeyID, "access_key_secret": accessKeySecret,
			"sts_token": func(p profile) string { return p.SecurityToken }}, Settings.session, true},
		"RamRoleArn": {parts{"access_key_id": accessKeyID, "access_key_secret": accessKeySecret, "ram_role_arn": roleARN}, func(s Settings, p profile) (origin, error) {
			return s.role(p, static(p.AccessKeyID, p.AccessKeySecret, p.SecurityToken), p)
		}, false},
		"EcsRamRole": {nil, Settings.machineRole, false},
		"RamRoleArnWithRoleName": {parts{"ram_role_arn": roleARN}, func(s Settings, p profile) (origin, error) {
			machine, err := s.machineRole(p)
			if err != nil {
				return nil, err
			}
			return s.role(p, machine, p)
		}, false},
		"ChainableRamRoleArn": {parts{"source_profile": func(p profile) string { return p.SourceProfile }, "ram_role_arn": roleARN}, nil, false},
		"OIDC": {parts{"oidc_provider_arn": func(p profile) string { return p.OIDCProviderARN }, "ram_role_arn": roleARN,
			"oidc_token_file": func(p profile) string { return p.OIDCToken + p.OIDCTokenFile }}, Settings.oidc, false},
		"CloudSSO": {parts{"cloud_sso_sign_in_url": func(p profile) string { return p.SignInURL },
			"cloud_sso_account_id":    func(p profile) string { return p.SSOAccount },
			"cloud_sso_access_config": func(p profile) string { return p.SSOConfig },
			"access_token":            func(p profile) string { return p.SSOToken }}, Settings.cloudSSO, true},
		"OAuth": {parts{"oauth_site_type": func(p profile) string { return p.Site },
			"oauth_refresh_token": func(p profile) string { return p.Refresh + p.Access }}, Settings.oauth, true},
		"External": {parts{"process_command": func(p profile) string { return p.Command }}, Settings.external, false},
		"CredentialsURI": {parts{"credentials_uri": func(p profile) string { return p.URI }}, func(s Settings, p profile) (origin, error) {
			return s.uri(p.who, p.URI)
		}, false},
	}
}

// renew says what gets a new session of a profile.
func (p profile) renew() string {
	if modes()[p.Mode].ends || p.Mode == "RamRoleArn" && p.SecurityToken != "" {
		return configure(p.Mode, p.Name)
	}
	return again
}

// origin returns how a profile gets credentials, if it has all that its mode needs. behind
// are the profiles that have this one as their source.
func (s Settings) origin(profiles config, p profile, behind []string) (origin, error) {
	mode, known := modes()[p.Mode]
	switch missing := p.missing(mode); {
	case p.Mode == "":
		return nil, denied(p.who+" has no mode", p.fix, nil)
	case !known:
		return nil, denied(p.who+" has a mode that gives no access key, or is not known here", "choose another profile with --profile", nil)
	case len(missing) > 0:
		return nil, denied(p.who+" has no "+strings.Join(missing, " and no "), p.fix, nil)
	case mode.origin != nil:
		return mode.origin(s, p)
	case slices.Contains(behind, p.SourceProfile), p.Name == p.SourceProfile:
		return nil, denied(p.who+" has itself as its source_profile", p.fix, nil)
	}
	before, is := profiles.find(p.SourceProfile)
	if !is {
		return nil, s.notThere(p.fix, p.who+" has the source", p.SourceProfile, profiles.names(), profiles.file)
	}
	from, err := s.origin(profiles, before, append(behind, p.Name))
	if err != nil {
		return nil, err
	}
	return s.role(p, from, before)
}

// missing names the parts that a profile should have, and has not.
func (p profile) missing(m mode) (names []string) {
	for name, part := range m.needs {
		if part(p) == "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// session is the origin of a session that nothing renews.
func (s Settings) session(p profile) (origin, error) {
	return func() (grant, error) {
		if ends := time.Unix(p.STSExpires, 0); p.STSExpires > 0 && !ends.After(time.Now()) {
			return grant{}, expired(p.who, ends, p.renew())
		}
		return static(p.AccessKeyID, p.AccessKeySecret, p.SecurityToken)()
	}, nil
}

// machineRole is the origin of the role of the machine that a profile names.
func (s Settings) machineRole(p profile) (origin, error) {
	if s.isTrue(metadataOff) {
		return nil, denied(p.who+" needs the metadata service of this machine, but "+metadataOff+" turns that off", "unset it", nil)
	}
	return s.metadata(p.who, p.RoleName), nil
}

// stsOf returns the host of STS that a profile asks, as Alibaba Cloud's tools choose it.
func (p profile) stsOf() (string, error) {
	if p.STSRegion == "" {
		return "sts.aliyuncs.com", nil
	}
	region, err := connection.ParseRegion(p.STSRegion)
	if err != nil {
		return "", denied(p.who+" has an sts_region that is not a region id such as cn-hangzhou", p.fix, nil)
	}
	if p.VPC {
		return elasticsearch.VPC.STS(region), nil
	}
	return elasticsearch.Public.STS(region), nil
}
