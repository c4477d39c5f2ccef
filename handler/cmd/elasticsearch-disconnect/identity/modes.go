package identity

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/parallel"
)

// A mode is how a profile gets credentials.
type mode struct {
	needs []string // the members that it cannot do without
	get   func(Settings, profile) (acs3.Credentials, error)
}

// modes are those of the aliyun CLI that give an access key, but for the deprecated RsaKeyPair.
func modes() map[string]mode {
	return map[string]mode{
		"AK":                     {[]string{"access_key_id", "access_key_secret"}, Settings.accessKey},
		"StsToken":               {[]string{"access_key_id", "access_key_secret", "sts_token"}, Settings.key},
		"OAuth":                  {[]string{"access_key_id", "access_key_secret", "sts_token"}, Settings.key},
		"RamRoleArn":             {[]string{"access_key_id", "access_key_secret", "ram_role_arn"}, Settings.roleByKey},
		"EcsRamRole":             {nil, Settings.roleOfMachine},
		"RamRoleArnWithRoleName": {[]string{"ram_role_arn"}, Settings.roleByMachine},
		"ChainableRamRoleArn":    {[]string{"ram_role_arn", "source_profile"}, Settings.roleBySource},
		"OIDC":                   {[]string{"oidc_provider_arn", "oidc_token_file", "ram_role_arn"}, Settings.oidc},
		"CloudSSO":               {[]string{"access_token", "cloud_sso_access_config", "cloud_sso_account_id", "cloud_sso_sign_in_url"}, Settings.cloudSSO},
		"External":               {[]string{"process_command"}, Settings.external},
		"CredentialsURI":         {[]string{"credentials_uri"}, Settings.uri},
	}
}

// obtain gets the credentials of a source, which can be sent. No panic of a library comes out.
func (s Settings) obtain(p profile) (c acs3.Credentials, err error) {
	err = parallel.Guard(func() error {
		c, err = s.credentials(p)
		return err
	})
	malformed := c.Parts(func(value string) bool { return strings.ContainsFunc(value, unicode.IsControl) })
	switch {
	case err != nil && connection.KindOf(err) == 0: // a panic, whose text may hold anything
		err = unavailable("no credentials of "+p.who+", since an answer makes no sense", "try again", nil)
	case len(malformed) > 0:
		err = denied("a line end or another control character is in the "+strings.Join(malformed, " and the ")+" of "+p.who, "take it out", nil)
	}
	return c, err
}

// credentials gets the credentials of a profile.
func (s Settings) credentials(p profile) (acs3.Credentials, error) {
	mode, err := p.mode()
	if err != nil {
		return acs3.Credentials{}, err
	}
	return mode.get(s, p)
}

// accessKey is for a key. What is left of a session does not count.
func (s Settings) accessKey(p profile) (acs3.Credentials, error) {
	return newCredentials(p.has["access_key_id"], p.has["access_key_secret"], ""), nil
}

// key is for a key, or for a session that nothing renews.
func (s Settings) key(p profile) (acs3.Credentials, error) {
	if ends := p.time("sts_expiration"); p.has["sts_token"] != "" && !ends.IsZero() && !ends.After(time.Now()) {
		return acs3.Credentials{}, expired(p.who, ends, p.renew)
	}
	return newCredentials(p.has["access_key_id"], p.has["access_key_secret"], p.has["sts_token"]), nil
}

// roleByKey is for a role that a key of the same profile assumes.
func (s Settings) roleByKey(p profile) (acs3.Credentials, error) {
	return s.assume(p, p, Settings.key)
}

// roleByMachine is for a role that the role of the machine assumes.
func (s Settings) roleByMachine(p profile) (acs3.Credentials, error) {
	return s.assume(p, p, Settings.roleOfMachine)
}

// roleBySource is for a role that the identity of another profile assumes.
func (s Settings) roleBySource(p profile) (acs3.Credentials, error) {
	source := p.has["source_profile"]
	behind := append(slices.Clone(p.behind), p.has["name"])
	if slices.Contains(behind, source) {
		return acs3.Credentials{}, denied(p.who+" has itself as its source_profile", p.fix, nil)
	}
	signer, err := p.among.named(source, p.who+" has the source", p.fix)
	if err != nil {
		return acs3.Credentials{}, err
	}
	signer.behind = behind
	return s.assume(p, *signer, Settings.credentials)
}
