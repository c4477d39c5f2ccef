package trigger_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
)

// timer is the event of a timer trigger with a payload, as JSON.
func timer(payload string) string {
	return `{"triggerTime":"2026-11-24T03:17:00Z","triggerName":"timer","payload":` + payload + `}`
}

func text(value string) string { return string(must(json.Marshal(value))) }

// TestReconcile: in which events everything left over is asked for.
func TestReconcile(t *testing.T) {
	t.Parallel()
	const whole = `{"reconcile":true,"dryRun":true,"clientToken":"t1","regionId":"cn-beijing","accountId":"2"}`
	plain := trigger.Request{Action: trigger.Reconcile{}}
	full := trigger.Request{
		Action: trigger.Reconcile{DryRun: true, ClientToken: must(connection.ParseClientToken("t1"))},
		Scope:  connection.Scope{Region: must(connection.ParseRegion("cn-beijing")), Account: must(connection.ParseAccountID("2"))},
	}
	of := func(r trigger.Request, source, id string) trigger.Request {
		r.Source, r.EventID = source, id
		return r
	}
	for name, test := range map[string]struct {
		event string
		shape trigger.Shape
		want  trigger.Request
	}{
		"direct":                         {`{"reconcile":true}`, trigger.Direct, plain},
		"direct, with all there is":      {whole, trigger.Direct, full},
		"POST":                           {post(whole, ""), trigger.HTTP, full},
		"a custom event":                 {cloudEvent(whole), trigger.EventBridge, of(full, "s1", "e1")},
		"a timer":                        {timer(text(`{"reconcile":true}`)), trigger.Timer, of(plain, "timer", "2026-11-24T03:17:00Z")},
		"a timer, with white space":      {timer(text(" {\n \"reconcile\" : true } ")), trigger.Timer, of(plain, "timer", "2026-11-24T03:17:00Z")},
		"a timer, with all there is":     {timer(text(whole)), trigger.Timer, of(full, "timer", "2026-11-24T03:17:00Z")},
		"a timer without a name":         {`{"triggerTime":"t","payload":` + text(`{"reconcile":true}`) + `}`, trigger.Timer, of(plain, "", "t")},
		"a timer, its payload an object": {timer(whole), trigger.Timer, of(full, "timer", "2026-11-24T03:17:00Z")},
	} {
		got, err := trigger.Parse([]byte(test.event))
		if err != nil || got.Shape != test.shape || len(got.Requests) != 1 || got.Requests[0] != test.want {
			t.Errorf("%s: %+v, %v, want %s, %+v", name, got, err, test.shape, test.want)
		}
	}
}

// TestForce: it belongs to all connections of an instance.
func TestForce(t *testing.T) {
	t.Parallel()
	for name, event := range map[string]string{
		"direct": `{"instanceId":"es-a","all":true,"force":true}`,
		"POST":   post(`{"instanceId":"es-a","all":true,"force":true}`, ""),
		"DELETE": del("es-a", `{"all":"true","force":"true"}`),
	} {
		got, err := trigger.Parse([]byte(event))
		want := trigger.Cleanup{Instance: must(connection.ParseInstanceID("es-a")), Certainty: trigger.Requested, Force: true}
		if err != nil || got.Requests[0].Action != trigger.Action(want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// TestReconcileRefuses: what else an event that asks for it may not hold, and what
// a timer has to hold.
func TestReconcileRefuses(t *testing.T) {
	t.Parallel()
	const put = `, want {"reconcile":true}, optionally with dryRun, regionId, accountId and clientToken`
	const besides = "is not allowed together with reconcile, which covers all instances"
	for event, want := range map[string]string{
		`{"reconcile":true,"instanceId":"es-a","connectedInstanceId":"es-b","all":true,"force":true}`: "$.instanceId " + besides + "; $.connectedInstanceId " + besides + "; $.all " + besides + "; $.force " + besides,
		`{"reconcile":"true"}`:                                            "$.reconcile is a string, not true or false; $.instanceId is missing; $.connectedInstanceId is missing",
		`{"reconcile":false}`:                                             "$.instanceId is missing; $.connectedInstanceId is missing",
		`{"reconcile":true,"limit":3}`:                                    `$["limit"] is unknown; allowed are instanceId, connectedInstanceId, clientToken, dryRun, all, force, reconcile, regionId, accountId`,
		`{"reconcile":true,"regionId":"Shanghai"}`:                        `$.regionId is not a region id such as cn-hangzhou: "Shanghai"`,
		`{"instanceId":"es-a","connectedInstanceId":"es-b","force":true}`: "$.force is only allowed together with all; removing a single connection needs no force",
		del("es-a", `{"all":"true","reconcile":"true"}`):                  `$.queryParameters["reconcile"] is unknown; allowed are connectedInstanceId, clientToken, dryRun, all, force, regionId, accountId`,
		timer(`"awesome-fc"`):                                             `$.payload is "awesome-fc"` + put,
		timer(`""`):                                                       `$.payload is ""` + put,
		timer(`null`):                                                     `$.payload is "null"` + put,
		timer(`7`):                                                        `$.payload is "7"` + put,
		timer(text(`{"reconcile":false}`)):                                `$.payload is "{\"reconcile\":false}"` + put,
		timer(text(`{"instanceId":"es-a","all":true}`)):                   `$.payload is "{\"instanceId\":\"es-a\",\"all\":true}"` + put,
		timer(text(`{"reconcile":true`)):                                  `$.payload is "{\"reconcile\":true"` + put,
		timer(text(`{"reconcile":true,"all":true}`)):                      "$.payload.all " + besides,
		timer(text(`{"reconcile":true,"dryRun":"yes"}`)):                  "$.payload.dryRun is a string, not true or false",
		`{"triggerTime":7,"triggerName":"n"}`:                             "$.triggerTime is a number, not a string; $.payload is missing",
	} {
		_, err := trigger.Parse([]byte(event))
		var refused *trigger.Error
		if !errors.As(err, &refused) || fmt.Sprint(refused) != want {
			t.Errorf("%s:\n got %v\nwant %s", event, err, want)
		}
	}
}
