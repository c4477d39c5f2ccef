// Command aliyuntest stands in for the aliyun CLI and for Log Service behind it, and is strict
// about both: it takes the operations that package logs may need, by the names and parameters
// of the CLI's own metadata (github.com/aliyun/aliyun-openapi-meta, version 3.4.11 of the CLI),
// and bodies whose members the documents of Log Service (2020-12-30) name. It answers, and
// exits, as the real ones do. What Log Service has is in the file of the variable
// ALIYUN_STATE.
package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

func main() {
	answer, err := run(os.Args[1:], os.Getenv("ALIYUN_STATE"))
	switch failed, ok := errors.AsType[*failure](err); {
	case ok:
		fmt.Fprintf(os.Stderr, "ERROR: %s\n", failed.text)
		os.Exit(failed.exit)
	case err != nil:
		fmt.Fprintln(os.Stderr, "false aliyun:", err)
		os.Exit(70)
	case answer != "":
		fmt.Println(answer)
	}
}

// A failure is an error of the CLI, or an answer of Log Service.
type failure struct {
	exit int
	text string
}

func (f *failure) Error() string { return f.text }

func refuse(exit int, format string, args ...any) error {
	return &failure{exit, fmt.Sprintf(format, args...)}
}

// answered is an error of Log Service, as the CLI prints it.
func answered(status int, code, message string) error {
	return refuse(1, "SDKError:\n   StatusCode: %d\n   Code: %s\n   Message: %s\n   Data: {\"httpCode\":%[1]d,\"requestId\":\"65A0C0FFEE0000000000\",\"statusCode\":%[1]d}\n",
		status, code, message)
}

// run runs one command line.
func run(args []string, file string) (answer string, err error) {
	c, err := parse(args)
	if err != nil {
		return "", err
	}
	s, err := load(file)
	if err != nil {
		return "", err
	}
	answer, err = s.serve(c)
	if failed := s.save(file); failed != nil {
		return "", failed
	}
	return answer, err
}

// A call is a command line that the CLI sends.
type call struct {
	operation string
	flags     map[string]string // without the --
}

// required are the parameters of each operation that are part of the host or the path. Those
// that write take a body as well.
func required(operation string) (names []string, known bool) {
	names, known = map[string][]string{
		"CreateProject": {}, "GetProject": {"project"},
		"CreateLogStore": {"project"}, "GetLogStore": {"logstore", "project"},
		"CreateIndex": {"logstore", "project"}, "GetIndex": {"logstore", "project"}, "UpdateIndex": {"logstore", "project"},
		"CreateAlert": {"project"}, "GetAlert": {"alertName", "project"}, "UpdateAlert": {"alertName", "project"}, "DeleteAlert": {"alertName", "project"},
		"CreateDashboard": {"project"}, "GetDashboard": {"dashboardName", "project"}, "UpdateDashboard": {"dashboardName", "project"}, "DeleteDashboard": {"dashboardName", "project"},
	}[operation]
	return names, known
}

// writes reports whether an operation takes a body.
func writes(operation string) bool {
	return strings.HasPrefix(operation, "Create") || strings.HasPrefix(operation, "Update")
}

// parse reads a command line as the CLI does before it sends anything.
func parse(args []string) (call, error) {
	c := call{flags: map[string]string{}}
	var words []string
	for i := 0; i < len(args); i++ {
		name, isFlag := strings.CutPrefix(args[i], "--")
		switch _, twice := c.flags[name]; {
		case !isFlag:
			words = append(words, args[i])
			continue
		case twice:
			return c, refuse(1, "parse failed --%s duplicated", name)
		case i+1 == len(args):
			return c, refuse(1, "parse failed --%s must be assigned with value", name)
		}
		i++
		c.flags[name] = args[i]
	}
	switch {
	case len(words) == 0 || words[0] != "sls":
		return c, refuse(2, "'%s' is not a valid command or product. See `aliyun help`.", strings.Join(words, " "))
	case len(words) == 3: // METHOD /path: since version 3.1.1, a path with a value in it lacks its parameters
		return c, refuse(1, "required parameters missing: path parameter of %s %s", words[1], words[2])
	case len(words) != 2:
		return c, refuse(3, "too many arguments")
	}
	c.operation = words[1]
	return c, c.check()
}

// check holds the flags to the parameters of the operation.
func (c call) check() error {
	names, known := required(c.operation)
	if !known {
		return refuse(2, "'%s' is not a valid api. See `aliyun help sls`.", c.operation)
	}
	for name := range c.flags {
		if isOfCLI := name == "region" || name == "body"; !isOfCLI && !slices.Contains(names, name) {
			return refuse(2, "'--%s' is not a valid parameter or flag. See `aliyun help sls %s`.", name, c.operation)
		}
	}
	if c.flags["region"] == "" { // the CLI would take the profile's, which may be another
		return refuse(1, "init openapi client failed, default RegionId is empty! run `aliyun configure` first")
	}
	for _, name := range names {
		if c.flags[name] == "" {
			return refuse(1, "required parameters missing: parameter --%s", name)
		}
	}
	if _, has := c.flags["body"]; has != writes(c.operation) {
		return refuse(1, "%s: with --body %t, want %t", c.operation, has, !has)
	}
	return nil
}
