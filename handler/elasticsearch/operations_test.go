package elasticsearch_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
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

// outcomeOf is a call's as text: what it returned, or kind and message.
func outcomeOf[T any](t *testing.T, value T, err error) string {
	t.Helper()
	if err == nil {
		return fmt.Sprint(value)
	}
	var failed *connection.Error
	if !errors.As(err, &failed) {
		t.Fatalf("error of type %T: %v", err, err)
	}
	return failed.Kind.String() + " " + failed.Message
}

// TestListShapes: one peer, two and none, in each of the documented shapes.
func TestListShapes(t *testing.T) {
	t.Parallel()
	for name, shape := range map[string]elasticsearchtest.ListShape{
		"nested":        elasticsearchtest.ShapeNested,
		"by instanceId": elasticsearchtest.ShapeInstanceID,
		"by instances":  elasticsearchtest.ShapeInstances,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, client := start(t)
			server.ListShape = shape
			server.AddInstance("es-alone")
			server.Connect("es-gone", instance)
			for id, want := range map[string]string{
				instance:   "[" + connected + " es-gone]",
				connected:  "[" + instance + "]",
				"es-alone": "[]",
				"es-gone":  "Absent the API answered HTTP 400: InstanceNotFound: The instance is not found.",
			} {
				peers, err := client.ListConnectedClusters(t.Context(), must(connection.ParseInstanceID(id)))
				if got := outcomeOf(t, peers, err); got != want {
					t.Errorf("connected with %s:\n got %s\nwant %s", id, got, want)
				}
			}
			want := "GET /openapi/instances/" + instance + "/connected-clusters?"
			got := func(r elasticsearchtest.Request) bool {
				return r.Method+" "+r.Path+"?"+r.Query.Encode() == want && r.Action == "ListConnectedClusters"
			}
			if !slices.ContainsFunc(server.Requests(), got) {
				t.Errorf("there is no request %s", want)
			}
		})
	}
}

// TestListConnectedClusters: what is no list of instances is an error, so that
// no connection is overlooked.
func TestListConnectedClusters(t *testing.T) {
	t.Parallel()
	const noList = "Upstream the API answered HTTP 200: Result is not a list of instances"
	const badID = "Upstream the API answered HTTP 200: Result has an instance id that "
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"an empty list":            {said(`{"Result":[]}`), "[]"},
		"an empty list, nested":    {said(`{"Result":{"Result":[]}}`), "[]"},
		"null":                     {said(`{"Result":null}`), "[]"},
		"null, nested":             {said(`{"Result":{"Result":null}}`), "[]"},
		"no Result":                {said(`{"RequestId":"r"}`), noList},
		"no Result, nested":        {said(`{"Result":{}}`), noList},
		"nested twice":             {said(`{"Result":{"Result":{"Result":[]}}}`), noList},
		"true":                     {said(`{"Result":true}`), noList},
		"a text":                   {said(`{"Result":"es-a"}`), noList},
		"a list of texts":          {said(`{"Result":["es-a"]}`), noList},
		"an id that is a list":     {said(`{"Result":[{"instances":["es-a"]}]}`), noList},
		"other members besides":    {said(`{"Result":[{"x":{},"instances":"es-a"},{"instanceId":"es-b","networkType":null}]}`), "[es-a es-b]"},
		"a peer twice":             {said(`{"Result":[{"instances":"es-a"},{"instances":"es-a"}]}`), "[es-a es-a]"},
		"both names, the same id":  {said(`{"Result":[{"instances":"es-a","instanceId":"es-a"}]}`), "[es-a]"},
		"an id that leads away":    {said(`{"Result":[{"instances":"es-a"},{"instances":"../es-b"}]}`), badID + `does not start with a letter or digit: "../es-b"`},
		"two ids in one":           {said(`{"Result":[{"instances":"es-a,es-b"}]}`), badID + `has a character other than letters, digits, - and _: "es-a,es-b"`},
		"an element without an id": {said(`{"Result":[{"networkType":"vpc"}]}`), badID + "is empty"},
		"an element of null":       {said(`{"Result":[null]}`), badID + "is empty"},
		"gone, as a 404":           {elasticsearchtest.Refuse(404, "InstanceNotFound", "m"), "Absent the API answered HTTP 404: InstanceNotFound: m"},
		"gone, as a 200":           {said(`{"Result":[],"Code":"InstanceNotFound","Message":"m"}`), "Absent the API answered HTTP 200: InstanceNotFound: m"},
		"a 404 of a wrong path":    {elasticsearchtest.HTML(404), `Upstream the API answered HTTP 404: the body is "text/html"`},
		"not allowed":              {elasticsearchtest.Refuse(403, "Forbidden.RAM", "m"), "Denied the API answered HTTP 403: Forbidden.RAM: m; allow elasticsearch:ListConnectedClusters on the instance to the function's role"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, client := start(t)
			always(server, test.answer)
			peers, err := client.ListConnectedClusters(t.Context(), removal().Instance)
			if got := outcomeOf(t, peers, err); got != test.want {
				t.Errorf("peers:\n got %s\nwant %s", got, test.want)
			}
		})
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
		"200 with a Code":      {answer: said(`{"Result":{"status":"active"},"Code":"X","Message":"m"}`), want: "Upstream the API answered HTTP 200: X: m"},
		"the service is short": {answer: elasticsearchtest.Refuse(503, "ServiceUnavailable", "m"), want: "Unavailable the API answered HTTP 503: ServiceUnavailable: m"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
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

// TestPages reads the list of instances to its last page: every instance is
// seen once, in as many requests as there are pages, or one more where the API
// does not say how many there are.
func TestPages(t *testing.T) {
	t.Parallel()
	for count, want := range map[int]struct{ pages, withoutTotal int }{
		0: {1, 1}, 1: {1, 1}, 99: {1, 1}, 100: {1, 2}, 101: {2, 2}, 199: {2, 2}, 200: {2, 3}, 250: {3, 3},
	} {
		t.Run(fmt.Sprintf("%d instances", count), func(t *testing.T) {
			t.Parallel()
			server, client := start(t)
			server.Reset()
			var ids []string
			for i := range count {
				ids = append(ids, fmt.Sprintf("es-%03d", i))
			}
			server.AddInstance(ids...)
			for _, total := range []bool{true, false} {
				seen, pages := readPages(t, client, total)
				if !slices.Equal(seen, ids) {
					t.Errorf("instances:\n got %s\nwant %s", seen, ids)
				}
				if wanted := map[bool]int{true: want.pages, false: want.withoutTotal}[total]; pages != wanted {
					t.Errorf("with a total %t: %d pages, want %d", total, pages, wanted)
				}
			}
			for i, r := range server.Requests()[:want.pages] {
				if got, want := r.Path+"?"+r.Query.Encode(), fmt.Sprintf("/openapi/instances?page=%d&size=100", i+1); got != want {
					t.Errorf("request:\n got %s\nwant %s", got, want)
				}
			}
		})
	}
}

// readPages reads pages until the last, with the total or without.
func readPages(t *testing.T, client *elasticsearch.Client, total bool) (seen []string, pages int) {
	t.Helper()
	for {
		pages++
		page, err := client.ListInstance(t.Context(), pages)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range page.Instances {
			seen = append(seen, id.String())
		}
		if !total {
			page.Total = 0
		}
		if page.Last(len(seen)) {
			return seen, pages
		}
	}
}

// TestLast: where the total is known it says how many pages there are, and
// nothing follows an empty page.
func TestLast(t *testing.T) {
	t.Parallel()
	ids := make([]connection.InstanceID, 100)
	for name, test := range map[string]struct {
		page elasticsearch.Page
		seen int
		want bool
	}{
		"all are seen":                  {elasticsearch.Page{Instances: ids[:50], Total: 150}, 150, true},
		"more than all are seen":        {elasticsearch.Page{Instances: ids, Total: 150}, 200, true},
		"not all are seen":              {elasticsearch.Page{Instances: ids, Total: 150}, 100, false},
		"a short page, not all seen":    {elasticsearch.Page{Instances: ids[:1], Total: 150}, 101, false},
		"a total, and an empty page":    {elasticsearch.Page{Total: 150}, 100, true},
		"no total, and a full page":     {elasticsearch.Page{Instances: ids}, 100, false},
		"no total, and a page not full": {elasticsearch.Page{Instances: ids[:99]}, 99, true},
	} {
		if got := test.page.Last(test.seen); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestListInstance(t *testing.T) {
	t.Parallel()
	const noList = "Upstream the API answered HTTP 200: Result is not a list of instances"
	const badID = "Upstream the API answered HTTP 200: Result has an instance id that "
	page := strings.TrimSuffix(strings.Repeat(`{"instanceId":"es-a","status":"active"},`, 2), ",")
	for name, test := range map[string]struct{ body, want string }{
		"the total as a number":       {`{"Headers":{"X-Total-Count":250},"Result":[` + page + `]}`, "{[es-a es-a] 250}"},
		"the total as text":           {`{"Headers":{"X-Total-Count":"250"},"Result":[` + page + `]}`, "{[es-a es-a] 250}"},
		"the total is null":           {`{"Headers":{"X-Total-Count":null},"Result":[]}`, "{[] 0}"},
		"no total":                    {`{"Headers":{"X":1},"Result":[` + page + `]}`, "{[es-a es-a] 0}"},
		"no Headers":                  {`{"Result":[]}`, "{[] 0}"},
		"no Result":                   {`{"Headers":{"X-Total-Count":1}}`, noList},
		"one instance, not a list":    {`{"Result":{"instanceId":"es-a"}}`, noList},
		"a list of texts":             {`{"Result":["es-a"]}`, noList},
		"an element without an id":    {`{"Result":[{"instanceId":"es-a"},{}]}`, badID + "is empty"},
		"an id that cannot be":        {`{"Result":[{"instanceId":"es-a/.."}]}`, badID + `has a character other than letters, digits, - and _: "es-a/.."`},
		"200 with a Code":             {`{"Result":[],"Code":"X","Message":"m"}`, "Upstream the API answered HTTP 200: X: m"},
		"a total that is no number":   {`{"Headers":{"X-Total-Count":"many"},"Result":[]}`, "Upstream the API answered HTTP 200: the body is not the documented JSON"},
		"a total with a decimal part": {`{"Headers":{"X-Total-Count":2.5},"Result":[]}`, "{[] 0}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, client := start(t)
			always(server, said(test.body))
			got, err := client.ListInstance(t.Context(), 1)
			if got := outcomeOf(t, got, err); got != test.want {
				t.Errorf("page:\n got %s\nwant %s", got, test.want)
			}
		})
	}
}
