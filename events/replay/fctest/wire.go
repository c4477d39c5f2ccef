package fctest

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// payloadLimit is Function Compute's limit for the reply to a synchronous invocation.
const payloadLimit = 32 << 20 // 32 MiB

// next is the long poll. It answers with an invocation, or with 503 when the server closes.
func (s *Server) next(w http.ResponseWriter, r *http.Request) {
	s.firstPoll.Do(func() { close(s.polled) })
	select {
	case c := <-s.queue:
		if err := c.handOver(w); err != nil {
			s.finish(c.RequestID, answer{err: fmt.Errorf("invocation %s: hand over: %w", c.RequestID, err)})
		}
	case <-s.open.Done():
		http.Error(w, ErrClosed.Error(), http.StatusServiceUnavailable)
	case <-r.Context().Done(): // the function's process is gone
	}
}

// handOver writes the invocation as the answer to a poll: the event is the body, all the rest is in headers.
func (c *call) handOver(w http.ResponseWriter) error {
	timeout := cmp.Or(c.Timeout, time.Minute)
	seconds := (timeout + time.Second - 1) / time.Second // a whole number; rounded up, for 0 would be no timeout

	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Length", strconv.Itoa(len(c.Payload)))
	h.Set("x-fc-request-id", c.RequestID)
	h.Set("x-fc-function-deadline", strconv.FormatInt(time.Now().Add(timeout).UnixMilli(), 10))
	h.Set("x-fc-function-timeout", strconv.FormatInt(int64(seconds), 10))
	h.Set("x-fc-access-key-id", c.AccessKeyID)
	h.Set("x-fc-access-key-secret", c.AccessKeySecret)
	h.Set("x-fc-security-token", c.SecurityToken)
	h.Set("x-fc-region", c.Region)
	h.Set("x-fc-account-id", c.AccountID)
	h.Set("x-fc-retry-count", strconv.Itoa(c.RetryCount))
	h.Set("x-fc-function-type", "0") // an event; 1 to 3 are the hooks of the instance
	h.Set("x-fc-function-name", "elasticsearch-disconnect")
	h.Set("x-fc-function-handler", "main")
	h.Set("x-fc-function-memory", "128") // MB
	h.Set("x-fc-version-id", "LATEST")
	h.Set("x-fc-qualifier", "LATEST")

	if _, err := w.Write(c.Payload); err != nil {
		return err
	}
	return http.NewResponseController(w).Flush() // or a broken connection would show only after this function
}

func (s *Server) result(w http.ResponseWriter, r *http.Request)  { s.take(w, r, false) }
func (s *Server) failure(w http.ResponseWriter, r *http.Request) { s.take(w, r, true) }

// take reads a posted reply. An unreadable one ends the invocation, too, so that nobody waits for it.
func (s *Server) take(w http.ResponseWriter, r *http.Request, failed bool) {
	id := r.PathValue("id")
	payload, err := read(r)
	if err != nil {
		err = fmt.Errorf("invocation %s: read the reply: %w", id, err)
		s.finish(id, answer{err: err})
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if !s.finish(id, answer{reply: Reply{Failed: failed, Payload: payload}}) {
		http.Error(w, fmt.Sprintf("invocation %s awaits no reply", id), http.StatusNotFound)
	}
}

// read takes the body of a request, which the SDK always sends with its length.
func read(r *http.Request) ([]byte, error) {
	if r.ContentLength > payloadLimit {
		return nil, fmt.Errorf("%d bytes are more than the %d that Function Compute takes", r.ContentLength, payloadLimit)
	}
	return io.ReadAll(r.Body)
}
