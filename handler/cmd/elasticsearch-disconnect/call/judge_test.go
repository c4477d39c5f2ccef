package call_test

import (
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/call"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// The answers of the function, in parts.
const (
	removedB = `{"Result":true,"instanceId":"es-a","connectedInstanceId":"es-b","regionId":"cn-hangzhou","clientToken":"c","outcome":"removed"}`
	removedC = `{"Result":true,"instanceId":"es-c","connectedInstanceId":"ES-A","regionId":"cn-hangzhou","clientToken":"c","outcome":"absent"}`
	failedD  = `{"Result":false,"instanceId":"es-a","connectedInstanceId":"es-d","regionId":"cn-hangzhou","clientToken":"c","outcome":"failed","problem":{"type":"urn:elasticsearch-disconnect:Conflict","title":"Not now","status":409,"detail":"it is busy"}}`
	wouldB   = `{"instanceId":"es-a","connectedInstanceId":"es-b","regionId":"cn-hangzhou","clientToken":"c","outcome":"dry-run","request":{}}`
	left     = `{"Result":false,"instanceId":"es-a","connectedInstanceId":"es-b","regionId":"cn-hangzhou","clientToken":"c","outcome":"withheld"}`
)

func ofInstance(outcome string, results ...string) string {
	return `{"instanceId":"es-a","regionId":"cn-hangzhou","outcome":"` + outcome + `","scanned":3,"results":[` + strings.Join(results, ",") + `]}`
}

func ofRegion(outcome string, results ...string) string {
	return `{"regionId":"cn-hangzhou","outcome":"` + outcome + `","scanned":3,"connections":4,"results":[` + strings.Join(results, ",") + `],"kept":[]}`
}

// spaced is an object without arrays as it is quoted.
func spaced(object string) string {
	return "{ " + strings.NewReplacer(`":`, `": `, ",", ", ").Replace(object[1:len(object)-1]) + " }"
}

// TestJudge: only what the function says to be done is done. TestFunction has what it says as a rule.
func TestJudge(t *testing.T) {
	t.Parallel()
	one := pair(t)
	all, region := call.Event{Instance: one.Instance, All: true}, call.Event{Reconcile: true}
	account, err := connection.ParseAccountID("1")
	if err != nil {
		t.Fatal(err)
	}
	dry := one
	dry.DryRun = true
	const (
		unknown = "; the function may still have done what was asked"
		foreign = "HOST answered HTTP 200, and not as this function does: "
		another = "the function's answer is about something else than what was asked" + unknown
	)
	for name, test := range map[string]struct {
		event  call.Event
		status int
		body   string
		exit   int
		want   string
	}{
		"already absent, other side":   {call.Event{Instance: one.Instance, Connected: id(t, "es-c")}, 200, removedC, handler.ExitDone, "1 already absent"},
		"all of nothing":               {all, 200, ofInstance("cleaned"), handler.ExitDone, "nothing to remove"},
		"what is kept needs approval":  {region, 200, strings.Replace(ofRegion("withheld", left), `"kept":[]`, `"kept":[{},{}]`, 1), handler.ExitLeft, "nothing was removed: there are more leftovers than the function's RECONCILE_LIMIT. If all of them may be removed: elasticsearch-disconnect reconcile --region cn-hangzhou --limit 3"},
		"approval in another place":    {call.Event{Reconcile: true, Scope: connection.Scope{Region: beijing(t), Account: account}}, 200, strings.ReplaceAll(strings.Replace(ofRegion("withheld", left), `"outcome"`, `"accountId":"1","outcome"`, 1), "cn-hangzhou", "cn-beijing"), handler.ExitLeft, "nothing was removed: there are more leftovers than the function's RECONCILE_LIMIT. If all of them may be removed: elasticsearch-disconnect reconcile --region cn-beijing --account 1 --limit 1"},
		"a dry run that finds nothing": {call.Event{Reconcile: true, DryRun: true}, 200, ofRegion("dry-run"), handler.ExitDone, "nothing to remove"},
		"a dry run that could not read": {call.Event{Reconcile: true, DryRun: true}, 200, strings.Replace(ofRegion("dry-run", wouldB), `"kept"`, `"problem":{"title":"Denied","detail":"no right"},"kept"`, 1),
			handler.ExitFailed, "not all was done: 1 would be removed: Denied: no right"},
		"a dry run that keeps all":      {call.Event{Instance: one.Instance, All: true, DryRun: true}, 200, ofInstance("kept"), handler.ExitDone, "nothing to remove"},
		"a dry run that was not one":    {dry, 200, removedB, handler.ExitFailed, "it was done, although a dry run was asked for: 1 removed"},
		"Result false":                  {one, 200, strings.Replace(removedB, "true", "false", 1), handler.ExitFailed, "not all was done: 1 failed"},
		"no Result":                     {one, 200, strings.Replace(removedB, `"Result":true,`, "", 1), handler.ExitFailed, "not all was done: 1 failed"},
		"an outcome without Result":     {one, 200, strings.Replace(wouldB, `"dry-run"`, `"queued"`, 1), handler.ExitFailed, "not all was done: 1 failed"},
		"an outcome that nobody knows":  {one, 200, strings.Replace(removedB, `"removed"`, `"queued"`, 1), handler.ExitFailed, "not all was done: 1 failed"},
		"one failed, cleaned they say":  {all, 200, ofInstance("cleaned", removedB, failedD), handler.ExitFailed, "not all was done: 1 removed, 1 failed: es-a and es-d: Not now: it is busy"},
		"all done, incomplete they say": {all, 200, ofInstance("incomplete", removedB), handler.ExitFailed, "not all was done: 1 removed"},
		"all done, but not 200":         {all, 207, ofInstance("cleaned", removedB), handler.ExitFailed, "not all was done: 1 removed"},
		"a dry run that removed":        {all, 200, ofInstance("dry-run", removedB), handler.ExitFailed, "not all was done: 1 removed"},
		"withheld and removed":          {region, 200, ofRegion("withheld", removedB), handler.ExitFailed, "not all was done: 1 removed"},
		"not all could be read": {region, 200, strings.Replace(ofRegion("reconciled", removedB), `"kept"`, `"problem":{"title":"Denied","detail":"no right"},"kept"`, 1),
			handler.ExitFailed, "not all was done: 1 removed: Denied: no right"},

		"another instance for the first": {call.Event{Instance: id(t, "es-x"), Connected: one.Connected}, 200, removedB, handler.ExitFailed, another},
		"another instance":               {call.Event{Instance: one.Instance, Connected: id(t, "es-x")}, 200, removedB, handler.ExitFailed, another},
		"all of another":                 {call.Event{Instance: id(t, "es-x"), All: true}, 200, ofInstance("cleaned"), handler.ExitFailed, another},
		"all, and a connection of other": {call.Event{Instance: id(t, "es-a"), All: true}, 200, strings.Replace(ofInstance("cleaned", removedB), `"instanceId":"es-a","connected`, `"instanceId":"es-x","connected`, 1), handler.ExitFailed, another},
		"another region":                 {call.Event{Reconcile: true, Scope: connection.Scope{Region: beijing(t)}}, 200, ofRegion("reconciled"), handler.ExitFailed, another},
		"another region in one result":   {region, 200, ofRegion("reconciled", strings.Replace(removedB, "cn-hangzhou", "$(reboot)", 1)), handler.ExitFailed, another},
		"another account":                {one, 200, strings.Replace(removedB, `"clientToken"`, `"accountId":"1","clientToken"`, 1), handler.ExitFailed, another},
		"one connection for all":         {all, 200, removedB, handler.ExitFailed, another},
		"all for one connection":         {one, 200, ofInstance("cleaned", removedB), handler.ExitFailed, another},
		"all for a region":               {region, 200, ofInstance("cleaned"), handler.ExitFailed, another},
		"a region for all":               {all, 200, ofRegion("reconciled"), handler.ExitFailed, another},

		"refused": {one, 400, `{"type":"urn:elasticsearch-disconnect:InvalidEvent","title":"The request is not valid","status":400,"detail":"2 faults, listed in errors","errors":[{"path":"$.body.regionId","detail":"is not in REGIONS"},{"path":"$.body.accountId","detail":"has no MEMBER_ROLE"}]}`,
			handler.ExitInvalid, "the function refused it: The request is not valid: --region is not in REGIONS; --account has no MEMBER_ROLE"},
		"a problem with 200": {one, 200, `{"type":"urn:elasticsearch-disconnect:Denied","title":"No","detail":"\u001b[2Jcanary\u002dsecret"}`,
			handler.ExitFailed, `"the function says: No: \x1b[2J***"`},
		"refused by another program": {one, 400, `{"type":"about:blank","title":"Bad Request"}`,
			handler.ExitFailed, `HOST answered HTTP 400, and not as this function does: { "type": "about:blank", "title": "Bad Request" }`},
		"done later":               {one, 202, "", handler.ExitFailed, "HOST answered HTTP 202: the function is to do it later. What becomes of it is in its log alone"},
		"done later, and now":      {one, 202, removedB, handler.ExitFailed, "HOST answered HTTP 202: the function is to do it later. What becomes of it is in its log alone"},
		"nothing":                  {one, 200, " \n", handler.ExitFailed, "HOST answered HTTP 200 and an empty body" + unknown},
		"no content":               {one, 204, "", handler.ExitFailed, "HOST answered HTTP 204 and an empty body" + unknown},
		"a page":                   {one, 200, "<html>\r\n<h1>Sign in\x1b[2J</h1>", handler.ExitFailed, foreign + `"<html> <h1>Sign in\x1b[2J</h1>"` + unknown},
		"a gateway's page":         {one, 502, "<h1>502 Bad Gateway</h1>", handler.ExitFailed, "HOST answered HTTP 502, and not as this function does: <h1>502 Bad Gateway</h1>" + unknown},
		"a page that does not end": {one, 403, strings.Repeat("名", 200), handler.ExitFailed, "HOST answered HTTP 403, and not as this function does: " + strings.Repeat("名", 100) + " …"},
		"broken JSON":              {one, 200, removedB[:40] + `canary\u002dsecret`, handler.ExitFailed, foreign + removedB[:40] + "***" + unknown},
		"two answers":              {one, 200, removedB + removedB, handler.ExitFailed, foreign + removedB + removedB + unknown},
		"the API's own answer":     {one, 200, `{"Result":true,"RequestId":"r"}`, handler.ExitFailed, foreign + `{ "Result": true, "RequestId": "r" }` + unknown},
		"another type":             {one, 200, strings.Replace(removedB, "true", `"true"`, 1), handler.ExitFailed, foreign + spaced(strings.Replace(removedB, "true", `"true"`, 1)) + unknown},
		"null":                     {one, 200, "null", handler.ExitFailed, foreign + "null" + unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGateway(t, elasticsearchtest.Body(test.status, "text/html", test.body))
			check(t, name, g.URL, g.request(t, "", test.event).Send(t.Context()), test.exit, test.want)
		})
	}
}
