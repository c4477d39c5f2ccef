package handler_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// canaries are credentials of which any part that is told is found, whatever is
// done to its case or its signs.
var canaries = fccontext.Credentials{AccessKeyId: "STS.CanaryKey7", AccessKeySecret: "CanarySecret+/8==", SecurityToken: "CanaryToken+/9==%&x"}

// A witness notes each Authorization that is sent.
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

// newLeaky is a stage that logs all it can, with canaries for credentials.
func newLeaky(t *testing.T) (*stage, *witness) {
	t.Helper()
	s := newPlainStage(t)
	s.api.AddAccount(elasticsearchtest.Account{AccessKeyID: canaries.AccessKeyId, AccessKeySecret: canaries.AccessKeySecret, SecurityToken: canaries.SecurityToken})
	s.Log = slog.New(slog.NewJSONHandler(&s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w := &witness{RoundTripper: s.Transport}
	s.Transport = w
	return s, w
}

// checkLeaks handles an event and searches all that comes of it.
func (s *stage) checkLeaks(t *testing.T, w *witness, event string) {
	t.Helper()
	s.log.Reset()
	w.signatures = nil
	reply, err := s.Handle(invocation(t, canaries), []byte(event))
	told := posted(t, reply, err) + fmt.Sprintf("%+v %+v", reply, err) + s.log.String()
	if i := strings.Index(strings.ToLower(told), "canary"); i >= 0 {
		t.Errorf("it tells …%.200s…", told[max(0, i-100):])
	}
	for _, signature := range w.signatures {
		if i := strings.Index(told, signature); i >= 0 {
			t.Errorf("it tells an Authorization: …%.200s…", told[max(0, i-150):])
			return
		}
	}
}

// TestEchoesDoNotLeak: whatever the API repeats, and where.
func TestEchoesDoNotLeak(t *testing.T) {
	t.Parallel()
	for name, echo := range echoes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, w := newLeaky(t)
			for _, event := range []string{direct, post, event, released(gone), releaseOf(gone, byAPI, ""), batch(event, released(gone))} {
				for _, call := range []string{"", "ListInstance", "DeleteConnectedCluster", "ListConnectedClusters " + instance} {
					s.api.Reset()
					s.api.AddInstance(instance)
					s.api.Connect(instance, connected)
					s.api.OnRequest = at(call, echo)
					if s.checkLeaks(t, w, event); t.Failed() {
						t.Fatalf("of %s", event)
					}
				}
			}
		})
	}
}

// TestRecordedEventsDoNotLeak: every recorded event, under every fault of the
// table, where its instances are there and where they are not.
func TestRecordedEventsDoNotLeak(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../events/*.json")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d events, %v", len(files), err)
	}
	ids := regexp.MustCompile(`\bes-[a-z]{2}-[a-z0-9]+`)
	for _, file := range files {
		if strings.HasSuffix(file, ".want.json") {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			s, w := newLeaky(t)
			event := string(read(t, file))
			for name, row := range faultRows() {
				for _, released := range []bool{false, true} {
					s.api.Reset()
					s.api.AddInstance("es-cn-peer")
					for _, id := range ids.FindAllString(event, -1) {
						s.api.Connect(id, "es-cn-peer")
						if !released {
							s.api.AddInstance(id)
						}
					}
					s.api.OnRequest = row.hook()
					if s.checkLeaks(t, w, event); t.Failed() {
						t.Fatalf("with %q, released: %t", name, released)
					}
				}
			}
		})
	}
}

// TestTransportDoesNotLeak: neither the error of a transport nor its panic tells
// what it was given.
func TestTransportDoesNotLeak(t *testing.T) {
	t.Parallel()
	for name, trip := range map[string]func(dump string) error{
		"an error":            func(dump string) error { return errors.New(dump) },
		"a panic":             func(dump string) error { panic(dump) },
		"a panic of an error": func(dump string) error { panic(errors.New(dump)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, event := range []string{direct, post, event, released(gone), batch(event, released(gone))} {
				s, w := newLeaky(t)
				w.RoundTripper = roundTripper(func(r *http.Request) (*http.Response, error) {
					dump, _ := httputil.DumpRequest(r, false)
					return nil, trip(string(dump))
				})
				if s.checkLeaks(t, w, event); t.Failed() {
					t.Fatalf("of %s", event)
				}
			}
		})
	}
}
