package handler_test

import (
	"regexp"
	"testing"

	"elasticsearch-disconnect/handler/trigger"
)

// RECONCILE says whether the timer is on, and what it asks the function for. A value
// that it cannot have removes nothing. The CLI makes a boolean of a comparison only:
// env() alone is a text, which is not what enable takes.
func TestTemplateTimer(t *testing.T) {
	t.Parallel()
	s, f := deployed(t)
	timer := only(t, f, "timer").Config
	for mode, want := range map[string]struct {
		enable any
		asks   trigger.Reconcile
	}{
		"":        {true, trigger.Reconcile{DryRun: true}},
		"off":     {false, trigger.Reconcile{DryRun: true}},
		"report":  {true, trigger.Reconcile{DryRun: true}},
		"remove":  {true, trigger.Reconcile{}},
		"Remove ": {true, trigger.Reconcile{DryRun: true}},
	} {
		if got := s.render(t, timer.Enable, mode); got != want.enable {
			t.Errorf("RECONCILE=%s: enable is %#v, want %#v", mode, got, want.enable)
		}
		payload := s.render(t, timer.Payload, mode)
		event := encode(t, map[string]any{"triggerTime": "2026-11-24T03:17:00Z", "triggerName": "reconcile", "payload": payload})
		parsed, err := trigger.Parse([]byte(event))
		if err != nil || parsed.Shape != trigger.Timer || len(parsed.Requests) != 1 || parsed.Requests[0].Action != want.asks {
			t.Errorf("RECONCILE=%s: the payload %v asks for %+v, %v; want %+v", mode, payload, parsed, err, want.asks)
		}
	}
	if want := "${env('RECONCILE_CRON', 'CRON_TZ=UTC 0 17 3 * * *')}"; timer.Cron != want {
		t.Errorf("cronExpression:\n got %s\nwant %s", timer.Cron, want)
	}
}

// render is what the CLI makes of an expression in s.yaml when RECONCILE has this
// value, as far as the timer uses them.
func (s template) render(t *testing.T, expression, value string) any {
	t.Helper()
	parts := regexp.MustCompile(`^\$\{env\('RECONCILE', '(\w+)'\)(?: (==|!=) '(\w+)'(?: \? vars\.reconcile\.(\w+) : vars\.reconcile\.(\w+))?)?\}$`).
		FindStringSubmatch(expression)
	if parts == nil {
		t.Fatalf("s.yaml has %s", expression)
	}
	if value == "" {
		value = parts[1]
	}
	holds := (value == parts[3]) == (parts[2] == "==")
	switch {
	case parts[2] == "":
		return value
	case parts[4] == "":
		return holds
	case holds:
		return s.Vars.Reconcile[parts[4]]
	}
	return s.Vars.Reconcile[parts[5]]
}
