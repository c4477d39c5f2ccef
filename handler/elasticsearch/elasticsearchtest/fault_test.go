package elasticsearchtest

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
)

const deletionTarget = "/es-cn-a/connected-clusters?connectedInstanceId=es-cn-b"

func TestAnswersOfFaults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer                  http.HandlerFunc
		status                  int
		contentType, body, code string
	}{
		"refusal": {Refuse(503, "ServiceUnavailable", "Wait <a> & see."), 503, "application/json;charset=utf-8",
			refusal("ServiceUnavailable", "Wait <a> & see."), "ServiceUnavailable"},
		"refusal in XML": {RefuseXML(400, "Throttling.User", "a < b"), 400, "text/xml;charset=utf-8",
			"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><RequestId>" + firstID + "</RequestId><HostId>HOST</HostId>" +
				"<Code>Throttling.User</Code><Message>a &lt; b</Message></Error>", "Throttling.User"},
		"page": {HTML(502), 502, "text/html", "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n" +
			"<body><h1>502 Bad Gateway</h1><hr>tengine</body>\r\n</html>\r\n", ""},
		"success with a code": {Body(200, "application/json", `{"code":"Busy"}`), 200, "application/json",
			`{"code":"Busy"}`, "Busy"},
		"body of no content type": {Body(200, "", `<html>`), 200, "", "<html>", ""},
		"no body":                 {Body(204, "", ""), 204, "", "", ""},
		"redirection":             {Redirect(307, "http://169.254.169.254/"), 307, "", "", ""},
		"none: the request passes": {nil, 200, "application/json;charset=utf-8",
			`{"Result":true,"RequestId":"` + firstID + `"}`, ""},
	} {
		for _, afterEffect := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := startConnected(t, NewServer)
				s.Fail(Fault{AfterEffect: afterEffect, Answer: test.answer})
				r, body := do(t, s, "DELETE", "DeleteConnectedCluster", deletionTarget)
				got := []any{r.StatusCode, r.Header.Get("Content-Type"), body, s.Requests()[0].Status, s.Requests()[0].Code}
				wantBody := strings.ReplaceAll(test.body, "HOST", r.Request.Host)
				want := []any{test.status, test.contentType, wantBody, test.status, test.code}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("answer:\n got %q\nwant %q", got, want)
				}
				carriedOut := afterEffect || test.answer == nil
				if s.Connected("es-cn-a", "es-cn-b") == carriedOut {
					t.Errorf("connected: got %t with AfterEffect %t", carriedOut, afterEffect)
				}
				if name == "redirection" && r.Header.Get("Location") != "http://169.254.169.254/" {
					t.Errorf("Location: got %s", r.Header.Get("Location"))
				}
			})
		}
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

func TestFaultsAreUsedInOrderByAcceptedRequests(t *testing.T) {
	t.Parallel()
	s := startConnected(t, NewServer)
	s.Fail(Fault{Answer: Refuse(400, "First", "")}, Fault{})
	s.Fail(Fault{Answer: Refuse(400, "Third", "")})
	tampering{after: query("")}.send(t, s)
	for range 4 {
		do(t, s, "GET", "DescribeInstance", "/es-cn-a")
	}
	want := []string{"SignatureDoesNotMatch", "First", "", "Third", ""}
	if got := codes(s); !slices.Equal(got, want) {
		t.Errorf("codes:\n got %q\nwant %q", got, want)
	}
}
