package identity

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/ini.v1"
)

// sections are the profiles of the SDKs' file of credentials.
type sections struct {
	file   string
	parsed *ini.File // nil for no file
}

// readCredentials reads the SDKs' file. No error repeats what is in it.
func (s Settings) readCredentials() (sections, error) {
	found := sections{file: s.credentialsFile()}
	todo := "check who may read it"
	if s.Getenv(credentialsVariable) != "" {
		todo = "check " + credentialsVariable
	}
	content, err := s.readFile(found.file, todo)
	if err != nil {
		return found, err
	}
	if found.parsed, err = ini.Load(content); err != nil {
		return found, denied(s.shown(found.file)+" is not of the form [profile], name = value", "correct it", nil)
	}
	return found, nil
}

// readCredentialsIfThere is for a file that may be missing, unless a variable names it.
func (s Settings) readCredentialsIfThere() (sections, error) {
	found, err := s.readCredentials()
	if errors.Is(err, fs.ErrNotExist) && s.Getenv(credentialsVariable) == "" {
		return sections{}, nil
	}
	return found, err
}

// names are those of the sections; that which is outside of all has none.
func (f sections) names() []string {
	if f.parsed == nil {
		return nil
	}
	return slices.DeleteFunc(f.parsed.SectionStrings(), func(name string) bool { return name == ini.DefaultSection })
}

func (f sections) has(name string) bool { return slices.Contains(f.names(), name) }

// sectionTypes are what credentials-go reads: the aliyun CLI's mode, and what has to be there.
func sectionTypes() map[string]struct {
	mode  string
	needs []string
} {
	return map[string]struct {
		mode  string
		needs []string
	}{
		"access_key":   {"AK", []string{"access_key_id", "access_key_secret"}},
		"ecs_ram_role": {"EcsRamRole", nil},
		"ram_role_arn": {"RamRoleArn", []string{"access_key_id", "access_key_secret", "role_arn"}},
	}
}

// sectionSource returns the source of a section, as a profile.
func (s Settings) sectionSource(f sections, name, variable string) (*Source, error) {
	if !f.has(name) {
		return nil, s.notThere("name another with "+profileVariable, "the default is", name, f.names(), f.file)
	}
	section := f.parsed.Section(name)
	value := func(key string) string { return section.Key(key).String() }
	who := fmt.Sprintf("profile %s of %s", strconv.Quote(name), s.shown(f.file))
	kind, known := sectionTypes()[value("type")]
	missing := slices.DeleteFunc(slices.Clone(kind.needs), func(key string) bool { return value(key) != "" })
	switch {
	case !known:
		return nil, denied(who+" has a type other than access_key, ram_role_arn and ecs_ram_role", "correct it, or choose another profile", nil)
	case len(missing) > 0:
		return nil, denied(who+" has no "+strings.Join(missing, " and no "), "correct the file", nil)
	}
	return s.source(config{}, profile{
		who:             who,
		fix:             "correct the file",
		Name:            name,
		Mode:            kind.mode,
		AccessKeyID:     value("access_key_id"),
		AccessKeySecret: value("access_key_secret"),
		RoleARN:         value("role_arn"),
		SessionName:     value("role_session_name"),
		Policy:          value("policy"),
		RoleName:        value("role_name"),
	}, variable)
}
