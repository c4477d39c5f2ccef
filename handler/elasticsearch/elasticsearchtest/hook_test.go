package elasticsearchtest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
)

// What happens in OnRequest happens before the request is carried out, and without the lock.
func TestOnRequest(t *testing.T) {
	t.Parallel()
	s := startConnected(t, NewServer)
	var asked []string
	s.OnRequest = func(r Request) Fault {
		asked = append(asked, r.String())
		s.RemoveInstance("es-cn-a")
		r.Header.Set("Host", "changed")
		return Fault{AfterEffect: true} // no Answer: no fault
	}
	s.Fail(Fault{}, Fault{Answer: HTML(502)})
	tampering{after: query("x=y")}.send(t, s) // refused, and so not told
	do(t, s, "GET", "DescribeInstance", "/es-cn-a")
	do(t, s, "DELETE", "DeleteConnectedCluster", "/es-cn-b/connected-clusters?connectedInstanceId=es-cn-a")
	do(t, s, "GET", "ListConnectedClusters", "/es-cn-b/connected-clusters")
	do(t, s, "GET", "ListInstance", "?page=2&size=1")
	want := []string{"DescribeInstance es-cn-a", "DeleteConnectedCluster es-cn-b es-cn-a", "ListConnectedClusters es-cn-b", "ListInstance 2"}
	if !slices.Equal(asked, want) {
		t.Errorf("requests:\n got %q\nwant %q", asked, want)
	}
	if got, want := codes(s), []string{"SignatureDoesNotMatch", "InstanceNotFound", "", "", ""}; !slices.Equal(got, want) {
		t.Errorf("codes:\n got %q\nwant %q", got, want)
	}
	if r := s.Requests()[2]; r.Status != 502 || r.Header.Get("Host") == "changed" {
		t.Errorf("the queued fault: got %d to %s", r.Status, r.Header.Get("Host"))
	}
}

func TestFaultOfOnRequestGoesFirst(t *testing.T) {
	t.Parallel()
	s := startConnected(t, NewServer)
	n := 0
	s.OnRequest = Each(
		At("DescribeInstance es-cn-a", func(i int) Fault {
			n = i
			if i == 2 {
				return Fault{Answer: Refuse(400, "Hook", "")}
			}
			return Fault{}
		}),
		At("DescribeInstance", func(i int) Fault {
			if i < 3 {
				return Fault{}
			}
			return Fault{Answer: Refuse(400, "Later", "")}
		}),
	)
	s.Fail(Fault{}, Fault{Answer: Refuse(400, "Queued", "")})
	for _, id := range []string{"a", "b", "a", "a"} {
		do(t, s, "GET", "DescribeInstance", "/es-cn-"+id)
	}
	if got, want := codes(s), []string{"", "Queued", "Hook", "Later"}; !slices.Equal(got, want) || n != 3 {
		t.Errorf("codes, and requests seen:\n got %q, %d\nwant %q, 3", got, n, want)
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	s := startConnected(t, NewServer)
	s.Fail(Fault{Answer: Page(9, "es-x", "es-y")}, Fault{Answer: Page(0)})
	for _, want := range []string{
		`{"Result":[{"instanceId":"es-x"},{"instanceId":"es-y"}],"Headers":{"X-Total-Count":9},"RequestId":"`,
		`{"Result":[],"Headers":{"X-Total-Count":0},"RequestId":"`,
	} {
		if _, got := do(t, s, "GET", "ListInstance", ""); got[:strings.LastIndex(got, `E5C0FFEE`)] != want {
			t.Errorf("body:\n got %s\nwant %s…", got, want)
		}
	}
}

// Requests of one path are counted apart: two instances at a time are one each.
func TestMaxInFlightOf(t *testing.T) {
	t.Parallel()
	s := startConnected(t, NewServer)
	s.OnRequest = Together(t.Context(), 3, "DescribeInstance")
	do(t, s, "GET", "ListInstance", "") // another call is not held
	var clients sync.WaitGroup
	for _, id := range []string{"a", "a", "b"} {
		clients.Go(func() { do(t, s, "GET", "DescribeInstance", "/es-cn-"+id) })
	}
	clients.Wait()
	do(t, s, "GET", "DescribeInstance", "/es-cn-c") // nor one beyond the three
	for path, want := range map[string]int{"/openapi/instances/es-cn-a": 2, "/openapi/instances/es-cn-b": 1, "/openapi/instances": 1, "/": 0} {
		if got := s.MaxInFlightOf(path); got != want {
			t.Errorf("MaxInFlightOf(%s): got %d, want %d", path, got, want)
		}
	}
	if got := s.MaxInFlight(); got != 3 {
		t.Errorf("MaxInFlight: got %d, want 3", got)
	}
}

func TestTogetherEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := startConnected(t, NewServer)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	s.OnRequest = Together(ctx, 2, "DescribeInstance")
	do(t, s, "GET", "DescribeInstance", "/es-cn-a")
	if got, want := codes(s), []string{""}; !slices.Equal(got, want) {
		t.Errorf("codes:\n got %q\nwant %q", got, want)
	}
}
