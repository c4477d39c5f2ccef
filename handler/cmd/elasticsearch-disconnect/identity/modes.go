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
	needs  []string // the parts that it cannot do without
	origin func(Settings, profile) (origin, error)
	ends   bool // a session that nobody but the person renews
}

// modes are those of the aliyun CLI that give an access key.
func modes() map[string]mode {
	return map[string]mode{
		"AK":                     {needs: []string{"access_key_id", "access_key_secret"}, origin: Settings.key},
		"StsToken":               {needs: []string{"access_key_id", "access_key_secret", "sts_token"}, origin: Settings.session, ends: true},
		"RamRoleArn":             {needs: []string{"access_key_id", "access_key_secret", "ram_role_arn"}, origin: Settings.roleOfKey},
		"EcsRamRole":             {origin: Settings.machineRole},
		"RamRoleArnWithRoleName": {needs: []string{"ram_role_arn"}, origin: Settings.roleOfMachine},
		"ChainableRamRoleArn":    {needs: []string{"ram_role_arn", "source_profile"}}, // its origin is another profile's
		"OIDC":                   {needs: []string{"oidc_provider_arn", "oidc_token_file", "ram_role_arn"}, origin: Settings.oidc},
		"CloudSSO":               {needs: []string{"access_token", "cloud_sso_access_config", "cloud_sso_account_id", "cloud_sso_sign_in_url"}, origin: Settings.cloudSSO, ends: true},
		"OAuth":                  {needs: []string{"oauth_refresh_token", "oauth_site_type"}, origin: Settings.oauth, ends: true},
		"External":               {needs: []string{"process_command"}, origin: Settings.external},
		"CredentialsURI":         {needs: []string{"credentials_uri"}, origin: Settings.uriOfProfile},
	}
}

// parts are what modes need, by their names in the file.
func (p profile) parts() map[string]string {
	return map[string]string{
		"access_key_id": p.AccessKeyID, "access_key_secret": p.AccessKeySecret, "sts_token": p.SecurityToken,
		"ram_role_arn": p.RoleARN, "source_profile": p.SourceProfile,
		"oidc_provider_arn": p.OIDCProviderARN, "oidc_token_file": p.OIDCTokenFile + p.OIDCToken,
		"access_token": p.SSOToken, "cloud_sso_access_config": p.SSOConfig, "cloud_sso_account_id": p.SSOAccount, "cloud_sso_sign_in_url": p.SignInURL,
		"oauth_refresh_token": p.Refresh + p.Access, "oauth_site_type": p.Site,
		"process_command": p.Command, "credentials_uri": p.URI,
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
func (p profile) missing(m mode) []string {
	has := func(name string) bool { return p.parts()[name] != "" }
	return slices.DeleteFunc(slices.Clone(m.needs), has)
}

// key is the origin of an access key. What is left of a session does not count.
func (s Settings) key(p profile) (origin, error) {
	return static(p.AccessKeyID, p.AccessKeySecret, ""), nil
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

// roleOfKey is the origin of a role that a key of the same profile assumes.
func (s Settings) roleOfKey(p profile) (origin, error) {
	return s.role(p, static(p.AccessKeyID, p.AccessKeySecret, p.SecurityToken), p)
}

// roleOfMachine is the origin of a role that the role of the machine assumes.
func (s Settings) roleOfMachine(p profile) (origin, error) {
	machine, err := s.machineRole(p)
	if err != nil {
		return nil, err
	}
	return s.role(p, machine, p)
}

// uriOfProfile is the origin of a service that hands out credentials.
func (s Settings) uriOfProfile(p profile) (origin, error) { return s.uri(p.who, p.URI) }

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
