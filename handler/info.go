package handler

import (
	"runtime/debug"

	"elasticsearch-disconnect/handler/connection"
)

// Name is the name of the function in replies, in User-Agent and as a role session.
const Name = "elasticsearch-disconnect"

// A Build is the version of a program, as replies, log lines and User-Agent give it.
type Build struct {
	Version string // of the module; "unknown" without build information
	Commit  string // of the source; "" without version control
}

// ReadBuild reads the build of the running program from its binary.
func ReadBuild() Build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return Build{Version: "unknown"}
	}
	b := Build{Version: info.Main.Version}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			b.Commit = s.Value
		}
	}
	return b
}

// info is the reply to GET /.
type info struct {
	Name    string            `json:"name"`
	Version string            `json:"version"`
	Commit  string            `json:"commit"`
	Region  connection.Region `json:"region"`
	Regions string            `json:"regions"` // where it acts: region ids with commas, all, or none
	Members bool              `json:"members"` // it also acts in other accounts
	DryRun  bool              `json:"dryRun"`  // the operator's
}
