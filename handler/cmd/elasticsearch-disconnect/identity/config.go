package identity

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
)

// A config is the aliyun CLI's file of profiles.
type config struct {
	file     string // its path
	Current  string
	Profiles []profile
}

// A profile is one of the aliyun CLI's, with what its mode needs.
type profile struct {
	who string // for people, such as: profile "prod" of ~/.aliyun/config.json
	fix string // what to do if a part is missing

	Name            string `json:"name"`
	Mode            string `json:"mode"`
	Region          string `json:"region_id"`
	AccessKeyID     string `json:"access_key_id"`
	AccessKeySecret string `json:"access_key_secret"`
	SecurityToken   string `json:"sts_token"`
	STSExpires      int64  `json:"sts_expiration"` // Unix time in seconds, as the others

	STSRegion       string `json:"sts_region"`
	VPC             bool   `json:"enable_vpc"`
	RoleARN         string `json:"ram_role_arn"`
	SessionName     string `json:"ram_session_name"`
	DurationSeconds int    `json:"expired_seconds"`
	Policy          string `json:"policy"`
	ExternalID      string `json:"external_id"`
	SourceProfile   string `json:"source_profile"`
	RoleName        string `json:"ram_role_name"`

	OIDCToken       string `json:"oidc_token"`
	OIDCTokenFile   string `json:"oidc_token_file"`
	OIDCProviderARN string `json:"oidc_provider_arn"`

	SignInURL      string `json:"cloud_sso_sign_in_url"`
	SSOAccount     string `json:"cloud_sso_account_id"`
	SSOConfig      string `json:"cloud_sso_access_config"`
	SSOToken       string `json:"access_token"`
	SSOTokenExpire int64  `json:"cloud_sso_access_token_expire"`

	Site         string `json:"oauth_site_type"`
	Refresh      string `json:"oauth_refresh_token"`
	Access       string `json:"oauth_access_token"`
	AccessExpire int64  `json:"oauth_access_token_expire"`

	Command string `json:"process_command"`
	URI     string `json:"credentials_uri"`
}

// readConfig reads the file of profiles. No error repeats what is in it.
func (s Settings) readConfig() (config, error) {
	found := config{file: s.configFile()}
	todo := "run " + aliyunConfigure
	if s.Getenv(configVariable) != "" {
		todo = "check " + configVariable
	}
	content, err := s.readFile(found.file, todo)
	if err != nil {
		return found, err
	}
	if json.Unmarshal(content, &found) != nil {
		return found, denied(s.shown(found.file)+" is not the JSON that the aliyun CLI writes", "correct it, or move it away and run "+aliyunConfigure, nil)
	}
	for i := range found.Profiles {
		p := &found.Profiles[i]
		p.who = fmt.Sprintf("profile %q of %s", p.Name, s.shown(found.file))
		p.fix = configure(p.Mode, p.Name)
	}
	return found, nil
}

// readConfigIfThere is for a file that may be missing, unless a variable names it.
func (s Settings) readConfigIfThere() (config, error) {
	found, err := s.readConfig()
	if errors.Is(err, fs.ErrNotExist) && s.Getenv(configVariable) == "" {
		return config{}, nil
	}
	return found, err
}

func (c config) find(name string) (profile, bool) {
	for _, p := range c.Profiles {
		if p.Name == name {
			return p, true
		}
	}
	return profile{}, false
}

func (c config) names() (names []string) {
	for _, p := range c.Profiles {
		names = append(names, p.Name)
	}
	return names
}

// current returns the source of the profile that the CLI uses. variable names the file; ""
// for none.
func (s Settings) current(profiles config, variable string) (*Source, error) {
	p, is := profiles.find(profiles.Current)
	switch file := s.shown(profiles.file); {
	case len(profiles.Profiles) == 0:
		return nil, denied(file+" has no profiles", "run "+aliyunConfigure, nil)
	case profiles.Current == "":
		return nil, denied(file+" has no current profile", "name one with --profile", nil)
	case !is:
		return nil, s.notThere("name another with --profile", "the current one is", profiles.Current, profiles.names(), profiles.file)
	}
	return s.source(profiles, p, variable)
}

// source returns the source of a profile, if it has all that its mode needs. variable says
// why it counts; "" if that is plain.
func (s Settings) source(profiles config, p profile, variable string) (*Source, error) {
	from, err := s.origin(profiles, p, nil)
	if err != nil {
		return nil, err
	}
	name := p.who
	if variable != "" {
		name += " (" + variable + ")"
	}
	return newSource(name, p.Region, p.renew(), from), nil
}

const aliyunConfigure = "aliyun configure"

// configure is the command of the aliyun CLI that writes a profile anew.
func configure(mode, name string) string {
	command := "run " + aliyunConfigure
	if _, is := modes()[mode]; is {
		command += " --mode " + mode
	}
	if name == "" || name == "default" {
		return command
	}
	if !regexp.MustCompile(`^[A-Za-z0-9._@/-]+$`).MatchString(name) {
		name = strconv.Quote(name)
	}
	return command + " --profile " + name
}

// reasonOf returns why a file cannot be read, without its path.
func reasonOf(err error) error {
	if failed := (*fs.PathError)(nil); errors.As(err, &failed) {
		return failed.Err
	}
	return err
}
