package handler_test

import (
	"encoding/json"
	"maps"
	"os"
	"path"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"

	"elasticsearch-disconnect/handler"
)

// template is s.yaml, as far as these tests hold it to what is safe. The component's schema judges the rest.
type template struct {
	Validation bool                `yaml:"validation"`
	Resources  map[string]resource `yaml:"resources"`
}

type resource struct {
	Actions map[string][]action `yaml:"actions"`
	Props   properties          `yaml:"props"`
}

type action struct {
	Run  string `yaml:"run"`
	Path string `yaml:"path"`
}

type properties struct {
	Runtime             string            `yaml:"runtime"`
	Handler             string            `yaml:"handler"`
	Code                string            `yaml:"code"`
	Timeout             int               `yaml:"timeout"`
	InstanceConcurrency any               `yaml:"instanceConcurrency"`
	AsyncInvokeConfig   *asyncInvoke      `yaml:"asyncInvokeConfig"`
	Variables           map[string]string `yaml:"environmentVariables"`
	Triggers            []trigger         `yaml:"triggers"`
}

type asyncInvoke struct {
	Retries int `yaml:"maxAsyncRetryAttempts"`
	Seconds int `yaml:"maxAsyncEventAgeInSeconds"`
}

type trigger struct {
	Type   string        `yaml:"triggerType"`
	Config triggerConfig `yaml:"triggerConfig"`
}

type triggerConfig struct {
	AuthType string `yaml:"authType"`
	Async    bool   `yaml:"asyncInvocationType"`
	Filter   string `yaml:"eventRuleFilterPattern"`
}

func TestTemplateIsSafe(t *testing.T) {
	t.Parallel()
	s, f := deployed(t)
	triggers := f.Props.Triggers
	variables := slices.Sorted(maps.Keys(f.Props.Variables))
	for sentence, point := range map[string]struct{ got, want any }{
		"the command line checks the properties":         {s.Validation, true},
		"the binary is built before each deployment":     {f.Actions["pre-deploy"], []action{{"make build", "./"}}},
		"the runtime is the SDK's":                       {f.Props.Runtime, "go1"},
		"the handler in the code is what make builds":    {path.Join(f.Props.Code, f.Props.Handler), built(t)},
		"FC decides that an instance runs one request":   {f.Props.InstanceConcurrency, nil},
		"the timeout is given, and is not FC's default":  {f.Props.Timeout > 3, true},
		"the variables are those the function reads":     {variables, slices.Sorted(slices.Values(handler.Variables()))},
		"http comes first, since fc3 can stop after it":  {each(triggers, kind), []string{"http", "eventbridge"}},
		"http wants a signature, no other trigger a URL": {each(triggers, authType), []string{"function", ""}},
		"events run asynchronously, requests do not":     {each(triggers, async), []bool{false, true}},
	} {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			if !reflect.DeepEqual(point.got, point.want) {
				t.Errorf("s.yaml:\n got %#v\nwant %#v", point.got, point.want)
			}
		})
	}
}

// Function Compute drops an asynchronous run that fails when it is told to make no retry, or to keep no event.
func TestTemplateRetriesAsynchronousRuns(t *testing.T) {
	t.Parallel()
	_, f := deployed(t)
	if a := f.Props.AsyncInvokeConfig; a == nil || a.Retries < 1 || a.Seconds < f.Props.Timeout {
		t.Errorf("asyncInvokeConfig:\n got %+v\nwant a retry at least, and an age over the timeout of %d s", a, f.Props.Timeout)
	}
}

// A filter without a source or a type would match far more than is meant for the function, and one with others would
// never match.
func TestTemplateLetsTheRecordedEventPass(t *testing.T) {
	t.Parallel()
	_, f := deployed(t)
	var event struct{ Source, Type string }
	decode(t, read(t, "../events/eventbridge.json"), &event)
	for _, e := range slices.DeleteFunc(f.Props.Triggers, isHTTP) {
		var pattern struct{ Source, Type []string }
		decode(t, []byte(e.Config.Filter), &pattern)
		if !slices.Contains(pattern.Source, event.Source) || !slices.Contains(pattern.Type, event.Type) {
			t.Errorf("eventRuleFilterPattern:\n got %+v\nwant one that matches %+v", pattern, event)
		}
	}
}

// The example is what people copy, so it names all that s.yaml takes from the environment, with the same defaults.
func TestTemplateAndExampleAgree(t *testing.T) {
	t.Parallel()
	want := found(t, "../s.yaml", `(?m)^ +\w+: \$\{env\('([A-Z_]+)', '(.*?)'\)\}`)
	got := found(t, "../.env.example", `(?m)^([A-Z_]+)=(.*)$`)
	if len(want) == 0 || !maps.Equal(got, want) {
		t.Errorf(".env.example:\n got %q\nwant %q", got, want)
	}
}

// deployed returns s.yaml and the one function in it.
func deployed(t *testing.T) (s template, f resource) {
	t.Helper()
	if err := yaml.Unmarshal(read(t, "../s.yaml"), &s); err != nil {
		t.Fatal(err)
	}
	if len(s.Resources) != 1 {
		t.Fatalf("s.yaml has %d resources, want the function alone", len(s.Resources))
	}
	for _, f = range s.Resources {
	}
	return s, f
}

// built returns the path of the file that `make build` writes.
func built(t *testing.T) string {
	t.Helper()
	for binary := range found(t, "../Makefile", `go build .* -o (\S+)( )\.`) {
		return binary
	}
	t.Fatal("the Makefile has no `go build … -o FILE .`")
	return ""
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

func decode(t *testing.T, text []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
}

func each[T any](triggers []trigger, part func(trigger) T) (parts []T) {
	for _, t := range triggers {
		parts = append(parts, part(t))
	}
	return parts
}

func kind(t trigger) string     { return t.Type }
func authType(t trigger) string { return t.Config.AuthType }
func async(t trigger) bool      { return t.Config.Async }
func isHTTP(t trigger) bool     { return t.Type == "http" }
