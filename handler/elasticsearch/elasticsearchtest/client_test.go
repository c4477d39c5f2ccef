package elasticsearchtest

import (
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"
)

const firstID = "E5C0FFEE-0000-4000-8000-000000000001"

// Two accounts for the tests: a plain key, and one with a security token that has to be encoded nowhere.
var (
	plain     = Account{AccessKeyID: "Key", AccessKeySecret: "Secret"}
	temporary = Account{AccessKeyID: "STS.Key", AccessKeySecret: "Other", SecurityToken: "Token+/=="}
)

func start(t *testing.T, create func() *Server) *Server {
	t.Helper()
	s := create()
	t.Cleanup(s.Close)
	s.Now = func() time.Time { return time.Date(2023, 10, 26, 10, 22, 32, 0, time.UTC) }
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

// do sends a signed request of the plain account; target continues /openapi/instances.
func do(t *testing.T, s *Server, method, action, target string) (*http.Response, string) {
	t.Helper()
	return send(t, s, signed(t, s, method, action, target))
}

func signed(t *testing.T, s *Server, method, action, target string) *http.Request {
	t.Helper()
	now := time.Now()
	if s.Now != nil {
		now = s.Now()
	}
	k := signer{account: plain, date: now}
	r := newRequest(t, method, s.URL+"/openapi/instances"+target, "")
	k.prepare(r, action)
	k.sign(r)
	return r
}

func send(t *testing.T, s *Server, r *http.Request) (*http.Response, string) {
	t.Helper()
	transport := s.Transport()
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	response.Request = r
	if r.Host == "" {
		r.Host = r.URL.Host
	}
	return response, string(body)
}

func codes(s *Server) []string {
	var codes []string
	for _, r := range s.Requests() {
		codes = append(codes, r.Code)
	}
	return codes
}

// refusal is the body of the first answer when it is a refusal; HOST stands for the server's.
func refusal(code, message string) string {
	return fmt.Sprintf(`{"RequestId":"%s","HostId":"HOST","Code":"%s","Message":"%s","Recommend":`+
		`"https://api.alibabacloud.com/troubleshoot?q=%s&product=elasticsearch&requestId=%s"}`,
		firstID, code, message, code, firstID)
}
