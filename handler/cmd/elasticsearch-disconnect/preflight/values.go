package preflight

import (
	"cmp"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"elasticsearch-disconnect/handler"
)

// envFile checks that what .env sets is what s.yaml reads.
func envFile(s settings) []finding {
	if s.file == nil {
		return []finding{warn(".env", "is not there, so s.yaml has its defaults where the shell says nothing: cp .env.example .env")}
	}
	var found []finding
	for _, name := range slices.Sorted(maps.Keys(s.file)) {
		if _, isRead := s.defaults[name]; !isRead {
			found = append(found, warn(".env", "sets %s, which s.yaml does not read: is it one of .env.example, misspelt?", name))
		} else if strings.Contains(s.file[name], "$") {
			found = append(found, warn(name, "has a $ in .env, which Serverless Devs expands and these checks do not: write the value out"))
		}
	}
	if found == nil {
		found = []finding{ok(".env", "s.yaml reads all that it sets")}
	}
	return found
}

// hidden finds what .env sets in vain.
func hidden(s settings) (found []finding) {
	for _, name := range slices.Sorted(maps.Keys(s.defaults)) {
		text, isSet := s.shell(name)
		if isSet && text == "" && s.value(name) != cmp.Or(s.file[name], s.defaults[name]) {
			found = append(found, warn(name, "is empty in the shell, which hides %q of .env: %q is deployed; unset %s",
				s.file[name], s.value(name), name))
		}
	}
	return found
}

// configuration reads the function's variables as it will itself.
func configuration(s settings) (found []finding) {
	config, err := handler.ReadConfig(s.value)
	var faults interface{ Unwrap() []error }
	if errors.As(err, &faults) {
		for _, err := range faults.Unwrap() {
			name, text, _ := strings.Cut(err.Error(), " ")
			found = append(found, fault(name, "%s; the function would not start: handler/README.md, Configuration", text))
		}
		return found
	}
	if config.DryRun {
		return []finding{ok("function", "starts with these variables, and removes nothing: DRY_RUN is true")}
	}
	return []finding{ok("function", "starts with these variables, and removes: DRY_RUN is false")}
}

func functionRegion(region string) finding {
	if err := (handler.Config{}).CheckRegion(region); err != nil {
		return fault("FUNCTION_REGION", "%v: the regions of Elasticsearch", err)
	}
	return ok("FUNCTION_REGION", "%s", region)
}

// functionRole warns of upper case: fc3 passes the role on in lower case, whether it
// is a name or a whole ARN (its source, src/base.ts, _handleRole).
func functionRole(role string) finding {
	if lower := strings.ToLower(role); lower != role {
		return warn("FUNCTION_ROLE", "is %q, and %q is deployed: use a role with a name in lower case", role, lower)
	}
	return ok("FUNCTION_ROLE", "%s", role)
}

// deadLetterQueue holds the name to what MNS allows (CreateQueue).
func deadLetterQueue(name string) finding {
	const about = "DEAD_LETTER_QUEUE"
	switch {
	case name == "":
		return ok(about, "empty: events that failed for good are dropped")
	case !regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,119}$`).MatchString(name):
		return fault(about, "is %q, and has to be a queue's name alone, of at most 120 letters, digits and hyphens, such as %s=disconnect-failed", name, about)
	}
	return ok(about, "%s, which has to exist", name)
}

// reconcile checks what the timer does. s.yaml takes any other value for report.
func reconcile(mode string) finding {
	if !slices.Contains([]string{"off", "report", "remove"}, mode) {
		return fault("RECONCILE", "is %q, and can be off, report or remove, such as RECONCILE=report", mode)
	}
	return ok("RECONCILE", "%s", mode)
}

// reconcileCron checks when the timer runs, even if it is off: the trigger is
// deployed all the same.
func reconcileCron(expression string) finding {
	const example = "such as RECONCILE_CRON=CRON_TZ=UTC 0 17 3 * * * (daily at 03:17 UTC)"
	when, err := schedule(expression)
	if err != nil {
		return fault("RECONCILE_CRON", "is %q: %v; %s", expression, err, example)
	}
	next := when.Next(time.Now())
	if next.IsZero() {
		return fault("RECONCILE_CRON", "is %q, a day that does not come in the next five years; %s", expression, example)
	}
	return ok("RECONCILE_CRON", "%s, next at %s", expression, next.UTC().Format("2006-01-02 15:04 UTC"))
}
