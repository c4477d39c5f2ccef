package handler_test

import (
	"context"
	"fmt"
	"go/token"
	"go/types"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"elasticsearch-disconnect/handler"
)

var reconcileByTimer = `{"triggerTime":"2026-11-24T03:17:00Z","triggerName":"timer","payload":"{\"reconcile\":true}"}`

// TestAlertsFire: the query of each alert finds the log lines of its cases, and no others. The query of silence finds the
// lines that prevent the alert.
func TestAlertsFire(t *testing.T) {
	t.Parallel()
	leftover := func(s *fixture) { s.api.RemoveInstance(gone) }
	for name, test := range map[string]struct {
		event   string
		prepare func(*fixture)
		retries int
		want    []string
	}{
		"a removal":              {event: direct},
		"a removal, repeated":    {event: direct, retries: 8},
		"an ignored event":       {event: release("acs.elasticsearch", "none", "")},
		"a refused event":        {event: "{}"},
		"denied":                 {event: direct, prepare: deny("DeleteConnectedCluster"), want: []string{"denied"}},
		"a fault of ours":        {event: direct, prepare: hasNoCredentials, want: []string{"denied"}},
		"repeated twice":         {event: direct, prepare: isBroken, retries: 2},
		"repeated three times":   {event: direct, prepare: isBroken, retries: 3, want: []string{"retries"}},
		"a cleanup in part":      {event: all(instance), prepare: isActivating, want: []string{"incomplete"}},
		"its third repetition":   {event: all(instance), prepare: isActivating, retries: 3, want: []string{"incomplete", "retries"}},
		"a reconcile run":        {event: reconcileByTimer, want: []string{"silence"}},
		"one that is withheld":   {event: reconcileByTimer, prepare: leftover, want: []string{"silence", "withheld"}},
		"one that finds nothing": {event: reconcileByTimer, prepare: deny("ListInstance"), want: []string{"denied", "silence"}},
		"one by hand":            {event: `{"reconcile":true}`},
	} {
		t.Run(name, handler.Bubbled(func(t *testing.T) {
			s := newFixture(t)
			if test.prepare != nil {
				test.prepare(s)
			}
			s.handleAfter(t, test.retries, test.event)
			var got []string
			for _, file := range jsonFiles(t, "logs/alerts") {
				search, _, _ := strings.Cut(readAlert(t, file).Configuration.QueryList[0].Query, " | ")
				if slices.ContainsFunc(s.lines(t), func(line map[string]any) bool { return matches(t, search, line) }) {
					got = append(got, strings.TrimSuffix(filepath.Base(file), ".json"))
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("alerts %q, want %q, of the log\n%s", got, test.want, &s.log)
			}
		}))
	}
}

// deny refuses each call of an operation.
func deny(action string) func(*fixture) {
	return func(s *fixture) {
		s.api.OnRequest = func(r request) fault {
			if r.Action == action {
				return refuse(403, "Forbidden.RAM")
			}
			return fault{}
		}
	}
}

func isBroken(s *fixture) {
	s.api.OnRequest = func(request) fault { return refuse(500, "InternalError") }
}

func isActivating(s *fixture) { s.api.SetStatus(connected, "activating") }

func hasNoCredentials(s *fixture) {
	s.Invocation = func(context.Context) handler.Invocation {
		return handler.Invocation{Credentials: handler.FailingCredentials}
	}
}

// handleAfter handles an event after some retries of FC.
func (s *fixture) handleAfter(t *testing.T, retries int, event string) {
	t.Helper()
	fc := &fccontext.FcContext{RequestID: "fc-1", RetryCount: retries, Region: "cn-hangzhou", AccountId: "1234567890984321", Credentials: role}
	reply, err := s.Handle(fccontext.NewContext(t.Context(), fc), []byte(event))
	posted(t, reply, err)
}

var condition = regexp.MustCompile(`message\.(\w+)(: | [<>]=? )(\S*[^\s)])`)

// matches reports whether a search matches a line. Each condition is evaluated alone; Go's && and || then combine them, with
// the precedence of Log Service's and and or.
func matches(t *testing.T, search string, line map[string]any) bool {
	t.Helper()
	expression := condition.ReplaceAllStringFunc(search, func(text string) string {
		parts := condition.FindStringSubmatch(text)
		value, has := line[parts[1]]
		switch {
		case !has:
			return "false"
		case parts[2] == ": ":
			return encode(t, value == parts[3])
		default:
			return encode(t, value) + parts[2] + parts[3]
		}
	})
	expression = strings.NewReplacer(" and ", " && ", " or ", " || ").Replace(expression)
	result, err := types.Eval(token.NewFileSet(), nil, token.NoPos, expression)
	if err != nil {
		t.Fatalf("%s: %s: %v", search, expression, err)
	}
	return result.Value.String() == "true"
}

// alertMembers are the members of a rule, as CreateAlert's documents spell them.
const alertMembers = "actionPolicyId alertPolicyId annotations autoAnnotation condition configuration countCondition dashboard " +
	"description displayName enabled end evalCondition fields groupConfiguration interval joinConfigurations key labels name " +
	"noDataFire noDataSeverity policyConfiguration powerSqlMode project query queryList region repeatInterval schedule " +
	"sendResolved severity severityConfigurations sinkAlerthub sinkCms sinkEventStore start store storeType threshold " +
	"timeSpanType type value version"

// An alertRule has the members of a rule that the tests read.
type alertRule struct {
	Name, DisplayName, Description string
	Schedule                       struct{ Type, Interval string }
	Configuration                  struct {
		Version, Type string
		QueryList     []struct {
			StoreType, Region, Project, Store, Query, TimeSpanType, Start, End string
		}
		SeverityConfigurations []struct {
			Severity      int
			EvalCondition struct{ Condition string }
		}
		Threshold, NoDataSeverity int
		PolicyConfiguration       struct{ AlertPolicyID, ActionPolicyID, RepeatInterval string }
	}
}

func readAlert(t *testing.T, file string) (a alertRule) {
	t.Helper()
	decode(t, read(t, file), &a)
	if len(a.Configuration.QueryList) != 1 || len(a.Configuration.SeverityConfigurations) != 1 {
		t.Fatalf("%s has not one query and one severity", file)
	}
	return a
}

// TestAlertRules: each rule keeps the limits of Log Service's documents, has the placeholders that logs/apply fills in, and
// leaves no gap between two checks. Silence is raised when three checks find no line, 26 to 27 hours after the last one.
func TestAlertRules(t *testing.T) {
	t.Parallel()
	for _, file := range jsonFiles(t, "logs/alerts") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			a := readAlert(t, file)
			c, query, severity := a.Configuration, a.Configuration.QueryList[0], a.Configuration.SeverityConfigurations[0]
			name := product + "-" + strings.TrimSuffix(filepath.Base(file), ".json")
			for what, pair := range map[string][2]string{
				"name":      {a.Name, name},
				"kind":      {c.Version + " " + c.Type + " " + a.Schedule.Type, "2.0 default FixedRate"},
				"store":     {query.StoreType + " " + query.Region + " " + query.Project + " " + query.Store, "log ${region} ${project} ${logstore}"},
				"time span": {query.TimeSpanType + " " + query.End, "Relative now"},
				"members":   {strings.Join(slices.Sorted(maps.Keys(found(t, file, `"(\w+)":()`))), " "), alertMembers},
				"policy":    {c.PolicyConfiguration.AlertPolicyID + " " + c.PolicyConfiguration.ActionPolicyID, "sls.builtin.dynamic ${policy}"},
			} {
				if pair[0] != pair[1] {
					t.Errorf("%s %q, want %q", what, pair[0], pair[1])
				}
			}
			if !regexp.MustCompile(`^[0-9a-z][0-9a-z_-]{2,62}[0-9a-z]$`).MatchString(a.Name) ||
				len(a.DisplayName) < 4 || len(a.DisplayName) > 100 || len(a.Description) > 256 {
				t.Errorf("the name or the description has a wrong length or character: %+v", a)
			}
			if column := regexp.MustCompile(`^n (>|==) 0$`); !column.MatchString(severity.EvalCondition.Condition) || !strings.HasSuffix(query.Query, " | select count(*) as n") {
				t.Errorf("the condition %s does not ask for the one column of %s", severity.EvalCondition.Condition, query.Query)
			}
			if !slices.Contains([]int{2, 4, 6, 8, 10}, severity.Severity) || !slices.Contains([]int{2, 4, 6, 8, 10}, c.NoDataSeverity) || c.Threshold < 1 {
				t.Errorf("severity %d, %d, threshold %d", severity.Severity, c.NoDataSeverity, c.Threshold)
			}
			span, interval := -duration(t, query.Start), duration(t, a.Schedule.Interval)
			if span <= interval || span > 24*time.Hour {
				t.Errorf("each %v it asks for %v, want more than that and at most a day", interval, span)
			}
			if first := span + time.Duration(c.Threshold-1)*interval; name == product+"-silence" && (first != 26*time.Hour || interval != time.Hour) {
				t.Errorf("silence is raised %v after the last line at the earliest, checked each %v, want 26 hours and one", first, interval)
			}
			duration(t, c.PolicyConfiguration.RepeatInterval)
		})
	}
}

func duration(t *testing.T, text string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Error(err)
	}
	return d
}

// TestLogsApply: logs/apply sends each file as JSON without placeholders, to create or to replace a rule or the dashboard.
func TestLogsApply(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	const standIn = `#!/bin/sh
case "$2 $3" in
"GET /alerts/elasticsearch-disconnect-denied" | "GET /dashboards/elasticsearch-disconnect") exit 0 ;;
GET*) exit 1 ;;
esac
printf '%s\n' "$2 $3 $6 $8 ${10}" >>"$STANDIN/calls"
printf '%s' "$5" >"$STANDIN/body.$(wc -l <"$STANDIN/calls" | tr -d ' ')"
`
	if err := os.WriteFile(filepath.Join(dir, "aliyun"), []byte(standIn), 0o700); err != nil {
		t.Fatal(err)
	}
	// All files, then one from its own folder.
	command := exec.CommandContext(t.Context(), shell, "-c", `sh ./apply && cd alerts && sh ../apply withheld.json`)
	command.Dir = "logs"
	command.Env = append(os.Environ(), "STANDIN="+dir, "PATH="+dir+":"+os.Getenv("PATH"), "region=cn-beijing", "project=p-1", "logstore=l_2", "policy=on.call")
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	var want []string
	for _, name := range []string{"PUT /alerts/elasticsearch-disconnect-denied", "POST /alerts", "POST /alerts", "POST /alerts", "POST /alerts", "PUT /dashboards/elasticsearch-disconnect", "POST /alerts"} {
		want = append(want, name+" --region --project --header\n")
	}
	calls := slices.Collect(strings.Lines(string(read(t, dir+"/calls"))))
	if !slices.Equal(calls, want) {
		t.Errorf("calls:\n got %q\nwant %q", calls, want)
	}
	for i := range calls {
		body := string(read(t, fmt.Sprintf("%s/body.%d", dir, i+1)))
		var object map[string]any
		decode(t, body, &object)
		if strings.Contains(body, "${") || !strings.Contains(body, `"l_2"`) {
			t.Errorf("%s has a placeholder, or lacks the logstore", body)
		}
	}
}
