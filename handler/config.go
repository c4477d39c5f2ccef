package handler

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// A Config is how the operator set the function up. Nothing in an event can
// change it.
type Config struct {
	Network  elasticsearch.Network  // the side from which the region's API is reached
	Endpoint elasticsearch.Endpoint // in place of the region's; zero for none
	DryRun   bool                   // nothing is ever sent, whatever an event says
	LogLevel slog.Level

	Eager       bool // remove the connections of an instance while its release can still be cancelled
	Concurrency int  // how many requests to the API an invocation makes at a time
}

// endpoint is the configured one, or the region's.
func (c Config) endpoint(region connection.Region) (elasticsearch.Endpoint, error) {
	switch {
	case c.Endpoint != (elasticsearch.Endpoint{}):
		return c.Endpoint, nil
	case region == connection.Region{}: // never in Function Compute
		return elasticsearch.Endpoint{}, &connection.Error{Kind: connection.Internal, Message: "no endpoint without a region: set --region or ALIBABA_CLOUD_REGION_ID"}
	}
	return c.Network.Endpoint(region), nil
}

// CheckRegion says what is wrong with a region that a person has typed; nil where
// the endpoint is configured, so that none is needed.
func (c Config) CheckRegion(region string) error {
	switch {
	case c.Endpoint != (elasticsearch.Endpoint{}):
		return nil
	case region == "":
		return errors.New("is missing")
	case !slices.Contains(elasticsearch.Regions(), region):
		return fmt.Errorf("is %q, which is none of %s", region, strings.Join(elasticsearch.Regions(), ", "))
	}
	return nil
}

// Bounds of SWEEP_CONCURRENCY. The API throttles a user who asks too often.
const (
	defaultConcurrency = 8
	maxConcurrency     = 64
)

// A variable of the environment, and how its text becomes configuration. A
// variable that is not set, or is empty, leaves the default.
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
		{"DRY_RUN", func(c *Config, text string) error {
			if text != "true" && text != "false" {
				return errors.New("is neither true nor false")
			}
			c.DryRun = text == "true"
			return nil
		}},
		{"RELEASE_POLICY", func(c *Config, text string) error {
			if text != "final" && text != "eager" {
				return errors.New("is neither final nor eager")
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
		{"LOG_LEVEL", func(c *Config, text string) error {
			if !slices.Contains([]string{"debug", "info", "warn", "error"}, text) {
				return errors.New("is none of debug, info, warn and error")
			}
			return c.LogLevel.UnmarshalText([]byte(text))
		}},
	}
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

// ReadConfig reads the configuration from the environment. Its error names
// every variable that has a bad value, and repeats no value.
func ReadConfig(getenv func(string) string) (Config, error) {
	config := Config{Network: elasticsearch.Public, Concurrency: defaultConcurrency}
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
	return config, errors.Join(faults...)
}
