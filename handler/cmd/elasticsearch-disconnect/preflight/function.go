package preflight

import (
	"regexp"
	"slices"
	"strings"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/logs"
	"elasticsearch-disconnect/handler/connection"
)

// configuration reads the variables of the function as it does at its start.
func configuration(s settings) (handler.Config, []finding) {
	config, err := handler.ReadConfig(s.value)
	if err != nil {
		return config, configurationFaults(err)
	}
	found := []finding{ok("function", "starts with these variables, and removes connections: DRY_RUN is false")}
	if config.DryRun {
		found = []finding{ok("function", "starts with these variables, and removes nothing: DRY_RUN is true")}
	}
	if in, own := config.Endpoint.Region(), s.value("FUNCTION_REGION"); in != "" && in != own {
		found = append(found, fault("ELASTICSEARCH_ENDPOINT", "is in %s, and FUNCTION_REGION is %s: each event would fail. Correct it, or leave it empty", in, own))
	}
	for _, region := range config.Regions {
		if text := handler.Unlisted(region.String()); text != "" {
			found = append(found, warn("REGIONS", "has %s, which %s", region, text))
		}
	}
	return config, found
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
	if slices.Contains(withoutFunctionCompute(), region) {
		return fault(about, "is %s, where there is no Function Compute: "+
			"deploy to another region, and let that function serve this one: handler/README.md, Regions", region)
	}
	if text := handler.Unlisted(region); text != "" {
		return warn(about, "is %s, which %s", region, text)
	}
	return ok(about, "%s", region)
}

// withoutFunctionCompute are the regions of Elasticsearch that Function Compute 3.0 is not
// in (the list of regions in fc3 0.1.22, src/schema.json).
func withoutFunctionCompute() []string {
	return []string{"cn-guangzhou", "cn-hangzhou-finance", "cn-north-2-gov-1", "cn-wulanchabu-gic-1", "na-south-1"}
}

func functionName(name string) finding {
	const about = "FUNCTION_NAME"
	if err := logs.CheckFunction(name); err != nil {
		return fault(about, "%v. Write for example %s=elasticsearch-disconnect", err, about)
	}
	return ok(about, "%s", name)
}

// functionRole checks the form, and warns of upper case: fc3 deploys the role, a name or a
// whole ARN, in lower case (its source, src/base.ts, _handleRole).
func functionRole(role string) finding {
	const about = "FUNCTION_ROLE"
	if !regexp.MustCompile(`^(acs:ram::\d+:role/)?[A-Za-z0-9._-]{1,64}$`).MatchString(role) {
		return fault(about, "is %q; must be the name of a RAM role, or its ARN, such as %s=acs:ram::1234567890984321:role/elasticsearch-disconnect", role, about)
	}
	if lower := strings.ToLower(role); lower != role {
		return warn(about, "is %q, but %q would be deployed: use a role with a name in lower case", role, lower)
	}
	return ok(about, "%s", role)
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

func logProject(name string) finding {
	const about = "LOG_PROJECT"
	if name == "" {
		return warn(about, "is empty: the log goes to a project that functions share, where lines are joined and message is not indexed, "+
			"so the queries and alerts find nothing. Name a project, and make logs creates it")
	}
	if err := logs.CheckProject(name); err != nil {
		return fault(about, "%v. Write for example %s=disconnect-1234567890984321", err, about)
	}
	return ok(about, "%s; make logs creates it", name)
}
