// Package preflight checks a deployment with Serverless Devs before it starts, without an
// account: the tools, .env and the shell, the values in s.yaml, and the profile of the
// aliyun CLI. What .env says otherwise than its author means could arm a function, and a
// value that Function Compute refuses would stop the deployment half-way. It changes
// nothing.
package preflight

import (
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

// Check returns a line for each check, and reports whether none found an error.
func (s Setup) Check() (lines string, isGood bool) {
	found := s.findings()
	return table(found), !isBad(found)
}

func (s Setup) findings() []finding {
	found := []finding{s.node(), s.serverlessDevs(), s.aliyun()}
	v, err := s.readSettings()
	if err != nil {
		return append(found, fault("s.yaml", "and .env cannot be read: %v; run this in their folder", err))
	}
	region := v.value("FUNCTION_REGION")
	config, ofConfig := configuration(v)
	return slices.Concat(found,
		dotenv(v),
		hidden(v),
		control(v),
		ofConfig,
		[]finding{
			functionRegion(region),
			functionName(v.value("FUNCTION_NAME")),
			functionRole(v.value("FUNCTION_ROLE")),
			deadLetterQueue(v.value("DEAD_LETTER_QUEUE")),
			logProject(v.value("LOG_PROJECT")),
			reconcile(v.value("RECONCILE")),
			reconcileCron(v.value("RECONCILE"), v.value("RECONCILE_CRON")),
			reconcileRegions(v, config),
			reconcileAccounts(v, config),
		},
		s.profile(region))
}
