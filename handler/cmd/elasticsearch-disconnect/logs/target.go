package logs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"time"
)

// Store is the name of the logstore, as s.yaml has it.
const Store = "elasticsearch-disconnect"

// Silence is how long the timer's log is silent before the alert silence fires, by
// alerts/silence.json.
const Silence = 26 * time.Hour

// A Target says whose log it is, and where.
type Target struct {
	Function string // its name
	Region   string
	Project  string // of Log Service
	Policy   string // the id of the action policy: who is notified of an alert, and how
}

// Check returns an error if a name is missing, or Log Service refuses it.
func (t Target) Check() error {
	if t.Project == "" {
		return errors.New("LOG_PROJECT is empty: give the project a name in .env that no one else in the region has, such as LOG_PROJECT=" + t.Function + "-1234")
	}
	for _, checked := range []struct {
		setting string
		err     error
	}{
		{"FUNCTION_NAME", CheckFunction(t.Function)},
		{"FUNCTION_REGION", check(t.Region, `^[a-z][0-9a-z-]*$`, "the id of a region, such as cn-hangzhou")},
		{"LOG_PROJECT", CheckProject(t.Project)},
		{"the action policy", check(t.Policy, `^[\w.-]*$`, "an id of letters, digits, ., - and _")},
	} {
		if checked.err != nil {
			return fmt.Errorf("%s %w", checked.setting, checked.err)
		}
	}
	return nil
}

// CheckFunction returns an error, to follow the name of the setting, if a function cannot have
// a name. Function Compute would take upper case and 64 characters (CreateFunction), but no
// function can be renamed, and its alerts in Log Service bear the name too.
func CheckFunction(name string) error {
	return check(name, `^[a-z][0-9a-z_-]{0,51}$`, "at most 52 lower-case letters, digits, - and _, of which the first is a letter: the function's alerts in Log Service bear this name, too")
}

// CheckProject is CheckFunction for the project of Log Service (CreateProject).
func CheckProject(name string) error {
	return check(name, `^[0-9a-z][0-9a-z-]{1,61}[0-9a-z]$`, "3 to 63 lower-case letters, digits and -, of which the first and the last are no -")
}

func check(value, form, words string) error {
	if !regexp.MustCompile(form).MatchString(value) {
		return fmt.Errorf("is %q; must be %s", value, words)
	}
	return nil
}

// read reads a definition, with the target in the place of ${function}, ${region} and so on.
// Other names after a $ are Log Service's.
func (t Target) read(files fs.FS, name string) (map[string]any, error) {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	filled := strings.NewReplacer(
		"${function}", t.Function, "${region}", t.Region, "${project}", t.Project, "${logstore}", Store, "${policy}", t.Policy,
	).Replace(string(text))
	var body map[string]any
	if err := json.Unmarshal([]byte(filled), &body); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return body, nil
}
