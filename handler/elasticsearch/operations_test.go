package elasticsearch_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// said is an answer 200 with the given JSON.
func said(body string) http.HandlerFunc {
	return elasticsearchtest.Body(200, "application/json", body)
}

// always makes the API answer so; nil: as it is.
func always(server *elasticsearchtest.Server, answer http.HandlerFunc) {
	server.OnRequest = elasticsearchtest.At("", func(int) elasticsearchtest.Fault { return elasticsearchtest.Fault{Answer: answer} })
}

// outcomeOf is a call's as text: what it returned, or kind and message. Of the
// entries of a list it has the ids; TestEntries has the rest.
func outcomeOf[T any](t *testing.T, value T, err error) string {
	t.Helper()
	if err == nil {
		switch v := any(value).(type) {
		case elasticsearch.List:
			return fmt.Sprintf("{%v %v}", idsOf(v), v.Malformed)
		case elasticsearch.Instance:
			return string(v.Status)
		case elasticsearch.Page:
			return fmt.Sprintf("{{%v %v} %d}", idsOf(v.List), v.Malformed, v.Total)
		}
		return fmt.Sprint(value)
	}
	var failed *connection.Error
	if !errors.As(err, &failed) {
		t.Fatalf("error of type %T: %v", err, err)
	}
	return failed.Kind.String() + " " + failed.Text()
}

func idsOf(list elasticsearch.List) (ids []connection.InstanceID) {
	for _, e := range list.Entries {
		ids = append(ids, e.ID)
	}
	return ids
}

// TestEntries: the members of an entry besides its id. A value that is not a short
// text counts as not sent, and spoils nothing else.
func TestEntries(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	for list, want := range map[string]string{
		`[{"instances":"es-a","networkType":"vpc"},{"instances":"es-b"}]`:                       "[{es-a {  } vpc} {es-b {  } }]",
		`[{"instanceId":"es-a","status":"inactive","networkType":"vpc"}]`:                       "[{es-a {inactive  } vpc}]",
		`[{"instances":"es-a,es-b","networkType":"vpc"}]`:                                       "[{es-a {  } vpc} {es-b {  } vpc}]",
		`[{"instances":"es-a","networkType":7,"status":{"a":1}}]`:                               "[{es-a {  } }]",
		`[{"instances":"es-a","networkType":null,"status":"` + strings.Repeat("a", 255) + `"}]`: "[{es-a {  } }]",
		`[{"instances":"es-a","networkType":"` + account.SecurityToken + `"}]`:                  "[{es-a {  } ***}]",
	} {
		server.Fail(elasticsearchtest.Fault{Answer: elasticsearchtest.Body(200, "application/json", `{"Result":`+list+`,"RequestId":"r"}`)})
		got, err := client.ListConnectedClusters(t.Context(), must(connection.ParseInstanceID(instance)))
		if text := fmt.Sprint(got.Entries); err != nil || text != want {
			t.Errorf("%s: %s, %v, want %s", list, text, err, want)
		}
	}
}

// TestNames: the name and the network of an instance, as both operations answer them. What is
// not a short text counts as not sent, and spoils nothing else.
func TestNames(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	long := strings.Repeat("n", 254)
	for members, want := range map[string]elasticsearch.Instance{
		`"description":"shop","networkConfig":{"type":"vpc","vpcId":"vpc-a"}`:                                        {Name: "shop", VPC: "vpc-a"},
		`"Description":"\u5546\u5e97 \"1\"","NetworkConfig":{"VpcId":"vpc-a"}`:                                       {Name: `商店 "1"`, VPC: "vpc-a"},
		`"description":"` + long + `"`:                                                                               {Name: long},
		`"description":"n` + long + `","networkConfig":{"vpcId":"n` + long + `"}`:                                    {},
		`"description":"","networkConfig":{}`:                                                                        {},
		`"description":null,"networkConfig":null`:                                                                    {},
		`"description":7,"networkConfig":"vpc-a"`:                                                                    {},
		`"description":{"a":["b"]},"networkConfig":[{"vpcId":"vpc-a"}]`:                                              {},
		`"description":["shop"],"networkConfig":{"vpcId":{"vpcId":"vpc-a"},"x":[]}`:                                  {},
		`"description":"of ` + account.SecurityToken + `","networkConfig":{"vpcId":"` + account.SecurityToken + `"}`: {Name: "of ***", VPC: "***"},
	} {
		want.Status = elasticsearch.Active
		instance := `{"instanceId":"es-a",` + members + `,"status":"active"}`
		server.Fail(elasticsearchtest.Fault{Answer: said(`{"Result":[` + instance + `]}`)}, elasticsearchtest.Fault{Answer: said(`{"Result":` + instance + `}`)})
		page, err := client.ListInstance(t.Context(), 1)
		if err != nil || len(page.Entries) != 1 || page.Entries[0].Instance != want {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", members, page, err, want)
		}
		if got, err := client.DescribeInstance(t.Context(), removal().Instance); err != nil || got != want {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", members, got, err, want)
		}
	}
}

// TestListConnectedClusters: what is certainly nothing is an empty list. What is
// no list of instances is an error, so that no connection is overlooked.
func TestListConnectedClusters(t *testing.T) {
	t.Parallel()
	const noList = "Upstream the API answered HTTP 200: Result is not a list of instances"
	const noID = "Upstream the API answered HTTP 200: Result has an entry without an instance id"
	const notJSON = "Upstream the API answered HTTP 200: the body is not the documented JSON"
	const odd = "has a character other than letters, digits, - and _: "
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"an empty list":                    {said(`{"Result":[]}`), "{[] []}"},
		"an empty list, nested":            {said(`{"Result":{"Result":[]}}`), "{[] []}"},
		"null":                             {said(`{"Result":null}`), "{[] []}"},
		"null, nested":                     {said(`{"Result":{"Result":null}}`), "{[] []}"},
		"null, nested, and other members":  {said(`{"Result":{"Total":0,"Result":null}}`), "{[] []}"},
		"no Result":                        {said(`{"RequestId":"r"}`), "{[] []}"},
		"no Result, nested":                {said(`{"Result":{}}`), "{[] []}"},
		"an empty text":                    {said(`{"Result":""}`), "{[] []}"},
		"an empty text, nested":            {said(`{"Result":{"Result":""}}`), "{[] []}"},
		"an empty object, nested":          {said(`{"Result":{"Result":{}}}`), "{[] []}"},
		"a list of null":                   {said(`{"Result":[null]}`), "{[] []}"},
		"a list of null, nested":           {said(`{"Result":{"Result":[null,null]}}`), "{[] []}"},
		"null beside a peer":               {said(`{"Result":[null,{"instances":"es-a"},null]}`), "{[es-a] []}"},
		"nothing before a list":            {said(`{"result":null,"Result":[{"instances":"es-a"}]}`), "{[es-a] []}"},
		"nothing after a list":             {said(`{"Result":[{"instances":"es-a"}],"result":{}}`), "{[es-a] []}"},
		"an empty list before another":     {said(`{"result":[],"Result":[{"instances":"es-a"}]}`), "{[es-a] []}"},
		"nothing after a list, nested":     {said(`{"Result":{"Result":[{"instances":"es-a"}],"result":[]}}`), "{[es-a] []}"},
		"the shape instances, nested":      {said(`{"Result":{"Result":[{"instances":"es-a","networkType":"vpc"}]}}`), "{[es-a] []}"},
		"the shape instanceId":             {said(`{"Result":[{"instanceId":"es-a","networkType":"vpc"}]}`), "{[es-a] []}"},
		"the shape instances":              {said(`{"Result":[{"instances":"es-a"}]}`), "{[es-a] []}"},
		"the shape instanceId, nested":     {said(`{"Result":{"Result":[{"instanceId":"es-a"}]}}`), "{[es-a] []}"},
		"numbers where texts stand":        {said(`{"Code":200,"RequestId":1,"Message":2,"Result":[{"instances":"es-a"}]}`), "{[es-a] []}"},
		"no Result, but a message":         {said(`{"RequestId":"r","Message":"internal error"}`), noList},
		"null, and a message":              {said(`{"RequestId":"r","Result":null,"Message":"internal error"}`), noList},
		"no success, and a list":           {said(`{"Result":[],"Success":false,"Message":"m"}`), "Upstream the API answered HTTP 200: Success is false: m"},
		"no success, and no message":       {said(`{"Result":[],"Success":false}`), "Upstream the API answered HTTP 200: Success is false"},
		"no success, as a text":            {said(`{"Result":[],"Success":"False","success":true}`), "Upstream the API answered HTTP 200: Success is false"},
		"a success":                        {said(`{"Result":[],"Success":true}`), "{[] []}"},
		"two lists":                        {said(`{"Result":[{"instances":"es-a"}],"result":[{"instances":"es-b"}]}`), notJSON},
		"a thousand commas":                {said(`{"Result":[{"instances":"` + strings.Repeat(",", 1000) + `es-a"}]}`), "{[es-a] []}"},
		"more commas than that":            {said(`{"Result":[{"instances":"` + strings.Repeat(",", 1001) + `es-a"}]}`), notJSON},
		"nested twice":                     {said(`{"Result":{"Result":{"Result":[]}}}`), noList},
		"an object of something else":      {said(`{"Result":{"instances":"es-a"}}`), noList},
		"an object of something, nested":   {said(`{"Result":{"Result":{"instances":"es-a"}}}`), noList},
		"true":                             {said(`{"Result":true}`), noList},
		"a text":                           {said(`{"Result":"es-a"}`), noList},
		"a list of texts":                  {said(`{"Result":["es-a"]}`), noID},
		"a list of booleans, nested":       {said(`{"Result":{"Result":[false]}}`), noID},
		"an id that is a number":           {said(`{"Result":[{"instances":"es-a"},{"instances":1}]}`), noID},
		"an id and a number":               {said(`{"Result":[{"instanceId":"es-a","instances":1}]}`), noID},
		"an id that is an object":          {said(`{"Result":[{"instances":{"instanceId":"es-a"}}]}`), noID},
		"an entry without an id":           {said(`{"Result":[{"instances":"es-a"},{"networkType":"vpc"}]}`), noID},
		"ids in a list":                    {said(`{"Result":[{"instances":["es-a","es-b"]}]}`), noID},
		"two ids in one":                   {said(`{"Result":[{"instances":"es-a,es-b"}]}`), "{[es-a es-b] []}"},
		"two ids in one, nested, by comma": {said(`{"Result":{"Result":[{"instances":" es-a , es-b ,"}]}}`), "{[es-a es-b] []}"},
		"two ids by a semicolon":           {said(`{"Result":[{"instances":"es-a;es-b"}]}`), `{[] [` + odd + `"es-a;es-b"]}`},
		"other members besides":            {said(`{"Result":[{"x":{},"instances":"es-a"},{"instanceId":"es-b","networkType":null}]}`), "{[es-a es-b] []}"},
		"a peer twice":                     {said(`{"Result":[{"instances":"es-a"},{"instances":"es-a"}]}`), "{[es-a es-a] []}"},
		"both names, the same id":          {said(`{"Result":[{"instances":"es-a","instanceId":"es-a"}]}`), "{[es-a] []}"},
		"both names, two ids":              {said(`{"Result":[{"instances":"es-a","instanceId":"es-b"}]}`), "{[es-a es-b] []}"},
		"one name twice":                   {said(`{"Result":[{"instances":"es-a","Instances":"es-b"}]}`), "{[es-a es-b] []}"},
		"both names, one of null":          {said(`{"Result":[{"instances":null,"instanceId":"es-a"}]}`), "{[es-a] []}"},
		"an id that leads away":            {said(`{"Result":[{"instances":"es-a"},{"instances":"../es-b"}]}`), `{[es-a] [does not start with a letter or digit: "../es-b"]}`},
		"an id with a dot":                 {said(`{"Result":[{"instanceId":"es-cn-odd.0001"}]}`), `{[] [` + odd + `"es-cn-odd.0001"]}`},
		"an id in Chinese":                 {said(`{"Result":[{"instanceId":"实例"},{"instanceId":"es-a"}]}`), `{[es-a] [does not start with a letter or digit: "\u5b9e\u4f8b"]}`},
		"an id that is empty":              {said(`{"Result":[{"instances":""},{"instances":"es-a"}]}`), "{[es-a] [is empty]}"},
		"an id of null":                    {said(`{"Result":[{"instances":null}]}`), "{[] [is empty]}"},
		"a comma alone":                    {said(`{"Result":[{"instances":","}]}`), "{[] [is empty]}"},
		"an odd id with a credential":      {said(`{"Result":[{"instances":"` + account.SecurityToken + `"}]}`), `{[] [` + odd + `"***"]}`},
		"no Result, no RequestId":          {without("X-Acs-Request-Id", said(`{}`)), noList},
		"an entry that breaks off":         {said(`{"Result":[{"instances":"es-a"},{"inst`), notJSON},
		"gone, as a 404":                   {elasticsearchtest.Refuse(404, "InstanceNotFound", "m"), "Absent the API answered HTTP 404: InstanceNotFound: m"},
		"gone, as a 200":                   {said(`{"Result":[],"Code":"InstanceNotFound","Message":"m"}`), "Absent the API answered HTTP 200: InstanceNotFound: m"},
		"a 404 of a wrong path":            {elasticsearchtest.HTML(404), `Upstream the API answered HTTP 404: the body is "text/html"`},
		"not allowed":                      {elasticsearchtest.Refuse(403, "Forbidden.RAM", "m"), "Denied the API answered HTTP 403: Forbidden.RAM: m; allow elasticsearch:ListConnectedClusters on the instance to the function's role"},
	} {
		elasticsearch.InBubble(t, name, func(t *testing.T) {
			server, client := start(t)
			always(server, test.answer)
			peers, err := client.ListConnectedClusters(t.Context(), removal().Instance)
			if got := outcomeOf(t, peers, err); got != test.want {
				t.Errorf("peers:\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

// without is an answer that lacks a header.
func without(name string, answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Del(name)
		answer(w, r)
	}
}

func TestDescribeInstance(t *testing.T) {
	t.Parallel()
	const missing = "Upstream the API answered HTTP 200: Result has no status"
	for name, test := range map[string]struct {
		status string           // of the instance in the stand-in
		answer http.HandlerFunc // in its place
		want   string
	}{
		"active":               {status: "active", want: "active"},
		"activating":           {status: "activating", want: "activating"},
		"inactive":             {status: "inactive", want: "inactive"},
		"invalid":              {status: "invalid", want: "invalid"},
		"unknown":              {status: "unknown", want: "unknown"},
		"gone":                 {want: "Absent the API answered HTTP 400: InstanceNotFound: The instance is not found."},
		"no status":            {answer: said(`{"Result":{"instanceId":"es-a"}}`), want: missing},
		"an empty status":      {answer: said(`{"Result":{"status":""}}`), want: missing},
		"a status of null":     {answer: said(`{"Result":{"status":null}}`), want: missing},
		"a number":             {answer: said(`{"Result":{"status":1}}`), want: missing},
		"no Result":            {answer: said(`{}`), want: missing},
		"a list":               {answer: said(`{"Result":[]}`), want: missing},
		"a list of statuses":   {answer: said(`{"Result":[{"status":"active"}]}`), want: missing},
		"a status with a key":  {answer: said(`{"Result":{"status":"of STS.NTkey"}}`), want: "of ***"},
		"a large instance":     {answer: said(`{"Result":{"tags":["` + strings.Repeat("x", 1<<19) + `"],"status":"active"}}`), want: "active"},
		"200 with a Code":      {answer: said(`{"Result":{"status":"active"},"Code":"X","Message":"m"}`), want: "Upstream the API answered HTTP 200: X: m"},
		"the service is short": {answer: elasticsearchtest.Refuse(503, "ServiceUnavailable", "m"), want: "Unavailable the API answered HTTP 503: ServiceUnavailable: m"},
	} {
		elasticsearch.InBubble(t, name, func(t *testing.T) {
			server, client := start(t)
			server.RemoveInstance(instance)
			if test.status != "" {
				server.SetStatus(instance, test.status)
			}
			always(server, test.answer)
			status, err := client.DescribeInstance(t.Context(), removal().Instance)
			if got := outcomeOf(t, status, err); got != test.want {
				t.Errorf("status:\n got %s\nwant %s", got, test.want)
			}
			sent := server.Requests()[0]
			if got, want := sent.Method+" "+sent.Path+"?"+sent.Query.Encode(), "GET /openapi/instances/"+instance+"?"; got != want {
				t.Errorf("request:\n got %s\nwant %s", got, want)
			}
		})
	}
}

func TestListInstance(t *testing.T) {
	t.Parallel()
	const noList = "Upstream the API answered HTTP 200: Result is not a list of instances"
	const noID = "Upstream the API answered HTTP 200: Result has an entry without an instance id"
	page := strings.TrimSuffix(strings.Repeat(`{"instanceId":"es-a","status":"active","tags":[{"instanceId":1}]},`, 2), ",")
	for name, test := range map[string]struct{ header, body, want string }{
		"the total as a number":      {"", `{"Headers":{"X-Total-Count":250},"Result":[` + page + `]}`, "{{[es-a es-a] []} 250}"},
		"the total as text":          {"", `{"Headers":{"X-Total-Count":" 250 "},"Result":[` + page + `]}`, "{{[es-a es-a] []} 250}"},
		"the total in a list":        {"", `{"Headers":{"X-Total-Count":["250"]},"Result":[]}`, "{{[] []} 250}"},
		"the total with an exponent": {"", `{"Headers":{"X-Total-Count":2.5e2},"Result":[]}`, "{{[] []} 250}"},
		"the total by a small name":  {"", `{"headers":{"x-total-count":250},"Result":[]}`, "{{[] []} 250}"},
		"a total of none":            {"7", `{"Headers":{"X-Total-Count":0},"Result":[]}`, "{{[] []} 0}"},
		"the total is null":          {"", `{"Headers":{"X-Total-Count":null},"Result":[]}`, "{{[] []} -1}"},
		"an empty total":             {"", `{"Headers":{"X-Total-Count":""},"Result":[]}`, "{{[] []} -1}"},
		"no total":                   {"", `{"Headers":{"X":1},"Result":[` + page + `]}`, "{{[es-a es-a] []} -1}"},
		"no Headers":                 {"", `{"Result":[]}`, "{{[] []} -1}"},
		"Headers is a text":          {"", `{"Headers":"X-Total-Count: 7","Result":[]}`, "{{[] []} -1}"},
		"Headers is a list":          {"", `{"Headers":[{"X-Total-Count":7}],"Result":[]}`, "{{[] []} -1}"},
		"a total that is no number":  {"", `{"Headers":{"X-Total-Count":"many"},"Result":[]}`, "{{[] []} -1}"},
		"a total with a part":        {"", `{"Headers":{"X-Total-Count":2.5},"Result":[]}`, "{{[] []} -1}"},
		"a total below zero":         {"", `{"Headers":{"X-Total-Count":-7},"Result":[]}`, "{{[] []} -1}"},
		"a total beyond all":         {"", `{"Headers":{"X-Total-Count":1e12},"Result":[]}`, "{{[] []} -1}"},
		"a total of many numbers":    {"", `{"Headers":{"X-Total-Count":[1,2]},"Result":[]}`, "{{[] []} -1}"},
		"a header of HTTP":           {"150", `{"Result":[]}`, "{{[] []} 150}"},
		"one beside no number":       {"150", `{"Headers":{"X-Total-Count":"many"},"Result":[]}`, "{{[] []} 150}"},
		"one that is no number":      {"many", `{"Result":[]}`, "{{[] []} -1}"},
		"one below zero":             {"-7", `{"Result":[]}`, "{{[] []} -1}"},
		"the body's total wins":      {"7", `{"Headers":{"X-Total-Count":250},"Result":[]}`, "{{[] []} 250}"},
		"no Result":                  {"", `{"Headers":{"X-Total-Count":1}}`, "{{[] []} 1}"},
		"Result is null":             {"", `{"Result":null}`, "{{[] []} -1}"},
		"one instance, not a list":   {"", `{"Result":{"instanceId":"es-a"}}`, noList},
		"a list of texts":            {"", `{"Result":["es-a"]}`, noID},
		"an element without an id":   {"", `{"Result":[{"instanceId":"es-a"},{}]}`, noID},
		"an id that cannot be":       {"", `{"Result":[{"instanceId":"es-a/.."},{"instanceId":"es-b"}]}`, `{{[es-b] [has a character other than letters, digits, - and _: "es-a/.."]} -1}`},
		"an id that is empty":        {"", `{"Result":[{"instanceId":""}]}`, "{{[] [is empty]} -1}"},
		"200 with a Code":            {"", `{"Result":[],"Code":"X","Message":"m"}`, "Upstream the API answered HTTP 200: X: m"},
	} {
		elasticsearch.InBubble(t, name, func(t *testing.T) {
			server, client := start(t)
			always(server, func(w http.ResponseWriter, r *http.Request) {
				if test.header != "" {
					w.Header().Set("x-total-count", test.header)
				}
				said(test.body)(w, r)
			})
			got, err := client.ListInstance(t.Context(), 1)
			if got := outcomeOf(t, got, err); got != test.want {
				t.Errorf("page:\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestTextTrue: "Result":"true" counts if the lists show that the connection is gone. The calls
// are the removal, and the lists of the instance and of the other one.
func TestTextTrue(t *testing.T) {
	t.Parallel()
	const says = "Upstream the API answered HTTP 200: Result is a text, and "
	unread := said(`{"Result":7}`)
	gone := elasticsearchtest.Refuse(400, "InstanceNotFound", "m")
	expired := elasticsearchtest.Refuse(400, "InvalidSecurityToken.Expired", "m")
	none, own, other := said(`{"Result":[]}`), said(`{"Result":[{"instances":"`+connected+`"}]}`), said(`{"Result":[{"instances":"`+strings.ToUpper(instance)+`"}]}`)
	for name, test := range map[string]struct {
		lists []http.HandlerFunc // of the two; one that is missing is not asked for
		want  string             // "": removed
	}{
		"gone from both":            {[]http.HandlerFunc{none, none}, ""},
		"the other does not exist":  {[]http.HandlerFunc{none, gone}, ""},
		"this one does not exist":   {[]http.HandlerFunc{gone, none}, ""},
		"still listed":              {[]http.HandlerFunc{own}, says + instance + " still lists " + connected},
		"still listed by the other": {[]http.HandlerFunc{none, other}, says + connected + " still lists " + instance},
		"listed, this one is gone":  {[]http.HandlerFunc{gone, other}, says + connected + " still lists " + instance},
		"unread":                    {[]http.HandlerFunc{unread}, says + "whether it is done cannot be read"},
		"the other is unread":       {[]http.HandlerFunc{none, unread}, says + "whether it is done cannot be read"},
		"expired":                   {[]http.HandlerFunc{expired}, says + "whether it is done cannot be read"},
	} {
		elasticsearch.InBubble(t, name, func(t *testing.T) {
			server, client := start(t)
			server.Fail(elasticsearchtest.Fault{Answer: said(`{"Result":"true","RequestId":"r"}`)})
			for _, list := range test.lists {
				server.Fail(elasticsearchtest.Fault{Answer: list})
			}
			r := removal()
			r.MayBeDone = true // which spares no proof
			outcome, err := client.DeleteConnectedCluster(t.Context(), r)
			want := connection.Outcome{RequestID: "r", Status: 200, Attempts: 1}
			if test.want == "" {
				want.State = connection.Removed
			} else if got := outcomeOf(t, outcome, err); got != test.want {
				t.Errorf("error:\n got %s\nwant %s", got, test.want)
			}
			if n := len(server.Requests()); n != 1+len(test.lists) || outcome != want || (err == nil) != (test.want == "") {
				t.Errorf("%d requests, outcome %+v, %v", n, outcome, err)
			}
			if connection.IsOfEveryCall(err) != (name == "expired") {
				t.Errorf("of every call: %v", err)
			}
		})
	}
}
