// Command preflight checks, before a deployment with Serverless Devs, what can be
// checked without an account: the tools, the values that s.yaml takes, and the
// aliyun CLI's profile. A value that Function Compute refuses would stop the
// deployment half-way through. It changes nothing.
//
//	go run ./handler/preflight
//
// It runs in the folder of s.yaml, prints a line for each check, and exits with 1 if
// one of them is an error.
package main

import (
	"fmt"
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

func main() {
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
	fmt.Print(table(found))
	if isBad(found) {
		os.Exit(1)
	}
}

// firstLine is what a tool says of itself.
func firstLine(tool string) (string, error) {
	out, err := exec.Command(tool, "--version").Output()
	line, _, _ := strings.Cut(string(out), "\n")
	return strings.TrimSpace(line), err
}
