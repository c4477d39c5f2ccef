package preflight

import (
	"go/version"
	"strings"
)

// oldestNode is the oldest version that @serverless-devs/s 3.1.10 supports (engines in its
// package.json).
const oldestNode = "14.14.0"

func (s Setup) node() finding {
	line, err := s.NodeVersion()
	number := strings.TrimPrefix(strings.TrimSpace(line), "v")
	switch {
	case err != nil:
		return warn("node", "is not installed, but Serverless Devs needs it: https://nodejs.org, %s or newer", oldestNode)
	case version.Compare("go"+number, "go"+oldestNode) < 0: // any numbers with dots compare so
		return warn("node", "is v%s, but Serverless Devs needs %s or newer: https://nodejs.org", number, oldestNode)
	}
	return ok("node", "v%s", number)
}

// serverlessDevs only looks for s, because even s --version writes to the home folder.
func (s Setup) serverlessDevs() finding {
	path, err := s.LookPath("s")
	if err != nil {
		return warn("s", "is not installed, but make deploy needs it: npm install -g @serverless-devs/s, then s config add")
	}
	return ok("s", "%s", path)
}

func (s Setup) aliyun() finding {
	path, err := s.LookPath("aliyun")
	if err != nil {
		return warn("aliyun", "is not installed; the function's role and make logs need it: https://github.com/aliyun/aliyun-cli")
	}
	return ok("aliyun", "%s", path)
}
