package soak

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fc"

	"elasticsearch-disconnect/events/replay/fctest"
	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// TestMain lets this binary be a function, too: one that breaks a promise with each event, which FAKE names.
func TestMain(m *testing.M) {
	if name := os.Getenv("FAKE"); name != "" {
		fc.Start(fakes()[name].handle)
	}
	os.Exit(m.Run())
}

const secret = "hush"

type fake struct {
	handle func(context.Context) (any, error)
	want   []string // the violations
}

func fakes() map[string]fake {
	reply := func(status int) func(context.Context) (any, error) {
		return func(context.Context) (any, error) { return map[string]int{"statusCode": status}, nil }
	}
	fail := errors.New("as asked")
	return map[string]fake{
		"reports what it did not do": {reply(200), []string{"LOST", "WRONG", "LEFT"}},
		"finds nothing anywhere":     {reply(404), []string{"LOST", "WRONG"}},
		"never succeeds":             {func(context.Context) (any, error) { return nil, fail }, []string{"STUCK", "WRONG"}},
		"removes what nobody named":  {func(ctx context.Context) (any, error) { return nil, remove(ctx) }, []string{"ASKED"}},
		"replies with a secret":      {func(context.Context) (any, error) { return nil, errors.New(secret) }, []string{"LEAK"}},
		"logs a secret":              {func(context.Context) (any, error) { fmt.Println(secret); return nil, fail }, []string{"LEAK"}},
		"ends by itself":             {func(context.Context) (any, error) { os.Exit(3); return nil, nil }, []string{"ENDED"}},
		silent:                       {func(context.Context) (any, error) { select {} }, []string{"UNANSWERED"}},
	}
}

const silent = "never replies"

func TestSoakFindsAFunctionThat(t *testing.T) {
	t.Parallel()
	for name, test := range fakes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := runOf(t, name)
			if name == silent {
				r.patience = time.Millisecond // no reply would come later
			}
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

// runOf prepares a case with a fake.
func runOf(t *testing.T, name string) *run {
	all, _ := recorded(t)
	s := Soak{
		NewAPI: newAPI,
		Start: func(ctx context.Context, api *elasticsearchtest.Server) (*fctest.Process, error) {
			p, err := fctest.NewServer().Start(os.Args[0], "FAKE="+name, "ELASTICSEARCH_ENDPOINT="+api.URL)
			if err != nil {
				return nil, err
			}
			return p, p.Started(ctx)
		},
		Leaks: func(text string) []string {
			if strings.Contains(text, secret) {
				return []string{text}
			}
			return nil
		},
	}
	return s.newRun(1, all)
}

func newAPI() *elasticsearchtest.Server {
	api := elasticsearchtest.NewServer()
	api.AddAccount(elasticsearchtest.Account{AccessKeyID: "key", AccessKeySecret: "secret"})
	return api
}

// remove asks the API to remove a connection.
func remove(ctx context.Context) error {
	url := os.Getenv("ELASTICSEARCH_ENDPOINT") + "/openapi/instances/es-cn-a/connected-clusters?connectedInstanceId=es-cn-b"
	r, err := http.NewRequestWithContext(ctx, http.MethodDelete, url, nil)
	if err != nil {
		return err
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
	return errors.New("as asked")
}
