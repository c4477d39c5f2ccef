// Package preflight checks a deployment with Serverless Devs before it starts, without an
// account: the tools, the values in s.yaml, and the profile of the aliyun CLI. A value
// that Function Compute refuses would stop the deployment half-way. It changes nothing.
package preflight

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"slices"
)

// A Setup is what the checks read.
type Setup struct {
	Folder      fs.FS // of s.yaml and .env
	Home        fs.FS
	LookupEnv   func(string) (string, bool)
	LookPath    func(tool string) (string, error)
	NodeVersion func() (string, error) // such as v20.20.2
}

// Here is the setup of the working directory on this machine.
func Here() Setup {
	home, _ := os.UserHomeDir() // without one, there is no profile to check
	return Setup{
		Folder:    os.DirFS("."),
		Home:      os.DirFS(home),
		LookupEnv: os.LookupEnv,
		LookPath:  exec.LookPath,
		NodeVersion: func() (string, error) {
			out, err := exec.Command("node", "--version").Output()
			return string(out), err
		},
	}
}

// Check writes a line for each check to out, and reports whether none found an error.
func (s Setup) Check(out io.Writer) bool {
	found := s.findings()
	fmt.Fprint(out, table(found))
	return !isBad(found)
}

func (s Setup) findings() []finding {
	found := []finding{s.node(), s.serverlessDevs(), s.aliyun()}
	v, err := s.readSettings()
	if err != nil {
		return append(found, fault("s.yaml", "and .env cannot be read: %v; run this in their folder", err))
	}
	region := v.value("FUNCTION_REGION")
	return slices.Concat(found,
		envFile(v),
		hidden(v),
		configuration(v),
		[]finding{
			functionRegion(region),
			functionRole(v.value("FUNCTION_ROLE")),
			deadLetterQueue(v.value("DEAD_LETTER_QUEUE")),
			reconcile(v.value("RECONCILE")),
			reconcileCron(v.value("RECONCILE_CRON")),
		},
		s.profile(region))
}
