package elasticsearchtest

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
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
			connection = t.NetConn() // Under TLS, its own Close would end the session in good order.
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

const jsonType = "application/json;charset=utf-8"

// Refuse answers with the documented error body: RequestId, HostId, Code, Message and Recommend, in JSON.
func Refuse(status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id := w.Header().Get(requestIDHeader)
		writeJSON(w, status, struct{ RequestId, HostId, Code, Message, Recommend string }{
			id, r.Host, code, message,
			"https://api.alibabacloud.com/troubleshoot?q=" + code + "&product=elasticsearch&requestId=" + id,
		})
	}
}

// Forbid answers as to a caller whose policies do not allow an action, such as elasticsearch:ListInstance.
func Forbid(action string) http.HandlerFunc {
	return Refuse(http.StatusForbidden, "Forbidden.RAM", "You are not authorized to do this action. Action: "+action)
}

// NotOpened answers as in a region in which the account does not use the service.
func NotOpened() http.HandlerFunc {
	return Refuse(http.StatusUnauthorized, "UserNotOpen", "The service of this account is not opened.")
}

// RefuseXML answers with the same error in the XML form that gateways use, without a recommendation.
func RefuseXML(status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := xml.Marshal(struct {
			XMLName                          xml.Name `xml:"Error"`
			RequestId, HostId, Code, Message string
		}{RequestId: w.Header().Get(requestIDHeader), HostId: r.Host, Code: code, Message: message})
		if err != nil {
			panic(err)
		}
		Body(status, "text/xml;charset=utf-8", xml.Header+string(body))(w, r)
	}
}

// Body answers with a body as it is. The content type goes out as given; an empty one sends none.
func Body(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = nil // A nil value keeps net/http from guessing one.
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body)) // A client that went away is no concern of the gateway.
	}
}

// A reply is the body of a success.
type reply struct {
	Result    any            `json:"Result"`
	Headers   map[string]any `json:"Headers,omitempty"`
	RequestID string         `json:"RequestId"`
}

func result(body reply) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		body.RequestID = w.Header().Get(requestIDHeader)
		writeJSON(w, http.StatusOK, body)
	}
}

// writeJSON does not escape for HTML: the real gateway does not, and a leak looks the same here as there.
func writeJSON(w http.ResponseWriter, status int, body any) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		panic(err)
	}
	Body(status, jsonType, strings.TrimSuffix(b.String(), "\n"))(w, nil)
}

// String returns what was asked for, in short: the action, the instance in the path or the number of the page, and the
// connected instance.
func (r Request) String() string {
	id := strings.TrimSuffix(strings.TrimPrefix(r.Path, "/openapi/instances/"), "/connected-clusters")
	if r.Action == "ListInstance" {
		id = r.Query.Get("page")
	}
	return strings.TrimSpace(r.Action + " " + id + " " + r.Query.Get("connectedInstanceId"))
}

// At makes an OnRequest that acts at the requests whose String begins with call, with their number from 1. They
// are taken one after the other.
func At(call string, do func(n int) Fault) func(Request) Fault {
	var mu sync.Mutex
	n := 0
	return func(r Request) Fault {
		if !strings.HasPrefix(r.String(), call) {
			return Fault{}
		}
		mu.Lock()
		defer mu.Unlock()
		n++
		return do(n)
	}
}

// Each makes one OnRequest of several: all are called, and the first fault with an Answer counts.
func Each(hooks ...func(Request) Fault) func(Request) Fault {
	return func(r Request) Fault {
		var first Fault
		for _, hook := range hooks {
			if fault := hook(r); first.Answer == nil {
				first = fault
			}
		}
		return first
	}
}

// Together makes an OnRequest that holds the first n of the requests whose String begins with call until all of them have
// come, or ctx ends: a client that sends them one after the other waits in vain.
func Together(ctx context.Context, n int, call string) func(Request) Fault {
	all := make(chan struct{})
	come := At(call, func(i int) Fault {
		if i == n {
			close(all)
		}
		return Fault{AfterEffect: i <= n}
	})
	return func(r Request) Fault {
		if come(r).AfterEffect {
			select {
			case <-all:
			case <-ctx.Done():
			}
		}
		return Fault{}
	}
}

// Page answers ListInstance with a page of instances, of a total that need not be true.
func Page(total int, ids ...string) http.HandlerFunc {
	listed := []map[string]string{}
	for _, id := range ids {
		listed = append(listed, map[string]string{"instanceId": id})
	}
	return result(reply{Result: listed, Headers: map[string]any{totalHeader: total}})
}
