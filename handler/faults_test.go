package handler_test

import (
	"net/http"
	"slices"
	"time"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// A seen is what a fault comes to.
type seen struct {
	calls    string // from the first delete on: D deletes, T deletes from the other side, L reads the state
	reply    string // as HTTP tells it: the status, and the outcome or the kind
	detail   string // of the problem; HOST stands for the API's
	attempts int    // as the log tells
	left     bool   // the connection is there still
}

// A faultRow is a fault of the API where a connection is removed, and what it
// comes to: for a request that somebody makes for the first time, and for an
// event, which may have been delivered before.
type faultRow struct {
	faults  []fault // of the requests from the first delete on
	always  fault   // of every delete, in place of faults
	late    int     // how many answers the transport gives up waiting for
	waits   time.Duration
	request seen
	event   *seen // nil: as for a request
}

// times repeats a fault.
func times(n int, f fault) []fault { return slices.Repeat([]fault{f}, n) }

// refuse is a fault that refuses with a code, before anything is done.
func refuse(status int, code string) fault {
	return fault{Answer: elasticsearchtest.Refuse(status, code, "m")}
}

// answering is a fault that answers so, before anything is done.
func answering(answer http.HandlerFunc) fault { return fault{Answer: answer} }

// done is the same fault after the request was carried out.
func done(f fault) fault { return fault{AfterEffect: true, Answer: f.Answer} }

// withHeader adds a header to an answer.
func withHeader(name, value string, f fault) fault {
	return fault{AfterEffect: f.AfterEffect, Answer: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(name, value)
		f.Answer(w, r)
	}}
}

const (
	hintRole  = "; allow elasticsearch:DeleteConnectedCluster on the instance to the function's role"
	jsonMedia = "application/json"
)

// stageTime is when the clocks of a fault's stage stand still.
var stageTime = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func faultRows() map[string]faultRow {
	reset, truncated := answering(elasticsearchtest.Reset()), answering(elasticsearchtest.Truncated())
	garbage, page := answering(elasticsearchtest.Body(200, jsonMedia, "garbage")), answering(elasticsearchtest.HTML(200))
	badGateway, broken := answering(elasticsearchtest.HTML(502)), refuse(500, "InternalError")
	throttled, busy := withHeader("x-acs-retry-after", "1500", refuse(400, "Throttling.User")), refuse(400, "InstanceActivating")
	notTrue := answering(elasticsearchtest.Body(200, jsonMedia, `{"Result":false,"RequestId":"r"}`))
	skewed := withHeader("Date", stageTime.Add(20*time.Minute).Format(http.TimeFormat), refuse(400, "InvalidTimeStamp.Expired"))

	removed := func(calls string) seen { return seen{calls, "200 removed", "", len(calls), false} }
	absent := func(calls string, attempts int, left bool) *seen {
		return &seen{calls, "200 absent", "", attempts, left}
	}
	failed := func(calls, reply, detail string) seen { return seen{calls, reply, detail, len(calls), true} }
	exhausted := func(reply, detail string) seen { return failed("DDDDDD", reply, detail) }
	but := func(s seen, left bool) seen { s.left = left; return s }
	told := func(reply, detail string) seen { return failed("D", reply, "the API answered "+detail) }
	read := func(s seen) *seen { s.calls += "L"; return &s }
	const noAnswer, noTime = "no answer from the API: the connection failed; outcome unknown; safe to repeat", "no answer from the API in time: outcome unknown; safe to repeat"

	notFound, repeated := told("404 Absent", "HTTP 404: InstanceNotFound: m"), told("404 Absent", "HTTP 400: RepetitionOperationError: m")
	unknown, result := told("502 Upstream", "HTTP 400: X: m"), told("502 Upstream", "HTTP 200: Result is not true")
	moved := told("502 Upstream", "HTTP 307: the body is empty")
	return map[string]faultRow{
		"no fault": {request: removed("D")},

		"a reset before it was done, once": {faults: times(1, reset), request: removed("DD")},
		"a reset after it was done, once":  {faults: times(1, done(reset)), request: removed("DD")},
		"a reset after it was done, five":  {faults: times(5, done(reset)), request: removed("DDDDDD")},
		"a reset, always":                  {always: reset, request: exhausted("503 Unavailable", noAnswer)},
		"a reset after it was done, always": {always: done(reset),
			request: but(exhausted("503 Unavailable", noAnswer), false)},

		"too late before an answer, once": {late: 1, request: removed("DD")},
		"too late, always":                {late: 6, request: but(exhausted("504 Timeout", noTime), false)},
		"truncated, once":                 {faults: times(1, done(truncated)), request: removed("DD")},
		"truncated, always":               {always: truncated, request: exhausted("503 Unavailable", noAnswer)},
		"200 with garbage, once":          {faults: times(1, done(garbage)), request: removed("DD")},
		"200 with garbage, always":        {always: garbage, request: exhausted("502 Upstream", `the API answered HTTP 200: the body is "application/json"`)},
		"200 with a page, once":           {faults: times(1, done(page)), request: removed("DD")},
		"200 with a page, always":         {always: page, request: exhausted("502 Upstream", `the API answered HTTP 200: the body is "text/html"`)},
		"502 with a page, once":           {faults: times(1, badGateway), request: removed("DD")},
		"502 with a page, always":         {always: badGateway, request: exhausted("502 Upstream", `the API answered HTTP 502: the body is "text/html"`)},
		"500 before it was done, once":    {faults: times(1, broken), request: removed("DD")},
		"500 after it was done, once":     {faults: times(1, done(broken)), request: removed("DD")},
		"500, always":                     {always: broken, request: exhausted("502 Upstream", "the API answered HTTP 500: InternalError: m")},

		"throttled, once":      {faults: times(1, throttled), waits: 1500 * time.Millisecond, request: removed("DD")},
		"throttled, always":    {always: throttled, waits: 1500 * time.Millisecond, request: exhausted("429 Throttled", "the API answered HTTP 400: Throttling.User: m")},
		"busy, once":           {faults: times(1, busy), waits: 3 * time.Second, request: removed("DD")},
		"busy, always":         {always: busy, waits: 3 * time.Second, request: exhausted("409 Conflict", "the API answered HTTP 400: InstanceActivating: m")},
		"a used nonce, once":   {faults: times(1, refuse(400, "SignatureNonceUsed")), request: removed("DD")},
		"a used nonce, always": {always: refuse(400, "SignatureNonceUsed"), request: exhausted("403 Denied", "the API answered HTTP 400: SignatureNonceUsed: m")},

		"no such instance":             {always: refuse(404, "InstanceNotFound"), request: notFound, event: absent("DT", 2, true)},
		"not connected":                {always: refuse(400, "RepetitionOperationError"), request: repeated, event: absent("D", 1, true)},
		"done, then no such instance":  {faults: []fault{done(reset), refuse(400, "InstanceNotFound")}, request: *absent("DDT", 3, false)},
		"done, then not connected":     {faults: []fault{done(reset), refuse(400, "RepetitionOperationError")}, request: *absent("DD", 2, false)},
		"done, then an unknown answer": {faults: []fault{done(reset), refuse(400, "X")}, request: *absent("DDL", 2, false)},
		"done, then Result is false":   {faults: []fault{done(reset), notTrue}, request: *absent("DDL", 2, false)},
		"a reset, then an unknown one": {faults: []fault{reset, refuse(400, "X")}, request: *read(failed("DD", "502 Upstream", "the API answered HTTP 400: X: m"))},
		"an unknown refusal":           {always: refuse(400, "X"), request: unknown, event: read(unknown)},
		"an unknown one, but done":     {always: done(refuse(400, "X")), request: but(unknown, false), event: absent("DL", 1, false)},
		"Result is false":              {always: notTrue, request: result, event: read(result)},
		"Result is false, but done":    {always: done(notTrue), request: but(result, false), event: absent("DL", 1, false)},
		"a redirect":                   {always: answering(elasticsearchtest.Redirect(307, "https://example.com/")), request: moved, event: read(moved)},

		"an expired token":    {always: refuse(400, "InvalidSecurityToken.Expired"), request: told("403 Denied", "HTTP 400: InvalidSecurityToken.Expired: m; the credentials of this invocation have expired: send the event again")},
		"an unknown key":      {always: refuse(404, "InvalidAccessKeyId.NotFound"), request: told("403 Denied", "HTTP 404: InvalidAccessKeyId.NotFound: m; check the function's role, or at the desk the access key")},
		"an inactive key":     {always: refuse(400, "InvalidAccessKeyId.Inactive"), request: told("403 Denied", "HTTP 400: InvalidAccessKeyId.Inactive: m; check the function's role, or at the desk the access key")},
		"a wrong signature":   {always: refuse(400, "SignatureDoesNotMatch"), request: told("403 Denied", "HTTP 400: SignatureDoesNotMatch: m; check the access key secret at the desk; in Function Compute this is a fault of the function")},
		"a clock behind":      {always: skewed, request: told("403 Denied", "HTTP 400: InvalidTimeStamp.Expired: m; this clock is 20m0s behind the API's")},
		"no permission":       {always: refuse(403, "Forbidden.RAM"), request: told("403 Denied", "HTTP 403: Forbidden.RAM: m"+hintRole)},
		"no permission, 401":  {always: refuse(401, "SubAccountNoPermission"), request: told("401 Denied", "HTTP 401: SubAccountNoPermission: m"+hintRole)},
		"the product is shut": {always: refuse(401, "UserNotOpen"), request: told("401 Denied", "HTTP 401: UserNotOpen: m; open Elasticsearch in this account")},
		"a risk control":      {always: refuse(403, "Forbidden.RiskControl"), request: told("403 Denied", "HTTP 403: Forbidden.RiskControl: m")},
	}
}
