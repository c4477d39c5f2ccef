package fctest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fc"
	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"elasticsearch-disconnect/events/replay/fctest"
)

// many is how many invocations must be under way at once before any of them is answered.
const many = 40

// TestMain lets this binary be the function too: startSDK runs it again with FC_RUNTIME_API set.
func TestMain(m *testing.M) {
	if os.Getenv("FC_RUNTIME_API") == "" {
		os.Exit(m.Run())
	}
	var together sync.WaitGroup
	together.Add(many)
	fc.Start(func(ctx context.Context, event []byte) (any, error) {
		switch string(event) {
		case "fail":
			return nil, errors.New("as asked")
		case "panic":
			panic("as asked")
		case "exit":
			fmt.Println("bye")
			fmt.Fprintln(os.Stderr, "oh")
			os.Exit(3)
		case "together":
			together.Done()
			together.Wait()
		}
		return describe(ctx, event), nil
	})
}

// seen has what the SDK tells the function about an invocation.
type seen struct {
	Event                        string
	RequestID, Region, AccountID string
	KeyID, KeySecret, Token      string
	RetryCount, TimeoutSeconds   int
	Name, Handler, Memory        string // of the function
	Deadline                     time.Time
}

func describe(ctx context.Context, event []byte) seen {
	fcctx, _ := fccontext.FromContext(ctx)
	deadline, _ := ctx.Deadline()
	return seen{
		Event:     string(event),
		RequestID: fcctx.RequestID, Region: fcctx.Region, AccountID: fcctx.AccountId,
		KeyID: fcctx.Credentials.AccessKeyId, KeySecret: fcctx.Credentials.AccessKeySecret, Token: fcctx.Credentials.SecurityToken,
		RetryCount: fcctx.RetryCount, TimeoutSeconds: fcctx.Function.Timeout,
		Name: fcctx.Function.Name, Handler: fcctx.Function.Handler, Memory: fcctx.Function.Memory,
		Deadline: deadline,
	}
}

func TestSDKGetsTheInvocation(t *testing.T) {
	t.Parallel()
	s := startSDK(t)
	before := time.Now().Truncate(time.Millisecond)
	reply, err := s.Invoke(t.Context(), fctest.Invocation{
		RequestID: "1-64f6cd87-aaaaaaaaaaaa-bbbbbbbbbbbb", Payload: []byte(`{"a":"é"}`),
		Region: "cn-hangzhou", AccountID: "1234567890984321",
		AccessKeyID: "STS.id", AccessKeySecret: "secret", SecurityToken: "CAIS+/=",
		RetryCount: 2, Timeout: 1500 * time.Millisecond,
	})
	if err != nil || reply.Failed {
		t.Fatalf("Invoke: got %s, %v", reply.Payload, err)
	}
	var got seen
	if err := json.Unmarshal(reply.Payload, &got); err != nil {
		t.Fatal(err)
	}
	if d := got.Deadline.Add(-1500 * time.Millisecond); d.Before(before) || d.After(time.Now()) {
		t.Errorf("deadline: got %v, want 1.5 s after %v", got.Deadline, before)
	}
	got.Deadline = time.Time{}
	want := seen{
		Event:     `{"a":"é"}`,
		RequestID: "1-64f6cd87-aaaaaaaaaaaa-bbbbbbbbbbbb", Region: "cn-hangzhou", AccountID: "1234567890984321",
		KeyID: "STS.id", KeySecret: "secret", Token: "CAIS+/=",
		RetryCount: 2, TimeoutSeconds: 2,
		Name: "elasticsearch-disconnect", Handler: "main", Memory: "128",
	}
	if got != want {
		t.Errorf("invocation:\n got %+v\nwant %+v", got, want)
	}
}

func TestSDKPostsFunctionErrors(t *testing.T) {
	t.Parallel()
	s := startSDK(t)
	for event, want := range map[string]string{"fail": "errorString", "panic": "string"} {
		reply, err := s.Invoke(t.Context(), fctest.Invocation{RequestID: "1-" + event, Payload: []byte(event)})
		if err != nil || !reply.Failed {
			t.Errorf("%s: got %s, %v, want a function error", event, reply.Payload, err)
			continue
		}
		var got struct{ ErrorMessage, ErrorType string }
		if err := json.Unmarshal(reply.Payload, &got); err != nil {
			t.Errorf("%s: %v", event, err)
		}
		if got.ErrorMessage != "as asked" || got.ErrorType != want {
			t.Errorf("%s: got %+v, want as asked of type %s", event, got, want)
		}
	}
}

func TestSDKWorksOnManyInvocationsAtOnce(t *testing.T) {
	t.Parallel()
	s := startSDK(t)
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			id := fmt.Sprintf("1-%d", i)
			reply, err := s.Invoke(t.Context(), fctest.Invocation{RequestID: id, Payload: []byte("together")})
			var got seen
			if err := errors.Join(err, json.Unmarshal(reply.Payload, &got)); err != nil || got.RequestID != id {
				t.Errorf("%s: got the reply to %q, %v", id, got.RequestID, err)
			}
		})
	}
	all.Wait()
}

// When the process ends, so does an invocation. The output is whole.
func TestProcessThatEnds(t *testing.T) {
	t.Parallel()
	s := startSDK(t)
	_, err := s.Invoke(t.Context(), fctest.Invocation{RequestID: "1-exit", Payload: []byte("exit")})
	const want = "the function ended: exit status 3"
	if err == nil || err.Error() != want || s.Err() == nil || s.Err().Error() != want {
		t.Errorf("got %v and %v, want %s", err, s.Err(), want)
	}
	if got := s.Close(); !strings.HasSuffix(got, "\nbye\noh\n") {
		t.Errorf("output: got %q, want one that ends with bye on stdout and oh on stderr", got)
	}
}

// startSDK runs this test binary as a function, and waits until it asks for work.
func startSDK(t *testing.T) *fctest.Process {
	t.Helper()
	p, err := fctest.NewServer().Start(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	if err := p.Started(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, p.Close())
	}
	return p
}
