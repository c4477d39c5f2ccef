// Package elasticsearchtest is a stand-in for the Alibaba Cloud Elasticsearch OpenAPI, version 2017-06-13, on loopback.
// It is for tests and for programs that replay recorded events, so nothing here needs a testing.TB. A [Server] is one
// region; a [Cloud] is several, each under the name of its host, with the Security Token Service.
//
// Two things make it more than a mock:
//   - It verifies the ACS3-HMAC-SHA256 signature of every request with code of its own, written from the
//     specification. It shares nothing with the client it judges, so a mistake cannot cancel itself out.
//   - It keeps state. A test asserts which connections are left, not which calls were made.
//
// Codes and shapes are the documented ones where there is documentation. Where there is none, the place that chooses
// says so: a client must not depend on it.
package elasticsearchtest

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Server is one running stand-in. Its methods are safe for concurrent use; its fields are to be set before the first
// request.
type Server struct {
	URL       string           // the endpoint with its scheme, such as http://127.0.0.1:41234, without a final slash; "" in a Cloud
	Now       func() time.Time // the gateway's clock; nil: time.Now
	Latency   time.Duration    // how long every answer is held back after its effect; the client leaving cuts it short
	ListShape ListShape        // how ListConnectedClusters answers
	Quirks    Quirks           // how it may answer besides

	// OnRequest is called with every request whose signature was accepted, before it is carried out; nil: not. It is
	// for what happens between two requests, and for the fault of a certain one. No lock is held: it may change the
	// state, and it is called for several requests at a time. A Fault with an Answer goes before those queued.
	OnRequest func(Request) Fault

	http     listener
	arrivals *atomic.Int64 // requests so far, of all stand-ins of a Cloud

	mu       sync.Mutex
	accounts map[string]Account // by access key id
	dials    int
	inFlight map[string]int // by path, and all under allPaths
	scenario
}

// A scenario is everything that Reset forgets.
type scenario struct {
	instances   map[string]instance // by id
	connections map[[2]string]bool  // by pair, in order
	tokens      map[clientToken]deletion
	nonces      nonces
	faults      []Fault
	requests    []*Request
	maxInFlight map[string]int // as inFlight
}

// An instance is one that exists. To a caller of another account it does not.
type instance struct{ account, status, name, vpc string }

func newScenario() scenario {
	return scenario{
		instances:   map[string]instance{},
		connections: map[[2]string]bool{},
		tokens:      map[clientToken]deletion{},
		nonces:      nonces{},
		maxInFlight: map[string]int{},
	}
}

// An Account is an access key that the gateway knows, and the account that it is of.
type Account struct {
	AccessKeyID     string
	AccessKeySecret string
	SecurityToken   string // empty: a plain key, which must not send a token
	ID              string // of the account; empty is one as well
	User            string // the name of the RAM user whose key it is; empty: somebody
}

// NewServer starts a stand-in that speaks plain HTTP. It knows no account and no instance yet.
func NewServer() *Server {
	s := newServer()
	s.http.Start()
	s.URL = s.http.URL
	return s
}

// NewTLSServer starts a stand-in that speaks HTTPS, with a certificate for 127.0.0.1 which only Transport and
// CertificatePEM make trusted.
func NewTLSServer() *Server {
	s := newServer()
	s.http.StartTLS()
	s.URL = s.http.URL
	return s
}

func newServer() *Server {
	s := &Server{
		arrivals: new(atomic.Int64), accounts: map[string]Account{}, inFlight: map[string]int{}, scenario: newScenario(),
	}
	s.http = newListener(s)
	s.http.Config.ConnState = s.countDial
	return s
}

// Close ends the answers that hang, cuts every connection and returns when no request is left. An Answer of the
// caller's own must heed the context of its request, or Close waits for it.
func (s *Server) Close() { s.http.close() }

// Transport returns a new transport, with a connection pool of its own, that trusts the certificate of a TLS server.
func (s *Server) Transport() *http.Transport {
	t := &http.Transport{}
	if s.http.door != nil {
		t.DialContext = s.Dial
	}
	if certificate := s.http.Certificate(); certificate != nil {
		pool := x509.NewCertPool()
		pool.AddCert(certificate)
		t.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	return t
}

// CertificatePEM returns the certificate to put in the file that SSL_CERT_FILE of another process names. It is nil for
// a plain server.
func (s *Server) CertificatePEM() []byte {
	certificate := s.http.Certificate()
	if certificate == nil {
		return nil
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
}

// AddAccount makes an access key known, besides those known already. The same AccessKeyID again takes its place, as when
// a security token is renewed.
func (s *Server) AddAccount(a Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts[a.AccessKeyID] = a
}

// Reset forgets instances, connections, client tokens, nonces, faults, requests and what was in flight, and
// restarts the request ids. It keeps the accounts, the listener with its TCP connections, and so Dials.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scenario = newScenario()
	s.maxInFlight = maps.Clone(s.inFlight)
}

// ServeHTTP takes one request through the gateway: read, record, judge, answer. It is exported for a listener of the
// caller's own, such as one in memory inside a testing/synctest bubble, where the clock is the bubble's.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := readCall(r)
	if err != nil {
		panic(http.ErrAbortHandler) // The client went away before its request was whole.
	}
	request := s.arrive(w, r, c)
	rec := s.recorder(w, request)
	defer rec.leave()
	answer := s.judge(c, request)
	s.holdBack(r.Context())
	answer(rec, r)
}

// judge does what the request asks for, unless its signature or a fault is against it, and chooses the answer.
func (s *Server) judge(c *call, r *Request) http.HandlerFunc {
	if refusal := s.verify(c); refusal != nil {
		return refusal
	}
	fault := s.nextFault(r)
	if fault.Answer != nil && !fault.AfterEffect {
		return fault.Answer
	}
	answer := s.carryOut(c)
	if fault.Answer != nil {
		return fault.Answer
	}
	return answer
}

// holdBack waits for the Latency. Without one it makes no timer: in a synctest bubble under the race detector, timers
// of no duration that fire at once in two goroutines end the program inside Go's runtime (seen in 1.26.8).
func (s *Server) holdBack(ctx context.Context) {
	if s.Latency <= 0 {
		return
	}
	select {
	case <-time.After(s.Latency):
	case <-ctx.Done():
	}
}

// AddInstance makes instances exist, active, in the account without an id.
func (s *Server) AddInstance(ids ...string) { s.AddInstanceOf("", ids...) }

// AddInstanceOf makes instances exist, active, in an account.
func (s *Server) AddInstanceOf(account string, ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		s.instances[id] = instance{account: account, status: "active", vpc: vpcID}
	}
}

// SetStatus gives an instance one of the documented statuses: active, activating, inactive, invalid or unknown. It
// makes the instance exist, in the account without an id, if it did not.
func (s *Server) SetStatus(id, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, exists := s.instances[id]
	if !exists {
		i.vpc = vpcID
	}
	i.status = status
	s.instances[id] = i
}

// SetName gives an instance that exists a name, as a person does in the console, and the id of its network.
func (s *Server) SetName(id, name, vpc string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i, exists := s.instances[id]; exists {
		i.name, i.vpc = name, vpc
		s.instances[id] = i
	}
}

// RemoveInstance does what a release does: the instance is gone, but its connections dangle until they are deleted from
// the side that survives.
func (s *Server) RemoveInstance(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.instances, id)
}

// Connect connects two instances, both ways. Neither need exist: that is how to set up a dangling connection.
func (s *Server) Connect(a, b string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connections[pair(a, b)] = true
}

// Connected reports whether two instances are connected. The order does not matter.
func (s *Server) Connected(a, b string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections[pair(a, b)]
}

// Connections returns every connection once, dangling ones too: each pair in order, the pairs in order, nil when there
// is none.
func (s *Server) Connections() [][2]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Keys(s.connections), func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
}

// peers returns the other ends of the connections of an instance, sorted. The caller holds the lock.
func (s *Server) peers(id string) []string {
	var peers []string
	for connection := range s.connections {
		switch id {
		case connection[0]:
			peers = append(peers, connection[1])
		case connection[1]:
			peers = append(peers, connection[0])
		}
	}
	slices.Sort(peers)
	return peers
}

func pair(a, b string) [2]string {
	return [2]string{min(a, b), max(a, b)}
}
