package preflight

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/connection"
)

// envFile checks that s.yaml reads each variable of .env.
func envFile(s settings) []finding {
	if s.file == nil {
		return []finding{warn(".env", "does not exist, so variables that the shell does not set have their defaults: cp .env.example .env")}
	}
	var found []finding
	for _, name := range slices.Sorted(maps.Keys(s.file)) {
		if _, isRead := s.defaults[name]; !isRead {
			found = append(found, warn(".env", "sets %s, which s.yaml does not read: compare the name with those in .env.example", name))
		} else if strings.Contains(s.file[name], "$") {
			found = append(found, warn(name, "has a $ in .env, which Serverless Devs expands but these checks do not: write the value out"))
		}
	}
	if found == nil {
		found = []finding{ok(".env", "sets only variables that s.yaml reads")}
	}
	return found
}

// hidden finds values of .env that an empty variable of the shell hides.
func hidden(s settings) (found []finding) {
	for _, name := range slices.Sorted(maps.Keys(s.defaults)) {
		text, isSet := s.shell(name)
		if isSet && text == "" && s.value(name) != cmp.Or(s.file[name], s.defaults[name]) {
			found = append(found, warn(name, "is empty in the shell, which hides %q of .env, so %q would be deployed: unset %s",
				s.file[name], s.value(name), name))
		}
	}
	return found
}

// configuration reads the variables of the function as it does at its start.
func configuration(s settings) []finding {
	config, err := handler.ReadConfig(s.value)
	if err != nil {
		return configurationFaults(err)
	}
	found := []finding{ok("function", "starts with these variables, and removes connections: DRY_RUN is false")}
	if config.DryRun {
		found = []finding{ok("function", "starts with these variables, and removes nothing: DRY_RUN is true")}
	}
	for _, region := range config.Regions {
		if text := handler.Unlisted(region.String()); text != "" {
			found = append(found, warn("REGIONS", "has %s, which %s", region, text))
		}
	}
	return found
}

// configurationFaults returns a finding for each line of an error of ReadConfig, which
// begins with the name of a variable.
func configurationFaults(err error) (found []finding) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		name, text, _ := strings.Cut(line, " ")
		found = append(found, fault(name, "%s; the function would not start: handler/README.md, Configuration", text))
	}
	return found
}

// functionRegion warns of a region that may be new. In REGIONS, configuration does.
func functionRegion(region string) finding {
	const about = "FUNCTION_REGION"
	if _, err := connection.ParseRegion(region); err != nil {
		return fault(about, "%v", err)
	}
	if text := handler.Unlisted(region); text != "" {
		return warn(about, "is %s, which %s", region, text)
	}
	return ok(about, "%s", region)
}

// functionRole warns of upper case: fc3 deploys the role, a name or a whole ARN, in lower
// case (its source, src/base.ts, _handleRole).
func functionRole(role string) finding {
	if lower := strings.ToLower(role); lower != role {
		return warn("FUNCTION_ROLE", "is %q, but %q would be deployed: use a role with a name in lower case", role, lower)
	}
	return ok("FUNCTION_ROLE", "%s", role)
}

// deadLetterQueue checks the name against the rules of MNS (CreateQueue).
func deadLetterQueue(name string) finding {
	const about = "DEAD_LETTER_QUEUE"
	switch {
	case name == "":
		return ok(about, "empty: events that failed for good are dropped")
	case !regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,119}$`).MatchString(name):
		return fault(about, "is %q; must be the name of a queue, at most 120 letters, digits and hyphens, such as %s=disconnect-failed", name, about)
	}
	return ok(about, "%s; this queue must exist", name)
}

// reconcile checks what the timer does. In s.yaml, any other value would mean report.
func reconcile(mode string) finding {
	if !slices.Contains([]string{"off", "report", "remove"}, mode) {
		return fault("RECONCILE", "is %q; must be off, report or remove, such as RECONCILE=report", mode)
	}
	return ok("RECONCILE", "%s", mode)
}

// reconcileCron checks when the timer runs, even if it is off: its trigger is deployed
// anyway.
func reconcileCron(expression string) finding {
	const example = "such as RECONCILE_CRON=CRON_TZ=UTC 0 17 3 * * * (daily at 03:17 UTC)"
	when, err := schedule(expression)
	if err != nil {
		return fault("RECONCILE_CRON", "is %q: %v; %s", expression, err, example)
	}
	next := when.Next(time.Now())
	if next.IsZero() {
		return fault("RECONCILE_CRON", "is %q, a day that does not occur in the next five years; %s", expression, example)
	}
	return ok("RECONCILE_CRON", "%s, next at %s", expression, next.UTC().Format("2006-01-02 15:04 UTC"))
}
