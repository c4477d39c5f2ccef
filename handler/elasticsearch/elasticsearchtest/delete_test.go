package elasticsearchtest

import (
	"slices"
	"strings"
	"testing"
)

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
	return map[string]deletionTest{
		"from either side": {gone: true, steps: []step{
			{"b?peer=es-cn-a", ""},
		}},
		"twice": {gone: true, steps: []step{
			{"a?peer=es-cn-b", ""},
			{"a?peer=es-cn-b", "RepetitionOperationError"},
		}},
		"not connected": {steps: []step{
			{"b?peer=es-cn-c", "RepetitionOperationError"},
		}},
		"with itself": {steps: []step{
			{"a?peer=es-cn-a", "RepetitionOperationError"},
		}},
		"path instance unknown": {steps: []step{
			{"x?peer=es-cn-a", "InstanceNotFound"},
		}},
		"path instance released": {arrange: release, steps: []step{
			{"b?peer=es-cn-a", "InstanceNotFound"},
		}},
		"connected instance released": {arrange: release, gone: true, steps: []step{
			{"a?peer=es-cn-b", ""},
		}},
		"path instance activating": {arrange: activate, steps: []step{
			{"a?peer=es-cn-b", "InstanceActivating"},
		}},
		"no connectedInstanceId": {steps: []step{
			{"a", "InvalidParameter"},
			{"a?peer=", "InvalidParameter"},
		}},
		"other parameters": {gone: true, steps: []step{
			{"a?peer=es-cn-b&DryRun=true", ""},
		}},
	}
}

func tokenTests() map[string]deletionTest {
	token := strings.Repeat("t", 64)
	return map[string]deletionTest{
		"token of 64 characters": {gone: true, steps: []step{
			{"a?peer=es-cn-b&token=" + token, ""},
		}},
		"token of 65 characters": {steps: []step{
			{"a?peer=es-cn-b&token=t" + token, "InvalidParameter"},
		}},
		"token not of ASCII": {steps: []step{
			{"a?peer=es-cn-b&token=%C3%A9", "InvalidParameter"},
		}},
		"same token again": {gone: true, steps: []step{
			{"a?peer=es-cn-b&token=t", ""},
			{"a?peer=es-cn-b&token=t", ""},
		}},
		"same token with other peer": {gone: true, steps: []step{
			{"a?peer=es-cn-b&token=t", ""},
			{"a?peer=es-cn-c&token=t", "IdempotentParameterMismatch"},
		}},
		"same token from the other side": {gone: true, steps: []step{
			{"a?peer=es-cn-b&token=t", ""},
			{"b?peer=es-cn-a&token=t", "IdempotentParameterMismatch"},
		}},
		"token of a refused request": {gone: true, steps: []step{
			{"b?peer=es-cn-c&token=t", "RepetitionOperationError"},
			{"a?peer=es-cn-b&token=t", ""},
		}},
		"other token, connection is gone": {gone: true, steps: []step{
			{"a?peer=es-cn-b&token=t", ""},
			{"a?peer=es-cn-b&token=u", "RepetitionOperationError"},
		}},
	}
}

func TestDeleteConnectedCluster(t *testing.T) {
	t.Parallel()
	for _, table := range []map[string]deletionTest{deletionTests(), tokenTests()} {
		for name, test := range table {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test.run(t)
			})
		}
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
