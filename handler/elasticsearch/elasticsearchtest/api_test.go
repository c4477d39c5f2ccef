package elasticsearchtest

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func release(s *Server) { s.RemoveInstance("es-cn-b") }

// activate changes an instance that has a name of its own, which stays.
func activate(s *Server) {
	s.SetName("es-cn-a", "shop", "vpc-a")
	s.SetStatus("es-cn-a", "activating")
}

// An answerTest is one request by the plain account; target continues /openapi/instances.
type answerTest struct {
	method, action, target string // no method: GET
	arrange                func(*Server)
	want                   string // none: there is no such instance
}

func answerTests() map[string]answerTest {
	const (
		id     = `,"RequestId":"` + firstID + `"}`
		nested = `{"Result":[{"instances":"es-cn-0","networkType":"vpc"},{"instances":"es-cn-b","networkType":"vpc"}]}`
		byID   = `[{"instanceId":"es-cn-0","networkType":"vpc"},{"instanceId":"es-cn-b","networkType":"vpc"}]`
	)
	return map[string]answerTest{
		"deletion": {
			method: "DELETE", action: "DeleteConnectedCluster", target: deletionTarget,
			want: `{"Result":true` + id,
		},
		"connections, nested": {
			action: "ListConnectedClusters", target: "/es-cn-a/connected-clusters",
			want: `{"Result":` + nested + id,
		},
		"connections, by instanceId": {
			action: "ListConnectedClusters", target: "/es-cn-a/connected-clusters",
			arrange: func(s *Server) { s.ListShape = ShapeInstanceID },
			want:    `{"Result":` + byID + id,
		},
		"connections, by instances": {
			action: "ListConnectedClusters", target: "/es-cn-a/connected-clusters",
			arrange: func(s *Server) { s.ListShape = ShapeInstances },
			want:    `{"Result":[{"instances":"es-cn-0"},{"instances":"es-cn-b"}]` + id,
		},
		"connections, seen from the other side": {
			action: "ListConnectedClusters", target: "/es-cn-b/connected-clusters",
			want: `{"Result":{"Result":[{"instances":"es-cn-a","networkType":"vpc"}]}` + id,
		},
		"connections, one dangling": {
			action: "ListConnectedClusters", target: "/es-cn-a/connected-clusters", arrange: release,
			want: `{"Result":` + nested + id,
		},
		"no connections": {
			action: "ListConnectedClusters", target: "/es-cn-d/connected-clusters", want: `{"Result":{"Result":[]}` + id,
		},
		"connections of a released instance": {action: "ListConnectedClusters", target: "/es-cn-b/connected-clusters", arrange: release},
		"description": {
			action: "DescribeInstance", target: "/es-cn-a", arrange: activate,
			want: `{"Result":{"description":"shop","instanceId":"es-cn-a","networkConfig":{"vpcId":"vpc-a"},"status":"activating"}` + id,
		},
		"description of a released instance": {action: "DescribeInstance", target: "/es-cn-b", arrange: release},
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range answerTests() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startConnected(t, NewServer)
			s.AddInstance("es-cn-d")
			s.Connect("es-cn-0", "es-cn-a")
			if test.arrange != nil {
				test.arrange(s)
			}
			r, got := do(t, s, cmp.Or(test.method, "GET"), test.action, test.target)
			want := cmp.Or(test.want, refusal(r, "InstanceNotFound", "The instance is not found."))
			if got != want {
				t.Errorf("body:\n got %s\nwant %s", got, want)
			}
			if r.Header.Get("x-acs-request-id") != firstID {
				t.Errorf("x-acs-request-id:\n got %s\nwant %s", r.Header.Get("x-acs-request-id"), firstID)
			}
		})
	}
}

func TestListInstancePages(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]struct {
		code        string
		first, size int
	}{
		"":                               {"", 0, 10},
		"?page=2":                        {"", 10, 10},
		"?page=12":                       {"", 110, 5},
		"?page=13":                       {"", 0, 0},
		"?page=9223372036854775807":      {"", 0, 0},
		"?size=100":                      {"", 0, 100},
		"?page=2&size=100":               {"", 100, 15},
		"?size=101":                      {code: "InvalidParameter"},
		"?size=0":                        {code: "InvalidParameter"},
		"?page=0":                        {code: "InvalidParameter"},
		"?page=one":                      {code: "InvalidParameter"},
		"?page=9223372036854775808":      {code: "InvalidParameter"},
		"?size=10&page=1&status=unheard": {"", 0, 10},
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			s := start(t, NewServer)
			var ids []string
			for i := range 115 {
				ids = append(ids, fmt.Sprintf("es-cn-%03d", i))
			}
			s.AddInstance(ids...)
			r, body := do(t, s, "GET", "ListInstance", query)
			if want.code != "" {
				if got := codes(s); r.StatusCode != http.StatusBadRequest || got[0] != want.code {
					t.Errorf("answer:\n got %d %s\nwant 400 %s", r.StatusCode, got[0], want.code)
				}
				return
			}
			var listed []string
			for _, id := range ids[want.first : want.first+want.size] {
				listed = append(listed, `{"description":"","instanceId":"`+id+`","networkConfig":{"vpcId":"`+vpcID+`"},"status":"active"}`)
			}
			expected := `{"Result":[` + strings.Join(listed, ",") +
				`],"Headers":{"X-Total-Count":115},"RequestId":"` + firstID + `"}`
			if body != expected {
				t.Errorf("body:\n got %s\nwant %s", body, expected)
			}
		})
	}
}

// A deletionTest is a row of requests by the plain account.
type deletionTest struct {
	arrange func(*Server)
	gone    bool // the connection of es-cn-a and es-cn-b; that of es-cn-a and es-cn-c stays
	steps   []step
}

// A step is one request and the code it gets. Its target is short for the path instance and the query: a?peer=es-cn-b
// is es-cn-a and connectedInstanceId=es-cn-b.
type step struct{ target, code string }

func (s step) path() string {
	id, query, _ := strings.Cut(s.target, "?")
	query = strings.NewReplacer("peer=", "connectedInstanceId=", "token=", "clientToken=").Replace(query)
	return "/es-cn-" + id + "/connected-clusters?" + query
}

func deletionTests() map[string]deletionTest {
	token := strings.Repeat("t", 64)
	return map[string]deletionTest{
		"from either side":            {gone: true, steps: []step{{"b?peer=es-cn-a", ""}}},
		"twice":                       {gone: true, steps: []step{{"a?peer=es-cn-b", ""}, {"a?peer=es-cn-b", "RepetitionOperationError"}}},
		"not connected":               {steps: []step{{"b?peer=es-cn-c", "RepetitionOperationError"}}},
		"with itself":                 {steps: []step{{"a?peer=es-cn-a", "RepetitionOperationError"}}},
		"path instance unknown":       {steps: []step{{"x?peer=es-cn-a", "InstanceNotFound"}}},
		"path instance released":      {arrange: release, steps: []step{{"b?peer=es-cn-a", "InstanceNotFound"}}},
		"connected instance released": {arrange: release, gone: true, steps: []step{{"a?peer=es-cn-b", ""}}},
		"path instance activating":    {arrange: activate, steps: []step{{"a?peer=es-cn-b", "InstanceActivating"}}},
		"no connectedInstanceId":      {steps: []step{{"a", "InvalidParameter"}, {"a?peer=", "InvalidParameter"}}},
		"other parameters":            {gone: true, steps: []step{{"a?peer=es-cn-b&DryRun=true", ""}}},

		"token of 64 characters":          {gone: true, steps: []step{{"a?peer=es-cn-b&token=" + token, ""}}},
		"token of 65 characters":          {steps: []step{{"a?peer=es-cn-b&token=t" + token, "InvalidParameter"}}},
		"token not of ASCII":              {steps: []step{{"a?peer=es-cn-b&token=%C3%A9", "InvalidParameter"}}},
		"same token again":                {gone: true, steps: []step{{"a?peer=es-cn-b&token=t", ""}, {"a?peer=es-cn-b&token=t", ""}}},
		"same token with other peer":      {gone: true, steps: []step{{"a?peer=es-cn-b&token=t", ""}, {"a?peer=es-cn-c&token=t", "IdempotentParameterMismatch"}}},
		"same token from the other side":  {gone: true, steps: []step{{"a?peer=es-cn-b&token=t", ""}, {"b?peer=es-cn-a&token=t", "IdempotentParameterMismatch"}}},
		"token of a refused request":      {gone: true, steps: []step{{"b?peer=es-cn-c&token=t", "RepetitionOperationError"}, {"a?peer=es-cn-b&token=t", ""}}},
		"other token, connection is gone": {gone: true, steps: []step{{"a?peer=es-cn-b&token=t", ""}, {"a?peer=es-cn-b&token=u", "RepetitionOperationError"}}},
	}
}

func TestDeleteConnectedCluster(t *testing.T) {
	t.Parallel()
	for name, test := range deletionTests() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.run(t)
		})
	}
}

func (d deletionTest) run(t *testing.T) {
	s := startConnected(t, NewServer)
	s.Connect("es-cn-c", "es-cn-a")
	if d.arrange != nil {
		d.arrange(s)
	}
	var want []string
	for _, step := range d.steps {
		do(t, s, "DELETE", "DeleteConnectedCluster", step.path())
		want = append(want, step.code)
	}
	if got := codes(s); !slices.Equal(got, want) {
		t.Errorf("codes:\n got %q\nwant %q", got, want)
	}
	left := [][2]string{{"es-cn-a", "es-cn-b"}, {"es-cn-a", "es-cn-c"}}
	if d.gone {
		left = left[1:]
	}
	if got := s.Connections(); !slices.Equal(got, left) {
		t.Errorf("Connections:\n got %v\nwant %v", got, left)
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	s := startConnected(t, NewServer)
	r := signed(t, s, "DELETE", "DeleteConnectedCluster",
		"/es-cn-a/connected-clusters?connectedInstanceId=x%20y&clientToken=t")
	send(t, s, r)
	header := r.Header.Clone()
	header.Set("Host", r.Host)
	header.Set("User-Agent", "Go-http-client/1.1")
	header.Set("Accept-Encoding", "gzip")
	want := []Request{{
		Method: "DELETE", Path: "/openapi/instances/es-cn-a/connected-clusters",
		Query:  url.Values{"connectedInstanceId": {"x y"}, "clientToken": {"t"}},
		Header: header, Action: "DeleteConnectedCluster", ClientToken: "t", AccessKeyID: "Key",
		Status: 400, Code: "RepetitionOperationError", RequestID: firstID, Order: 1,
	}}
	got := s.Requests()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Requests:\n got %+v\nwant %+v", got, want)
	}
	got[0].Header.Set("Host", "changed")
	got[0].Query.Set("clientToken", "changed")
	if again := s.Requests(); !reflect.DeepEqual(again, want) {
		t.Errorf("Requests, after its copies were changed:\n got %+v\nwant %+v", again, want)
	}
}
