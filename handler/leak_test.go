package handler_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"strings"
	"sync"
	"testing"

	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// canaries are credentials whose parts are found in a text in any case and encoding: some
// that cannot be an id or a media type, and some that can.
func canaries() map[string]fccontext.Credentials {
	return map[string]fccontext.Credentials{
		"with signs":         {AccessKeyId: "STS.CanaryKey7", AccessKeySecret: "CanarySecret+/8==", SecurityToken: "CanaryToken+/9==%&x"},
		"letters and digits": {AccessKeyId: "CanaryKey7", AccessKeySecret: "CanarySecret8", SecurityToken: "CanaryToken9"},
	}
}

// A witness records the signature of each request.
type witness struct {
	http.RoundTripper
	mu         sync.Mutex
	signatures []string
}

func (w *witness) RoundTrip(r *http.Request) (*http.Response, error) {
	_, signature, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
	w.mu.Lock()
	w.signatures = append(w.signatures, signature)
	w.mu.Unlock()
	return w.RoundTripper.RoundTrip(r)
}

// A leaky is a fixture that logs at debug level, with canaries for credentials.
type leaky struct {
	*fixture
	*witness
	secrets fccontext.Credentials
}

func newLeaky(t *testing.T, secrets fccontext.Credentials) *leaky {
	t.Helper()
	s := newFixture(t)
	s.api.AddAccount(accountOf(secrets))
	s.Log = slog.New(slog.NewJSONHandler(&s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w := &witness{RoundTripper: s.Transport}
	s.Transport = w
	return &leaky{s, w, secrets}
}

// check handles an event and searches its reply and log for the credentials.
func (s *leaky) check(t *testing.T, event string) {
	t.Helper()
	s.log.Reset()
	s.signatures = nil
	reply, err := s.Handle(invocation(t, s.secrets), []byte(event))
	said := posted(t, reply, err) + fmt.Sprintf("%+v %+v", reply, err) + s.log.String()
	if i := strings.Index(strings.ToLower(said), "canary"); i >= 0 {
		t.Errorf("it gives away …%.200s…", said[max(0, i-100):])
	}
	for _, signature := range s.signatures {
		if i := strings.Index(said, signature); i >= 0 {
			t.Errorf("it gives away an Authorization: …%.200s…", said[max(0, i-150):])
			return
		}
	}
}

// TestEchoesDoNotLeak: at each call, from each part of an answer.
func TestEchoesDoNotLeak(t *testing.T) {
	t.Parallel()
	for name, echo := range echoes() {
		for kind, secrets := range canaries() {
			t.Run(name+", "+kind, handler.Bubbled(func(t *testing.T) {
				s := newLeaky(t, secrets)
				for _, event := range []string{post, batch(direct, event, released(gone), releaseOf(gone, byAPI, ""))} {
					for _, call := range []string{"", "ListInstance", "DescribeInstance", "DeleteConnectedCluster", "ListConnectedClusters " + instance} {
						s.api.Reset()
						s.api.AddInstance(instance)
						s.api.Connect(instance, connected)
						s.api.OnRequest = at(call, echo)
						if s.check(t, event); t.Failed() {
							t.Fatalf("at %q of %s", call, event)
						}
					}
				}
			}))
		}
	}
}

// TestTransportDoesNotLeak: an error or a panic of the transport may quote its request.
func TestTransportDoesNotLeak(t *testing.T) {
	t.Parallel()
	for name, trip := range map[string]func(dump string) error{
		"an error":            func(dump string) error { return errors.New(dump) },
		"a panic":             func(dump string) error { panic(dump) },
		"a panic of an error": func(dump string) error { panic(errors.New(dump)) },
	} {
		t.Run(name, handler.Bubbled(func(t *testing.T) {
			for _, event := range []string{direct, post, event, released(gone), batch(event, released(gone))} {
				s := newLeaky(t, canaries()["with signs"])
				s.RoundTripper = roundTripper(func(r *http.Request) (*http.Response, error) {
					dump, _ := httputil.DumpRequest(r, false)
					return nil, trip(string(dump))
				})
				if s.check(t, event); t.Failed() {
					t.Fatalf("of %s", event)
				}
			}
		}))
	}
}

// echoes are answers that repeat the request, each in another part.
func echoes() map[string]fault {
	echo := func(answer func(w http.ResponseWriter, r *http.Request, dump, token string)) fault {
		return answering(func(w http.ResponseWriter, r *http.Request) {
			dump, _ := httputil.DumpRequest(r, false)
			answer(w, r, string(dump), r.Header.Get("X-Acs-Security-Token"))
		})
	}
	body := func(status int, media, format string) fault {
		return echo(func(w http.ResponseWriter, r *http.Request, dump, _ string) {
			quoted, _ := json.Marshal(dump)
			elasticsearchtest.Body(status, media, strings.ReplaceAll(format, "DUMP", string(quoted)))(w, r)
		})
	}
	result := func(format string) fault {
		return echo(func(w http.ResponseWriter, r *http.Request, _, token string) {
			elasticsearchtest.Body(200, jsonMedia, strings.ReplaceAll(format, "TOKEN", token))(w, r)
		})
	}
	header := func(name string) fault {
		return echo(func(w http.ResponseWriter, r *http.Request, _, token string) {
			w.Header().Set(name, token)
			elasticsearchtest.Refuse(500, "InternalError", "m")(w, r)
		})
	}
	raw := func(format string) fault {
		return echo(func(w http.ResponseWriter, r *http.Request, _, token string) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			_, _ = fmt.Fprintf(connection, format, token)
			_ = connection.Close()
		})
	}
	return map[string]fault{
		"echoed in the message": echo(func(w http.ResponseWriter, r *http.Request, dump, _ string) {
			elasticsearchtest.Refuse(400, "X", dump)(w, r)
		}),
		"echoed in a message, retried": echo(func(w http.ResponseWriter, r *http.Request, dump, _ string) {
			elasticsearchtest.Refuse(500, "X", dump)(w, r)
		}),
		"echoed in the message, signed": echo(func(w http.ResponseWriter, r *http.Request, dump, _ string) {
			elasticsearchtest.Refuse(400, "SignatureDoesNotMatch", dump)(w, r)
		}),
		"echoed in XML": echo(func(w http.ResponseWriter, r *http.Request, dump, _ string) {
			elasticsearchtest.RefuseXML(400, "X", dump)(w, r)
		}),
		"echoed in the Code":             body(400, jsonMedia, `{"Code":DUMP,"Message":"m","RequestId":"r"}`),
		"echoed in the RequestId":        body(400, jsonMedia, `{"Code":"X","Message":"m","RequestId":DUMP}`),
		"echoed in the RequestId of 200": body(200, jsonMedia, `{"Result":true,"RequestId":DUMP}`),
		"echoed as a page":               body(502, "text/html", "<html>DUMP</html>"),
		"echoed as text":                 body(200, "text/plain", "DUMP"),
		"the token for an id":            result(`{"Result":[{"instances":"TOKEN","instanceId":"TOKEN"}]}`),
		"the token for a status":         result(`{"Result":{"status":"TOKEN"}}`),
		"the token for a total":          result(`{"Result":[],"Headers":{"X-Total-Count":"TOKEN"}}`),
		"the token in the Content-Type": echo(func(w http.ResponseWriter, r *http.Request, _, token string) {
			elasticsearchtest.Body(200, token, "x")(w, r)
		}),
		"the token in x-acs-request-id":   header("X-Acs-Request-Id"),
		"the token in Retry-After":        header("Retry-After"),
		"the token in Location":           header("Location"),
		"the token in Content-Encoding":   header("Content-Encoding"),
		"the token for a status line":     raw("%s\r\n\r\n"),
		"the token for a status code":     raw("HTTP/1.1 %s\r\n\r\n"),
		"the token for a protocol":        raw("HTTP/%s 200 OK\r\n\r\n"),
		"the token for a header":          raw("HTTP/1.1 200 OK\r\n%s\r\n\r\n"),
		"the token for a length":          raw("HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n"),
		"the token for a chunk":           raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%s\r\n"),
		"the token for Transfer-Encoding": raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: %s\r\n\r\n"),
	}
}
