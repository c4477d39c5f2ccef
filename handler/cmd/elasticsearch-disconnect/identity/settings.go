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
	Home    string              // the person's home directory

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

// configFile is the path of the aliyun CLI's profiles.
func (s Settings) configFile() string {
	return cmp.Or(s.Getenv(configVariable), filepath.Join(s.Home, ".aliyun", "config.json"))
}

// credentialsFile is the path of the SDKs' profiles.
func (s Settings) credentialsFile() string {
	return cmp.Or(s.Getenv(credentialsVariable), filepath.Join(s.Home, ".alibabacloud", "credentials"))
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
	if below, is := strings.CutPrefix(path, s.Home+string(filepath.Separator)); is && s.Home != "" {
		path = "~/" + filepath.ToSlash(below)
	}
	return printable.Text(path)
}
