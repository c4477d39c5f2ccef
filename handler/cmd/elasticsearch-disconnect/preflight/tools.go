package preflight

import (
	"go/version"
	"regexp"
	"strings"
)

// tools checks what builds and deploys. Without the last three something else can
// deploy what make builds.
func tools(m machine) []finding {
	return []finding{goTool(m), makeTool(m), node(m), serverlessDevs(m), aliyun(m)}
}

// goTool holds the version that runs this to the one that go.mod wants, since a
// GOTOOLCHAIN decides which that is.
func goTool(m machine) finding {
	content, err := m.readFile("go.mod")
	wanted := regexp.MustCompile(`(?m)^go (\S+)`).FindStringSubmatch(string(content))
	switch {
	case err != nil || wanted == nil:
		return fault("go", "needs a go.mod with a line go; run this in the folder of s.yaml")
	case version.Compare(m.goVersion, "go"+wanted[1]) < 0:
		return fault("go", "is %s, and go.mod wants %s: https://go.dev/dl", m.goVersion, wanted[1])
	}
	return ok("go", "%s, and go.mod wants %s", m.goVersion, wanted[1])
}

func makeTool(m machine) finding {
	line, err := m.version("make")
	switch {
	case err != nil:
		return fault("make", "is not there, and s.yaml builds with it: install GNU make")
	case !strings.HasPrefix(line, "GNU Make "):
		return warn("make", "says %q, and the Makefile is for GNU make: put that first in PATH", line)
	}
	return ok("make", "%s", line)
}

// oldestNode is the engine that @serverless-devs/s 3.1.10 asks for.
const oldestNode = "14.14.0"

func node(m machine) finding {
	line, err := m.version("node")
	switch {
	case err != nil:
		return warn("node", "is not there, and Serverless Devs runs on it: https://nodejs.org, %s or newer", oldestNode)
	case version.Compare("go"+strings.TrimPrefix(line, "v"), "go"+oldestNode) < 0: // whatever is numbers with dots
		return warn("node", "is %s, and Serverless Devs wants %s or newer: https://nodejs.org", line, oldestNode)
	}
	return ok("node", "%s", line)
}

// serverlessDevs is only looked for: to run s, even for its version, writes to the
// home folder.
func serverlessDevs(m machine) finding {
	path, err := m.lookPath("s")
	if err != nil {
		return warn("s", "is not there, and make deploy needs it: npm install -g @serverless-devs/s, then s config add")
	}
	return ok("s", "%s", path)
}

func aliyun(m machine) finding {
	path, err := m.lookPath("aliyun")
	if err != nil {
		return warn("aliyun", "is not there; only the function's role is made with it: https://github.com/aliyun/aliyun-cli")
	}
	return ok("aliyun", "%s", path)
}
