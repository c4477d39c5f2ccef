package handler

import "runtime/debug"

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
