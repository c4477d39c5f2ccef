package elasticsearchtest

import (
	"fmt"
	"net"
	"net/http"
)

// A Fault takes the place of one answer.
type Fault struct {
	// AfterEffect carries the request out first, so that only its answer is lost. Without it nothing is carried out,
	// but the nonce is spent.
	AfterEffect bool
	// Answer is the answer instead; nil lets this one request pass as if there were no fault. The x-acs-request-id is
	// set when it is called. It reaches the connection through an http.ResponseController only.
	Answer http.HandlerFunc
}

// Fail queues faults. Each request whose signature was accepted uses one, in order.
func (s *Server) Fail(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// nextFault returns that which OnRequest gives, else the next one queued, else the zero Fault.
func (s *Server) nextFault(r *Request) Fault {
	if s.OnRequest != nil {
		if chosen := s.OnRequest(r.clone()); chosen.Answer != nil {
			return chosen
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.faults) == 0 {
		return Fault{}
	}
	next := s.faults[0]
	s.faults = s.faults[1:]
	return next
}

// HTML answers with a page such as a proxy on the way makes.
func HTML(status int) http.HandlerFunc {
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	return Body(status, "text/html",
		"<html>\r\n<head><title>"+title+"</title></head>\r\n<body><h1>"+title+"</h1><hr>tengine</body>\r\n</html>\r\n")
}

// Reset answers with a TCP reset: the client sees its connection break before any byte of an answer.
func Reset() http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if r, ok := w.(*recorder); ok {
			r.leave()
		}
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		if t, ok := connection.(interface{ NetConn() net.Conn }); ok {
			connection = t.NetConn() // Under TLS: a farewell would make it an orderly end.
		}
		if t, ok := connection.(*net.TCPConn); ok {
			_ = t.SetLinger(0) // Without lingering, the kernel sends RST instead of FIN.
		}
		_ = connection.Close()
	}
}

// Hang does not answer: it waits until the client goes away or the server is closed.
func Hang() http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		panic(http.ErrAbortHandler) // Returning would send an empty 200.
	}
}

// Truncated answers 200 with the beginning of a success and breaks off before the Content-Length it announced.
func Truncated() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		const whole, sent = `{"Result":true,"RequestId":"4EA9579E-0000-4000-8000-000000000000"}`, `{"Result":true,"Req`
		w.Header().Set("Content-Length", fmt.Sprint(len(whole)))
		Body(http.StatusOK, jsonType, sent)(w, r)
	}
}

// Redirect answers with a redirection, such as 302 or 307, to a location sent as it is.
func Redirect(status int, location string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", location)
		w.WriteHeader(status)
	}
}
