package elasticsearchtest

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

// A client finds each documented shape by the names of its members.
func TestListShapes(t *testing.T) {
	t.Parallel()
	for shape, want := range map[ListShape]string{
		ShapeNested:     `{"Result":{"Result":[{"instances":"es-cn-b","networkType":"vpc"}]}`,
		ShapeInstanceID: `{"Result":[{"instanceId":"es-cn-b","networkType":"vpc"}]`,
		ShapeInstances:  `{"Result":[{"instances":"es-cn-b"}]`,
	} {
		s := startConnected(t, NewServer)
		s.ListShape = shape
		_, got := do(t, s, "GET", "ListConnectedClusters", "/es-cn-a/connected-clusters")
		if want += `,"RequestId":"` + firstID + `"}`; got != want {
			t.Errorf("body:\n got %s\nwant %s", got, want)
		}
	}
}

func TestListInstancePages(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]struct {
		entries int
		code    string
	}{
		"":                          {10, ""},
		"?page=12":                  {5, ""},
		"?page=13":                  {0, ""},
		"?page=9223372036854775807": {0, ""},
		"?page=2&size=100":          {15, ""},
		"?size=101":                 {0, "InvalidParameter"},
		"?size=0":                   {0, "InvalidParameter"},
		"?page=0":                   {0, "InvalidParameter"},
		"?page=one":                 {0, "InvalidParameter"},
	} {
		s := start(t, NewServer)
		for i := range 115 {
			s.AddInstance(fmt.Sprintf("es-cn-%03d", i))
		}
		_, body := do(t, s, "GET", "ListInstance", query)
		if n := strings.Count(body, "instanceId"); n != want.entries || s.Requests()[0].Code != want.code {
			t.Errorf("%q: got %d entries and code %q, want %d and %q", query, n, s.Requests()[0].Code, want.entries, want.code)
		}
	}
}

// What the API refuses of a deletion though the instances are connected. es-cn-a and es-cn-b were disconnected with token t.
func TestRefusedDeletions(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("t", 64)
	for target, want := range map[string]string{
		"a/connected-clusters":                                                  "InvalidParameter",
		"a/connected-clusters?connectedInstanceId=":                             "InvalidParameter",
		"a/connected-clusters?connectedInstanceId=es-cn-c&clientToken=" + long:  "",
		"a/connected-clusters?connectedInstanceId=es-cn-c&clientToken=t" + long: "InvalidParameter",
		"a/connected-clusters?connectedInstanceId=es-cn-c&clientToken=%C3%A9":   "InvalidParameter",
		"a/connected-clusters?connectedInstanceId=es-cn-c&clientToken=t":        "IdempotentParameterMismatch",
		"b/connected-clusters?connectedInstanceId=es-cn-a&clientToken=t":        "IdempotentParameterMismatch",
		"c/connected-clusters?connectedInstanceId=es-cn-a&clientToken=u":        "",
	} {
		s := startConnected(t, NewServer)
		s.Connect("es-cn-c", "es-cn-a")
		do(t, s, "DELETE", "DeleteConnectedCluster", deletionTarget+"&clientToken=t")
		do(t, s, "DELETE", "DeleteConnectedCluster", "/es-cn-"+target)
		if got := codes(s)[1]; got != want || s.Connected("es-cn-a", "es-cn-c") != (want != "") {
			t.Errorf("%s: got %q and connections %v, want %q", target, got, s.Connections(), want)
		}
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
