package elasticsearchtest

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func release(s *Server) { s.RemoveInstance("es-cn-b") }

func activate(s *Server) { s.SetStatus("es-cn-a", "activating") }

// An answerTest is one request by the plain account; target continues /openapi/instances.
type answerTest struct {
	method, action, target string // no method: GET
	arrange                func(*Server)
	want                   string
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
		"connections of a released instance": {
			action: "ListConnectedClusters", target: "/es-cn-b/connected-clusters", arrange: release,
			want: refusal("InstanceNotFound", "The instance is not found."),
		},
		"description": {
			action: "DescribeInstance", target: "/es-cn-a", arrange: activate,
			want: `{"Result":{"instanceId":"es-cn-a","networkConfig":{"vpcId":"` + vpcID + `"},"status":"activating"}` + id,
		},
		"description of a released instance": {
			action: "DescribeInstance", target: "/es-cn-b", arrange: release,
			want: refusal("InstanceNotFound", "The instance is not found."),
		},
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
			want := strings.ReplaceAll(test.want, "HOST", r.Request.Host)
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
				listed = append(listed, `{"instanceId":"`+id+`","networkConfig":{"vpcId":"`+vpcID+`"},"status":"active"}`)
			}
			expected := `{"Result":[` + strings.Join(listed, ",") +
				`],"Headers":{"X-Total-Count":115},"RequestId":"` + firstID + `"}`
			if body != expected {
				t.Errorf("body:\n got %s\nwant %s", body, expected)
			}
		})
	}
}
