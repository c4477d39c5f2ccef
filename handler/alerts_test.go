package handler_test

import (
	"context"
	"maps"
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

// TestAlertsFire: the query of each alert finds the log lines of its cases, and no others: two functions write to one
// logstore, and one of them has every trouble. The query of silence finds the lines that prevent the alert.
func TestAlertsFire(t *testing.T) {
	t.Parallel()
	var every []string
	for _, file := range jsonFiles(t, "logs/alerts") {
		every = append(every, strings.TrimSuffix(filepath.Base(file), ".json"))
	}
	leftover := func(s *fixture) { s.api.RemoveInstance(gone) }
	for name, test := range map[string]struct {
		event   string
		prepare func(*fixture)
		retries int
		every   time.Duration // it is delivered four times, as EventBridge does
		want    []string
	}{
		"a removal":              {event: direct, want: []string{"removed"}},
		"a removal, repeated":    {event: direct, retries: 8, want: []string{"removed"}},
		"a dry run":              {event: strings.Replace(direct, "{", `{"dryRun":true,`, 1)},
		"an ignored event":       {event: release("acs.elasticsearch", "none", "")},
		"a refused event":        {event: "{}"},
		"denied":                 {event: direct, prepare: deny("DeleteConnectedCluster"), want: []string{"denied"}},
		"a fault of ours":        {event: direct, prepare: hasNoCredentials, want: []string{"denied"}},
		"repeated twice":         {event: direct, prepare: isBroken, retries: 2},
		"repeated three times":   {event: direct, prepare: isBroken, retries: 3, want: []string{"retries"}},
		"a cleanup in part":      {event: all(instance), prepare: isActivating, want: []string{"incomplete"}},
		"its third repetition":   {event: all(instance), prepare: isActivating, retries: 3, want: []string{"incomplete", "retries"}},
		"for an hour, anew":      {event: event, prepare: isBroken, every: 20 * time.Minute, want: []string{"retries"}},
		"for less than an hour":  {event: event, prepare: isBroken, every: 19 * time.Minute},
		"other ones for an hour": {event: direct, prepare: isBroken, every: 20 * time.Minute},
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
			for range 3 {
				if time.Sleep(test.every); test.every > 0 {
					s.handleAfter(t, 0, test.event)
				}
			}
			other := newFixture(t)
			other.everyTrouble(t)
			store := append(of("other", other.lines(t)), of(product, s.lines(t))...)
			if got := alertsOf(t, product, store); !slices.Equal(got, test.want) {
				t.Errorf("alerts %q, want %q, of the log\n%s", got, test.want, &s.log)
			}
			if got := alertsOf(t, "other", store); !slices.Equal(got, every) {
				t.Errorf("alerts of the other function %q, want %q", got, every)
			}
		}))
	}
}

// alertsOf returns the alerts of a function whose queries find a line of a logstore.
func alertsOf(t *testing.T, function string, store []map[string]any) (names []string) {
	t.Helper()
	for _, file := range jsonFiles(t, "logs/alerts") {
		query := readAlert(t, file).Configuration.QueryList[0]
		from := float64(time.Now().Add(duration(t, query.Start)).Unix())
		inTime := slices.DeleteFunc(slices.Clone(store), func(line map[string]any) bool { return line["__time__"].(float64) < from })
		if finds(t, strings.ReplaceAll(query.Query, "${function}", function), inTime) {
			names = append(names, strings.TrimSuffix(filepath.Base(file), ".json"))
		}
	}
	return names
}

// of adds to lines what Function Compute and Log Service do: the topic of a function, and the time.
func of(function string, lines []map[string]any) []map[string]any {
	for _, line := range lines {
		logged, _ := time.Parse(time.RFC3339, line["time"].(string))
		line["__topic__"], line["__time__"] = "FCLogs:"+function, float64(logged.Unix())
	}
	return lines
}

// everyTrouble has the lines written that each alert asks for.
func (s *fixture) everyTrouble(t *testing.T) {
	t.Helper()
	isActivating(s)
	s.handleAfter(t, 3, all(instance))
	s.api.RemoveInstance(gone)
	s.handle(t, reconcileByTimer)
	s.api.SetStatus(connected, "active")
	s.handle(t, direct)
	deny("ListInstance")(s)
	s.handle(t, reconcileByTimer)
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
		Annotations               []struct{ Key, Value string }
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

// TestAlertRules: each rule keeps the limits of Log Service's documents, has the placeholders that the command logs fills
// in, and leaves no gap between two checks, but for the daily report. Silence is raised when three checks find no line, 26
// to 27 hours after the last one.
func TestAlertRules(t *testing.T) {
	t.Parallel()
	for _, file := range jsonFiles(t, "logs/alerts") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			a := readAlert(t, file)
			c, query, severity := a.Configuration, a.Configuration.QueryList[0], a.Configuration.SeverityConfigurations[0]
			name := "${function}-" + strings.TrimSuffix(filepath.Base(file), ".json")
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
			named := strings.ReplaceAll(a.Name, "${function}", product)
			if !regexp.MustCompile(`^[0-9a-z][0-9a-z_-]{2,62}[0-9a-z]$`).MatchString(named) ||
				!strings.HasPrefix(a.DisplayName, "${function}: ") ||
				len(a.DisplayName) < 4 || len(a.DisplayName) > 100 || len(a.Description) > 256 {
				t.Errorf("the name or the description has a wrong length or character: %+v", a)
			}
			if column := regexp.MustCompile(`^n (>|==) 0$`); !column.MatchString(severity.EvalCondition.Condition) || !strings.Contains(query.Query, " | select count(*) as n") {
				t.Errorf("the condition %s does not ask for a column of %s", severity.EvalCondition.Condition, query.Query)
			}
			for _, annotation := range c.Annotations {
				for _, match := range regexp.MustCompile(`\$\{(\w+)\}`).FindAllStringSubmatch(annotation.Value, -1) {
					if match[1] != "function" && !strings.Contains(query.Query, " as "+match[1]) {
						t.Errorf("%s shows %s, which is no column of %s", annotation.Key, match[1], query.Query)
					}
				}
			}
			if !slices.Contains([]int{2, 4, 6, 8, 10}, severity.Severity) || !slices.Contains([]int{2, 4, 6, 8, 10}, c.NoDataSeverity) || c.Threshold < 1 {
				t.Errorf("severity %d, %d, threshold %d", severity.Severity, c.NoDataSeverity, c.Threshold)
			}
			span, interval := -duration(t, query.Start), duration(t, a.Schedule.Interval)
			if isReport := severity.Severity == 2; span > 24*time.Hour || span < interval || span == interval && !isReport {
				t.Errorf("each %v it asks for %v, want more than that and at most a day", interval, span)
			}
			if first := span + time.Duration(c.Threshold-1)*interval; a.Name == "${function}-silence" && (first != 26*time.Hour || interval != time.Hour) {
				t.Errorf("silence is raised %v after the last line at the earliest, checked each %v, want 26 hours and one", first, interval)
			}
			duration(t, c.PolicyConfiguration.RepeatInterval)
		})
	}
}

// duration reads a time in seconds.
func duration(t *testing.T, text string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(text)
	if err != nil || !regexp.MustCompile(`^-?\d+s$`).MatchString(text) {
		t.Errorf("%s is no number of seconds", text)
	}
	return d
}
