package elasticsearch_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// answers are what the API may say instead of doing it, and the error that comes
// of it. RequestID is of the stand-in's last answer where it is "last".
func answers() map[string]struct {
	answer   http.HandlerFunc
	want     connection.Error
	attempts int
} {
	body := func(status int, body string) http.HandlerFunc {
		return elasticsearchtest.Body(status, "application/json", body)
	}
	header := func(name, value string, then http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(name, value)
			then(w, r)
		}
	}
	throttle := elasticsearchtest.Refuse(400, "Throttling.User", "slow down")
	refused := func(kind connection.Kind, status int, code, what string) connection.Error {
		return connection.Error{Kind: kind, Status: status, Code: code, Message: fmt.Sprintf("the API answered HTTP %d: %s", status, what), RequestID: "last"}
	}
	throttled := func(wait time.Duration) connection.Error {
		e := refused(connection.Throttled, 400, "Throttling.User", "Throttling.User: slow down")
		e.RetryAfter = wait
		return e
	}
	id := func(id string, e connection.Error) connection.Error {
		e.RequestID = id
		return e
	}
	return map[string]struct {
		answer   http.HandlerFunc
		want     connection.Error
		attempts int
	}{
		"Result is false":          {body(200, `{"Result":false,"RequestId":"r"}`), id("r", refused(connection.Upstream, 200, "", "Result is not true")), 1},
		"Result is missing":        {body(200, `{"RequestId":"r"}`), id("r", refused(connection.Upstream, 200, "", "Result is not true")), 1},
		"Result is text":           {body(200, `{"Result":"true"}`), refused(connection.Upstream, 200, "", "Result is not true"), 1},
		"200 with a Code":          {body(200, `{"Result":true,"Code":"X","Message":"m"}`), refused(connection.Upstream, 200, "X", "X: m"), 1},
		"200 with a small code":    {body(200, `{"Code":"","code":"X","message":"m","requestId":"r"}`), id("r", refused(connection.Upstream, 200, "X", "X: m")), 1},
		"the big Code comes last":  {body(400, `{"code":"X","Code":"","message":"m","Message":""}`), refused(connection.Upstream, 400, "X", "X: m"), 1},
		"200 with a page":          {elasticsearchtest.HTML(200), refused(connection.Upstream, 200, "", `the body is "text/html"`), 6},
		"200 with nothing":         {body(200, " "), refused(connection.Upstream, 200, "", "the body is empty"), 6},
		"204":                      {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, refused(connection.Upstream, 204, "", "the body is empty"), 6},
		"200 with half a JSON":     {body(200, `{"Result":true`), refused(connection.Upstream, 200, "", "the body is not the documented JSON"), 6},
		"200 with an array":        {body(200, `[true]`), refused(connection.Upstream, 200, "", `the body is "application/json"`), 6},
		"a Code that is no text":   {body(200, `{"Result":true,"Code":{}}`), refused(connection.Upstream, 200, "", "the body is not the documented JSON"), 6},
		"a 400 in XML":             {elasticsearchtest.RefuseXML(400, "InstanceNotFound", "no such instance"), refused(connection.NoInstance, 400, "InstanceNotFound", "InstanceNotFound: no such instance"), 1},
		"XML with no Code":         {elasticsearchtest.Body(400, "text/xml", "<Error><Message>m</Message></Error>"), refused(connection.Upstream, 400, "", "the body is not the documented XML"), 1},
		"XML that breaks off":      {elasticsearchtest.Body(400, "text/xml", "<Error><Code>X</Code>"), refused(connection.Upstream, 400, "", "the body is not the documented XML"), 1},
		"another XML":              {elasticsearchtest.Body(500, "text/xml", "<x/>"), refused(connection.Upstream, 500, "", "the body is not the documented XML"), 6},
		"502 with a page":          {elasticsearchtest.HTML(502), refused(connection.Upstream, 502, "", `the body is "text/html"`), 6},
		"503 with a page":          {elasticsearchtest.HTML(503), refused(connection.Unavailable, 503, "", `the body is "text/html"`), 6},
		"504 with a page":          {elasticsearchtest.HTML(504), refused(connection.Timeout, 504, "", `the body is "text/html"`), 6},
		"404 with a page":          {elasticsearchtest.HTML(404), refused(connection.Upstream, 404, "", `the body is "text/html"`), 1},
		"404 without a Code":       {body(404, `{}`), refused(connection.Upstream, 404, "", "the body has no Code"), 1},
		"a redirect":               {elasticsearchtest.Redirect(307, "https://example.com/"), refused(connection.Upstream, 307, "", "the body is empty"), 1},
		"throttled, no hint":       {throttle, throttled(0), 6},
		"throttled, milliseconds":  {header("x-acs-retry-after", "1500", header("Retry-After", "9", throttle)), throttled(1500 * time.Millisecond), 6},
		"throttled, seconds":       {header("Retry-After", "2", throttle), throttled(2 * time.Second), 6},
		"throttled, by status":     {body(429, `{}`), refused(connection.Throttled, 429, "", "the body has no Code"), 6},
		"401":                      {elasticsearchtest.Refuse(401, "UserNotOpen", "m"), refused(connection.Denied, 401, "UserNotOpen", "UserNotOpen: m; open Elasticsearch in this account"), 1},
		"401 without a Code":       {body(401, `{}`), refused(connection.Denied, 401, "", "the body has no Code"), 1},
		"403 of an unknown Code":   {elasticsearchtest.Refuse(403, "X", "m"), refused(connection.Denied, 403, "X", "X: m"), 1},
		"busy":                     {elasticsearchtest.Refuse(400, "InstanceActivating", "m"), refused(connection.Conflict, 400, "InstanceActivating", "InstanceActivating: m"), 6},
		"done before":              {elasticsearchtest.Refuse(400, "RepetitionOperationError", "m"), refused(connection.NoConnection, 400, "RepetitionOperationError", "RepetitionOperationError: m"), 1},
		"unavailable, by its Code": {elasticsearchtest.Refuse(500, "ServiceUnavailable", "m"), refused(connection.Unavailable, 500, "ServiceUnavailable", "ServiceUnavailable: m"), 6},
		"an unknown 400":           {elasticsearchtest.Refuse(400, "X", "m"), refused(connection.Upstream, 400, "X", "X: m"), 1},
		"a message with the token": {elasticsearchtest.Refuse(400, "SignatureDoesNotMatch", "sent "+account.SecurityToken+" by "+account.AccessKeyID),
			refused(connection.Denied, 400, "SignatureDoesNotMatch", "SignatureDoesNotMatch: sent *** by ***; check the access key secret at the desk; in Function Compute this is a fault of the function"), 1},
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range answers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, client := start(t)
			for range 6 {
				server.Fail(elasticsearchtest.Fault{Answer: test.answer})
			}
			outcome, err := client.DeleteConnectedCluster(t.Context(), removal())
			var got *connection.Error
			if !errors.As(err, &got) {
				t.Fatalf("error %v (%T)", err, err)
			}
			requests := server.Requests()
			if test.want.RequestID == "last" {
				test.want.RequestID = requests[len(requests)-1].RequestID
			}
			if *got != test.want {
				t.Errorf("error:\n got %+v\nwant %+v", *got, test.want)
			}
			outcome.Uncertain = false // see TestLostAnswers
			if want := (connection.Outcome{Status: got.Status, RequestID: got.RequestID, Attempts: test.attempts}); outcome != want {
				t.Errorf("outcome %+v, want %+v", outcome, want)
			}
			if len(requests) != test.attempts {
				t.Errorf("%d requests, want %d", len(requests), test.attempts)
			}
		})
	}
}

// TestLongestAnswer: an answer of 1 MiB is read.
func TestLongestAnswer(t *testing.T) {
	t.Parallel()
	text := []byte(`{"Result":true}`)
	text = append(text, bytes.Repeat([]byte(" "), 1<<20-len(text))...)
	if d := elasticsearch.Decode(200, "application/json", text, strings.Clone); d.Failure != nil || !d.Done {
		t.Errorf("it is a failure: %v", d.Failure)
	}
}

// A meaning is what each of some codes comes to.
type meaning struct {
	kind  connection.Kind
	class elasticsearch.Class
	codes []string
}

// meanings are all codes that are known.
func meanings() []meaning {
	return []meaning{
		{connection.Throttled, elasticsearch.Refused, []string{"Throttling", "Throttling.User", "Throttling.Api", "Rejected.Throttling", "QPS Limit Exceeded"}},
		{connection.Denied, elasticsearch.Again, []string{"SignatureNonceUsed"}},
		{connection.Unavailable, elasticsearch.Again, []string{"ServiceUnavailable"}},
		{connection.Upstream, elasticsearch.Again, []string{"InternalServerError", "InternalError"}},
		{connection.Conflict, elasticsearch.Later, []string{"ConcurrencyUpdateInstanceConflict", "InstanceStatusNotSupportCurrentAction", "InstanceActivating", "InstanceDuplicateScheduledTask", "TokenPreviousRequestProcessError"}},
		{connection.NoInstance, elasticsearch.Permanent, []string{"InstanceNotFound"}},
		{connection.NoConnection, elasticsearch.Permanent, []string{"RepetitionOperationError"}},
		{connection.Denied, elasticsearch.Permanent, []string{"UserNotOpen", "StsRoleAccountNoPermission", "SubAccountNoPermission", "UserUnauthorized", "Forbidden", "Forbidden.RAM", "Forbidden.RiskControl", "NoPermission",
			"InvalidSecurityToken.Expired", "InvalidAccessKeyId.NotFound", "InvalidAccessKeyId.Inactive", "SignatureDoesNotMatch", "InvalidTimeStamp.Expired"}},
		{connection.Upstream, elasticsearch.Permanent, []string{"InvalidApi.NotFound", "InvalidProduct.NotFound"}},
		{connection.Upstream, elasticsearch.Unknown, []string{"AnythingElse", ""}},
	}
}

// TestCodes: the meaning of each code, at a status that says nothing.
func TestCodes(t *testing.T) {
	t.Parallel()
	for _, row := range meanings() {
		for _, code := range row.codes {
			if kind, class := elasticsearch.Meaning(code); kind != row.kind || class != row.class {
				t.Errorf("%s is %s of class %d, want %s of %d", code, kind, class, row.kind, row.class)
			}
		}
	}
}

// TestHints: what a person can do about a refusal, of every code that is known.
// What callers read is kept to the letter.
func TestHints(t *testing.T) {
	t.Parallel()
	const key = "; check the function's role, or at the desk the access key"
	const allow = "; allow elasticsearch:Action on the instance to the function's role"
	want := map[string]string{
		"InvalidSecurityToken.Expired": "; the credentials of this invocation have expired: send the event again",
		"InvalidAccessKeyId.NotFound":  key,
		"InvalidAccessKeyId.Inactive":  key,
		"SignatureDoesNotMatch":        "; check the access key secret at the desk; in Function Compute this is a fault of the function",
		"InvalidTimeStamp.Expired":     "; this clock is not the API's",
		"UserNotOpen":                  "; open Elasticsearch in this account",
		"StsRoleAccountNoPermission":   allow,
		"SubAccountNoPermission":       allow,
		"UserUnauthorized":             allow,
		"Forbidden":                    allow,
		"Forbidden.RAM":                allow,
		"NoPermission":                 allow,
	}
	for _, row := range meanings() {
		for _, code := range row.codes {
			if got := elasticsearch.Hint(code, "Action"); got != want[code] {
				t.Errorf("%s:\n got %s\nwant %s", code, got, want[code])
			}
			delete(want, code)
		}
	}
	for code := range want {
		t.Errorf("%s has a hint and no meaning", code)
	}
}

// TestClockSkew: how far the clock is off is said as it was measured, which way
// it is off in words, and nothing where the answer has no date.
func TestClockSkew(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, test := range map[string]struct{ date, want string }{
		"behind":      {now.Add(20 * time.Minute).Format(http.TimeFormat), "this clock is 20m0s behind the API's"},
		"ahead":       {now.Add(-16 * time.Minute).Format(http.TimeFormat), "this clock is 16m0s ahead of the API's"},
		"the same":    {now.Format(http.TimeFormat), "this clock is not the API's"},
		"no date":     {"", "this clock is not the API's"},
		"a wrong one": {"yesterday", "this clock is not the API's"},
	} {
		server, client := start(t)
		server.Now = func() time.Time { return now }
		client.Now = server.Now
		server.Fail(elasticsearchtest.Fault{Answer: func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Date"] = nil // and no date of net/http's
			if test.date != "" {
				w.Header().Set("Date", test.date)
			}
			elasticsearchtest.Refuse(400, "InvalidTimeStamp.Expired", "m")(w, r)
		}})
		_, err := client.DeleteConnectedCluster(t.Context(), removal())
		if got, want := outcomeOf(t, "", err), "Denied the API answered HTTP 400: InvalidTimeStamp.Expired: m; "+test.want; got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
}

// FuzzDecode: no response makes a decoder panic. What is no success is a
// connection.Error with a kind, with the response's own status and without
// a secret; a success has a status of the 200s; ids are valid.
func FuzzDecode(f *testing.F) {
	for _, test := range answers() {
		w := httptest.NewRecorder()
		test.answer(w, httptest.NewRequest("DELETE", "/", nil))
		f.Add(w.Code, w.Header().Get("Content-Type"), w.Body.Bytes())
	}
	for _, body := range []string{
		`{"Result":true,"RequestId":"4EA9579E"}`,
		`{"Result":{"Result":[{"instances":"es-a","networkType":"vpc"}]}}`,
		`{"Result":[{"instanceId":"es-a"},{"instanceId":"es-b"}],"Headers":{"X-Total-Count":2}}`,
		`{"Result":[{"instances":"es-a"}],"Headers":{"X-Total-Count":"7"}}`,
		`{"Result":null}`,
		`{"Result":[],"Headers":{"X-Total-Count":-1}}`,
		`<Error><Code>a</Code><Message>the canary</Message></Error>`,
	} {
		f.Add(200, "application/json", []byte(body))
	}
	redact := strings.NewReplacer("canary", "***").Replace
	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte) {
		d := elasticsearch.Decode(status, contentType, body, redact)
		if d.Failure == nil && status/100 != 2 {
			t.Errorf("HTTP %d is a success", status)
		}
		if d.Failure != nil {
			checkFailure(t, d.Failure, status)
		}
		for _, id := range append(d.Peers, d.Page.Instances...) {
			must(connection.ParseInstanceID(id.String()))
		}
		if d.Page.Total < 0 {
			t.Errorf("%d instances in all", d.Page.Total)
		}
	})
}

func checkFailure(t *testing.T, err error, status int) {
	t.Helper()
	var failed *connection.Error
	if !errors.As(err, &failed) || failed.Kind == 0 || failed.Status != status {
		t.Fatalf("failure %#v of HTTP %d", err, status)
	}
	if strings.Contains(failed.Message+failed.Code+failed.RequestID, "canary") {
		t.Errorf("a secret is shown: %+v", failed)
	}
}
