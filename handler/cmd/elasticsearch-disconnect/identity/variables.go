package identity

import (
	"strings"

	"elasticsearch-disconnect/handler/connection"
)

// byKeys is by the variables of an access key, or of a session.
func (s Settings) byKeys() (*Source, error) {
	const id, secret, token = "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"
	switch set, missing := s.split(id, secret); {
	case len(set) == 0 && s.Getenv(token) == "":
		return nil, nil
	case len(set) == 0:
		return nil, denied(token+" is set without "+id+" and "+secret, "set all three, or unset it", nil)
	case len(missing) > 0:
		return nil, half(set, missing)
	}
	renew := "set " + id + ", " + secret + " and " + token + " to new ones"
	return newSource(id+" in the environment", "", renew, static(s.Getenv(id), s.Getenv(secret), s.Getenv(token))), nil
}

// split says which variables are set, and which are not.
func (s Settings) split(variables ...string) (set, missing []string) {
	for _, name := range variables {
		if s.Getenv(name) != "" {
			set = append(set, name)
		} else {
			missing = append(missing, name)
		}
	}
	return set, missing
}

// half is for variables of which only some are set.
func half(set, missing []string) *connection.Error {
	verb := "is"
	if len(set) > 1 {
		verb = "are"
	}
	has := strings.Join(set, " and ")
	return denied(has+" "+verb+" set without "+strings.Join(missing, " and "), "set all of them, or unset "+has, nil)
}

// byOIDC is by the variables of a role for which a token of somebody else vouches.
func (s Settings) byOIDC() (*Source, error) {
	token := "ALIBABA_CLOUD_OIDC_TOKEN_FILE"
	if s.Getenv("ALIBABA_CLOUD_OIDC_TOKEN") != "" {
		token = "ALIBABA_CLOUD_OIDC_TOKEN"
	}
	switch set, missing := s.split(token, "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "ALIBABA_CLOUD_ROLE_ARN"); {
	case len(set) == 0:
		return nil, nil
	case len(missing) > 0:
		return nil, half(set, missing)
	}
	p := profile{
		who:             token + " in the environment",
		Mode:            "OIDC",
		OIDCToken:       s.Getenv("ALIBABA_CLOUD_OIDC_TOKEN"),
		OIDCTokenFile:   s.Getenv("ALIBABA_CLOUD_OIDC_TOKEN_FILE"),
		OIDCProviderARN: s.Getenv("ALIBABA_CLOUD_OIDC_PROVIDER_ARN"),
		RoleARN:         s.Getenv("ALIBABA_CLOUD_ROLE_ARN"),
		SessionName:     s.Getenv("ALIBABA_CLOUD_ROLE_SESSION_NAME"),
		STSRegion:       s.Getenv("ALIBABA_CLOUD_STS_REGION"),
		VPC:             s.isTrue("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED"),
		fix:             "correct the variable",
	}
	return s.source(config{}, p, "")
}

// byProfileVariable is a profile of either file.
func (s Settings) byProfileVariable() (*Source, error) {
	name := s.Getenv(profileVariable)
	if name == "" {
		return nil, nil
	}
	var profiles config
	if s.profilesAreOff() == "" {
		var err error
		if profiles, err = s.readConfigIfThere(); err != nil {
			return nil, err
		}
	}
	if p, is := profiles.find(name); is {
		return s.source(profiles, p, profileVariable)
	}
	sections, err := s.readCredentialsIfThere()
	if err != nil {
		return nil, err
	}
	if sections.has(name) {
		return s.sectionSource(sections, name, profileVariable)
	}
	return nil, s.notThere("correct "+profileVariable, profileVariable+" names", name, append(profiles.names(), sections.names()...), s.configFile(), s.credentialsFile())
}

// byConfigVariable is the current profile of another file.
func (s Settings) byConfigVariable() (*Source, error) {
	if s.Getenv(configVariable) == "" || s.profilesAreOff() != "" {
		return nil, nil
	}
	profiles, err := s.readConfig()
	if err != nil {
		return nil, err
	}
	return s.current(profiles, configVariable)
}

// byCredentialsVariable is the default profile of another file.
func (s Settings) byCredentialsVariable() (*Source, error) {
	if s.Getenv(credentialsVariable) == "" {
		return nil, nil
	}
	sections, err := s.readCredentials()
	if err != nil {
		return nil, err
	}
	return s.sectionSource(sections, "default", credentialsVariable)
}

// byMetadataVariable is a role of this machine.
func (s Settings) byMetadataVariable() (*Source, error) {
	const variable = "ALIBABA_CLOUD_ECS_METADATA"
	role := s.Getenv(variable)
	switch {
	case role == "":
		return nil, nil
	case s.isTrue(metadataOff):
		return nil, denied(variable+" names a RAM role of this machine, but "+metadataOff+" turns that off", "unset one of them", nil)
	}
	name := variable + " in the environment"
	return newSource(name, "", again, s.metadata(name, role)), nil
}

// byURIVariable is a service that hands out credentials.
func (s Settings) byURIVariable() (*Source, error) {
	const variable = "ALIBABA_CLOUD_CREDENTIALS_URI"
	if s.Getenv(variable) == "" {
		return nil, nil
	}
	name := variable + " in the environment"
	from, err := s.uri(name, s.Getenv(variable))
	if err != nil {
		return nil, err
	}
	return newSource(name, "", again, from), nil
}
