package identity

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
)

// A Source is where credentials come from.
type Source struct {
	Name    string // for people: profile "prod" of ~/.aliyun/config.json
	Region  string // of the profile, as it is written there; "" for none
	Profile string // the name for --profile, if that or a variable names a profile of the aliyun CLI; else ""

	renew string // what gets a new session: run aliyun configure --mode CloudSSO --profile prod
	get   func() (acs3.Credentials, error)
}

// Credentials returns the credentials of a source that [Find] found. They are obtained once.
// It may be called by several goroutines at a time.
func (s Source) Credentials() (acs3.Credentials, error) { return s.get() }

// Find returns the source that counts, by the configuration alone: it asks nobody. Its
// error says what is configured and not usable, or that nothing is configured.
func Find(s Settings) (Source, error) {
	for _, look := range []func() (*profile, error){
		s.byFlag, s.byKeys, s.byOIDC,
		s.ifSet(profileVariable, s.namedProfile), s.ifSet(configVariable, s.currentProfile), s.ifSet(credentialsVariable, s.defaultProfile),
		s.byValue("ALIBABA_CLOUD_ECS_METADATA", "EcsRamRole", "ram_role_name"), s.byValue("ALIBABA_CLOUD_CREDENTIALS_URI", "CredentialsURI", "credentials_uri"),
		s.currentProfile, s.defaultProfile, s.machine,
	} {
		if p, err := look(); p != nil || err != nil {
			return s.source(p, err)
		}
	}
	return Source{}, s.nothing(nil)
}

// source is the source of a profile that has all that its mode needs.
func (s Settings) source(p *profile, err error) (Source, error) {
	if err != nil {
		return Source{}, err
	}
	if _, err = p.mode(); err != nil {
		return Source{}, err
	}
	get := sync.OnceValues(func() (acs3.Credentials, error) { return s.obtain(*p) })
	named := ""
	if p.among != nil {
		named = cmp.Or(s.Profile, s.Getenv(profileVariable))
	}
	return Source{p.who, p.has["region_id"], named, p.renew, get}, nil
}

// byFlag is a profile of the aliyun CLI.
func (s Settings) byFlag() (*profile, error) {
	if s.Profile == "" {
		return nil, nil
	}
	config, err := s.readConfig()
	if err != nil {
		return nil, err
	}
	return config.named(s.Profile, "--profile names", "correct --profile")
}

// byKeys is by the variables of an access key, or of a session.
func (s Settings) byKeys() (*profile, error) {
	const id, secret, token = "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"
	if are, err := s.areSet([]string{id, secret}, token); !are {
		return nil, err
	}
	p := ofVariables(id, "AK", members{"access_key_id": s.Getenv(id), "access_key_secret": s.Getenv(secret), "sts_token": s.Getenv(token)})
	if s.Getenv(token) != "" {
		p.has["mode"], p.renew = "StsToken", "set "+id+", "+secret+" and "+token+" to new ones"
	}
	return p, nil
}

// byOIDC is by the variables of a role for which a token of somebody else vouches.
func (s Settings) byOIDC() (*profile, error) {
	const file, provider, role = "ALIBABA_CLOUD_OIDC_TOKEN_FILE", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "ALIBABA_CLOUD_ROLE_ARN"
	if are, err := s.areSet([]string{file, provider, role}); !are {
		return nil, err
	}
	return ofVariables(file, "OIDC", members{
		"oidc_token_file":   s.Getenv(file),
		"oidc_provider_arn": s.Getenv(provider),
		"ram_role_arn":      s.Getenv(role),
		"ram_session_name":  s.Getenv("ALIBABA_CLOUD_ROLE_SESSION_NAME"),
		"sts_region":        s.Getenv("ALIBABA_CLOUD_STS_REGION"),
		"enable_vpc":        strings.ToLower(s.Getenv("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED")),
	}), nil
}

// areSet reports whether any variable of a source is set. Then all that it needs have to be.
func (s Settings) areSet(needs []string, others ...string) (bool, error) {
	isSet := func(name string) bool { return s.Getenv(name) != "" }
	missing := slices.DeleteFunc(slices.Clone(needs), isSet)
	set := slices.DeleteFunc(slices.Concat(needs, others), func(name string) bool { return !isSet(name) })
	if len(set) == 0 || len(missing) == 0 {
		return len(set) > 0, nil
	}
	has := strings.Join(set, " and ")
	return false, denied("the environment has "+has+" without "+strings.Join(missing, " and "), "set all of them, or unset "+has, nil)
}

// byValue is by a variable that says all.
func (s Settings) byValue(variable, mode, member string) func() (*profile, error) {
	return func() (*profile, error) {
		if s.Getenv(variable) == "" {
			return nil, nil
		}
		return ofVariables(variable, mode, members{member: s.Getenv(variable)}), nil
	}
}

// ofVariables is a profile that variables make up.
func ofVariables(first, mode string, has members) *profile {
	has["mode"] = mode
	return &profile{who: first + " in the environment", fix: "correct the variable", renew: again, has: has}
}

// ifSet looks for a profile if a variable is set, which is why it counts then.
func (s Settings) ifSet(variable string, look func() (*profile, error)) func() (*profile, error) {
	return func() (*profile, error) {
		if s.Getenv(variable) == "" {
			return nil, nil
		}
		p, err := look()
		if p != nil {
			p.who += " (" + variable + ")"
		}
		return p, err
	}
}

// namedProfile is a profile of either file.
func (s Settings) namedProfile() (*profile, error) {
	config := &profiles{}
	var err error
	if s.profilesAreOff() == "" {
		config, err = s.readConfig()
	}
	name := s.Getenv(profileVariable)
	if p := config.find(name); p != nil || err != nil {
		return p, err
	}
	both, err := s.readCredentials()
	if err != nil {
		return nil, err
	}
	both.file, both.all = s.shown(s.configFile())+" or "+both.file, append(config.all, both.all...)
	return both.named(name, profileVariable+" names", "correct "+profileVariable)
}

// currentProfile is that of the aliyun CLI. A file without profiles configures nothing,
// unless a variable names it.
func (s Settings) currentProfile() (*profile, error) {
	if s.profilesAreOff() != "" {
		return nil, nil
	}
	config, err := s.readConfig()
	if err != nil || len(config.all) == 0 && s.Getenv(configVariable) == "" {
		return nil, err
	}
	return config.currentOne()
}

// defaultProfile is that of the SDKs, in the same way.
func (s Settings) defaultProfile() (*profile, error) {
	credentials, err := s.readCredentials()
	if err != nil || len(credentials.all) == 0 && s.Getenv(credentialsVariable) == "" {
		return nil, err
	}
	return credentials.currentOne()
}

// machine is the last, which nothing names: without an answer, nothing is configured.
func (s Settings) machine() (*profile, error) {
	if s.isTrue(metadataOff) {
		return nil, nil
	}
	return &profile{who: "the RAM role of this machine", renew: again, has: members{"mode": "EcsRamRole"}, isGuess: true}, nil
}

// nothing is the error if no source is configured. It says where one was looked for.
func (s Settings) nothing(cause error) *connection.Error {
	config, machine := "in "+s.shown(s.configFile()), "for a RAM role of this machine"
	if off := s.profilesAreOff(); off != "" {
		config = "not " + config + " because of " + off
	}
	if s.isTrue(metadataOff) {
		machine = "not " + machine + " because of " + metadataOff
	}
	fact := fmt.Sprintf("no credentials; looked in the environment (ALIBABA_CLOUD_...), %s, in %s, and %s", config, s.shown(s.credentialsFile()), machine)
	return denied(fact, "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run aliyun configure", cause)
}
