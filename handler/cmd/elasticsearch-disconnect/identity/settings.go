package identity

import (
	"cmp"
	"io"
	"net/http"
	"path/filepath"
	"strings"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
)

// Settings are what decides which credentials count.
type Settings struct {
	Profile string              // of --profile; "" for none
	Getenv  func(string) string // of the environment
	Home    string              // the person's home directory; "" if it is not known

	Transport http.RoundTripper // to STS, and to a credentials URI
	Stderr    io.Writer         // gets what the command of a profile says to the person; nil: nobody

	metadataURL string // of the metadata service of ECS, in tests; "" for the real one
}

// Variables that more than one step reads.
const (
	profileVariable     = "ALIBABA_CLOUD_PROFILE"
	configVariable      = "ALIBABA_CLOUD_CONFIG_FILE"
	credentialsVariable = "ALIBABA_CLOUD_CREDENTIALS_FILE"
	metadataOff         = "ALIBABA_CLOUD_ECS_METADATA_DISABLED"
)

// isTrue reports whether a variable is "true", in any case.
func (s Settings) isTrue(variable string) bool { return strings.EqualFold(s.Getenv(variable), "true") }

// configFile is the path of the aliyun CLI's profiles; "" for none.
func (s Settings) configFile() string {
	return cmp.Or(s.Getenv(configVariable), s.below(".aliyun", "config.json"))
}

// credentialsFile is the path of the SDKs' profiles; "" for none.
func (s Settings) credentialsFile() string {
	return cmp.Or(s.Getenv(credentialsVariable), s.below(".alibabacloud", "credentials"))
}

// below is a path in the home directory; "" if that is not known, as in a service: what lies in
// the working directory is not the person's.
func (s Settings) below(names ...string) string {
	if s.Home == "" {
		return ""
	}
	return filepath.Join(append([]string{s.Home}, names...)...)
}

// profilesAreOff names the variable that turns off the aliyun CLI's profiles; "" for none.
func (s Settings) profilesAreOff() string {
	for _, variable := range []string{"ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "ALIBABA_CLOUD_IGNORE_PROFILE"} {
		if s.isTrue(variable) {
			return variable
		}
	}
	return ""
}

// shown returns a path for people.
func (s Settings) shown(path string) string {
	if path == "" {
		return "no file, since HOME is not set"
	}
	if below, is := strings.CutPrefix(path, s.Home+string(filepath.Separator)); is && s.Home != "" {
		path = "~/" + filepath.ToSlash(below)
	}
	return printable.Text(path)
}
