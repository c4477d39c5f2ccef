package elasticsearchtest

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestRequestsTellsWhatWasAnswered(t *testing.T) {
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
		Status: 400, Code: "RepetitionOperationError", RequestID: firstID,
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
	_, got := send(t, s, r)
	want := strings.ReplaceAll(refusal("InstanceNotFound", "The instance is not found."), "HOST", r.Host)
	if got != want {
		t.Errorf("body:\n got %s\nwant %s", got, want)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	s := startConnected(t, NewTLSServer)
	_, got := do(t, s, "DELETE", "DeleteConnectedCluster", deletionTarget)
	if want := `{"Result":true,"RequestId":"` + firstID + `"}`; got != want {
		t.Errorf("body:\n got %s\nwant %s", got, want)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(s.CertificatePEM()) {
		t.Fatalf("CertificatePEM: got %s", s.CertificatePEM())
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	if err := read(transport, signed(t, s, "GET", "ListInstance", "")); err != nil {
		t.Errorf("with CertificatePEM: %v", err)
	}
	if got := startConnected(t, NewServer).CertificatePEM(); got != nil {
		t.Errorf("CertificatePEM of a plain server: got %s", got)
	}
	if first, second := s.Transport(), s.Transport(); first == second {
		t.Error("Transport returned the same transport twice")
	}
}

func TestConcurrency(t *testing.T) {
	t.Parallel()
	const clients = 16
	s := startConnected(t, NewServer)
	s.Now = nil
	s.Latency = time.Millisecond
	var wg, together sync.WaitGroup
	together.Add(clients)
	for i := range clients {
		s.Fail(Fault{AfterEffect: true, Answer: func(w http.ResponseWriter, r *http.Request) {
			together.Done()
			together.Wait()
			Body(200, "", "")(w, r)
		}})
		id := fmt.Sprintf("es-cn-%02d", i)
		s.AddInstance(id)
		s.Connect(id, "es-cn-a")
		wg.Go(func() {
			do(t, s, "DELETE", "DeleteConnectedCluster", "/es-cn-a/connected-clusters?connectedInstanceId="+id)
			s.Requests()
		})
	}
	wg.Wait()
	if got := s.Connections(); !reflect.DeepEqual(got, [][2]string{{"es-cn-a", "es-cn-b"}}) {
		t.Errorf("Connections: got %v", got)
	}
	if s.MaxInFlight() != clients || s.Dials() != clients {
		t.Errorf("MaxInFlight, Dials:\n got %d, %d\nwant %d, %d", s.MaxInFlight(), s.Dials(), clients, clients)
	}
}
