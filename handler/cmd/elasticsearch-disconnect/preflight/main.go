// Package preflight checks, before a deployment with Serverless Devs, what can be
// checked without an account: the tools, the values that s.yaml takes, and the
// aliyun CLI's profile. A value that Function Compute refuses would stop the
// deployment half-way through. It changes nothing.
package preflight

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// A machine is all that the checks see of the world outside.
type machine struct {
	goVersion string // such as go1.26.0
	home      string
	getenv    func(string) (string, bool)
	readFile  func(string) ([]byte, error)
	lookPath  func(tool string) (string, error)
	version   func(tool string) (string, error) // the first line it prints with --version
	now       func() time.Time
}

// Run prints a line for each check, and reports whether none of them is an error. It
// reads the folder of s.yaml, which it runs in.
func Run(out io.Writer) bool {
	home, _ := os.UserHomeDir() // where there is none, there is no profile
	found := preflight(machine{
		goVersion: runtime.Version(),
		home:      home,
		getenv:    os.LookupEnv,
		readFile:  os.ReadFile,
		lookPath:  exec.LookPath,
		version:   firstLine,
		now:       time.Now,
	})
	fmt.Fprint(out, table(found))
	return !isBad(found)
}

// firstLine is what a tool says of itself.
func firstLine(tool string) (string, error) {
	out, err := exec.Command(tool, "--version").Output()
	line, _, _ := strings.Cut(string(out), "\n")
	return strings.TrimSpace(line), err
}
