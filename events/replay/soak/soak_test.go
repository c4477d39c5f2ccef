package soak

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/events/replay/fctest"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// The soak has to find a function out. This one answers every event as told, and does nothing; it lives in the test.
func TestSoakFindsAFunctionOut(t *testing.T) {
	t.Parallel()
	const httpDone = `{"statusCode":200}`
	for name, test := range map[string]struct {
		path, reply, secret string
		want                []string // among what is told
	}{
		"that acknowledges what it did not do": {"response", httpDone, "", []string{"LOST", "WRONG"}},
		"that never succeeds":                  {"error", `{"errorType":"a","errorMessage":"b"}`, "", []string{"STUCK", "WRONG"}},
		"that tells secrets":                   {"error", `{"errorType":"a","errorMessage":"hush"}`, "hush", []string{"LEAK"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := played(t, test.path, test.reply, test.secret)
			for _, word := range test.want {
				if got[word] == 0 {
					t.Errorf("no violation %s; got %v", word, got)
				}
			}
		})
	}
}

// played counts the violations by their first word.
func played(t *testing.T, path, reply, secret string) map[string]int {
	t.Helper()
	api := elasticsearchtest.NewServer()
	r := Soak{
		Seed: 1, Length: 400 * time.Millisecond, API: api,
		Start: func(context.Context) (*Life, error) { return actor(path, reply), nil },
		Leaks: func(text string) []string {
			if secret != "" && strings.Contains(text, secret) {
				return []string{secret}
			}
			return nil
		},
	}.run()
	var report bytes.Buffer
	if passed, err := r.play(t.Context(), &report); passed || err != nil {
		t.Errorf("got passed %t, error %v\n%s", passed, err, report.String())
	}
	words := map[string]int{}
	for _, v := range r.ledger.violations {
		words[v.word()]++
	}
	return words
}

// actor makes a life that gives one reply to all invocations.
func actor(path, reply string) *Life {
	s := fctest.NewServer()
	running, end := context.WithCancelCause(context.Background())
	go func() {
		for running.Err() == nil {
			id := exchange(running, http.MethodGet, s, "next", "")
			exchange(running, http.MethodPost, s, id+"/"+path, reply)
		}
	}()
	return &Life{
		Runtime: s,
		Running: running,
		Kill:    func() { end(errors.New("killed")) },
		Output:  func() string { return "" },
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
