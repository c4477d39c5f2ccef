package trigger_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
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

func removal(instance, connected, token string, dryRun bool) connection.Removal {
	r := connection.Removal{DryRun: dryRun}
	r.Instance = must(connection.ParseInstanceID(instance))
	r.Connected = must(connection.ParseInstanceID(connected))
	if token != "" {
		r.ClientToken = must(connection.ParseClientToken(token))
	}
	return r
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

// accepted are events and what they ask for.
func accepted() map[string]struct {
	event string
	want  trigger.Event
} {
	ask := func(shape trigger.Shape, a trigger.Action) trigger.Event {
		r := trigger.Request{Action: a}
		if shape == trigger.EventBridge {
			r.EventID, r.Source = "e1", "s1"
		}
		return trigger.Event{Shape: shape, Requests: []trigger.Request{r}}
	}
	one := func(token string, dryRun bool) trigger.Action {
		return trigger.Disconnect{Removal: removal("es-a", "es-b", token, dryRun)}
	}
	every := func(token string, dryRun bool) trigger.Action {
		c := trigger.Cleanup{Instance: must(connection.ParseInstanceID("es-a")), Certainty: trigger.Requested, DryRun: dryRun}
		if token != "" {
			c.ClientToken = must(connection.ParseClientToken(token))
		}
		return c
	}
	var (
		direct   = ask(trigger.Direct, one("", false))
		overHTTP = ask(trigger.HTTP, one("", false))
		event    = ask(trigger.EventBridge, one("", false))
		info     = ask(trigger.HTTP, trigger.Info{})
	)
	with := func(e trigger.Event, token string, dryRun bool) trigger.Event {
		return ask(e.Shape, one(token, dryRun))
	}
	all := func(e trigger.Event, token string, dryRun bool) trigger.Event {
		return ask(e.Shape, every(token, dryRun))
	}
	return map[string]struct {
		event string
		want  trigger.Event
	}{
		"direct, all connections":      {`{"instanceId":"es-a","all":true,"clientToken":"t1","dryRun":true}`, all(direct, "t1", true)},
		"direct, all is false":         {`{"instanceId":"es-a","connectedInstanceId":"es-b","all":false}`, direct},
		"POST, all connections, a key": {post(`{"instanceId":"es-a","all":true}`, `,"headers":{"Idempotency-Key":"k1"}`), all(overHTTP, "k1", false)},
		"DELETE, all connections":      {del("es-a", `{"all":"true"}`), all(overHTTP, "", false)},
		"CloudEvent, all connections":  {cloudEvent(`{"instanceId":"es-a","all":true}`), all(event, "", false)},

		"direct":                           {pair, direct},
		"direct, as large as may be":       {pair + strings.Repeat(" ", 1<<20-len(pair)), direct},
		"direct, every member":             {`{"dryRun":true,"clientToken":"t 1","connectedInstanceId":"es-b","instanceId":"es-a"}`, with(direct, "t 1", true)},
		"direct, no dry run":               {`{"instanceId":"es-a","connectedInstanceId":"es-b","dryRun":false}`, direct},
		"direct, white space all around":   {" \t\r\n{ \"instanceId\" :\n\"es-a\" , \"connectedInstanceId\":\t\"es-b\" } \n", direct},
		"direct, a name with escapes":      {`{"\u0069nstanceId":"es-a","connectedInstanceId":"es-\u0062"}`, direct},
		"POST":                             {post(pair, ""), overHTTP},
		"POST, base64":                     {replace(post(base64.StdEncoding.EncodeToString([]byte(pair)), ""), "false", "true"), overHTTP},
		"POST, JSON with a charset":        {post(pair, `,"headers":{"content-TYPE":"Application/JSON; charset=utf-8"}`), overHTTP},
		"POST, key in a header":            {post(pair, `,"headers":{"idempotency-key":"k1"}`), with(overHTTP, "k1", false)},
		"POST, the body's token wins":      {post(`{"instanceId":"es-a","connectedInstanceId":"es-b","clientToken":"t1"}`, `,"headers":{"Idempotency-Key":"é"}`), with(overHTTP, "t1", false)},
		"POST, null where nothing is":      {post(pair, `,"headers":null,"queryParameters":null`), overHTTP},
		"POST, headers that are no string": {post(pair, `,"headers":{"Content-Type":["text/plain"],"A":1}`), overHTTP},
		"POST, parameters of a gateway":    {post(pair, `,"queryParameters":{"x-fc-signature":"s"}`), overHTTP},
		"POST, no path":                    {replace(post(pair, ""), `"/"`, `""`), overHTTP},
		"DELETE":                           {del("es-a", `{"connectedInstanceId":"es-b"}`), overHTTP},
		"DELETE, every parameter":          {del("es-a", `{"connectedInstanceId":"es-b","clientToken":"t1","dryRun":"true"}`), with(overHTTP, "t1", true)},
		"DELETE, no dry run":               {del("es-a", `{"connectedInstanceId":"es-b","dryRun":"false"}`), overHTTP},
		"DELETE, an id with an escape":     {del("es%2Da", `{"connectedInstanceId":"es-b"}`), overHTTP},
		"DELETE, key in a header":          {replace(del("es-a", `{"connectedInstanceId":"es-b"}`), `"isBase64`, `"headers":{"Idempotency-Key":"k1"},"isBase64`), with(overHTTP, "k1", false)},
		"GET":                              {request("GET", "/", ""), info},
		"GET, without a version":           {replace(request("GET", "/", ""), `"version":"v1",`, ""), info},
		"CloudEvent":                       {cloudEvent(pair), event},
		"CloudEvent, data in a string":     {cloudEvent(`" {\"instanceId\":\"es-a\",\"connectedInstanceId\":\"es-b\"} "`), event},
		"CloudEvent, token and dry run":    {cloudEvent(`{"instanceId":"es-a","connectedInstanceId":"es-b","clientToken":"t1","dryRun":true}`), with(event, "t1", true)},
		"CloudEvent, much else, odd times": {`{"data":{"instanceId":"es-a","connectedInstanceId":"es-b","eventName":"x","n":[{}]},"id":"e1","source":"s1","type":"t1","specversion":"1.0","time":"2020-11-19T21:04:42.179PRC","aliyunpublishtime":7,"x":null}`, event},
	}
}

func TestParseAccepts(t *testing.T) {
	t.Parallel()
	for name, test := range accepted() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := trigger.Parse([]byte(test.event))
			if err != nil {
				t.Fatalf("Parse(%s): %v", test.event, err)
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("Parse(%s):\n got %+v\nwant %+v", test.event, got, test.want)
			}
		})
	}
}

// refused are events, their shape, and what is wrong with them: the HTTP status
// and then each fault, in order.
func refused() map[string]struct {
	event string
	shape trigger.Shape
	want  []string
} {
	unknown := " is unknown; allowed are instanceId, connectedInstanceId, clientToken, dryRun, all, force, reconcile, regionId, accountId"
	long := strings.Repeat("a", 65)
	return map[string]struct {
		event string
		shape trigger.Shape
		want  []string
	}{
		"nothing":                               {"", trigger.Direct, []string{"400", "$ is empty"}},
		"not JSON":                              {`{"instanceId":`, trigger.Direct, []string{"400", "$ is not JSON: unexpected end of JSON input, at byte 14"}},
		"not JSON, a cut name":                  {`{"a`, trigger.Direct, []string{"400", "$ is not JSON: unexpected end of JSON input, at byte 3"}},
		"not JSON, a cut escape":                {`{"a\`, trigger.Direct, []string{"400", "$ " + notJSON(`{"a\`)}},
		"not JSON, a number for a name":         {`{1:2}`, trigger.Direct, []string{"400", "$ is not JSON: invalid character '1' looking for beginning of object key string, at byte 2"}},
		"not JSON, a member without its object": {`"rawPath":1`, trigger.Direct, []string{"400", "$ is not JSON: invalid character ':' after top-level value, at byte 10"}},
		"something after the value":             {pair + "x", trigger.Direct, []string{"400", "$ is not JSON: invalid character 'x' after top-level value, at byte 51"}},
		"two values":                            {pair + pair, trigger.Direct, []string{"400", "$ is not JSON: invalid character '{' after top-level value, at byte 51"}},
		"not UTF-8":                             {"{\"instanceId\":\"\xff\"}", trigger.Direct, []string{"400", "$ is not UTF-8"}},
		"all, and one":                          {`{"instanceId":"es-a","connectedInstanceId":"es-b","all":true}`, trigger.Direct, []string{"400", "$.connectedInstanceId is not allowed together with all: name one connection, or ask for all"}},
		"all is not true":                       {`{"instanceId":"es-a","all":"true"}`, trigger.Direct, []string{"400", "$.all is a string, not true or false", "$.connectedInstanceId is missing"}},
		"an array of too many":                  {"[" + strings.Repeat("0,", 10_000) + "0]", trigger.EventBridge, []string{"413", "$ has 10001 entries, more than 5000"}},
		"a string":                              {`"es-a"`, trigger.Direct, []string{"400", "$ is a string, not an object"}},
		"null":                                  {" null", trigger.Direct, []string{"400", "$ is null, not an object"}},
		"a number":                              {"-1", trigger.Direct, []string{"400", "$ is a number, not an object"}},
		"a boolean":                             {"true", trigger.Direct, []string{"400", "$ is a boolean, not an object"}},
		"too large":                             {`{"data":"` + strings.Repeat("a", 1<<20) + `"}`, trigger.EventBridge, []string{"413", "$ has 1048587 bytes, more than 1048576"}},
		"too large, HTTP":                       {`{"requestContext":{"http":{}},"body":"` + strings.Repeat("a", 1<<20) + `"}`, trigger.HTTP, []string{"413", "$ has 1048616 bytes, more than 1048576"}},
		"too deep":                              {strings.Repeat("[", 10001) + strings.Repeat("]", 10001), trigger.EventBridge, []string{"400", "$ " + notJSON(strings.Repeat("[", 10001))}},
		"deep":                                  {`{"instanceId":` + strings.Repeat("[", 9999) + strings.Repeat("]", 9999) + `,"connectedInstanceId":"es-b"}`, trigger.Direct, []string{"400", "$.instanceId is an array, not a string"}},
		"empty object":                          {"{}", trigger.Direct, []string{"400", "$.instanceId is missing", "$.connectedInstanceId is missing"}},
		"one id":                                {`{"instanceId":"es-a"}`, trigger.Direct, []string{"400", "$.connectedInstanceId is missing"}},
		"the same id twice":                     {`{"instanceId":"es-a","connectedInstanceId":"es-a"}`, trigger.Direct, []string{"400", "$.connectedInstanceId is the same instance as instanceId"}},
		"a member given twice":                  {`{"instanceId":"es-a","connectedInstanceId":"es-b","instanceId":"es-c","instanceId":"es-d"}`, trigger.Direct, []string{"400", "$.instanceId is given more than once"}},
		"a member in another case":              {`{"instanceID":"es-a","connectedInstanceId":"es-b"}`, trigger.Direct, []string{"400", "$.instanceId is missing", `$["instanceID"]` + unknown}},
		"everything wrong, in one order":        {`{"x":1,"dryRun":"true","clientToken":"","connectedInstanceId":7,"instanceId":"../x","y\n":2}`, trigger.Direct, []string{"400", `$.instanceId does not start with a letter or digit: "../x"`, "$.connectedInstanceId is a number, not a string", "$.clientToken is empty", "$.dryRun is a string, not true or false", `$["x"]` + unknown, `$["y\n"]` + unknown}},
		"null for every member":                 {`{"instanceId":null,"connectedInstanceId":null,"clientToken":null,"dryRun":null}`, trigger.Direct, []string{"400", "$.instanceId is null, not a string", "$.connectedInstanceId is null, not a string", "$.clientToken is null, not a string", "$.dryRun is null, not true or false"}},
		"a name of bidirectional text":          {`{"instanceId":"es-a","connectedInstanceId":"es-b","\u202e":1}`, trigger.Direct, []string{"400", `$["\u202e"]` + unknown}},
		"a name as long as is quoted":           {`{"instanceId":"es-a","connectedInstanceId":"es-b","` + long[1:] + `":1}`, trigger.Direct, []string{"400", `$["` + long[1:] + `"]` + unknown}},
		"a name cut before a rune":              {`{"instanceId":"es-a","connectedInstanceId":"es-b","` + long[2:] + `é":1}`, trigger.Direct, []string{"400", `$["` + long[2:] + `"…]` + unknown}},
		"an empty name":                         {`{"":1,"instanceId":"es-a","connectedInstanceId":"es-b"}`, trigger.Direct, []string{"400", `$[""]` + unknown}},
		"a long name":                           {`{"instanceId":"es-a","connectedInstanceId":"es-b","` + long + long + `":1}`, trigger.Direct, []string{"400", `$["` + long[:64] + `"…]` + unknown}},
		"as many unknown members as are named":  {replace(pair, "}", strings.Repeat(`,"z":1`, 16)+"}"), trigger.Direct, append([]string{"400"}, repeat(`$["z"]`+unknown, 16)...)},
		"many unknown members":                  {replace(pair, "}", strings.Repeat(`,"z":1`, 20)+"}"), trigger.Direct, append(append([]string{"400"}, repeat(`$["z"]`+unknown, 16)...), "$ has 4 more unknown members")},

		"HTTP, another version":        {replace(post(pair, ""), `"v1"`, `"v2"`), trigger.HTTP, []string{"400", `$.version is "v2", not v1`}},
		"HTTP, no context":             {`{"rawPath":"/"}`, trigger.Direct, []string{"400", "$.instanceId is missing", "$.connectedInstanceId is missing", `$["rawPath"] is unknown; allowed are instanceId, connectedInstanceId, clientToken, dryRun, all, force, reconcile, regionId, accountId`}},
		"HTTP, no http":                {`{"requestContext":{}}`, trigger.Direct, []string{"400", "$.instanceId is missing", "$.connectedInstanceId is missing", `$["requestContext"] is unknown; allowed are instanceId, connectedInstanceId, clientToken, dryRun, all, force, reconcile, regionId, accountId`}},
		"HTTP, no method":              {`{"requestContext":{"http":{}}}`, trigger.HTTP, []string{"400", "$.requestContext.http.method is missing"}},
		"HTTP, an http of no object":   {`{"requestContext":{"http":7}}`, trigger.HTTP, []string{"400", "$.requestContext.http is a number, not an object"}},
		"HTTP, a path of null":         {replace(request("GET", "/", ""), `"/"`, "null"), trigger.HTTP, []string{"400", "$.rawPath is null, not a string"}},
		"HTTP, another path":           {request("GET", "/x\u202e", ""), trigger.HTTP, []string{"404", `$.rawPath is "/x\u202e"; the paths are / and /openapi/instances/{InstanceId}/connected-clusters`}},
		"HTTP, a path too deep":        {request("DELETE", "/openapi/instances/a/b/connected-clusters", ""), trigger.HTTP, []string{"404", `$.rawPath is "/openapi/instances/a/b/connected-clusters"; the paths are / and /openapi/instances/{InstanceId}/connected-clusters`}},
		"HTTP, another method":         {request("PUT", "/", ""), trigger.HTTP, []string{"405 GET, HEAD, POST", `$.requestContext.http.method is "PUT", not one of GET, HEAD, POST`}},
		"HTTP, another API method":     {request("GET", "/openapi/instances/es-a/connected-clusters", ""), trigger.HTTP, []string{"405 DELETE", `$.requestContext.http.method is "GET", not one of DELETE`}},
		"HTTP, POST to the API's path": {request("POST", "/openapi/instances/es-a/connected-clusters", ""), trigger.HTTP, []string{"405 DELETE", `$.requestContext.http.method is "POST", not one of DELETE`}},
		"HTTP, half the API's path":    {request("DELETE", "/openapi/instances/es-a", ""), trigger.HTTP, []string{"404", `$.rawPath is "/openapi/instances/es-a"; the paths are / and /openapi/instances/{InstanceId}/connected-clusters`}},
		"HTTP, the other half":         {request("DELETE", "/connected-clusters", ""), trigger.HTTP, []string{"404", `$.rawPath is "/connected-clusters"; the paths are / and /openapi/instances/{InstanceId}/connected-clusters`}},
		"POST, a type cut short":       {post(pair, `,"headers":{"Content-Type":"application/json; charset"}`), trigger.HTTP, []string{"415", `$.headers.Content-Type is "application/json; charset", not application/json`}},
		"POST, another type":           {post(pair, `,"headers":{"Content-Type":"text/plain"}`), trigger.HTTP, []string{"415", `$.headers.Content-Type is "text/plain", not application/json`}},
		"POST, a type that is none":    {post(pair, `,"headers":{"Content-Type":"/"}`), trigger.HTTP, []string{"415", `$.headers.Content-Type is "/", not application/json`}},
		"POST, no body":                {request("POST", "/", ""), trigger.HTTP, []string{"400", "$.body is missing"}},
		"POST, an empty body":          {post(" ", ""), trigger.HTTP, []string{"400", "$.body is empty"}},
		"POST, a body of null":         {request("POST", "/", `,"body":null`), trigger.HTTP, []string{"400", "$.body is null, not a string"}},
		"POST, faults in the body":     {post(`{"instanceId":"a/b","x":1}`, ""), trigger.HTTP, []string{"400", `$.body.instanceId has a character other than letters, digits, - and _: "a/b"`, "$.body.connectedInstanceId is missing", `$.body["x"]` + unknown}},
		"POST, not base64":             {replace(post("?", ""), "false", "true"), trigger.HTTP, []string{"400", "$.body is not base64, although isBase64Encoded is true: illegal base64 data at input byte 0"}},
		"POST, base64 of base64":       {replace(post("ZTMwPQ==", ""), "false", "true"), trigger.HTTP, []string{"400", "$.body is not JSON: invalid character 'e' looking for beginning of value, at byte 1"}},
		"POST, base64 not UTF-8":       {replace(post("/w==", ""), "false", "true"), trigger.HTTP, []string{"400", "$.body is not UTF-8"}},
		"POST, dryRun in the query":    {post(pair, `,"queryParameters":{"dryRun":"true"}`), trigger.HTTP, []string{"400", `$.queryParameters["dryRun"] is unknown; none is allowed here`}},
		"POST, a bad key":              {post(pair, `,"headers":{"Idempotency-Key":"é"}`), trigger.HTTP, []string{"400", `$.headers.Idempotency-Key has a character that is not printable ASCII: "\u00e9"`}},
		"DELETE, no parameters":        {del("es-a", `{}`), trigger.HTTP, []string{"400", "$.queryParameters.connectedInstanceId is missing"}},
		"DELETE, parameters of null":   {del("es-a", `null`), trigger.HTTP, []string{"400", "$.queryParameters.connectedInstanceId is missing"}},
		"DELETE, an array of them":     {del("es-a", `[]`), trigger.HTTP, []string{"400", "$.queryParameters is an array, not an object"}},
		"DELETE, two values":           {del("es-a", `{"connectedInstanceId":"es-b,es-c"}`), trigger.HTTP, []string{"400", `$.queryParameters.connectedInstanceId has a character other than letters, digits, - and _: "es-b,es-c"`}},
		"DELETE, a typo":               {del("es-a", `{"connectedInstanceId":"es-b","dryrun":"true"}`), trigger.HTTP, []string{"400", `$.queryParameters["dryrun"] is unknown; allowed are connectedInstanceId, clientToken, dryRun, all, force, regionId, accountId`}},
		"DELETE, dryRun is neither":    {del("es-a", `{"connectedInstanceId":"es-b","dryRun":"1"}`), trigger.HTTP, []string{"400", `$.queryParameters.dryRun is "1", not true or false`}},
		"DELETE, the same id twice":    {del("es-a", `{"connectedInstanceId":"es-a"}`), trigger.HTTP, []string{"400", "$.queryParameters.connectedInstanceId is the same instance as instanceId"}},
		"DELETE, a way out":            {del("..%2Fx", `{"connectedInstanceId":"es-b"}`), trigger.HTTP, []string{"400", `$.rawPath {InstanceId} does not start with a letter or digit: "../x"`}},
		"DELETE, escaped twice":        {del("%252e", `{"connectedInstanceId":"es-b"}`), trigger.HTTP, []string{"400", `$.rawPath {InstanceId} does not start with a letter or digit: "%2e"`}},
		"DELETE, half an escape":       {del("a%2", `{"connectedInstanceId":"es-b"}`), trigger.HTTP, []string{"400", `$.rawPath has an invalid escape: "a%2"`}},
		"DELETE, with a body":          {replace(del("es-a", `{"connectedInstanceId":"es-b"}`), `"isBase64`, `"body":"{}","isBase64`), trigger.HTTP, []string{"400", "$.body must be empty: a DELETE takes query parameters"}},

		"CloudEvent, nothing but data":     {`{"data":` + pair + `}`, trigger.EventBridge, []string{"400", "$.specversion is missing", "$.id is missing", "$.source is missing", "$.type is missing"}},
		"CloudEvent, attributes are empty": {`{"specversion":"","id":"","source":"","type":"","data":` + pair + `}`, trigger.EventBridge, []string{"400", "$.specversion is empty", "$.id is empty", "$.source is empty", "$.type is empty"}},
		"CloudEvent, a long id":            {replace(cloudEvent(pair), "e1", strings.Repeat("e", 1025)), trigger.EventBridge, []string{"400", "$.id has 1025 bytes, more than 1024"}},
		"CloudEvent, attributes are null":  {`{"specversion":null,"id":1,"source":[],"type":{},"data":` + pair + `}`, trigger.EventBridge, []string{"400", "$.specversion is null, not a string", "$.id is a number, not a string", "$.source is an array, not a string", "$.type is an object, not a string"}},
		"CloudEvent, no data":              {`{"specversion":"1.0","id":"e","source":"s","type":"t"}`, trigger.EventBridge, []string{"400", "$.data is missing"}},
		"CloudEvent, data of null":         {cloudEvent("null"), trigger.EventBridge, []string{"400", "$.data is null, not an object"}},
		"CloudEvent, one id":               {cloudEvent(`{"instanceId":"es-a"}`), trigger.EventBridge, []string{"400", "$.data.connectedInstanceId is missing"}},
		"CloudEvent, a text for data":      {cloudEvent(`"es-a"`), trigger.EventBridge, []string{"400", "$.data is a string whose text is not JSON: invalid character 'e' looking for beginning of value, at byte 1"}},
		"CloudEvent, a string in a string": {cloudEvent(`"\"x\""`), trigger.EventBridge, []string{"400", "$.data is a string, not an object"}},
	}
}

func repeat(text string, n int) []string {
	return strings.Split(strings.TrimSuffix(strings.Repeat(text+"\x00", n), "\x00"), "\x00")
}

// notJSON is what is wrong with a text where Go's releases word it differently (1.27).
func notJSON(text string) string {
	at := json.Unmarshal([]byte(text), new(json.RawMessage)).(*json.SyntaxError)
	return fmt.Sprintf("is not JSON: %v, at byte %d", at, at.Offset)
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range refused() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := trigger.Parse([]byte(test.event))
			if got.Shape != test.shape {
				t.Errorf("shape %q, want %q", got.Shape, test.shape)
			}
			checkRefused(t, got, err)
			if lines := faultLines(t, err); !reflect.DeepEqual(lines, test.want) {
				t.Errorf("faults:\n got %s\nwant %s", strings.Join(lines, "\n     "), strings.Join(test.want, "\n     "))
			}
		})
	}
}

// faultLines are the status, with the methods allowed, and the faults of an error of Parse.
func faultLines(t *testing.T, err error) []string {
	t.Helper()
	var refused *trigger.Error
	if !errors.As(err, &refused) {
		t.Fatalf("error %v (%T), want a *trigger.Error", err, err)
	}
	lines := []string{strings.TrimSpace(fmt.Sprint(refused.Status, " ", refused.Allow))}
	for _, f := range refused.Faults {
		lines = append(lines, f.Path+" "+f.Detail)
	}
	return lines
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
		"an entry":                      {"[" + cloudEvent(pair) + "]", "e1", "s1"},
		"refused":                       {cloudEvent("{}"), "e1", "s1"},
		"refused, no data":              {replace(cloudEvent("{}"), `,"data":{}`, ""), "e1", "s1"},
		"refused, data that is no JSON": {cloudEvent(`"x"`), "e1", "s1"},
		"refused, a release":            {bare + "}", "e2", ""},
		"refused, an entry":             {"[" + cloudEvent("{}") + "]", "e1", "s1"},
		"as long as may be":             {replace(cloudEvent(pair), "e1", long), long, "s1"},
		"too long":                      {replace(cloudEvent(pair), "e1", long+"e"), "", "s1"},
	} {
		e, err := trigger.Parse([]byte(test.event))
		if refused := (*trigger.Error)(nil); errors.As(err, &refused) {
			e.Requests = []trigger.Request{{EventID: refused.EventID, Source: refused.Source}}
		}
		for _, r := range e.Requests {
			if r.EventID != test.id || r.Source != test.source {
				t.Errorf("%s: id %q, source %q", name, r.EventID, r.Source)
			}
		}
	}
}
