package handler_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
)

// deletes is the event of DELETE on a path, with a query.
func deletes(t *testing.T, path, query string) string {
	return fmt.Sprintf(`{"version":"v1","rawPath":%s,"queryParameters":%s,"requestContext":{"http":{"method":"DELETE"}}}`, encode(t, path), query)
}

// TestRefused: what asks for nothing that can be done is told what is wrong with
// it, in one log line, and nothing is sent.
func TestRefused(t *testing.T) {
	t.Parallel()
	inBase64 := func(text string) string {
		return strings.Replace(posts(t, text), `"rawPath"`, `"isBase64Encoded":true,"rawPath"`, 1)
	}
	deep := strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001)
	for name, test := range map[string]struct {
		event, want string // want: the status, and the faults
	}{
		"more than 1 MiB":          {`{"instanceId":"` + strings.Repeat("a", 1<<20) + `"}`, "413 $ has 1048593 bytes, more than 1048576"},
		"10,001 levels over HTTP":  {posts(t, deep), "400 $.body " + notJSON(deep)},
		"5,000 entries and one":    {"[" + strings.Repeat("{},", 5000) + "{}]", "413 $ has 5001 entries, more than 5000"},
		"a member twice, escaped":  {`{"instanceId":"a","connectedInstanceId":"b","\u0069nstanceId":"c"}`, "400 $.instanceId is given more than once"},
		"a member in another case": {`{"instanceId":"a","connectedInstanceId":"b","INSTANCEID":"c"}`, `400 $["INSTANCEID"] is unknown; allowed are instanceId, connectedInstanceId, clientToken, dryRun, all, force, reconcile, regionId, accountId`},
		"invalid UTF-8 in base64":  {inBase64(base64.StdEncoding.EncodeToString([]byte("{\"instanceId\":\"a\xff\"}"))), "400 $.body is not UTF-8"},
		"half a surrogate":         {`{"instanceId":"a\ud800","connectedInstanceId":"b"}`, `400 $.instanceId has a character other than letters, digits, - and _: "a\ufffd"`},
		"a zero byte":              {"{\"instanceId\":\"a\x00\"}", "400 $ " + notJSON("{\"instanceId\":\"a\x00\"}")},
		"strings for booleans":     {`{"instanceId":"a","connectedInstanceId":"b","dryRun":"true"}`, "400 $.dryRun is a string, not true or false"},
		"null for all over HTTP":   {`{"version":null,"rawPath":null,"requestContext":{"http":{"method":null}},"body":null}`, "400 $.version is null, not a string; $.requestContext.http.method is null, not a string; $.rawPath is null, not a string"},
		"no base64, though said":   {inBase64(direct), "400 $.body is not base64, although isBase64Encoded is true: illegal base64 data at input byte 0"},
		"JSON in JSON in JSON":     {carrying(encode(t, encode(t, direct))), "400 $.data is a string, not an object"},
		"nothing":                  {"", "400 $ is empty"},
		"two events":               {direct + direct, "400 $ is not JSON: invalid character '{' after top-level value, at byte 89"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newPlainFixture(t)
			if got := s.refusal(t, test.event); got != test.want {
				t.Errorf("refusal:\n got %.999s\nwant %s", got, test.want)
			}
		})
	}
}

// notJSON is what is wrong with a text where Go's releases word it differently (1.27).
func notJSON(text string) string {
	at := json.Unmarshal([]byte(text), new(json.RawMessage)).(*json.SyntaxError)
	return fmt.Sprintf("is not JSON: %v, at byte %d", at, at.Offset)
}

// refusal handles an event, and holds the refusal to its form: nothing is sent,
// and one line is logged, which is JSON in ASCII. It returns what is wrong.
func (s *fixture) refusal(t *testing.T, event string) string {
	t.Helper()
	got := s.handle(t, event)
	var r struct {
		StatusCode, Status int
		Body               string
		Errors             []struct{ Path, Detail string }
	}
	decode(t, strings.TrimPrefix(got, "InvalidEvent "), &r)
	if r.StatusCode > 0 {
		decode(t, r.Body, &r)
	} else if !strings.HasPrefix(got, "InvalidEvent ") {
		t.Errorf("reply %.300s", got)
	}
	if n := len(s.api.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
	text := strings.TrimSuffix(s.log.String(), "\n")
	var line struct{ Level, Msg, Outcome, Kind string }
	if err := json.Unmarshal([]byte(text), &line); err != nil || line.Msg != "refused" || line.Kind != "InvalidEvent" {
		t.Errorf("log: %v: %.300s", err, text)
	}
	for _, c := range text + got {
		if c < ' ' || c > '~' {
			t.Errorf("%U is told: %.300s %.300s", c, text, got)
			break
		}
	}
	var faults []string
	for _, e := range r.Errors {
		faults = append(faults, e.Path+" "+e.Detail)
	}
	return fmt.Sprintf("%d %s", r.Status, strings.Join(faults, "; "))
}

// TestBadIDs: an id that is none is refused wherever it comes, with its place.
func TestBadIDs(t *testing.T) {
	t.Parallel()
	ids := []string{"../x", "es-cn-1/../../x", "%2e%2e", "a?b", "a#b", "a\r\nb", "a\u0000b", "a\u202eb", "a\u2028b", "a\u0085b",
		"..", ".", "/", "", " ", "a b", "a;b", "a&clientToken=x", "-a", "ａ", strings.Repeat("a", 65), "a\\b", "a\x1b[2Jb"}
	for _, id := range ids {
		quoted, escaped := encode(t, id), url.PathEscape(id)
		inQuery := `{"connectedInstanceId":` + quoted + `}`
		for place, event := range map[string]string{
			"$.instanceId":                    `{"instanceId":` + quoted + `,"connectedInstanceId":"es-b"}`,
			"$.connectedInstanceId":           `{"instanceId":"es-b","connectedInstanceId":` + quoted + `}`,
			"$.body.instanceId":               posts(t, `{"instanceId":`+quoted+`,"all":true}`),
			"$.data.instanceId":               carrying(`{"instanceId":` + quoted + `,"connectedInstanceId":"es-b"}`),
			"$.queryParameters":               deletes(t, "/openapi/instances/es-b/connected-clusters", inQuery),
			"$.rawPath":                       deletes(t, "/openapi/instances/"+escaped+"/connected-clusters", `{"connectedInstanceId":"es-b"}`),
			"$.data.requestParameters":        strings.Replace(released("ID"), `"ID"`, quoted, 1),
			"$.requestParameters":             `{"eventName":"DeleteInstance","eventType":"ApiCall","serviceName":"Elasticsearch","requestParameters":{"InstanceId":` + quoted + `}}`,
			"$.data.resourceId":               `{"specversion":"1.0","id":"e1","source":"acs.elasticsearch","type":"elasticsearch:Config:ConfigurationItemChangeNotification","data":{"resourceEventType":"REMOVE","resourceType":"ACS::Elasticsearch::Instance","resourceId":` + quoted + `}}`,
			"$.queryParameters, as it stands": deletes(t, "/openapi/instances/"+id+"/connected-clusters", `{"connectedInstanceId":"es-b"}`),
		} {
			notice := strings.HasSuffix(place, "Parameters") && place != "$.queryParameters" || strings.HasSuffix(place, "resourceId")
			if notice && strings.Trim(strings.ReplaceAll(id, "a b", ""), " ") == "" {
				continue // in a notice, a space is between two ids
			}
			t.Run(place+" "+quoted, func(t *testing.T) {
				t.Parallel()
				s := newPlainFixture(t)
				got := s.refusal(t, event)
				where, _, asItStands := strings.Cut(place, ",")
				if asItStands {
					where = "$.rawPath"
				}
				if !strings.HasPrefix(got, "400 "+where) && (where != "$.rawPath" || !strings.HasPrefix(got, "404 "+where)) {
					t.Errorf("refusal %s", got)
				}
			})
		}
	}
}

// TestEventChoosesNothing: host, scheme, region, action, credentials and log
// level are the operator's, whatever an event holds beside its request: such a
// member is refused, or has no effect.
func TestEventChoosesNothing(t *testing.T) {
	t.Parallel()
	names := []string{"host", "Host", "endpoint", "ELASTICSEARCH_ENDPOINT", "scheme", "protocol", "url", "region", "regionId", "Region", "action", "x-acs-action", "method", "path", "version",
		"accessKeyId", "AccessKeyId", "accessKeySecret", "securityToken", "credentials", "Authorization", "x-acs-security-token", "logLevel", "LOG_LEVEL", "level", "X-Forwarded-Host", "x-fc-region", "x-fc-access-key-id"}
	const value = `"evil.example.com"`
	for _, name := range names {
		extra := `"` + name + `":` + value
		for shape, event := range map[string]string{
			"direct":          strings.Replace(direct, "{", "{"+extra+",", 1),
			"HTTP body":       posts(t, strings.Replace(direct, "{", "{"+extra+",", 1)),
			"HTTP header":     strings.Replace(posts(t, direct), "{", `{"headers":{`+extra+`},`, 1),
			"HTTP query":      strings.Replace(posts(t, direct), "{", `{"queryParameters":{`+extra+`},`, 1),
			"HTTP envelope":   strings.Replace(posts(t, direct), "{", `{"x`+extra[1:]+`,`, 1),
			"HTTP context":    strings.Replace(posts(t, direct), `"http":{`, `"http":{`+strings.Replace(extra, `"method"`, `"Method"`, 1)+`,`, 1),
			"CloudEvent":      strings.Replace(event, "{", "{"+extra+",", 1),
			"CloudEvent data": carrying(strings.Replace(direct, "{", "{"+extra+",", 1)),
			"release":         strings.Replace(released(gone), `"requestParameters":{`, extra+`,"acsRegion":`+value+`,"requestParameters":{`+extra+`,`, 1),
		} {
			t.Run(shape+" "+name, func(t *testing.T) {
				t.Parallel()
				s := newPlainFixture(t)
				s.Config = handler.Config{Network: "public"}
				var sent []*http.Request
				s.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
					sent = append(sent, r)
					body := `{"Result":true,"RequestId":"r"}`
					if r.Method == http.MethodGet {
						body = `{"Result":[{"instances":"` + instance + `"}]}`
					}
					return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body)), Header: http.Header{}, Request: r}, nil
				})
				got := s.handle(t, event)
				if refused := strings.Contains(got, "InvalidEvent"); refused != (len(sent) == 0) || refused == strings.Contains(got, "removed") {
					t.Errorf("%d requests, and the reply is %s", len(sent), got)
				}
				for _, r := range sent {
					action := map[string]string{http.MethodDelete: "DeleteConnectedCluster", http.MethodGet: "ListConnectedClusters"}[r.Method]
					if r.URL.Scheme != "https" || r.URL.Host != "elasticsearch.cn-hangzhou.aliyuncs.com" || r.Host != r.URL.Host || !slices.Equal(r.Header["X-Acs-Action"], []string{action}) ||
						!strings.Contains(r.Header.Get("Authorization"), "Credential="+role.AccessKeyId+",") || r.Header.Get("X-Acs-Security-Token") != role.SecurityToken {
						t.Errorf("a request to %s, %v", r.URL, r.Header)
					}
				}
				if strings.Contains(s.log.String(), `"level":"DEBUG"`) {
					t.Errorf("log: %s", &s.log)
				}
			})
		}
	}
}

// flood repeats a JSON value in a list, so many times.
func flood(n int, value string) string { return strings.TrimSuffix(strings.Repeat(value+",", n), ",") }

// numbered lists ids, each another.
func numbered(n int, separator string) string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("e%x", i)
	}
	return strings.Join(ids, separator)
}

// notice is the bare data of a release with these members.
func notice(members string) string {
	return `{"eventName":"DeleteInstance","eventType":"ApiCall","serviceName":"Elasticsearch",` + members + `}`
}

// TestFloods: an event that is refused costs at most 8 MiB, whatever it is full of; the reply and the log line have room in a dead-letter
// queue. It measures the process, so it is not parallel.
func TestFloods(t *testing.T) {
	const (
		mostMemory = 8 << 20
		mostTold   = 64 << 10
	)
	for name, event := range map[string]string{
		"2 MiB":                                `{"instanceId":"` + strings.Repeat("a", 2<<20) + `"}`,
		"an id of 1 MiB, escaped":              `{"instanceId":"` + strings.Repeat(`\u0061`, 170_000) + `"}`,
		"an id of 1 MiB in a path":             deletes(t, "/openapi/instances/"+strings.Repeat("%41", 340_000)+"/connected-clusters", "{}"),
		"500,000 levels":                       strings.Repeat("[", 500_000) + strings.Repeat("]", 500_000),
		"100,000 unknown members":              "{" + flood(100_000, `"aaa":1`) + "}",
		"60,000 times the same member":         "{" + flood(60_000, `"instanceId":"e"`) + "}",
		"a string of 800,000 quotation marks":  carrying(`"` + strings.Repeat(`\"`, 400_000) + `"`),
		"100,000 bad ids":                      notice(`"requestParameters":{"InstanceId":[` + flood(100_000, `"../x"`) + `]}`),
		"60,000 ids of instances":              notice(`"requestParameters":{"deleteType":"protective","InstanceId":"` + numbered(60_000, ",") + `"}`),
		"60,000 types of referenced resources": notice(`"referencedResources":{"` + numbered(60_000, `":[],"`) + `":[]}`),
		"100,000 headers":                      strings.Replace(posts(t, "x"), "{", `{"headers":{`+flood(100_000, `"h":1`)+`},`, 1),
		"100,000 query parameters":             deletes(t, "/openapi/instances/es-a/connected-clusters", "{"+flood(100_000, `"h":""`)+"}"),
		"an event whose id has 1 MiB":          strings.Replace(carrying("1"), `"e1"`, `"`+strings.Repeat("e", 1<<20-200)+`"`, 1),
		"an array of an event with such an id": "[" + strings.Replace(carrying("1"), `"e1"`, `"`+strings.Repeat("e", 1<<20-200)+`"`, 1) + "]",
		"an array of 5,001 entries, none good": "[" + flood(5001, "1") + "]",
	} {
		t.Run(name, func(t *testing.T) {
			s := newPlainFixture(t)
			ctx := invocation(t, role)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			reply, err := s.Handle(ctx, []byte(event))
			runtime.ReadMemStats(&after)
			if allocated := after.TotalAlloc - before.TotalAlloc; allocated > mostMemory+uint64(len(event)) { // the event itself is copied above
				t.Errorf("%d bytes were allocated for an event of %d", allocated, len(event))
			}
			got := posted(t, reply, err)
			if !strings.Contains(got, "InvalidEvent") || len(s.api.Requests()) > 0 {
				t.Errorf("%d requests were sent, and the reply is %.300s", len(s.api.Requests()), got)
			}
			if len(got) > mostTold || s.log.Len() > mostTold {
				t.Errorf("%d bytes are replied, %d bytes are logged", len(got), s.log.Len())
			}
			if lines := strings.Count(s.log.String(), "\n"); lines != 1 || !json.Valid(s.log.Bytes()) {
				t.Errorf("%d log lines: %.300s", lines, &s.log)
			}
		})
	}
}
