package preflight

import (
	"go/version"
	"strings"
)

// oldestNode is the engine that @serverless-devs/s 3.1.10 asks for.
const oldestNode = "14.14.0"

func (s Setup) node() finding {
	line, err := s.NodeVersion()
	number := strings.TrimPrefix(strings.TrimSpace(line), "v")
	switch {
	case err != nil:
		return warn("node", "is not there, and Serverless Devs runs on it: https://nodejs.org, %s or newer", oldestNode)
	case version.Compare("go"+number, "go"+oldestNode) < 0: // compares any numbers with dots
		return warn("node", "is v%s, and Serverless Devs wants %s or newer: https://nodejs.org", number, oldestNode)
	}
	return ok("node", "v%s", number)
}

// serverlessDevs only looks for s: running it, even for its version, writes to the
// home folder.
func (s Setup) serverlessDevs() finding {
	path, err := s.LookPath("s")
	if err != nil {
		return warn("s", "is not there, and make deploy needs it: npm install -g @serverless-devs/s, then s config add")
	}
	return ok("s", "%s", path)
}

func (s Setup) aliyun() finding {
	path, err := s.LookPath("aliyun")
	if err != nil {
		return warn("aliyun", "is not there; only the function's role is made with it: https://github.com/aliyun/aliyun-cli")
	}
	return ok("aliyun", "%s", path)
}
