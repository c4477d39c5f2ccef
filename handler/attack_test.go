package handler_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler"
)

// deletes is the event of DELETE on a path, with a query.
func deletes(t *testing.T, path, query string) string {
	return fmt.Sprintf(`{"version":"v1","rawPath":%s,"queryParameters":%s,"requestContext":{"http":{"method":"DELETE"}}}`, encode(t, path), query)
}

// TestEventChoosesNothing: host, scheme, region, action, credentials and log level are the
// operator's. Such a member of an event is refused, or has no effect.
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
					status, body := 200, `{"Result":true,"RequestId":"r"}`
					switch r.Header.Get("X-Acs-Action") {
					case "DescribeInstance":
						status, body = 400, `{"Code":"InstanceNotFound"}`
					case "ListInstance":
						body = `{"Result":[]}`
					case "ListConnectedClusters":
						body = `{"Result":[{"instances":"` + instance + `"}]}`
					}
					return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)), Header: http.Header{}, Request: r}, nil
				})
				got := s.handle(t, event)
				if refused := strings.Contains(got, "InvalidEvent"); refused != (len(sent) == 0) || refused == strings.Contains(got, "removed") {
					t.Errorf("%d requests, and the reply is %s", len(sent), got)
				}
				for _, r := range sent {
					if r.URL.Scheme != "https" || r.URL.Host != "elasticsearch.cn-hangzhou.aliyuncs.com" || r.Host != r.URL.Host || len(r.Header["X-Acs-Action"]) != 1 || (r.Method == http.MethodDelete) != (r.Header.Get("X-Acs-Action") == "DeleteConnectedCluster") ||
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

// flood is a list of n times the same JSON value.
func flood(n int, value string) string { return strings.TrimSuffix(strings.Repeat(value+",", n), ",") }

// numbered is a list of n different ids.
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

// reconciles is a request to reconcile in these regions.
func reconciles(regionIDs string) string { return `{"reconcile":true,"regionIds":` + regionIDs + `}` }

// TestFloods: the refusal of an event costs at most 8 MiB, and its reply and log line fit into
// a dead-letter queue. It measures the process, so it is not parallel.
func TestFloods(t *testing.T) {
	const (
		mostMemory = 8 << 20
		mostText   = 64 << 10
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
		"60,000 regions, with commas":          reconciles(`"` + numbered(60_000, ",") + `"`),
		"60,000 regions in an array":           reconciles(`["` + numbered(60_000, `","`) + `"]`),
		"500,000 times no region":              reconciles(`[` + flood(500_000, `1`) + `]`),
		"5,000 times 30 places":                "[" + flood(5_000, `{"reconcile":true,"regionIds":"a-1,a-2,a-3,a-4,a-5","accountIds":"1,2,3,4,5,6"}`) + "]",
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
			if len(got) > mostText || s.log.Len() > mostText {
				t.Errorf("%d bytes are replied, %d bytes are logged", len(got), s.log.Len())
			}
			if lines := strings.Count(s.log.String(), "\n"); lines != 1 || !json.Valid(s.log.Bytes()) {
				t.Errorf("%d log lines: %.300s", lines, &s.log)
			}
		})
	}
}
