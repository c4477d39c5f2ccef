package trigger_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/trigger"
)

// must parses what a test knows to be valid.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// post is an HTTP event with a body, delete one in the OpenAPI's own form.
func post(body, more string) string {
	return request("POST", "/", fmt.Sprintf(`,"body":%s%s`, must(json.Marshal(body)), more))
}

func del(instance, query string) string {
	return request("DELETE", "/openapi/instances/"+instance+"/connected-clusters", `,"queryParameters":`+query)
}

func request(method, path, more string) string {
	return fmt.Sprintf(`{"version":"v1","rawPath":%q,"isBase64Encoded":false,"requestContext":{"http":{"method":%q}}%s}`, path, method, more)
}

func replace(text, old, new string) string {
	if !strings.Contains(text, old) {
		panic("no " + old + " in " + text)
	}
	return strings.Replace(text, old, new, 1)
}

const pair = `{"instanceId":"es-a","connectedInstanceId":"es-b"}`

func cloudEvent(data string) string {
	return `{"specversion":"1.0","id":"e1","source":"s1","type":"t1","data":` + data + `}`
}

// An example is an event, and what is read of it.
type example struct{ event, want string }

// asked writes down the requests of an event, a line for each.
func asked(e trigger.Event) string {
	var lines []string
	for _, r := range e.Requests {
		var token connection.ClientToken
		var dryRun, force bool
		line := ""
		switch a := r.Action.(type) {
		case trigger.Info:
			line = "info"
		case trigger.Disconnect:
			line, token, dryRun = fmt.Sprintf("disconnect %s %s", a.Instance, a.Connected), a.ClientToken, a.DryRun
		case trigger.Cleanup:
			line, token, dryRun, force = fmt.Sprintf("cleanup %s %s", a.Instance, a.Expects), a.ClientToken, a.DryRun, a.Force
			if a.Requested {
				line += "requested"
			}
		case trigger.Reconcile:
			line, token, dryRun = "reconcile", a.ClientToken, a.DryRun
		case trigger.Ignore:
			line = "ignore: " + a.Reason
		case nil:
			line = "refuse: " + r.Err.Error()
		}
		if token != (connection.ClientToken{}) {
			line += fmt.Sprintf(" token=%q", token)
		}
		if dryRun {
			line += " dry"
		}
		if force {
			line += " force"
		}
		if r.Scope != (connection.Scope{}) {
			line += fmt.Sprintf(" in %s/%s", r.Scope.Region, r.Scope.Account)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// accepted are requests, their shape, and what they ask for.
func accepted() map[string]example {
	const whole = `{"reconcile":true,"dryRun":true,"clientToken":"t1","regionId":"cn-beijing","accountId":"2"}`
	return map[string]example{
		"direct, all connections":          {`{"instanceId":"es-a","all":true,"clientToken":"t1","dryRun":true}`, `direct: cleanup es-a requested token="t1" dry`},
		"direct, all is false":             {`{"instanceId":"es-a","connectedInstanceId":"es-b","all":false}`, `direct: disconnect es-a es-b`},
		"POST, all connections, a key":     {post(`{"instanceId":"es-a","all":true}`, `,"headers":{"Idempotency-Key":"k1"}`), `http: cleanup es-a requested token="k1"`},
		"DELETE, all connections":          {del("es-a", `{"all":"true"}`), `http: cleanup es-a requested`},
		"CloudEvent, all connections":      {cloudEvent(`{"instanceId":"es-a","all":true}`), `eventbridge: cleanup es-a requested`},
		"direct":                           {pair, `direct: disconnect es-a es-b`},
		"direct, as large as may be":       {pair + strings.Repeat(" ", 1<<20-len(pair)), `direct: disconnect es-a es-b`},
		"direct, every member":             {`{"dryRun":true,"clientToken":"t 1","connectedInstanceId":"es-b","instanceId":"es-a"}`, `direct: disconnect es-a es-b token="t 1" dry`},
		"direct, no dry run":               {`{"instanceId":"es-a","connectedInstanceId":"es-b","dryRun":false}`, `direct: disconnect es-a es-b`},
		"direct, white space all around":   {" \t\r\n{ \"instanceId\" :\n\"es-a\" , \"connectedInstanceId\":\t\"es-b\" } \n", `direct: disconnect es-a es-b`},
		"direct, a name with escapes":      {`{"\u0069nstanceId":"es-a","connectedInstanceId":"es-\u0062"}`, `direct: disconnect es-a es-b`},
		"POST":                             {post(pair, ""), `http: disconnect es-a es-b`},
		"POST, base64":                     {replace(post(base64.StdEncoding.EncodeToString([]byte(pair)), ""), "false", "true"), `http: disconnect es-a es-b`},
		"POST, JSON with a charset":        {post(pair, `,"headers":{"content-TYPE":"Application/JSON; charset=utf-8"}`), `http: disconnect es-a es-b`},
		"POST, key in a header":            {post(pair, `,"headers":{"idempotency-key":"k1"}`), `http: disconnect es-a es-b token="k1"`},
		"POST, the body's token wins":      {post(`{"instanceId":"es-a","connectedInstanceId":"es-b","clientToken":"t1"}`, `,"headers":{"Idempotency-Key":"é"}`), `http: disconnect es-a es-b token="t1"`},
		"POST, null where nothing is":      {post(pair, `,"headers":null,"queryParameters":null`), `http: disconnect es-a es-b`},
		"POST, headers that are no string": {post(pair, `,"headers":{"Content-Type":["text/plain"],"A":1}`), `http: disconnect es-a es-b`},
		"POST, parameters of a gateway":    {post(pair, `,"queryParameters":{"x-fc-signature":"s","x-y":""}`), `http: disconnect es-a es-b`},
		"POST, no path":                    {replace(post(pair, ""), `"/"`, `""`), `http: disconnect es-a es-b`},
		"DELETE":                           {del("es-a", `{"connectedInstanceId":"es-b"}`), `http: disconnect es-a es-b`},
		"DELETE, every parameter":          {del("es-a", `{"connectedInstanceId":"es-b","clientToken":"t1","dryRun":"true"}`), `http: disconnect es-a es-b token="t1" dry`},
		"DELETE, no dry run":               {del("es-a", `{"connectedInstanceId":"es-b","dryRun":"false"}`), `http: disconnect es-a es-b`},
		"DELETE, an id with an escape":     {del("es%2Da", `{"connectedInstanceId":"es-b"}`), `http: disconnect es-a es-b`},
		"DELETE, key in a header":          {replace(del("es-a", `{"connectedInstanceId":"es-b"}`), `"isBase64`, `"headers":{"Idempotency-Key":"k1"},"isBase64`), `http: disconnect es-a es-b token="k1"`},
		"GET":                              {request("GET", "/", ""), `http: info`},
		"GET, without a version":           {replace(request("GET", "/", ""), `"version":"v1",`, ""), `http: info`},
		"CloudEvent":                       {cloudEvent(pair), `eventbridge: disconnect es-a es-b`},
		"CloudEvent, data in a string":     {cloudEvent(`" {\"instanceId\":\"es-a\",\"connectedInstanceId\":\"es-b\"} "`), `eventbridge: disconnect es-a es-b`},
		"CloudEvent, token and dry run":    {cloudEvent(`{"instanceId":"es-a","connectedInstanceId":"es-b","clientToken":"t1","dryRun":true}`), `eventbridge: disconnect es-a es-b token="t1" dry`},
		"CloudEvent, much else, odd times": {`{"data":{"instanceId":"es-a","connectedInstanceId":"es-b","eventName":"x","n":[{}]},"id":"e1","source":"s1","type":"t1","specversion":"1.0","time":"2020-11-19T21:04:42.179PRC","aliyunpublishtime":7,"x":null}`, `eventbridge: disconnect es-a es-b`},
		"a byte order mark":                {"\ufeff " + pair, "direct: disconnect es-a es-b"},
		"a byte order mark, POST":          {replace(post(base64.StdEncoding.EncodeToString([]byte("\ufeff"+pair)), ""), "false", "true"), "http: disconnect es-a es-b"},
		"a byte order mark, data":          {cloudEvent(text("\ufeff" + pair)), "eventbridge: disconnect es-a es-b"},
		"CloudEvent, data_base64":          {replace(cloudEvent(text(base64.StdEncoding.EncodeToString([]byte("\ufeff"+pair)))), `"data"`, `"data_base64"`), "eventbridge: disconnect es-a es-b"},
		"a dead letter":                    {deadLetter(pair), "direct: disconnect es-a es-b"},
		"a dead letter of a CloudEvent":    {deadLetter(cloudEvent(pair)), "eventbridge: disconnect es-a es-b"},
		"a dead letter of a dead letter":   {deadLetter(deadLetter(timer(text(`{"reconcile":true}`)))), "timer: reconcile"},
		"a dead letter, not in a string":   {`{"requestPayload":` + pair + `}`, "direct: disconnect es-a es-b"},
		"a dead letter of HTTP":            {deadLetter(post(pair, "")), "http: disconnect es-a es-b"},
		"timer, any time and name":         {`{"triggerTime":1693884000000,"triggerName":{"a":1},"payload":{"reconcile":true}}`, "timer: reconcile"},
		"direct, by force":                 {`{"instanceId":"es-a","all":true,"force":true}`, `direct: cleanup es-a requested force`},
		"POST, by force":                   {post(`{"instanceId":"es-a","all":true,"force":true}`, ""), `http: cleanup es-a requested force`},
		"DELETE, by force":                 {del("es-a", `{"all":"true","force":"true"}`), `http: cleanup es-a requested force`},

		"reconcile":                   {`{"reconcile":true}`, `direct: reconcile`},
		"reconcile, every member":     {whole, `direct: reconcile token="t1" dry in cn-beijing/2`},
		"reconcile, POST":             {post(whole, ""), `http: reconcile token="t1" dry in cn-beijing/2`},
		"reconcile, CloudEvent":       {cloudEvent(whole), `eventbridge: reconcile token="t1" dry in cn-beijing/2`},
		"timer":                       {timer(text(`{"reconcile":true}`)), `timer: reconcile`},
		"timer, white space":          {timer(text(" {\n \"reconcile\" : true } ")), `timer: reconcile`},
		"timer, every member":         {timer(text(whole)), `timer: reconcile token="t1" dry in cn-beijing/2`},
		"timer, no name":              {`{"triggerTime":"t","payload":` + text(`{"reconcile":true}`) + `}`, `timer: reconcile`},
		"timer, an object as payload": {timer(whole), `timer: reconcile token="t1" dry in cn-beijing/2`},
	}
}

func TestParseAccepts(t *testing.T) {
	t.Parallel()
	for name, test := range accepted() {
		e, err := trigger.Parse([]byte(test.event))
		if got := fmt.Sprintf("%s: %s", e.Shape, asked(e)); got != test.want || err != nil || e.Batch {
			t.Errorf("%s: %s:\n got %s, %v\nwant %s", name, test.event, got, err, test.want)
		}
	}
}

// timer is the event of a timer trigger with a payload, as JSON.
func timer(payload string) string {
	return `{"triggerTime":"2026-11-24T03:17:00Z","triggerName":"timer","payload":` + payload + `}`
}

// deadLetter is what a destination gets of an invocation that failed.
func deadLetter(event string) string {
	return `{"timestamp":1,"requestContext":{"requestId":"x","condition":"AsyncEventRetriesExhausted"},"requestPayload":` + text(event) + `,"responsePayload":"{}"}`
}

func text(value string) string { return string(must(json.Marshal(value))) }

// refused are events, their shape, the HTTP status with the allowed methods, and the
// faults in order.
func refused() map[string]example {
	unknown := " is unknown; allowed are instanceId, connectedInstanceId, clientToken, dryRun, all, force, reconcile, regionId, accountId, regionIds, accountIds"
	const (
		put     = `, want {"reconcile":true}, optionally with dryRun, regionIds, accountIds and clientToken`
		besides = "is not allowed together with reconcile, which covers all instances"
	)
	long := strings.Repeat("a", 65)
	return map[string]example{
		"nothing":                               {"", "direct: 400 $ is empty"},
		"not JSON":                              {`{"instanceId":`, "direct: 400 $ is not JSON: unexpected end of JSON input, at byte 14"},
		"not JSON, a cut name":                  {`{"a`, "direct: 400 $ is not JSON: unexpected end of JSON input, at byte 3"},
		"not JSON, a cut escape":                {`{"a\`, "direct: 400 $ " + notJSON(`{"a\`)},
		"not JSON, a number for a name":         {`{1:2}`, "direct: 400 $ is not JSON: invalid character '1' looking for beginning of object key string, at byte 2"},
		"not JSON, a member without its object": {`"rawPath":1`, "direct: 400 $ is not JSON: invalid character ':' after top-level value, at byte 10"},
		"something after the value":             {pair + "x", "direct: 400 $ is not JSON: invalid character 'x' after top-level value, at byte 51"},
		"two values":                            {pair + pair, "direct: 400 $ is not JSON: invalid character '{' after top-level value, at byte 51"},
		"not UTF-8":                             {"{\"instanceId\":\"\xff\"}", "direct: 400 $ is not UTF-8"},
		"all, and one":                          {`{"instanceId":"es-a","connectedInstanceId":"es-b","all":true}`, "direct: 400 $.connectedInstanceId is not allowed together with all: name one connection, or ask for all"},
		"all is not true":                       {`{"instanceId":"es-a","all":"true"}`, "direct: 400 $.all is a string, not true or false; $.connectedInstanceId is missing"},
		"an array of too many":                  {"[" + strings.Repeat("0,", 10_000) + "0]", "eventbridge: 413 $ has 10001 entries, more than 5000"},
		"a string":                              {`"es-a"`, "direct: 400 $ is a string, not an object"},
		"null":                                  {" null", "direct: 400 $ is null, not an object"},
		"a number":                              {"-1", "direct: 400 $ is a number, not an object"},
		"a boolean":                             {"true", "direct: 400 $ is a boolean, not an object"},
		"too large":                             {`{"data":"` + strings.Repeat("a", 1<<20) + `"}`, "eventbridge: 413 $ has 1048587 bytes, more than 1048576"},
		"too large, a byte order mark":          {"\ufeff[" + strings.Repeat(" ", 1<<20), "eventbridge: 413 $ has 1048580 bytes, more than 1048576"},
		"too large, HTTP":                       {`{"requestContext":{"http":{}},"body":"` + strings.Repeat("a", 1<<20) + `"}`, "http: 413 $ has 1048616 bytes, more than 1048576"},
		"too deep":                              {strings.Repeat("[", 10001) + strings.Repeat("]", 10001), "eventbridge: 400 $ " + notJSON(strings.Repeat("[", 10001))},
		"deep":                                  {`{"instanceId":` + strings.Repeat("[", 9999) + strings.Repeat("]", 9999) + `,"connectedInstanceId":"es-b"}`, "direct: 400 $.instanceId is an array, not a string"},
		"empty object":                          {"{}", "direct: 400 $.instanceId is missing; $.connectedInstanceId is missing"},
		"one id":                                {`{"instanceId":"es-a"}`, "direct: 400 $.connectedInstanceId is missing"},
		"the same id twice":                     {`{"instanceId":"es-a","connectedInstanceId":"es-a"}`, "direct: 400 $.connectedInstanceId is the same instance as instanceId"},
		"a member given twice":                  {`{"instanceId":"es-a","connectedInstanceId":"es-b","instanceId":"es-c","instanceId":"es-d"}`, "direct: 400 $.instanceId is given more than once"},
		"a member in another case":              {`{"instanceID":"es-a","connectedInstanceId":"es-b"}`, `direct: 400 $.instanceId is missing; $["instanceID"]` + unknown},
		"everything wrong, in one order":        {`{"x":1,"dryRun":"true","clientToken":"","connectedInstanceId":7,"instanceId":"../x","y\n":2}`, `direct: 400 $.instanceId does not start with a letter or digit: "../x"; $.connectedInstanceId is a number, not a string; $.clientToken is empty; $.dryRun is a string, not true or false; $["x"]` + unknown + `; $["y\n"]` + unknown},
		"null for every member":                 {`{"instanceId":null,"connectedInstanceId":null,"clientToken":null,"dryRun":null}`, "direct: 400 $.instanceId is null, not a string; $.connectedInstanceId is null, not a string; $.clientToken is null, not a string; $.dryRun is null, not true or false"},
		"a name of bidirectional text":          {`{"instanceId":"es-a","connectedInstanceId":"es-b","\u202e":1}`, `direct: 400 $["\u202e"]` + unknown},
		"a name as long as is quoted":           {`{"instanceId":"es-a","connectedInstanceId":"es-b","` + long[1:] + `":1}`, `direct: 400 $["` + long[1:] + `"]` + unknown},
		"a name cut before a rune":              {`{"instanceId":"es-a","connectedInstanceId":"es-b","` + long[2:] + `é":1}`, `direct: 400 $["` + long[2:] + `"…]` + unknown},
		"an empty name":                         {`{"":1,"instanceId":"es-a","connectedInstanceId":"es-b"}`, `direct: 400 $[""]` + unknown},
		"a long name":                           {`{"instanceId":"es-a","connectedInstanceId":"es-b","` + long + long + `":1}`, `direct: 400 $["` + long[:64] + `"…]` + unknown},
		"as many unknown members as are named":  {replace(pair, "}", strings.Repeat(`,"z":1`, 16)+"}"), "direct: 400 " + strings.Join(slices.Repeat([]string{`$["z"]` + unknown}, 16), "; ")},
		"many unknown members":                  {replace(pair, "}", strings.Repeat(`,"z":1`, 20)+"}"), "direct: 400 " + strings.Join(slices.Repeat([]string{`$["z"]` + unknown}, 16), "; ") + "; $ has 4 more unknown members"},

		"reconcile, and instances":   {`{"reconcile":true,"instanceId":"es-a","connectedInstanceId":"es-b","all":true,"force":true}`, "direct: 400 $.instanceId " + besides + "; $.connectedInstanceId " + besides + "; $.all " + besides + "; $.force " + besides},
		"reconcile, a string":        {`{"reconcile":"true"}`, "direct: 400 $.reconcile is a string, not true or false; $.instanceId is missing; $.connectedInstanceId is missing"},
		"reconcile is false":         {`{"reconcile":false}`, "direct: 400 $.instanceId is missing; $.connectedInstanceId is missing"},
		"reconcile, a limit":         {`{"reconcile":true,"limit":3}`, `direct: 400 $["limit"] is unknown; allowed are instanceId, connectedInstanceId, clientToken, dryRun, all, force, reconcile, regionId, accountId, regionIds, accountIds`},
		"reconcile, a display name":  {`{"reconcile":true,"regionId":"Shanghai"}`, `direct: 400 $.regionId is not a region id such as cn-hangzhou: "Shanghai"`},
		"force, and one":             {`{"instanceId":"es-a","connectedInstanceId":"es-b","force":true}`, "direct: 400 $.force is only allowed together with all; removing a single connection needs no force"},
		"DELETE, reconcile":          {del("es-a", `{"all":"true","reconcile":"true"}`), `http: 400 $.queryParameters["reconcile"] is unknown; allowed are connectedInstanceId, clientToken, dryRun, all, force, regionId, accountId`},
		"timer, another text":        {timer(`"awesome-fc"`), `timer: 400 $.payload is "awesome-fc"` + put},
		"timer, an empty text":       {timer(`""`), `timer: 400 $.payload is ""` + put},
		"timer, null":                {timer(`null`), `timer: 400 $.payload is "null"` + put},
		"timer, a number":            {timer(`7`), `timer: 400 $.payload is "7"` + put},
		"timer, reconcile is false":  {timer(text(`{"reconcile":false}`)), `timer: 400 $.payload is "{\"reconcile\":false}"` + put},
		"timer, all":                 {timer(text(`{"instanceId":"es-a","all":true}`)), `timer: 400 $.payload is "{\"instanceId\":\"es-a\",\"all\":true}"` + put},
		"timer, not JSON":            {timer(text(`{"reconcile":true`)), `timer: 400 $.payload is "{\"reconcile\":true"` + put},
		"timer, reconcile and all":   {timer(text(`{"reconcile":true,"all":true}`)), "timer: 400 $.payload.all " + besides},
		"timer, a string for dryRun": {timer(text(`{"reconcile":true,"dryRun":"yes"}`)), "timer: 400 $.payload.dryRun is a string, not true or false"},
		"timer, no payload":          {`{"triggerTime":7,"triggerName":"n"}`, "timer: 400 $.payload is missing"},

		"the same id in two letter cases": {`{"instanceId":"es-a","connectedInstanceId":"ES-A"}`, "direct: 400 $.connectedInstanceId is the same instance as instanceId"},
		"a dead letter, not JSON":         {`{"requestPayload":"x"}`, `direct: 400 $.requestPayload is a string whose text is not JSON: invalid character 'x' looking for beginning of value, at byte 1`},
		"POST, two keys":                  {post(pair, `,"headers":{"Idempotency-Key":"k1","idempotency-key":"k2"}`), `http: 400 $.headers.Idempotency-Key is given more than once: "k1,k2"`},
		"POST, two types":                 {post(pair, `,"headers":{"Content-Type":"application/json","content-type":"application/json"}`), `http: 415 $.headers.Content-Type is "application/json,application/json", not application/json`},
		"CloudEvent, data twice":          {replace(cloudEvent(pair), `"data"`, `"data_base64":"e30=","data"`), "eventbridge: 400 $.data_base64 is not allowed together with data"},
		"CloudEvent, not base64":          {replace(cloudEvent(`"?"`), `"data"`, `"data_base64"`), "eventbridge: 400 $.data_base64 is not base64: illegal base64 data at input byte 0"},
		"CloudEvent, base64 not JSON":     {replace(cloudEvent(`"eA=="`), `"data"`, `"data_base64"`), "eventbridge: 400 $.data_base64 is not JSON: invalid character 'x' looking for beginning of value, at byte 1"},
		"CloudEvent, base64 a number":     {replace(cloudEvent(`7`), `"data"`, `"data_base64"`), "eventbridge: 400 $.data_base64 is a number, not a string"},

		"HTTP, another version":        {replace(post(pair, ""), `"v1"`, `"v2"`), `http: 400 $.version is "v2", not v1`},
		"HTTP, no context":             {`{"rawPath":"/"}`, `direct: 400 $.instanceId is missing; $.connectedInstanceId is missing; $["rawPath"] is unknown; allowed are instanceId, connectedInstanceId, clientToken, dryRun, all, force, reconcile, regionId, accountId, regionIds, accountIds`},
		"HTTP, no http":                {`{"requestContext":{}}`, `direct: 400 $.instanceId is missing; $.connectedInstanceId is missing; $["requestContext"] is unknown; allowed are instanceId, connectedInstanceId, clientToken, dryRun, all, force, reconcile, regionId, accountId, regionIds, accountIds`},
		"HTTP, no method":              {`{"requestContext":{"http":{}}}`, "http: 400 $.requestContext.http.method is missing"},
		"HTTP, an http of no object":   {`{"requestContext":{"http":7}}`, "http: 400 $.requestContext.http is a number, not an object"},
		"HTTP, a path of null":         {replace(request("GET", "/", ""), `"/"`, "null"), "http: 400 $.rawPath is null, not a string"},
		"HTTP, another path":           {request("GET", "/x\u202e", ""), `http: 404 $.rawPath is "/x\u202e"; the paths are / and /openapi/instances/{InstanceId}/connected-clusters`},
		"HTTP, a path too deep":        {request("DELETE", "/openapi/instances/a/b/connected-clusters", ""), `http: 404 $.rawPath is "/openapi/instances/a/b/connected-clusters"; the paths are / and /openapi/instances/{InstanceId}/connected-clusters`},
		"HTTP, another method":         {request("PUT", "/", ""), `http: 405 GET, HEAD, POST $.requestContext.http.method is "PUT", not one of GET, HEAD, POST`},
		"HTTP, another API method":     {request("GET", "/openapi/instances/es-a/connected-clusters", ""), `http: 405 DELETE $.requestContext.http.method is "GET", not one of DELETE`},
		"HTTP, POST to the API's path": {request("POST", "/openapi/instances/es-a/connected-clusters", ""), `http: 405 DELETE $.requestContext.http.method is "POST", not one of DELETE`},
		"HTTP, half the API's path":    {request("DELETE", "/openapi/instances/es-a", ""), `http: 404 $.rawPath is "/openapi/instances/es-a"; the paths are / and /openapi/instances/{InstanceId}/connected-clusters`},
		"HTTP, the other half":         {request("DELETE", "/connected-clusters", ""), `http: 404 $.rawPath is "/connected-clusters"; the paths are / and /openapi/instances/{InstanceId}/connected-clusters`},
		"POST, a type cut short":       {post(pair, `,"headers":{"Content-Type":"application/json; charset"}`), `http: 415 $.headers.Content-Type has malformed parameters: "application/json; charset"`},
		"POST, another type":           {post(pair, `,"headers":{"Content-Type":"text/plain"}`), `http: 415 $.headers.Content-Type is "text/plain", not application/json`},
		"POST, a type that is none":    {post(pair, `,"headers":{"Content-Type":"/"}`), `http: 415 $.headers.Content-Type is "/", not application/json`},
		"POST, no body":                {request("POST", "/", ""), "http: 400 $.body is missing"},
		"POST, an empty body":          {post(" ", ""), "http: 400 $.body is empty"},
		"POST, a body of null":         {request("POST", "/", `,"body":null`), "http: 400 $.body is null, not a string"},
		"POST, faults in the body":     {post(`{"instanceId":"a/b","x":1}`, ""), `http: 400 $.body.instanceId has a character other than letters, digits, - and _: "a/b"; $.body.connectedInstanceId is missing; $.body["x"]` + unknown},
		"POST, not base64":             {replace(post("?", ""), "false", "true"), "http: 400 $.body is not base64, although isBase64Encoded is true: illegal base64 data at input byte 0"},
		"POST, base64 of base64":       {replace(post("ZTMwPQ==", ""), "false", "true"), "http: 400 $.body is not JSON: invalid character 'e' looking for beginning of value, at byte 1"},
		"POST, base64 not UTF-8":       {replace(post("/w==", ""), "false", "true"), "http: 400 $.body is not UTF-8"},
		"POST, dryRun in the query":    {post(pair, `,"queryParameters":{"dryRun":"true"}`), `http: 400 $.queryParameters["dryRun"] is unknown; none is allowed here`},
		"POST, a bad key":              {post(pair, `,"headers":{"Idempotency-Key":"é"}`), `http: 400 $.headers.Idempotency-Key has a character that is not printable ASCII: "\u00e9"`},
		"DELETE, no parameters":        {del("es-a", `{}`), "http: 400 $.queryParameters.connectedInstanceId is missing"},
		"DELETE, parameters of null":   {del("es-a", `null`), "http: 400 $.queryParameters.connectedInstanceId is missing"},
		"DELETE, an array of them":     {del("es-a", `[]`), "http: 400 $.queryParameters is an array, not an object"},
		"DELETE, two values":           {del("es-a", `{"connectedInstanceId":"es-b,es-c"}`), `http: 400 $.queryParameters.connectedInstanceId has a character other than letters, digits, - and _: "es-b,es-c"`},
		"DELETE, a typo":               {del("es-a", `{"connectedInstanceId":"es-b","dryrun":"true"}`), `http: 400 $.queryParameters["dryrun"] is unknown; allowed are connectedInstanceId, clientToken, dryRun, all, force, regionId, accountId`},
		"DELETE, dryRun is neither":    {del("es-a", `{"connectedInstanceId":"es-b","dryRun":"1"}`), `http: 400 $.queryParameters.dryRun is "1", not true or false`},
		"DELETE, the same id twice":    {del("es-a", `{"connectedInstanceId":"es-a"}`), "http: 400 $.queryParameters.connectedInstanceId is the same instance as instanceId"},
		"DELETE, a way out":            {del("..%2Fx", `{"connectedInstanceId":"es-b"}`), `http: 400 $.rawPath {InstanceId} does not start with a letter or digit: "../x"`},
		"DELETE, escaped twice":        {del("%252e", `{"connectedInstanceId":"es-b"}`), `http: 400 $.rawPath {InstanceId} does not start with a letter or digit: "%2e"`},
		"DELETE, half an escape":       {del("a%2", `{"connectedInstanceId":"es-b"}`), `http: 400 $.rawPath has an invalid escape: "a%2"`},
		"DELETE, with a body":          {replace(del("es-a", `{"connectedInstanceId":"es-b"}`), `"isBase64`, `"body":"{}","isBase64`), "http: 400 $.body must be empty: a DELETE takes query parameters"},

		"CloudEvent, nothing but data":     {`{"data":` + pair + `}`, "eventbridge: 400 $.specversion is missing; $.id is missing; $.source is missing; $.type is missing"},
		"CloudEvent, attributes are empty": {`{"specversion":"","id":"","source":"","type":"","data":` + pair + `}`, "eventbridge: 400 $.specversion is empty; $.id is empty; $.source is empty; $.type is empty"},
		"CloudEvent, a long id":            {replace(cloudEvent(pair), "e1", strings.Repeat("e", 1025)), "eventbridge: 400 $.id has 1025 bytes, more than 1024"},
		"CloudEvent, attributes are null":  {`{"specversion":null,"id":1,"source":[],"type":{},"data":` + pair + `}`, "eventbridge: 400 $.specversion is null, not a string; $.id is a number, not a string; $.source is an array, not a string; $.type is an object, not a string"},
		"CloudEvent, no data":              {`{"specversion":"1.0","id":"e","source":"s","type":"t"}`, "eventbridge: 400 $.data is missing"},
		"CloudEvent, data of null":         {cloudEvent("null"), "eventbridge: 400 $.data is null, not an object"},
		"CloudEvent, one id":               {cloudEvent(`{"instanceId":"es-a"}`), "eventbridge: 400 $.data.connectedInstanceId is missing"},
		"CloudEvent, a text for data":      {cloudEvent(`"es-a"`), "eventbridge: 400 $.data is a string whose text is not JSON: invalid character 'e' looking for beginning of value, at byte 1"},
		"CloudEvent, a string in a string": {cloudEvent(`"\"x\""`), "eventbridge: 400 $.data is a string, not an object"},
	}
}

// notJSON is what is wrong with a text where Go's releases word it differently (1.27).
func notJSON(text string) string {
	at := json.Unmarshal([]byte(text), new(json.RawMessage)).(*json.SyntaxError)
	return fmt.Sprintf("is not JSON: %v, at byte %d", at, at.Offset)
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range refused() {
		e, err := trigger.Parse([]byte(test.event))
		checkRefusal(t, err)
		checkRefused(t, e, err)
		refused := err.(*trigger.Error)
		got := strings.TrimSpace(fmt.Sprint(e.Shape, ": ", refused.Status, " ", refused.Allow)) + " " + refused.Error()
		if got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, test.want)
		}
	}
}

// TestResponse: only HEAD, also a refused one, has no body.
func TestResponse(t *testing.T) {
	t.Parallel()
	const head = `{"statusCode":418,"headers":{"A":"b"},"isBase64Encoded":false,"body":`
	for event, want := range map[string]string{
		post(pair, ""):            head + `"text"}`,
		request("GET", "/", ""):   head + `"text"}`,
		request("HEAD", "/", ""):  head + `""}`,
		request("HEAD", "/x", ""): head + `""}`,
	} {
		e, _ := trigger.Parse([]byte(event))
		if got := must(json.Marshal(e.Response(418, map[string]string{"A": "b"}, "text"))); string(got) != want {
			t.Errorf("the response to %s:\n got %s\nwant %s", event, got, want)
		}
	}
}

// TestAsync: only of an HTTP request, refused or not, a header says that nobody reads the
// response.
func TestAsync(t *testing.T) {
	t.Parallel()
	const header = `"headers":{"x-fc-invocation-type":"async"}`
	for event, want := range map[string]bool{
		post(pair, ","+header): true,
		post("{}", ","+header): true,
		post(pair, ""):         false,
		post(pair, replace(","+header, "async", "Sync")):      false,
		replace(cloudEvent(pair), `"data"`, header+`,"data"`): false,
	} {
		if e, _ := trigger.Parse([]byte(event)); e.Async != want {
			t.Errorf("%s: async is %t", event, e.Async)
		}
	}
}

// TestNames: the source and the id of an event are logged, and of them its
// client tokens are derived; a refused event has its own, too.
func TestNames(t *testing.T) {
	t.Parallel()
	bare := `{"eventId":"e2","eventName":"DeleteInstance","eventType":"ApiCall","serviceName":"Elasticsearch"`
	long := strings.Repeat("é", 512)
	for name, test := range map[string]struct{ event, id, source string }{
		"a CloudEvent":                  {cloudEvent(pair), "e1", "s1"},
		"a release":                     {actionTrail("ApiCall", "DeleteInstance", `,"eventId":"x","requestParameters":{"InstanceId":"es-a,es-b"}`), "e1", "acs.elasticsearch"},
		"a bare release":                {bare + `,"requestParameters":{"InstanceId":"es-a"}}`, "e2", ""},
		"a bare Config":                 {`{"resourceEventType":"REMOVE","resourceType":"ACS::Elasticsearch::Instance","resourceId":"es-a","eventId":"x"}`, "", ""},
		"a timer":                       {timer(text(`{"reconcile":true}`)), "2026-11-24T03:17:00Z", "timer"},
		"a timer, a number as time":     {`{"triggerTime":1693884000000,"triggerName":null,"payload":{"reconcile":true}}`, "1693884000000", ""},
		"a timer without a name":        {`{"triggerTime":"t","payload":{"reconcile":true}}`, "t", ""},
		"a request":                     {post(pair, ""), "", ""},
		"an entry":                      {"[" + cloudEvent(pair) + "]", "e1", "s1"},
		"refused":                       {cloudEvent("{}"), "e1", "s1"},
		"refused, no data":              {replace(cloudEvent("{}"), `,"data":{}`, ""), "e1", "s1"},
		"refused, data that is no JSON": {cloudEvent(`"x"`), "e1", "s1"},
		"refused, a release":            {bare + "}", "e2", ""},
		"refused, an entry":             {"[" + cloudEvent("{}") + "]", "e1", "s1"},
		"as long as may be":             {replace(cloudEvent(pair), "e1", long), long, "s1"},
		"too long":                      {replace(cloudEvent(pair), "e1", long+"e"), "", "s1"},
	} {
		e, _ := trigger.Parse([]byte(test.event))
		for _, r := range e.Requests {
			if r.EventID != test.id || r.Source != test.source {
				t.Errorf("%s: id %q, source %q", name, r.EventID, r.Source)
			}
		}
	}
}
