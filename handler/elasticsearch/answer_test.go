package elasticsearch_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/acs3"
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
	ofEveryCall := func(e connection.Error) connection.Error {
		e.EveryCall = true
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
		"Result is false":           {body(200, `{"Result":false,"RequestId":"r"}`), id("r", refused(connection.Upstream, 200, "", "Result is not true")), 1},
		"Result is missing":         {body(200, `{"RequestId":"r"}`), id("r", refused(connection.Upstream, 200, "", "Result is not true")), 1},
		"Result is another text":    {body(200, `{"Result":"True"}`), refused(connection.Upstream, 200, "", "Result is not true"), 1},
		"Result is a number":        {body(200, `{"Result":1}`), refused(connection.Upstream, 200, "", "Result is not true"), 1},
		"Result is an object":       {body(200, `{"Result":{"Result":true}}`), refused(connection.Upstream, 200, "", "Result is not true"), 1},
		"200 with a Code":           {body(200, `{"Result":true,"Code":"X","Message":"m"}`), refused(connection.Upstream, 200, "X", "X: m"), 1},
		"200 with a small code":     {body(200, `{"Code":"","code":"X","message":"m","requestId":"r"}`), id("r", refused(connection.Upstream, 200, "X", "X: m")), 1},
		"a Code that is a number":   {body(200, `{"Result":true,"Code":404,"Message":5,"RequestId":7}`), id("7", refused(connection.Upstream, 200, "404", "404: 5")), 1},
		"a Code 200 beside a 400":   {body(400, `{"Code":200,"Message":"m"}`), refused(connection.Upstream, 400, "200", "200: m"), 1},
		"a text 200 beside a 400":   {body(400, `{"Code":"200","Message":"m"}`), refused(connection.Upstream, 400, "200", "200: m"), 1},
		"a Code OK beside a 400":    {body(400, `{"Code":"OK"}`), refused(connection.Upstream, 400, "OK", "OK:"), 1},
		"a Code 0 beside a 400":     {body(400, `{"Code":0,"Message":"m"}`), refused(connection.Upstream, 400, "", "the body has no Code"), 1},
		"a text 0 beside a 500":     {body(500, `{"Code":"0","Message":"m"}`), refused(connection.Upstream, 500, "", "the body has no Code"), 6},
		"a Code after a 200":        {body(200, `{"Result":true,"code":200,"Code":"X","Message":"m"}`), refused(connection.Upstream, 200, "X", "X: m"), 1},
		"a Code before an OK":       {body(200, `{"Result":true,"Code":"X","code":"OK","Message":"m"}`), refused(connection.Upstream, 200, "X", "X: m"), 1},
		"the big Code comes last":   {body(400, `{"code":"X","Code":"","message":"m","Message":""}`), refused(connection.Upstream, 400, "X", "X: m"), 1},
		"200 with a page":           {elasticsearchtest.HTML(200), refused(connection.Upstream, 200, "", `the body is "text/html"`), 6},
		"200 with nothing":          {body(200, " "), refused(connection.Upstream, 200, "", "the body is empty"), 6},
		"204":                       {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, refused(connection.Upstream, 204, "", "the body is empty"), 6},
		"200 with half a JSON":      {body(200, `{"Result":true`), refused(connection.Upstream, 200, "", "the body is not the documented JSON"), 6},
		"200 with an array":         {body(200, `[true]`), refused(connection.Upstream, 200, "", `the body is "application/json"`), 6},
		"a Code that is no text":    {body(200, `{"Result":true,"Code":{}}`), refused(connection.Upstream, 200, "", "the body is not the documented JSON"), 6},
		"a Code that is false":      {body(200, `{"Result":true,"Code":false}`), refused(connection.Upstream, 200, "", "the body is not the documented JSON"), 6},
		"a Code in half a JSON":     {body(200, `{"Code":"InstanceNotFound","RequestId":"r"`), refused(connection.Upstream, 200, "", "the body is not the documented JSON"), 6},
		"a Code in half a refusal":  {body(400, `{"Code":"Throttling","Message":"m"`), refused(connection.Upstream, 400, "", "the body is not the documented JSON"), 1},
		"more after the JSON":       {body(200, `{"Result":true}{}`), refused(connection.Upstream, 200, "", "the body is not the documented JSON"), 6},
		"a 400 in XML":              {elasticsearchtest.RefuseXML(400, "InstanceNotFound", "no such instance"), refused(connection.NoInstance, 400, "InstanceNotFound", "InstanceNotFound: no such instance"), 1},
		"XML with a declaration":    {elasticsearchtest.Body(400, "text/xml", "<?xml version='1.0'?>\n<Error><HostId/><Code>X</Code><Message>a &lt;b&gt; &amp;amp; c</Message></Error>\n"), refused(connection.Upstream, 400, "X", "X: a <b> &amp; c"), 1},
		"XML with numbers of signs": {elasticsearchtest.Body(400, "text/xml", "<Error><Code>X</Code><Message>token&#43;</Message></Error>"), refused(connection.Upstream, 400, "X", "X:"), 1},
		"XML with a Code in Code":   {elasticsearchtest.Body(400, "text/xml", "<Error><Code><Code>X</Code></Code></Error>"), refused(connection.Upstream, 400, "", "the body is not the documented XML"), 1},
		"XML with no Code":          {elasticsearchtest.Body(400, "text/xml", "<Error><Message>m</Message></Error>"), refused(connection.Upstream, 400, "", "the body is not the documented XML"), 1},
		"XML that breaks off":       {elasticsearchtest.Body(400, "text/xml", "<Error><Code>X</Code>"), refused(connection.Upstream, 400, "", "the body is not the documented XML"), 1},
		"another XML":               {elasticsearchtest.Body(500, "text/xml", "<x/>"), refused(connection.Upstream, 500, "", "the body is not the documented XML"), 6},
		"502 with a page":           {elasticsearchtest.HTML(502), refused(connection.Upstream, 502, "", `the body is "text/html"`), 6},
		"503 with a page":           {elasticsearchtest.HTML(503), refused(connection.Unavailable, 503, "", `the body is "text/html"`), 6},
		"504 with a page":           {elasticsearchtest.HTML(504), refused(connection.Timeout, 504, "", `the body is "text/html"`), 6},
		"404 with a page":           {elasticsearchtest.HTML(404), refused(connection.Upstream, 404, "", `the body is "text/html"`), 1},
		"404 without a Code":        {body(404, `{}`), refused(connection.Upstream, 404, "", "the body has no Code"), 1},
		"a redirect":                {elasticsearchtest.Redirect(307, "https://example.com/"), refused(connection.Upstream, 307, "", "the body is empty"), 1},
		"throttled, no hint":        {throttle, throttled(0), 6},
		"throttled, milliseconds":   {header("x-acs-retry-after", "1500", header("Retry-After", "9", throttle)), throttled(1500 * time.Millisecond), 6},
		"throttled, seconds":        {header("Retry-After", "2", throttle), throttled(2 * time.Second), 6},
		"throttled, by status":      {body(429, `{}`), refused(connection.Throttled, 429, "", "the body has no Code"), 6},
		"401":                       {elasticsearchtest.Refuse(401, "UserNotOpen", "m"), ofEveryCall(refused(connection.Denied, 401, "UserNotOpen", "UserNotOpen: m; open Elasticsearch in this account")), 1},
		"401 without a Code":        {body(401, `{}`), refused(connection.Denied, 401, "", "the body has no Code"), 1},
		"403 of an unknown Code":    {elasticsearchtest.Refuse(403, "X", "m"), refused(connection.Denied, 403, "X", "X: m"), 1},
		"busy":                      {elasticsearchtest.Refuse(400, "InstanceActivating", "m"), refused(connection.Conflict, 400, "InstanceActivating", "InstanceActivating: m"), 6},
		"done before":               {elasticsearchtest.Refuse(400, "RepetitionOperationError", "m"), refused(connection.NoConnection, 400, "RepetitionOperationError", "RepetitionOperationError: m"), 1},
		"unavailable, by its Code":  {elasticsearchtest.Refuse(500, "ServiceUnavailable", "m"), refused(connection.Unavailable, 500, "ServiceUnavailable", "ServiceUnavailable: m"), 6},
		"an unknown 400":            {elasticsearchtest.Refuse(400, "X", "m"), refused(connection.Upstream, 400, "X", "X: m"), 1},
		"a message with the token": {elasticsearchtest.Refuse(400, "SignatureDoesNotMatch", "sent "+account.SecurityToken+" by "+account.AccessKeyID),
			ofEveryCall(refused(connection.Denied, 400, "SignatureDoesNotMatch", "SignatureDoesNotMatch: sent *** by ***; this is a bug of the function")), 1},
		"a right that is missing": {elasticsearchtest.Refuse(403, "NoPermission", "m"),
			refused(connection.Denied, 403, "NoPermission", "NoPermission: m; allow elasticsearch:DeleteConnectedCluster on the instance to the function's role"), 1},
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range answers() {
		elasticsearch.InBubble(t, name, func(t *testing.T) {
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
			said := *got
			said.Message, said.Advice = got.Text(), connection.Advice{}
			if said != test.want {
				t.Errorf("error:\n got %+v\nwant %+v", said, test.want)
			}
			outcome.Uncertain, outcome.Unknown = false, false // see TestLostAnswers
			if want := (connection.Outcome{Status: got.Status, RequestID: got.RequestID, Attempts: test.attempts}); outcome != want {
				t.Errorf("outcome %+v, want %+v", outcome, want)
			}
			if len(requests) != test.attempts {
				t.Errorf("%d requests, want %d", len(requests), test.attempts)
			}
		})
	}
}

// TestDone: what says that the connection is removed, and nothing against it.
func TestDone(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"true":                    `{"Result":true,"RequestId":"r"}`,
		"a small name":            `{"result":true,"requestId":"r"}`,
		"an empty Code":           `{"Result":true,"Code":"","RequestId":"r"}`,
		"a Code of null":          `{"Result":true,"Code":null,"Message":null,"RequestId":"r"}`,
		"a Code of 0":             `{"Result":true,"Code":0,"RequestId":"r"}`,
		"a text 0":                `{"Result":true,"Code":"0","RequestId":"r"}`,
		"a Code of 200":           `{"Result":true,"Code":200,"RequestId":"r"}`,
		"a text 200":              `{"Result":true,"Code":"200","RequestId":"r"}`,
		"a Code OK":               `{"Result":true,"Code":"OK","RequestId":"r"}`,
		"a small code ok":         `{"Result":true,"code":"ok","RequestId":"r"}`,
		"true and null":           `{"Result":true,"result":null,"RequestId":"r"}`,
		"other members, any form": `{"HostId":[{"a":[1]}],"Result":true,"Headers":7,"x":{"Result":false},"RequestId":"r"}`,
	} {
		elasticsearch.InBubble(t, name, func(t *testing.T) {
			server, client := start(t)
			always(server, said(body))
			got, err := client.DeleteConnectedCluster(t.Context(), removal())
			if want := (connection.Outcome{State: connection.Removed, RequestID: "r", Status: 200, Attempts: 1}); err != nil || got != want {
				t.Errorf("outcome %+v, %v\n   want %+v", got, err, want)
			}
		})
	}
}

// TestContentType: a foreign text is redacted as it came. Parsed, it would be in
// small letters, and no credential any more.
func TestContentType(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ contentType, want string }{
		"a key of letters and digits":      {"LTAI5tKey", `"***"`},
		"one behind a slash":               {"text/LTAI5tKey; charset=utf-8", `"text/***"`},
		"a secret of small letters":        {"text/secretofsmallletters", `"text/***"`},
		"a token with other characters":    {"text/token+/==", `"text/***"`},
		"a token as it stands in a query":  {"text/token%2B%2F%3D%3D", `"text/***"`},
		"no credential":                    {"Text/Plain", `"text/plain"`},
		"what is no content type":          {"text/plain/LTAI5tKey", `""`},
		"a credential in a parameter":      {"text/plain; a=LTAI5tKey", `"text/plain"`},
		"one in a parameter that is wrong": {"text/plain; LTAI5tKey", `"text/plain"`},
	} {
		elasticsearch.InBubble(t, name, func(t *testing.T) {
			server, client := start(t)
			client.Credentials.AccessKeyID = acs3.NewSecret("LTAI5tKey")
			client.Credentials.AccessKeySecret = acs3.NewSecret("secretofsmallletters")
			server.AddAccount(elasticsearchtest.Account{AccessKeyID: "LTAI5tKey", AccessKeySecret: "secretofsmallletters", SecurityToken: account.SecurityToken})
			always(server, elasticsearchtest.Body(400, test.contentType, "no JSON"))
			_, err := client.DeleteConnectedCluster(t.Context(), removal())
			if got, want := outcomeOf(t, "", err), "Upstream the API answered HTTP 400: the body is "+test.want; got != want {
				t.Errorf("error:\n got %s\nwant %s", got, want)
			}
		})
	}
}

// A meaning is what each of some codes comes to.
type meaning struct {
	kind  connection.Kind
	class elasticsearch.Class
	codes []string
}

// meanings are the codes of the table, and some outside it, with the message if it matters.
func meanings() []meaning {
	return []meaning{
		{connection.Throttled, elasticsearch.RetryNotDone, []string{"Throttling", "Throttling.User", "Throttling.Api", "Rejected.Throttling", "QPS Limit Exceeded", "Throttling.Resource"}},
		{connection.Denied, elasticsearch.RetryMaybeDone, []string{"SignatureNonceUsed"}},
		{connection.Unavailable, elasticsearch.RetryMaybeDone, []string{"ServiceUnavailable"}},
		{connection.Upstream, elasticsearch.RetryMaybeDone, []string{"InternalServerError", "InternalError"}},
		{connection.Conflict, elasticsearch.RetryWhenIdle, []string{"ConcurrencyUpdateInstanceConflict", "InstanceStatusNotSupportCurrentAction", "InstanceActivating", "InstanceDuplicateScheduledTask", "TokenPreviousRequestProcessError"}},
		{connection.NoInstance, elasticsearch.Final, []string{"InstanceNotFound"}},
		{connection.NoConnection, elasticsearch.Final, []string{"RepetitionOperationError"}},
		{connection.Denied, elasticsearch.Final, []string{"StsRoleAccountNoPermission", "SubAccountNoPermission", "UserUnauthorized", "Forbidden", "Forbidden.RAM", "Forbidden.RiskControl", "NoPermission"}},
		{connection.Denied, elasticsearch.FinalForAll, []string{"UserNotOpen", "SignatureDoesNotMatch", "InvalidTimeStamp.Expired",
			"InvalidAccessKeyId", "InvalidAccessKeyId.NotFound", "InvalidAccessKeyId.Inactive", "InvalidAccessKeyId.Any", "MissingSecurityToken",
			"InvalidSecurityToken", "InvalidSecurityToken.Expired", "InvalidSecurityToken.Malformed", "InvalidParameter: The securityToken is wrong"}},
		{connection.Upstream, elasticsearch.Final, []string{"InvalidApi.NotFound", "InvalidProduct.NotFound"}},
		{connection.Upstream, elasticsearch.Unclassified, []string{"AnythingElse", "", "InvalidParameter", "InvalidParameter: pageSize", "InvalidSecurityTokens", "Else: SecurityToken"}},
	}
}

// TestCodes: the meaning of each code, at a status that says nothing.
func TestCodes(t *testing.T) {
	t.Parallel()
	tested := map[string]bool{}
	for _, row := range meanings() {
		for _, code := range row.codes {
			tested[code] = true
			code, message, _ := strings.Cut(code, ": ")
			if kind, class := elasticsearch.Meaning(code, message); kind != row.kind || class != row.class {
				t.Errorf("%s is %s of class %d, want %s of %d", code, kind, class, row.kind, row.class)
			}
		}
	}
	for _, code := range elasticsearch.Codes() {
		if !tested[code] {
			t.Errorf("%s is in the table of codes, and not in meanings", code)
		}
	}
}

// TestReadmeCodes: the README says of each code its kind, and whether it is sent again.
func TestReadmeCodes(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "<!-- generated: codes -->")
	table, _, _ = strings.Cut(table, "<!-- end -->")
	for _, row := range regexp.MustCompile("(?m)^\\| (`.+`) \\| `(\\w+)`[^|]* \\| (yes|no)").FindAllStringSubmatch(table, -1) {
		for code := range strings.SplitSeq(strings.Trim(row[1], "`"), "`, `") {
			kind, class := elasticsearch.Meaning(code, "")
			if kind.String() != row[2] || (class >= elasticsearch.RetryMaybeDone) != (row[3] == "yes") {
				t.Errorf("README.md says that %s is %s, sent again: %s", code, row[2], row[3])
			}
		}
	}
}

// TestAdvice: what a person can do about a refusal, of every code that is known.
// What callers read is kept to the letter.
func TestAdvice(t *testing.T) {
	t.Parallel()
	key := connection.Advice{Function: "; check the function's role", Command: "; check your access key"}
	security := connection.Advice{Function: "; the security token is refused: check the function's role", Command: "; the security token is refused: check your credentials"}
	allow := connection.Advice{Function: "; allow elasticsearch:Action on the instance to the function's role", Command: "; allow elasticsearch:Action on the instance to your credentials"}
	want := map[string]connection.Advice{
		"InvalidSecurityToken.Expired":                 {Function: "; the credentials of this invocation have expired: send the event again", Command: "; your session has expired: log in again, or get new credentials"},
		"InvalidAccessKeyId":                           key,
		"InvalidAccessKeyId.NotFound":                  key,
		"InvalidAccessKeyId.Inactive":                  key,
		"InvalidAccessKeyId.Any":                       key,
		"MissingSecurityToken":                         security,
		"InvalidSecurityToken":                         security,
		"InvalidSecurityToken.Malformed":               security,
		"InvalidParameter: The securityToken is wrong": security,
		"SignatureDoesNotMatch":                        {Function: "; this is a bug of the function", Command: "; check your access key secret"},
		"InvalidTimeStamp.Expired":                     connection.Advise("; this clock and the API's differ"),
		"UserNotOpen":                                  connection.Advise("; open Elasticsearch in this account"),
		"StsRoleAccountNoPermission":                   allow,
		"SubAccountNoPermission":                       allow,
		"UserUnauthorized":                             allow,
		"Forbidden":                                    allow,
		"Forbidden.RAM":                                allow,
		"NoPermission":                                 allow,
	}
	for _, row := range meanings() {
		for _, code := range row.codes {
			name, message, _ := strings.Cut(code, ": ")
			if got := elasticsearch.AdviceOn(name, message, "Action"); got != want[code] {
				t.Errorf("%s:\n got %q\nwant %q", code, got, want[code])
			}
			delete(want, code)
		}
	}
	for code := range want {
		t.Errorf("%s has advice and no meaning", code)
	}
}

// TestClockSkew: how far the clock is off is said as it was measured, which way
// it is off in words, and nothing where the answer has no date.
func TestClockSkew(t *testing.T) {
	t.Parallel()
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // when a bubble begins
	for name, test := range map[string]struct{ date, want string }{
		"behind":      {now.Add(20 * time.Minute).Format(http.TimeFormat), "this clock is 20m0s behind the API's"},
		"ahead":       {now.Add(-16 * time.Minute).Format(http.TimeFormat), "this clock is 16m0s ahead of the API's"},
		"the same":    {now.Format(http.TimeFormat), "this clock and the API's differ"},
		"no date":     {"", "this clock and the API's differ"},
		"a wrong one": {"yesterday", "this clock and the API's differ"},
	} {
		elasticsearch.InBubble(t, name, func(t *testing.T) {
			server, client := start(t)
			server.Fail(elasticsearchtest.Fault{Answer: func(w http.ResponseWriter, r *http.Request) {
				w.Header()["Date"] = nil // and no date of net/http's
				if test.date != "" {
					w.Header().Set("Date", test.date)
				}
				elasticsearchtest.Refuse(400, "InvalidTimeStamp.Expired", "m")(w, r)
			}})
			_, err := client.DeleteConnectedCluster(t.Context(), removal())
			if got, want := outcomeOf(t, "", err), "Denied the API answered HTTP 400: InvalidTimeStamp.Expired: m; "+test.want; got != want {
				t.Errorf("error:\n got %s\nwant %s", got, want)
			}
		})
	}
}
