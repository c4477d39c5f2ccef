package handler

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/trigger"
)

// A Config has the operator's settings. No event can change them.
type Config struct {
	Network  elasticsearch.Network  // from which the region's API is reached
	Endpoint elasticsearch.Endpoint // used instead of the region's; zero for none
	DryRun   bool                   // no removal is ever sent
	LogLevel slog.Level

	Regions    []connection.Region // where the function acts; empty: everywhere
	MemberRole string              // the name of the role in other accounts; "" for none
	Protected  Protection          // the instances whose connections stay

	ReconcileLimit int // the most leftovers of a reconcile; if there are more, it removes none

	Eager       bool // remove the connections of an instance while its release can still be cancelled
	Concurrency int  // the most requests to the API under way at a time, for each scope of an invocation
}

// endpoint returns the configured endpoint, or the region's. own is the region where the
// function runs.
func (c Config) endpoint(region, own connection.Region) (elasticsearch.Endpoint, error) {
	variable := c.OwnRegionAlone()
	switch {
	case !c.ActsIn(region):
		return elasticsearch.Endpoint{}, notOneOfRegions(region)
	case region != own && variable != "":
		return elasticsearch.Endpoint{}, internal(fmt.Sprintf("the request is for %s, and %s serves one region alone", region, variable),
			connection.Advice{Function: ", the function's own", Command: ": unset it, or name that region alone"})
	case c.Endpoint.Region() != "" && region != (connection.Region{}) && c.Endpoint.Region() != region.String():
		// There, each instance would seem to be gone.
		return elasticsearch.Endpoint{}, internal(fmt.Sprintf("the request is for %s, and ELASTICSEARCH_ENDPOINT is in %s", region, c.Endpoint.Region()),
			connection.Advice{Function: ": correct it, or leave it empty", Command: ": unset it, or name that region"})
	case c.Endpoint != (elasticsearch.Endpoint{}):
		return c.Endpoint, nil
	case region != own && !c.names(region.String()) && Unlisted(region.String()) != "":
		// The region comes from an event and becomes part of a host's name.
		return elasticsearch.Endpoint{}, denied(region.String()+" "+Unlisted(region.String())+newRegion, nil)
	case region == connection.Region{}:
		return elasticsearch.Endpoint{}, internal("no endpoint without a region", giveRegion())
	}
	return c.Network.Endpoint(region), nil
}

func internal(message string, advice connection.Advice) *connection.Error {
	return &connection.Error{Kind: connection.Internal, Message: message, Advice: advice}
}

// giveRegion is for the command alone: Function Compute names the region.
func giveRegion() connection.Advice {
	return connection.Advice{Command: ": add --region, or set ALIBABA_CLOUD_REGION_ID"}
}

// OwnRegionAlone returns the variable that limits the function to its own region; "" if
// none does.
func (c Config) OwnRegionAlone() string {
	switch {
	case c.Endpoint != elasticsearch.Endpoint{}:
		return "ELASTICSEARCH_ENDPOINT"
	case c.Network == elasticsearch.VPC:
		return "ELASTICSEARCH_NETWORK=vpc"
	}
	return ""
}

// ActsIn reports whether the function may act in a region.
func (c Config) ActsIn(region connection.Region) bool {
	return len(c.Regions) == 0 || slices.Contains(c.Regions, region)
}

// names reports whether REGIONS has a region.
func (c Config) names(region string) bool {
	return slices.ContainsFunc(c.Regions, func(r connection.Region) bool { return r.String() == region })
}

func notOneOfRegions(region connection.Region) *connection.Error {
	refused := denied(region.String()+" is not in REGIONS", nil)
	refused.Advice = connection.Advice{
		Function: ", the regions in which the function acts",
		Command:  ", a variable that is set here and names where this command may act: add it there",
	}
	return refused
}

// within completes the scope of each request with the function's own. A product's report
// from a region in which the function does not act is ignored.
func (c Config) within(own connection.Scope, requests []trigger.Request) []trigger.Request {
	located := slices.Clone(requests)
	for i := range located {
		r := &located[i]
		r.Scope = r.Scope.Or(own)
		if isReport(r.Action) && !c.ActsIn(r.Scope.Region) {
			r.Action = trigger.Ignore{Reason: notOneOfRegions(r.Scope.Region).Text()}
		}
	}
	return located
}

// isReport reports whether an action comes from a product's event, and not from a person
// or a program that asks for it.
func isReport(action trigger.Action) bool {
	a, ok := action.(trigger.Cleanup)
	return ok && !a.Requested
}

// regionsServed returns the regions in which the function acts, for GET /: their ids with
// commas, all, or none.
func (c Config) regionsServed(own connection.Region) string {
	switch {
	case c.OwnRegionAlone() != "" && c.ActsIn(own):
		return own.String()
	case c.OwnRegionAlone() != "":
		return "none"
	case len(c.Regions) == 0:
		return "all"
	}
	var ids []string
	for _, r := range c.Regions {
		ids = append(ids, r.String())
	}
	return strings.Join(ids, ",")
}

// CheckRegion returns what is wrong with a region that a person typed, to follow its name;
// nil if nothing is.
func (c Config) CheckRegion(region string) error {
	if wrong := Unlisted(region); wrong != "" && !c.names(region) {
		return errors.New(wrong + newRegion)
	}
	return nil
}

// newRegion follows the text of Unlisted where the operator can correct the list.
const newRegion = ". A new region can be named in REGIONS"

// Unlisted returns what is wrong with a region that is not in the list of Elasticsearch
// regions, to follow its name; "" if it is in the list. The list is a hint: it changes
// every year, so the operator may name other regions, and nobody else.
func Unlisted(region string) string {
	switch nearest := elasticsearch.NearestRegion(region); nearest {
	case "":
		return "is not in this version's list of Elasticsearch regions"
	case region:
		return ""
	default:
		return "is not in this version's list of Elasticsearch regions (did you mean " + nearest + "?)"
	}
}

// Bounds of SWEEP_CONCURRENCY. The API throttles each user.
const (
	defaultConcurrency = 8
	maxConcurrency     = 64
)

// Bounds of RECONCILE_LIMIT. More releases a day without an event are either a large
// change, or a sign that the API's answers are wrong.
const (
	defaultReconcileLimit = 20
	MaxReconcileLimit     = 100_000
)

// A variable of the environment, and how its text becomes configuration. Without a text
// the default stays.
type variable struct {
	name string
	set  func(*Config, string) error
}

func variables() []variable {
	return []variable{
		{"ELASTICSEARCH_NETWORK", func(c *Config, text string) (err error) {
			c.Network, err = elasticsearch.ParseNetwork(text)
			return err
		}},
		{"ELASTICSEARCH_ENDPOINT", func(c *Config, text string) (err error) {
			c.Endpoint, err = elasticsearch.ParseEndpoint(text)
			return err
		}},
		{"REGIONS", func(c *Config, text string) (err error) {
			c.Regions, err = parseRegions(text)
			return err
		}},
		{"MEMBER_ROLE", func(c *Config, text string) error {
			if strings.ContainsFunc(text, isNotOfRoleName) || len(text) > maxRoleName {
				return fmt.Errorf("is not the name of a role, which has at most %d letters, digits, dots, hyphens and underscores", maxRoleName)
			}
			c.MemberRole = text
			return nil
		}},
		{"PROTECTED_INSTANCES", func(c *Config, text string) (err error) {
			c.Protected, err = parseProtection(text)
			return err
		}},
		{"DRY_RUN", func(c *Config, text string) error {
			if text != "true" && text != "false" {
				return errors.New("is not true or false")
			}
			c.DryRun = text == "true"
			return nil
		}},
		{"RELEASE_POLICY", func(c *Config, text string) error {
			if text != "final" && text != "eager" {
				return errors.New("is not final or eager")
			}
			c.Eager = text == "eager"
			return nil
		}},
		{"SWEEP_CONCURRENCY", func(c *Config, text string) (err error) {
			if c.Concurrency, err = strconv.Atoi(text); err != nil || c.Concurrency < 1 || c.Concurrency > maxConcurrency {
				return fmt.Errorf("is not a number from 1 to %d", maxConcurrency)
			}
			return nil
		}},
		{"RECONCILE_LIMIT", func(c *Config, text string) (err error) {
			if c.ReconcileLimit, err = strconv.Atoi(text); err != nil || c.ReconcileLimit < 0 || c.ReconcileLimit > MaxReconcileLimit {
				return fmt.Errorf("is not a number from 0 to %d", MaxReconcileLimit)
			}
			return nil
		}},
		{"LOG_LEVEL", func(c *Config, text string) error {
			if !slices.Contains([]string{"debug", "info", "warn", "error"}, text) {
				return errors.New("is not debug, info, warn or error")
			}
			return c.LogLevel.UnmarshalText([]byte(text))
		}},
	}
}

// maxRoleName is the limit of RAM, in characters.
const maxRoleName = 64

func isNotOfRoleName(c rune) bool {
	return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune(".-_", c)
}

// parseRegions reads region ids with commas between them. They need not be in the list of
// Elasticsearch regions.
func parseRegions(text string) ([]connection.Region, error) {
	var regions []connection.Region
	for id := range strings.SplitSeq(text, ",") {
		region, err := connection.ParseRegion(strings.TrimSpace(id))
		if err != nil {
			return nil, errors.New("is not a list of region ids, such as cn-hangzhou,cn-beijing")
		}
		regions = append(regions, region)
	}
	return regions, nil
}

// Variables returns the names of the environment variables that configure the
// function.
func Variables() []string {
	var names []string
	for _, v := range variables() {
		names = append(names, v.name)
	}
	return names
}

// ReadConfig reads the configuration from the environment. Its error names every variable
// with a bad value, and quotes no value.
func ReadConfig(getenv func(string) string) (Config, error) {
	config := Config{Network: elasticsearch.Public, Concurrency: defaultConcurrency, ReconcileLimit: defaultReconcileLimit}
	var faults []error
	for _, v := range variables() {
		text := getenv(v.name)
		if text == "" {
			continue
		}
		if err := v.set(&config, text); err != nil {
			faults = append(faults, fmt.Errorf("%s %w", v.name, err))
		}
	}
	if err := elasticsearch.CheckProxy(cmp.Or(getenv("HTTPS_PROXY"), getenv("https_proxy"))); err != nil {
		faults = append(faults, fmt.Errorf("HTTPS_PROXY %w", err))
	}
	return config, errors.Join(faults...)
}
