package handler_test

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"elasticsearch-disconnect/handler/trigger"
)

// TestRenderedForms: what each choice in .env makes of s.yaml. Serverless Devs 3.1.10 (s preview) made the same of it.
func TestRenderedForms(t *testing.T) {
	t.Parallel()
	const queue = "acs:mns:cn-beijing:1234567890984321:/queues/q"
	type object = map[string]any
	delivery := func(more object) object {
		o := object{"mode": "event-driven", "errorsTolerance": "ALL", "retryStrategy": object{"PushRetryStrategy": "EXPONENTIAL_DECAY_RETRY"}}
		for name, value := range more {
			o[name] = value
		}
		return o
	}
	own := object{"project": "p-1", "logstore": "elasticsearch-disconnect", "enableRequestMetrics": true, "enableInstanceMetrics": false, "logBeginRule": "None"}
	for mode, timer := range map[string]struct{ enable, dryRun bool }{
		"": {true, true}, "off": {false, true}, "report": {true, true}, "remove": {true, false}, "Remove": {true, true},
	} {
		for name, failed := range map[string]struct{ destinations, delivery any }{
			"":  {object{}, delivery(nil)},
			"q": {object{"onFailure": object{"destination": queue + "/messages"}}, delivery(object{"deadLetterQueue": object{"Arn": queue}})},
		} {
			for project, log := range map[string]any{"": "auto", "p-1": own} {
				t.Run(fmt.Sprintf("RECONCILE=%s,DEAD_LETTER_QUEUE=%s,LOG_PROJECT=%s", mode, name, project), func(t *testing.T) {
					t.Parallel()
					f := deployed(t, map[string]string{"FUNCTION_REGION": "cn-beijing", "RECONCILE": mode, "DEAD_LETTER_QUEUE": name, "LOG_PROJECT": project})
					clock, bus := only(t, f, "timer").Config, only(t, f, "eventbridge").Config
					got := []any{clock.Enable, asked(t, clock.Payload), f.Props.Log, f.Props.AsyncInvokeConfig.Destinations, bus.Delivery, bus.Sync}
					want := []any{timer.enable, trigger.Reconcile{DryRun: timer.dryRun}, log, failed.destinations, failed.delivery, false}
					if !reflect.DeepEqual(got, want) {
						t.Errorf("\n got %#v\nwant %#v", got, want)
					}
				})
			}
		}
	}
}

// asked returns what the timer's event with this payload asks for.
func asked(t *testing.T, payload string) trigger.Action {
	t.Helper()
	event := encode(t, map[string]any{"triggerTime": "2026-11-24T03:17:00Z", "triggerName": "reconcile", "payload": payload})
	parsed, err := trigger.Parse([]byte(event))
	if err != nil || parsed.Shape != trigger.Timer || len(parsed.Requests) != 1 {
		t.Fatalf("the payload %s: %+v, %v", payload, parsed, err)
	}
	return parsed.Requests[0].Action
}

// TestTimerPlaces: the regions and accounts of .env reach the function as they stand there, and one that is empty is left
// out of what the timer asks for.
func TestTimerPlaces(t *testing.T) {
	t.Parallel()
	for want, env := range map[string]map[string]string{
		`{"reconcile":true,"dryRun":true}`:                                                             nil,
		`{"reconcile":true,"dryRun":true,"regionIds":"cn-hangzhou, cn-beijing"}`:                       {"RECONCILE_REGIONS": "cn-hangzhou, cn-beijing"},
		`{"reconcile":true,"accountIds":"1234567890984321"}`:                                           {"RECONCILE": "remove", "RECONCILE_ACCOUNTS": "1234567890984321"},
		`{"reconcile":true,"dryRun":true,"regionIds":"cn-hangzhou","accountIds":"1,2234567890984321"}`: {"RECONCILE_REGIONS": "cn-hangzhou", "RECONCILE_ACCOUNTS": "1,2234567890984321"},
	} {
		if got := only(t, deployed(t, env), "timer").Config.Payload; got != want {
			t.Errorf("%v: the payload is\n got %s\nwant %s", env, got, want)
		}
		places := (1 + strings.Count(env["RECONCILE_REGIONS"], ",")) * (1 + strings.Count(env["RECONCILE_ACCOUNTS"], ","))
		parsed, err := trigger.Parse([]byte(encode(t, map[string]any{"triggerTime": "2026-11-24T03:17:00Z", "triggerName": "reconcile", "payload": want})))
		if err != nil || len(parsed.Requests) != places {
			t.Errorf("%s: %d places, %v; want %d", want, len(parsed.Requests), err, places)
		}
	}
}

// deployed returns the one function in s.yaml as Serverless Devs renders it for the account 1234567890984321, with these
// variables in .env.
func deployed(t *testing.T, env map[string]string) (f resource) {
	t.Helper()
	var s struct {
		Validation bool           `yaml:"validation"`
		Vars       map[string]any `yaml:"vars"`
		Resources  map[string]any `yaml:"resources"`
	}
	if err := yaml.Unmarshal(read(t, "../s.yaml"), &s); err != nil {
		t.Fatal(err)
	}
	if len(s.Resources) != 1 || !s.Validation {
		t.Fatalf("s.yaml has %d resources, want the function alone; its properties are checked: %t", len(s.Resources), s.Validation)
	}
	for _, source := range s.Resources {
		text, err := yaml.Marshal(renderer{t, s.Vars, env}.value(source))
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(text, &f); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// A renderer is what Serverless Devs makes of the expressions in s.yaml, as far as that uses them: texts, env, config,
// vars, one + between texts after another, one comparison, one choice.
type renderer struct {
	t    *testing.T
	vars map[string]any
	env  map[string]string
}

// value renders each text within a value. One that is an expression and no more becomes what that gives, of any type.
func (r renderer) value(source any) any {
	switch source := source.(type) {
	case map[string]any:
		rendered := map[string]any{}
		for name, part := range source {
			rendered[name] = r.value(part)
		}
		return rendered
	case []any:
		var rendered []any
		for _, part := range source {
			rendered = append(rendered, r.value(part))
		}
		return rendered
	case string:
		expression := regexp.MustCompile(`\$\{(.*?)\}`)
		if whole := expression.FindStringSubmatch(source); whole != nil && whole[0] == source {
			return r.choice(whole[1])
		}
		return expression.ReplaceAllStringFunc(source, func(part string) string { return fmt.Sprint(r.choice(part[2 : len(part)-1])) })
	}
	return source
}

func (r renderer) choice(expression string) any {
	condition, branches, isChoice := strings.Cut(expression, " ? ")
	if !isChoice {
		return r.comparison(condition)
	}
	yes, no, _ := strings.Cut(branches, " : ")
	if holds := r.comparison(condition); holds == true || holds != false && holds != "" {
		return r.sum(yes)
	}
	return r.sum(no)
}

func (r renderer) comparison(expression string) any {
	if a, b, isEqual := strings.Cut(expression, " == "); isEqual {
		return r.sum(a) == r.sum(b)
	}
	if a, b, differs := strings.Cut(expression, " != "); differs {
		return r.sum(a) != r.sum(b)
	}
	return r.sum(expression)
}

func (r renderer) sum(expression string) any {
	parts := strings.Split(expression, " + ")
	if len(parts) == 1 {
		return r.operand(expression)
	}
	var text strings.Builder
	for _, part := range parts {
		fmt.Fprint(&text, r.operand(part))
	}
	return text.String()
}

func (r renderer) operand(expression string) any {
	parts := regexp.MustCompile(`^(?:env\('(\w+)', '(.*)'\)|(config)\('AccountID'\)|vars\.([\w.]+)|'([^']*)')$`).FindStringSubmatch(expression)
	switch {
	case parts == nil:
		r.t.Fatalf("s.yaml has %s", expression)
	case parts[1] != "" && r.env[parts[1]] != "":
		return r.env[parts[1]]
	case parts[1] != "":
		return parts[2]
	case parts[3] != "":
		return "1234567890984321"
	case parts[4] != "":
		var value any = r.vars
		for name := range strings.SplitSeq(parts[4], ".") {
			value = value.(map[string]any)[name]
		}
		return r.value(value)
	}
	return parts[5]
}
