package elasticsearchtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/acs3"
)

const firstID = "E5C0FFEE-0000-4000-8000-000000000001"

// Two accounts for the tests: a plain key, and one with a security token that has to be encoded nowhere.
var (
	plain     = Account{AccessKeyID: "Key", AccessKeySecret: "Secret"}
	temporary = Account{AccessKeyID: "STS.Key", AccessKeySecret: "Other", SecurityToken: "Token+/=="}
)

// now is the gateway's clock in these tests.
func now() time.Time { return time.Date(2023, 10, 26, 10, 22, 32, 0, time.UTC) }

func start(t *testing.T, create func() *Server) *Server {
	t.Helper()
	s := create()
	t.Cleanup(s.Close)
	s.Now = now
	s.AddAccount(plain)
	s.AddAccount(temporary)
	return s
}

// startConnected starts a server with es-cn-a and es-cn-b connected, and es-cn-c.
func startConnected(t *testing.T, create func() *Server) *Server {
	t.Helper()
	s := start(t, create)
	s.AddInstance("es-cn-a", "es-cn-b", "es-cn-c")
	s.Connect("es-cn-b", "es-cn-a")
	return s
}

// do sends a request of the plain account; target continues /openapi/instances.
func do(t *testing.T, s *Server, method, action, target string) (*http.Response, string) {
	t.Helper()
	return send(t, s, signed(t, s, method, action, target))
}

// signed is a request of the plain account; target continues /openapi/instances.
func signed(t *testing.T, s *Server, method, action, target string) *http.Request {
	t.Helper()
	r := unsigned(t, s, method, action, target)
	acs3.Sign(r, input(s, plain))
	return r
}

func unsigned(t *testing.T, s *Server, method, action, target string) *http.Request {
	t.Helper()
	r := newRequest(t, method, s.URL+"/openapi/instances"+target)
	r.Header.Set("x-acs-action", action)
	r.Header.Set("x-acs-version", "2017-06-13")
	return r
}

func newRequest(t *testing.T, method, target string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// input is what a signature of an account depends on, at the server's time and with a new nonce.
func input(s *Server, a Account) acs3.Input {
	return acs3.Input{Time: s.Now(), Nonce: rand.Text(), Credentials: acs3.Credentials{
		AccessKeyID:     acs3.NewSecret(a.AccessKeyID),
		AccessKeySecret: acs3.NewSecret(a.AccessKeySecret),
		SecurityToken:   acs3.NewSecret(a.SecurityToken),
	}}
}

func send(t *testing.T, s *Server, r *http.Request) (*http.Response, string) {
	t.Helper()
	return roundTrip(t, s.Transport(), r)
}

func codes(s *Server) []string {
	var codes []string
	for _, r := range s.Requests() {
		codes = append(codes, r.Code)
	}
	return codes
}

// refusal is the body of the answer to the first request when it is a refusal.
func refusal(r *http.Response, code, message string) string {
	return fmt.Sprintf(`{"RequestId":"%s","HostId":"%s","Code":"%s","Message":"%s","Recommend":`+
		`"https://api.alibabacloud.com/troubleshoot?q=%s&product=elasticsearch&requestId=%s"}`,
		firstID, r.Request.Host, code, message, code, firstID)
}

func TestResetForgetsAllButAccountsAndListener(t *testing.T) {
	t.Parallel()
	s := startConnected(t, NewServer)
	deletion := func() *http.Request {
		return signed(t, s, "DELETE", "DeleteConnectedCluster", deletionTarget+"&clientToken=t")
	}
	r := deletion()
	send(t, s, r)
	s.Fail(Fault{Answer: HTML(502)})
	s.Connect("es-cn-a", "es-cn-c")
	s.Reset()
	if got := s.Connections(); got != nil {
		t.Errorf("Connections: got %v", got)
	}
	if got := s.Requests(); len(got) != 0 {
		t.Errorf("Requests: got %v", got)
	}
	// Neither the nonce nor the fault nor the token nor the instance is there any more.
	response, got := send(t, s, r)
	if want := refusal(response, "InstanceNotFound", "The instance is not found."); got != want {
		t.Errorf("body:\n got %s\nwant %s", got, want)
	}
}

// An answer that hangs ends with its client and with the server.
func TestHangEnds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		create func() *Server
		end    func(s *Server, leave func())
	}{
		"the client leaves":              {NewServer, func(_ *Server, leave func()) { leave() }},
		"the server is closed":           {NewServer, func(s *Server, _ func()) { s.Close() }},
		"the server is closed under TLS": {NewTLSServer, func(s *Server, _ func()) { s.Close() }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startConnected(t, test.create)
			arrived, left := make(chan struct{}), make(chan struct{})
			s.Fail(Fault{Answer: signalled(arrived, left)})
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			failed := make(chan error, 1)
			go func() {
				failed <- read(s.Transport(), signed(t, s, "DELETE", "DeleteConnectedCluster", deletionTarget).WithContext(ctx))
			}()
			<-arrived
			test.end(s, leave)
			<-left
			if err := <-failed; err == nil {
				t.Error("the client got an answer")
			}
		})
	}
}

// signalled hangs, and closes arrived when it begins and left when it ends.
func signalled(arrived, left chan struct{}) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		defer close(left)
		Hang()(w, r)
	}
}

// Behind a second request that has begun, net/http does not notice that the client is gone.
func TestCloseEndsAHangWithMoreToRead(t *testing.T) {
	t.Parallel()
	s := startConnected(t, NewServer)
	arrived, left := make(chan struct{}), make(chan struct{})
	s.Fail(Fault{Answer: signalled(arrived, left)})
	connection, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	var request strings.Builder
	if err := signed(t, s, "GET", "ListInstance", "").Write(&request); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(connection, request.String()+strings.Repeat("G", 8<<10)) // more than net/http buffers
	<-arrived
	s.Reset()
	if s.MaxInFlight() != 1 {
		t.Errorf("MaxInFlight after a Reset with a request in flight: got %d, want 1", s.MaxInFlight())
	}
	s.Close()
	<-left
}

func TestHangSendsNothing(t *testing.T) {
	t.Parallel()
	ctx, leave := context.WithCancel(t.Context())
	leave()
	defer func() {
		if got := recover(); got != http.ErrAbortHandler {
			t.Errorf("panic:\n got %v\nwant %v", got, http.ErrAbortHandler)
		}
	}()
	Hang()(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/", nil))
}

func TestCloseWithAnUnfinishedRequest(t *testing.T) {
	t.Parallel()
	s := NewServer()
	connection, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	fmt.Fprint(connection, "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n")
	// The server asks for the body once its handler reads it.
	if _, err := connection.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s.Close() // Closing twice does no harm.
}
