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
		s.byFlag, s.byKeys, s.byOIDC, s.byProfileVariable, s.byConfigVariable, s.byCredentialsVariable, s.byMetadataVariable, s.byURIVariable,
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

// nothing is the error if no source is configured. It says where one was looked for.
func (s Settings) nothing(cause error) *connection.Error {
	profiles, machine := "in "+s.shown(s.configFile()), "for a RAM role of this machine"
	if off := s.profilesAreOff(); off != "" {
		profiles = "not in " + s.shown(s.configFile()) + " because of " + off
	}
	if s.isTrue(metadataOff) {
		machine = "not for a RAM role of this machine because of " + metadataOff
	}
	const todo = "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run " + aliyunConfigure
	fact := fmt.Sprintf("no credentials; looked in the environment (ALIBABA_CLOUD_...), %s, in %s, and %s", profiles, s.shown(s.credentialsFile()), machine)
	return denied(fact, todo, cause)
}

// byFlag is a profile of the aliyun CLI.
func (s Settings) byFlag() (*Source, error) {
	if s.Profile == "" {
		return nil, nil
	}
	profiles, err := s.readConfig()
	if err != nil {
		return nil, err
	}
	p, is := profiles.find(s.Profile)
	if !is {
		return nil, s.notThere("correct --profile", "--profile names", s.Profile, profiles.names(), s.configFile())
	}
	return s.source(profiles, p, "")
}

// notThere is for a name that no profile has.
func (s Settings) notThere(todo, what, name string, names []string, files ...string) *connection.Error {
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
	fact := fmt.Sprintf("%s profile %q, which is not in %s; the profiles there are %s", what, name, strings.Join(shown, " or "), strings.Join(quoted, ", "))
	return denied(fact, todo, nil)
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
		return nil, denied(name+" is not a URL that begins with http:// or https://", "correct it", nil) // it may hold a secret
	}
	return u, nil
}

// readFile reads a file whose errors are for people. todo is what to do about one that
// cannot be read.
func (s Settings) readFile(path, todo string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, denied(s.shown(path)+" cannot be read", todo, reasonOf(err))
	}
	return content, nil
}
