package identity

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"

	"elasticsearch-disconnect/handler/connection"
)

// Find returns the source that counts, by the configuration alone: it asks nobody. Its
// error says what is configured and not usable, or that nothing is configured.
func Find(s Settings) (Source, error) {
	for _, look := range []func() (*Source, error){
		s.flag, s.keys, s.oidcVariables, s.profileVariable, s.configVariable, s.credentialsVariable, s.metadataVariable, s.uriVariable,
		s.currentProfile, s.defaultProfile, s.machine,
	} {
		if found, err := look(); err != nil {
			return Source{}, err
		} else if found != nil {
			return *found, nil
		}
	}
	return Source{}, s.nothing(nil)
}

// nothing is the error if no source is configured.
func (s Settings) nothing(cause error) *connection.Error {
	places := []string{"in the environment (ALIBABA_CLOUD_...)"}
	if off := s.profilesAreOff(); off != "" {
		places = append(places, "not in "+s.shown(s.configFile())+" because of "+off)
	} else {
		places = append(places, "in "+s.shown(s.configFile()))
	}
	places = append(places, "in "+s.shown(s.credentialsFile()))
	if s.isTrue(metadataOff) {
		places = append(places, "and not for a RAM role of this machine because of "+metadataOff)
	} else {
		places = append(places, "and for a RAM role of this machine")
	}
	err := denied("no credentials: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run aliyun configure. Looked %s", strings.Join(places, ", "))
	err.Err = cause
	return err
}

func (s Settings) flag() (*Source, error) {
	if s.Profile == "" {
		return nil, nil
	}
	profiles, err := s.readConfig()
	if err != nil {
		return nil, err
	}
	p, is := profiles.find(s.Profile)
	if !is {
		return nil, s.notThere("--profile names", s.Profile, profiles.names(), s.configFile())
	}
	return s.source(profiles, p, "")
}

// keys are the variables of an access key, or of a session.
func (s Settings) keys() (*Source, error) {
	const id, secret, token = "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"
	switch set, missing := s.split(id, secret); {
	case len(set) == 0 && s.Getenv(token) == "":
		return nil, nil
	case len(set) == 0:
		return nil, denied("%s is set without %s and %s: set all three, or unset it", token, id, secret)
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
	return denied("%s %s set without %s: set all of them, or unset %s", strings.Join(set, " and "), verb, strings.Join(missing, " and "), strings.Join(set, " and "))
}

// oidcVariables are those of a role for which a token of somebody else vouches.
func (s Settings) oidcVariables() (*Source, error) {
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

const profileVariable = "ALIBABA_CLOUD_PROFILE"

// profileVariable is a profile of either file.
func (s Settings) profileVariable() (*Source, error) {
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
	return nil, s.notThere(profileVariable+" names", name, append(profiles.names(), sections.names()...), s.configFile(), s.credentialsFile())
}

// notThere is for a name that no profile has.
func (s Settings) notThere(what, name string, names []string, files ...string) *connection.Error {
	const most = 10 // names
	var quoted, shown []string
	for _, file := range files {
		shown = append(shown, s.shown(file))
	}
	for _, name := range names[:min(most, len(names))] {
		quoted = append(quoted, strconv.Quote(name))
	}
	switch {
	case len(names) == 0:
		quoted = []string{"none"}
	case len(names) > most:
		quoted = append(quoted, fmt.Sprintf("and %d more", len(names)-most))
	}
	return denied("%s profile %q, which is not in %s: the profiles there are %s", what, name, strings.Join(shown, " or "), strings.Join(quoted, ", "))
}

func (s Settings) configVariable() (*Source, error) {
	if s.Getenv("ALIBABA_CLOUD_CONFIG_FILE") == "" || s.profilesAreOff() != "" {
		return nil, nil
	}
	profiles, err := s.readConfig()
	if err != nil {
		return nil, err
	}
	return s.current(profiles, "ALIBABA_CLOUD_CONFIG_FILE")
}

func (s Settings) credentialsVariable() (*Source, error) {
	if s.Getenv("ALIBABA_CLOUD_CREDENTIALS_FILE") == "" {
		return nil, nil
	}
	sections, err := s.readCredentials()
	if err != nil {
		return nil, err
	}
	return s.sectionSource(sections, "default", "ALIBABA_CLOUD_CREDENTIALS_FILE")
}

func (s Settings) metadataVariable() (*Source, error) {
	const variable = "ALIBABA_CLOUD_ECS_METADATA"
	role := s.Getenv(variable)
	switch {
	case role == "":
		return nil, nil
	case s.isTrue(metadataOff):
		return nil, denied("%s names a RAM role of this machine, but %s turns that off: unset one of them", variable, metadataOff)
	}
	name := fmt.Sprintf("RAM role %q of this machine (%s)", role, variable)
	return newSource(name, "", again, s.metadata(name, role)), nil
}

func (s Settings) uriVariable() (*Source, error) {
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

// currentProfile is that of the aliyun CLI. A file without profiles configures nothing.
func (s Settings) currentProfile() (*Source, error) {
	if s.profilesAreOff() != "" {
		return nil, nil
	}
	profiles, err := s.readConfigIfThere()
	if err != nil || len(profiles.Profiles) == 0 {
		return nil, err
	}
	return s.current(profiles, "")
}

// defaultProfile is that of the SDKs.
func (s Settings) defaultProfile() (*Source, error) {
	sections, err := s.readCredentialsIfThere()
	if err != nil || len(sections.names()) == 0 {
		return nil, err
	}
	return s.sectionSource(sections, "default", "")
}

// machine is the last, which nothing names: without an answer, nothing is configured.
func (s Settings) machine() (*Source, error) {
	if s.isTrue(metadataOff) {
		return nil, nil
	}
	const name = "the RAM role of this machine"
	ask := s.metadata(name, "")
	return newSource(name, "", again, func() (grant, error) {
		got, err := ask()
		if none := (nobody{}); errors.As(err, &none) {
			return grant{}, s.nothing(none.error)
		}
		return got, err
	}), nil
}

// again is what to do if the credentials of a source that renews them have expired.
const again = "run the command again"

// uriOf parses the address of a service that hands out credentials.
func uriOf(name, text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, denied("%s is not a URL such as http://127.0.0.1:6666/credentials: correct it", name) // it may hold a secret
	}
	return u, nil
}

// readFile reads a file whose errors are for people.
func (s Settings) readFile(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		failed := denied("%s cannot be read", s.shown(path))
		failed.Err = reasonOf(err)
		return nil, failed
	}
	return content, nil
}
