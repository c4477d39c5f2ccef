package fctest_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fc"
	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"elasticsearch-disconnect/events/replay/fctest"
)

// TestMain lets this binary be the function too: startSDK runs it again with FC_RUNTIME_API set.
func TestMain(m *testing.M) {
	if os.Getenv("FC_RUNTIME_API") == "" {
		os.Exit(m.Run())
	}
	fc.Start(func(ctx context.Context, event []byte) (any, error) { return describe(ctx, event), nil })
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
