package identity

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/ini.v1"
)

// profiles are those of a file.
type profiles struct {
	file    string // its path, for people
	current string // the name of the one that counts if none is named
	all     []profile
}

const again = "run the command again" // gets a new session if a source renews it by itself

// readConfig reads the aliyun CLI's file. No error repeats what is in it.
func (s Settings) readConfig() (*profiles, error) {
	found := &profiles{file: s.shown(s.configFile())}
	content, err := s.readFile(s.configFile(), configVariable, "run aliyun configure")
	if content == nil {
		return found, err
	}
	var config struct {
		Current  string
		Profiles []members
	}
	if json.Unmarshal(content, &config) != nil {
		return found, denied(found.file+" is not the JSON that the aliyun CLI writes", "correct it, or move it away and run aliyun configure", nil)
	}
	found.current = config.Current
	for _, has := range config.Profiles {
		found.all = append(found.all, profile{who: fmt.Sprintf("profile %q of %s", has["name"], found.file), fix: configure(has), renew: renew(has), has: has, among: found})
	}
	return found, nil
}

// readCredentials reads the SDKs' file. No error repeats what is in it.
func (s Settings) readCredentials() (*profiles, error) {
	found := &profiles{file: s.shown(s.credentialsFile()), current: "default"}
	content, err := s.readFile(s.credentialsFile(), credentialsVariable, "check who may read it")
	if content == nil {
		return found, err
	}
	parsed, err := ini.Load(content)
	if err != nil {
		return found, denied(found.file+" is not of the form [profile], name = value", "correct it", nil)
	}
	names := map[string]string{
		"access_key_id": "access_key_id", "access_key_secret": "access_key_secret", "policy": "policy",
		"ram_role_arn": "role_arn", "ram_role_name": "role_name", "ram_session_name": "role_session_name",
		"mode": "type access_key, ecs_ram_role or ram_role_arn",
	}
	for _, section := range parsed.Sections()[1:] { // the first is what is outside of all
		has := members(section.KeysHash()).renamed(names)
		has["name"] = section.Name()
		has["mode"] = map[string]string{"access_key": "AK", "ecs_ram_role": "EcsRamRole", "ram_role_arn": "RamRoleArn"}[section.Key("type").String()]
		found.all = append(found.all, profile{who: fmt.Sprintf("profile %q of %s", has["name"], found.file), fix: "correct the file", renew: again, has: has, names: names})
	}
	return found, nil
}

// readFile reads a file of profiles; nil for a missing one that neither a flag nor its
// variable asks for. todo is what to do about one that cannot be read.
func (s Settings) readFile(path, variable, todo string) ([]byte, error) {
	isWanted := s.Profile != "" || s.Getenv(profileVariable) != ""
	switch {
	case path == "" && isWanted:
		return nil, denied("there is no file of profiles, since HOME is not set", "set HOME, or name the file in "+variable, nil)
	case path == "":
		return nil, nil
	}
	content, err := os.ReadFile(path)
	isNamed := s.Getenv(variable) != ""
	switch {
	case err == nil, errors.Is(err, fs.ErrNotExist) && !isNamed && s.Profile == "":
		return content, nil
	case isNamed:
		todo = "check " + variable
	}
	return nil, denied(s.shown(path)+" cannot be read", todo, reasonOfFile(err))
}

// reasonOfFile returns why a file cannot be read, without its path.
func reasonOfFile(err error) error {
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		return failed.Err
	}
	return err
}

// find returns the profile of a name; nil for none.
func (f *profiles) find(name string) *profile {
	for _, p := range f.all {
		if p.has["name"] == name {
			return &p
		}
	}
	return nil
}

// currentOne returns the profile that counts if none is named.
func (f *profiles) currentOne() (*profile, error) {
	if f.current == "" {
		return nil, denied(f.file+" has no current profile", "name one with --profile, or run aliyun configure", nil)
	}
	return f.named(f.current, "the one that counts is", "name another with "+profileVariable)
}

// named returns the profile of a name, which what says; an error if there is none.
func (f *profiles) named(name, what, todo string) (*profile, error) {
	if p := f.find(name); p != nil {
		return p, nil
	}
	const most = 10 // names
	var names []string
	for _, p := range f.all {
		names = append(names, strconv.Quote(p.has["name"]))
	}
	if len(names) > most {
		names = append(names[:most], fmt.Sprintf("and %d more", len(names)-most))
	}
	there := cmp.Or(strings.Join(names, ", "), "none")
	return nil, denied(fmt.Sprintf("%s profile %q, which is not in %s; the profiles there are %s", what, name, f.file, there), todo, nil)
}

// renew is what gets a new session of a profile of the aliyun CLI.
func renew(has members) string {
	switch mode := has["mode"]; {
	case mode == "OAuth": // any command of the CLI renews it, and writes it down
		return aliyun("sts GetCallerIdentity", has) + ", which renews it"
	case mode == "StsToken", mode == "CloudSSO", mode == "RamRoleArn" && has["sts_token"] != "":
		return configure(has)
	}
	return again
}

// configure is what writes a profile of the aliyun CLI anew.
func configure(has members) string {
	if has["mode"] == "" {
		return aliyun("configure", has)
	}
	return aliyun("configure --mode "+has["mode"], has)
}

// aliyun is a command of the aliyun CLI with a profile.
func aliyun(command string, has members) string {
	name := has["name"]
	if !regexp.MustCompile(`^[A-Za-z0-9._@/-]+$`).MatchString(name) {
		name = strconv.Quote(name)
	}
	return "run aliyun " + command + " --profile " + name
}
