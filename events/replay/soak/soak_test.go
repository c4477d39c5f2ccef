package soak

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/events/replay/fctest"
	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// A fake is a function which lives in the test and breaks a promise.
type fake struct {
	failed bool
	reply  string // empty: none, ever
	output string
	does   func(*testing.T, *elasticsearchtest.Server) // with each event, besides
	ends   bool                                        // after the first event
}

const secret = "hush"

func fakes() map[string]struct {
	fake fake
	want []string
} {
	const ok, failure = `{"statusCode":200}`, `{"errorType":"a","errorMessage":"b"}`
	return map[string]struct {
		fake fake
		want []string
	}{
		"reports what it did not do": {fake{reply: ok}, []string{"LOST", "WRONG", "LEFT"}},
		"finds nothing anywhere":     {fake{reply: `{"statusCode":404}`}, []string{"LOST", "WRONG"}},
		"never succeeds":             {fake{reply: failure, failed: true}, []string{"STUCK", "WRONG"}},
		"removes what nobody named":  {fake{reply: failure, failed: true, does: remove}, []string{"ASKED"}},
		"replies with a secret":      {fake{reply: secret, failed: true}, []string{"LEAK"}},
		"logs a secret":              {fake{reply: failure, failed: true, output: secret}, []string{"LEAK"}},
		"ends by itself":             {fake{reply: failure, failed: true, ends: true}, []string{"ENDED"}},
		"never replies":              {fake{}, []string{"UNANSWERED"}},
	}
}

func TestSoakFindsAFunctionThat(t *testing.T) {
	t.Parallel()
	for name, test := range fakes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := test.fake.run(t)
			if err := r.play(t.Context()); err != nil {
				t.Error(err)
			}
			got := words(r.expected.violations)
			for _, word := range test.want {
				if !slices.Contains(got, word) {
					t.Errorf("no violation %s; got %q", word, got)
				}
			}
			var report bytes.Buffer
			r.report(&report)
			if want := "go run ./events/replay -soak 1s -seed 1\n"; !strings.HasSuffix(report.String(), want) {
				t.Errorf("report:\n got %s\nwant one that ends with %s", report.String(), want)
			}
		})
	}
}

func (f fake) run(t *testing.T) *run {
	all, _ := recorded(t)
	s := Soak{
		NewAPI: elasticsearchtest.NewServer,
		Start: func(_ context.Context, api *elasticsearchtest.Server) (*Process, error) {
			return f.start(t, api), nil
		},
		Leaks: func(text string) []string {
			if strings.Contains(text, secret) {
				return []string{text}
			}
			return nil
		},
	}
	r := s.newRun(1, all)
	if f.reply == "" {
		r.patience = time.Millisecond // no reply would come later
	}
	return r
}

func (f fake) start(t *testing.T, api *elasticsearchtest.Server) *Process {
	api.AddAccount(elasticsearchtest.Account{AccessKeyID: "key", AccessKeySecret: "secret"})
	runtime := fctest.NewServer()
	running, end := context.WithCancelCause(context.Background())
	loop := func() {
		for running.Err() == nil {
			id := exchange(running, http.MethodGet, runtime, "next", "")
			if f.does != nil {
				f.does(t, api)
			}
			if f.reply != "" {
				path := map[bool]string{false: "/response", true: "/error"}[f.failed]
				exchange(running, http.MethodPost, runtime, id+path, f.reply)
			}
			if f.ends {
				end(errors.New("the end"))
			}
		}
	}
	for range inFlight {
		go loop()
	}
	return &Process{
		Runtime: runtime, Running: running,
		Kill:   func() { end(errors.New("killed")) },
		Output: func() string { return f.output },
	}
}

// exchange makes one request to the runtime API, and returns the request id of an invocation.
func exchange(ctx context.Context, method string, s *fctest.Server, path, body string) string {
	url := "http://" + s.Addr() + "/2020-11-11/runtime/invocation/" + path
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return ""
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return ""
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.Header.Get("x-fc-request-id")
}

// remove asks the API to remove a connection.
func remove(t *testing.T, api *elasticsearchtest.Server) {
	url := api.URL + "/openapi/instances/es-cn-a/connected-clusters?connectedInstanceId=es-cn-b"
	r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, url, nil)
	if err != nil {
		t.Error(err)
		return
	}
	r.Header.Set("x-acs-action", "DeleteConnectedCluster")
	r.Header.Set("x-acs-version", "2017-06-13")
	acs3.Sign(r, acs3.Input{
		Credentials: acs3.Credentials{AccessKeyID: acs3.NewSecret("key"), AccessKeySecret: acs3.NewSecret("secret")},
		Time:        time.Now(),
		Nonce:       fmt.Sprint(time.Now().UnixNano()),
	})
	if response, err := http.DefaultClient.Do(r); err == nil { // a fault may be the answer
		response.Body.Close()
	}
}

// What a supervisor's process does in the middle of a kill is not held against it.
func TestAKillIsNoEnd(t *testing.T) {
	t.Parallel()
	r := fake{reply: `{}`}.run(t)
	if _, err := r.supervisor.process(t.Context()); err != nil {
		t.Fatal(err)
	}
	first, second := r.supervisor.kill(), r.supervisor.kill()
	r.supervisor.stop()
	r.api.Close()
	if !first || second || len(r.expected.violations) > 0 {
		t.Errorf("got kills %t, %t and violations %v; want true, false and none", first, second, r.expected.violations)
	}
}
