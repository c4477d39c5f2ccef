package elasticsearchtest

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
)

const requestIDHeader = "X-Acs-Request-Id"

// A Request is one request that arrived, whether it was accepted or not, and what was answered.
type Request struct {
	Method      string
	Path        string      // decoded
	Query       url.Values  // decoded
	Header      http.Header // as received, and Host with it
	Action      string      // of x-acs-action
	ClientToken string      // of the query
	AccessKeyID string      // of Authorization, known or not; empty when that header cannot be read
	Account     string      // that the access key is of; empty when that is not known
	Status      int         // HTTP status answered; 0 while there is none, and for good when the answer was none
	Code        string      // error code answered, from JSON or XML; empty when there was none
	RequestID   string      // of the answer, as in its x-acs-request-id
	Order       int64       // of arrival, from 1; in a Cloud over all its stand-ins
}

// Requests returns copies of the requests so far, in order of arrival. A request is in it from its arrival on, and its
// Status and Code from before the client can read the answer.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	copies := make([]Request, 0, len(s.requests))
	for _, r := range s.requests {
		copies = append(copies, r.clone())
	}
	return copies
}

func (r *Request) clone() Request {
	c := *r
	c.Header = r.Header.Clone()
	c.Query = url.Values(http.Header(r.Query).Clone())
	return c
}

// allPaths is no path: what is in flight in all.
const allPaths = ""

// MaxInFlight returns the highest number of requests that were being answered at one time. A request whose client gave
// up counts until the server notices.
func (s *Server) MaxInFlight() int { return s.MaxInFlightOf(allPaths) }

// MaxInFlightOf returns the same for the requests of one decoded path.
func (s *Server) MaxInFlightOf(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.maxInFlight[path]
}

// Dials returns the number of TCP connections accepted since the server was started.
func (s *Server) Dials() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dials
}

func (s *Server) countDial(_ net.Conn, state http.ConnState) {
	if state != http.StateNew {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dials++
}

// arrive records the request.
func (s *Server) arrive(w http.ResponseWriter, r *http.Request, c *call) *Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.account = s.accounts[c.authorization.accessKeyID].ID
	request := &Request{
		Method:      c.method,
		Path:        r.URL.Path,
		Query:       c.query,
		Header:      c.header,
		Action:      c.header.Get("x-acs-action"),
		ClientToken: c.query.Get("clientToken"),
		AccessKeyID: c.authorization.accessKeyID,
		Account:     c.account,
		RequestID:   fmt.Sprintf("E5C0FFEE-0000-4000-8000-%012X", len(s.requests)+1),
		Order:       s.arrivals.Add(1),
	}
	s.requests = append(s.requests, request)
	for _, path := range []string{allPaths, request.Path} {
		s.inFlight[path]++
		s.maxInFlight[path] = max(s.maxInFlight[path], s.inFlight[path])
	}
	w.Header().Set(requestIDHeader, request.RequestID)
	return request
}

// recorder is the writer through which the answer to a request is recorded.
func (s *Server) recorder(w http.ResponseWriter, r *Request) *recorder {
	return &recorder{w, &s.mu, &r.Status, &r.Code, sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.inFlight[allPaths]--
		s.inFlight[r.Path]--
	})}
}

// A recorder notes status and code of an answer before it passes them on: a client that has its answer must find it
// recorded.
type recorder struct {
	http.ResponseWriter
	mu     *sync.Mutex // of what is noted
	status *int
	code   *string
	// leave ends the time in flight, once. Who breaks the connection calls it before, or the client's next request may
	// come first and MaxInFlight count one too many.
	leave func()
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) WriteHeader(status int) {
	r.note(status, "")
	r.ResponseWriter.WriteHeader(status)
}

// Write expects a body in one piece, as all the ready-made answers write it.
func (r *recorder) Write(body []byte) (int, error) {
	r.note(http.StatusOK, errorCode(body))
	return r.ResponseWriter.Write(body)
}

// note keeps the first status, as net/http does, but for the informational ones.
func (r *recorder) note(status int, code string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if *r.status < http.StatusOK {
		*r.status = status
	}
	*r.code = cmp.Or(*r.code, code)
}

func errorCode(body []byte) string {
	var fromJSON struct{ Code string }
	if json.Unmarshal(body, &fromJSON) == nil {
		return fromJSON.Code
	}
	var fromXML struct{ Code string }
	if xml.Unmarshal(body, &fromXML) == nil {
		return fromXML.Code
	}
	return ""
}
