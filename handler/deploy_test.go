package handler_test

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/trigger"
)

// A resource is the function in s.yaml, as far as these tests hold it to what is safe. The component's schema judges the
// rest.
type resource struct {
	Actions map[string][]action `yaml:"actions"`
	Props   struct {
		Runtime             string `yaml:"runtime"`
		Handler             string `yaml:"handler"`
		Code                string `yaml:"code"`
		Timeout             int    `yaml:"timeout"`
		InstanceConcurrency any    `yaml:"instanceConcurrency"`
		Log                 any    `yaml:"logConfig"`
		AsyncInvokeConfig   struct {
			Retries      int `yaml:"maxAsyncRetryAttempts"`
			Seconds      int `yaml:"maxAsyncEventAgeInSeconds"`
			Destinations any `yaml:"destinationConfig"`
		} `yaml:"asyncInvokeConfig"`
		Variables map[string]string `yaml:"environmentVariables"`
		Triggers  []fcTrigger       `yaml:"triggers"`
	} `yaml:"props"`
}

type action struct {
	Run  string `yaml:"run"`
	Path string `yaml:"path"`
}

// An fcTrigger is a trigger in the sense of Function Compute.
type fcTrigger struct {
	Type   string `yaml:"triggerType"`
	Config struct {
		AuthType string `yaml:"authType"`
		Sync     any    `yaml:"asyncInvocationType"` // true is synchronous, by the documents of FC 3.0
		Filter   string `yaml:"eventRuleFilterPattern"`
		Delivery any    `yaml:"runOptions"`
		Cron     string `yaml:"cronExpression"`
		Enable   any    `yaml:"enable"`
		Payload  string `yaml:"payload"`
	} `yaml:"triggerConfig"`
}

func TestTemplateIsSafe(t *testing.T) {
	t.Parallel()
	f := deployed(t, nil)
	triggers, async := f.Props.Triggers, f.Props.AsyncInvokeConfig
	for sentence, point := range map[string]struct{ got, want any }{
		"each deployment is checked and built for first": {f.Actions["pre-deploy"], []action{{"make preflight", "./"}, {"make build", "./"}}},
		"the runtime is the SDK's":                       {f.Props.Runtime, "go1"},
		"the handler in the code is what make builds":    {path.Join(f.Props.Code, f.Props.Handler), "target/main"},
		"FC decides that an instance runs one request":   {f.Props.InstanceConcurrency, nil},
		"the variables are those the function reads":     {slices.Sorted(maps.Keys(f.Props.Variables)), slices.Sorted(slices.Values(handler.Variables()))},
		"fc3 can stop at eventbridge, so it comes last":  {each(triggers, kind), []string{"http", "timer", "eventbridge"}},
		"http wants a signature, no other trigger a URL": {each(triggers, authType), []string{"function", "", ""}},
		"nothing is removed by default":                  {f.Props.Variables["DRY_RUN"], "true"},

		// FC drops a failed asynchronous run without a retry, or whose age is over.
		"a failed event is retried, and not too old": {async.Retries >= 1 && async.Seconds >= f.Props.Timeout, true},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			if !reflect.DeepEqual(point.got, point.want) {
				t.Errorf("s.yaml:\n got %#v\nwant %#v", point.got, point.want)
			}
		})
	}
}

// A pattern is the filter of an EventBridge rule: each field has one of these values.
type pattern map[string][]string

// filter returns the filter of s.yaml, and checks its fields: without one of them it would match far more events than the
// function's, and another, such as data.eventName, would exclude events of Config. EventBridge takes at most 5 values a field.
func filter(t *testing.T) pattern {
	t.Helper()
	var p pattern
	decode(t, []byte(only(t, deployed(t, nil), "eventbridge").Config.Filter), &p)
	if fields := slices.Sorted(maps.Keys(p)); !slices.Equal(fields, []string{"source", "type"}) {
		t.Fatalf("the filter has the fields %q", fields)
	}
	for field, values := range p {
		if len(values) < 1 || len(values) > 5 {
			t.Errorf("%s has %d values", field, len(values))
		}
	}
	return p
}

func TestFilterLetsTheRecordedEventsPass(t *testing.T) {
	t.Parallel()
	p := filter(t)
	files, err := filepath.Glob("../events/eventbridge-release-*.json")
	if err != nil {
		t.Fatal(err)
	}
	recorded := map[string]bool{}
	for _, file := range files {
		var event struct{ Specversion, Source, Type string }
		decode(t, read(t, file), &event)
		if event.Specversion == "" || event.Source != "acs.elasticsearch" {
			continue // a want, the data alone, or another product's
		}
		recorded[event.Type] = true
		if !slices.Contains(p["source"], event.Source) || !slices.Contains(p["type"], event.Type) {
			t.Errorf("%s: the filter %v excludes %v", file, p, event)
		}
	}
	for _, name := range p["type"] {
		if !recorded[name] {
			t.Errorf("the filter admits %s, but no such event is recorded", name)
		}
	}
}

// Of the types that Elasticsearch sends, the filter has those of which some event is a release, and no other.
func TestFilterHasTheTypesThatAreActedOn(t *testing.T) {
	t.Parallel()
	p := filter(t)
	for _, name := range []string{
		"elasticsearch:ActionTrail:ApiCall",
		"elasticsearch:ActionTrail:ConsoleOperation",
		"elasticsearch:ActionTrail:AliyunServiceEvent",
		"elasticsearch:Config:ConfigurationItemChangeNotification",
		"elasticsearch:Config:NonCompliantNotification",
	} {
		event := release(p["source"][0], name, "immediate")
		parsed, err := trigger.Parse([]byte(event))
		if err != nil || len(parsed.Requests) != 1 {
			t.Fatalf("%s: %d requests, %v", event, len(parsed.Requests), err)
		}
		_, isActedOn := parsed.Requests[0].Action.(trigger.Cleanup)
		if isFiltered := slices.Contains(p["type"], name); isActedOn != isFiltered {
			t.Errorf("%s: acted on %t, in the filter %t", name, isActedOn, isFiltered)
		}
	}
}

// release is an event of any type that reports the release of the instance connected, with the members of all types.
func release(source, eventType, deleteType string) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":"e1","source":%q,"type":%q,"data":{"eventName":"DeleteInstance",`+
		`"requestParameters":{"InstanceId":%[3]q,"deleteType":%[4]q},`+
		`"resourceEventType":"REMOVE","resourceType":"ACS::Elasticsearch::Instance","resourceId":%[3]q}}`, source, eventType, connected, deleteType)
}

// fromEnvironment matches the variables that s.yaml reads from the environment, and their defaults.
const fromEnvironment = `(?m)^[^#\n]*\$\{env\('([A-Z_]+)', '(.*?)'\)`

// People copy the example, so it names every variable that s.yaml reads, with the same default.
func TestTemplateAndExampleAgree(t *testing.T) {
	t.Parallel()
	want := found(t, "../s.yaml", fromEnvironment)
	got := found(t, "../.env.example", `(?m)^([A-Z_]+)=(.*)$`)
	if len(want) == 0 || !maps.Equal(got, want) {
		t.Errorf(".env.example:\n got %q\nwant %q", got, want)
	}
}

// found maps the first group of each match of pattern in the file to the second.
func found(t *testing.T, file, pattern string) map[string]string {
	t.Helper()
	pairs := map[string]string{}
	for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(read(t, file)), -1) {
		pairs[match[1]] = match[2]
	}
	return pairs
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// only returns the one trigger of this type.
func only(t *testing.T, f resource, triggerType string) fcTrigger {
	t.Helper()
	rest := slices.DeleteFunc(slices.Clone(f.Props.Triggers), func(g fcTrigger) bool { return g.Type != triggerType })
	if len(rest) != 1 {
		t.Fatalf("s.yaml has %d triggers of type %s, want one", len(rest), triggerType)
	}
	return rest[0]
}

func each[T any](triggers []fcTrigger, part func(fcTrigger) T) (parts []T) {
	for _, f := range triggers {
		parts = append(parts, part(f))
	}
	return parts
}

func kind(t fcTrigger) string     { return t.Type }
func authType(t fcTrigger) string { return t.Config.AuthType }
