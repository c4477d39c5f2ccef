package elasticsearchtest

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

const deletionTarget = "/es-cn-a/connected-clusters?connectedInstanceId=es-cn-b"

func TestAnswersOfFaults(t *testing.T) {
	t.Parallel()
	host := &http.Response{Request: &http.Request{Host: "HOST"}}
	for name, test := range map[string]struct {
		answer                  http.HandlerFunc
		status                  int
		contentType, body, code string
	}{
		"refusal": {Refuse(503, "ServiceUnavailable", "Wait <a> & see."), 503, "application/json;charset=utf-8",
			refusal(host, "ServiceUnavailable", "Wait <a> & see."), "ServiceUnavailable"},
		"refusal in XML": {RefuseXML(400, "Throttling.User", "a < b"), 400, "text/xml;charset=utf-8",
			"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><RequestId>" + firstID + "</RequestId><HostId>HOST</HostId>" +
				"<Code>Throttling.User</Code><Message>a &lt; b</Message></Error>", "Throttling.User"},
		"success with a code": {Body(200, "application/json", `{"code":"Busy"}`), 200, "application/json",
			`{"code":"Busy"}`, "Busy"},
		"redirection": {Redirect(307, "http://169.254.169.254/"), 307, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startConnected(t, NewServer)
			s.Fail(Fault{Answer: test.answer})
			r, body := do(t, s, "DELETE", "DeleteConnectedCluster", deletionTarget)
			got := []any{r.StatusCode, r.Header.Get("Content-Type"), body, s.Requests()[0].Status, s.Requests()[0].Code}
			wantBody := strings.ReplaceAll(test.body, "HOST", r.Request.Host)
			want := []any{test.status, test.contentType, wantBody, test.status, test.code}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("answer:\n got %q\nwant %q", got, want)
			}
			if name == "redirection" && r.Header.Get("Location") != "http://169.254.169.254/" {
				t.Errorf("Location: got %s", r.Header.Get("Location"))
			}
		})
	}
}

func TestBrokenAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		create func() *Server
		answer http.HandlerFunc
		want   error
		status int
	}{
		"reset":               {NewServer, Reset(), syscall.ECONNRESET, 0},
		"reset under TLS":     {NewTLSServer, Reset(), syscall.ECONNRESET, 0},
		"truncated":           {NewServer, Truncated(), io.ErrUnexpectedEOF, 200},
		"truncated under TLS": {NewTLSServer, Truncated(), io.ErrUnexpectedEOF, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startConnected(t, test.create)
			s.Fail(Fault{AfterEffect: true, Answer: test.answer})
			err := read(s.Transport(), signed(t, s, "DELETE", "DeleteConnectedCluster", deletionTarget))
			if !errors.Is(err, test.want) {
				t.Errorf("error:\n got %v\nwant %v", err, test.want)
			}
			if got := s.Requests()[0]; got.Status != test.status || got.Code != "" {
				t.Errorf("recorded: got %d %s", got.Status, got.Code)
			}
			// The connection broke once: what comes next is served, one request at a time.
			do(t, s, "DELETE", "DeleteConnectedCluster", deletionTarget)
			if got, want := codes(s), []string{"", "RepetitionOperationError"}; !slices.Equal(got, want) {
				t.Errorf("codes:\n got %q\nwant %q", got, want)
			}
			if s.MaxInFlight() != 1 {
				t.Errorf("MaxInFlight: got %d, want 1", s.MaxInFlight())
			}
		})
	}
}

// read sends a request, reads its answer to the end and returns the error of either.
func read(transport *http.Transport, r *http.Request) error {
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.ReadAll(response.Body)
	return err
}

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
	if s.MaxInFlight() != 3 || s.Dials() != 5 {
		t.Errorf("MaxInFlight, Dials: got %d, %d, want 3, 5", s.MaxInFlight(), s.Dials())
	}
}
