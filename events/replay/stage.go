package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"elasticsearch-disconnect/events/replay/fctest"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// The credentials of every invocation. They are nobody's, and odd enough to be found wherever they leak.
const (
	accessKeyID     = "STS.NUreplayCanaryKeyId00000"
	accessKeySecret = "replayCanarySecretHx7bTq2mVw9LkZ4RfY8"
	securityToken   = "CAISreplayCanaryTokenq6Ft5B2yfSjIr5fYGojBu4e0oKxDg4NL1Lw"
)

// The credentials that Function Compute copies into the environment when it starts an instance. They age, so the
// function must not use them: the API does not know these.
const (
	agedAccessKeyID     = "STS.NUreplayAgedKeyId00000000"
	agedAccessKeySecret = "replayAgedSecretPq3nWc8dJs5GtX1BvM6"
	agedSecurityToken   = "CAISreplayAgedTokenz9Wk4E7xqRtMn2hLdCuYp8vAs3oGj6fBi1Ne"
)

// Bounds for what takes milliseconds, so that a function that hangs is told and not waited for.
const (
	startTimeout      = 30 * time.Second
	invocationTimeout = 3 * time.Second // what the function is told: too little to wait for an instance that is busy
	replyTimeout      = invocationTimeout + 5*time.Second
)

// stage is what an event is played on: the function, the runtime that invokes it, and the API it calls.
type stage struct {
	runtime  *fctest.Server
	api      *elasticsearchtest.Server
	function *function

	concurrency int // of the function's requests to the API
}

// open builds the function, starts it and waits until it asks for work. Its files go to dir.
func open(ctx context.Context, dir string) (*stage, error) {
	binary := filepath.Join(dir, "main")
	if err := build(ctx, binary); err != nil {
		return nil, err
	}
	// One request at a time, or they come in another order each time, and their ids with them.
	s := &stage{runtime: fctest.NewServer(), api: newAPI(), concurrency: 1}
	if err := s.start(ctx, binary, dir); err != nil {
		return nil, fmt.Errorf("start the function: %w\n%s", err, s.close())
	}
	return s, nil
}

// newAPI starts the API, which knows the credentials of the invocations. It speaks TLS where another process can be told
// of its certificate: Go reads SSL_CERT_FILE on Linux and other Unix systems, but not on macOS and Windows.
func newAPI() *elasticsearchtest.Server {
	start := elasticsearchtest.NewTLSServer
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		start = elasticsearchtest.NewServer
	}
	api := start()
	api.AddAccount(elasticsearchtest.Account{
		AccessKeyID:     accessKeyID,
		AccessKeySecret: accessKeySecret,
		SecurityToken:   securityToken,
	})
	return api
}

func (s *stage) start(ctx context.Context, binary, dir string) error {
	certificate := filepath.Join(dir, "api.pem")
	err := os.WriteFile(certificate, s.api.CertificatePEM(), 0o600)
	if err != nil {
		return err
	}
	if s.function, err = start(binary, s.environment(certificate)); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	ctx, release := s.function.whileRunning(ctx)
	defer release()
	select {
	case <-s.runtime.Polled():
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// environment is all that the function has: nothing of this process's, such as a proxy or somebody's credentials.
func (s *stage) environment(certificate string) []string {
	return []string{
		"FC_RUNTIME_API=" + s.runtime.Addr(),
		"ALIBABA_CLOUD_ACCESS_KEY_ID=" + agedAccessKeyID,
		"ALIBABA_CLOUD_ACCESS_KEY_SECRET=" + agedAccessKeySecret,
		"ALIBABA_CLOUD_SECURITY_TOKEN=" + agedSecurityToken,
		"ELASTICSEARCH_ENDPOINT=" + s.api.URL,
		"SSL_CERT_FILE=" + certificate,
		"LOG_LEVEL=debug",
		"SWEEP_CONCURRENCY=" + strconv.Itoa(s.concurrency),
	}
}

// play invokes the function with an event. The API is as it was for every other event, so their order means nothing.
func (s *stage) play(ctx context.Context, e event) (*scene, error) {
	s.reset()
	return s.deliver(ctx, e)
}

// deliver invokes the function with an event, and leaves the API as the events before have made it.
func (s *stage) deliver(ctx context.Context, e event) (*scene, error) {
	payload, err := os.ReadFile(e.path)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, replyTimeout)
	defer cancel()
	ctx, release := s.function.whileRunning(ctx)
	defer release()
	invocation := common()
	invocation.RequestID, invocation.Payload = e.requestID(), payload
	reply, err := s.runtime.Invoke(ctx, invocation)
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", e.name(), err, s.close())
	}
	return &scene{
		event:    e,
		requests: s.api.Requests(),
		failed:   reply.Failed,
		reply:    s.atHome(reply.Payload),
		output:   s.function.output.takeInvocation(ctx, e.requestID()),
	}, nil
}

// common is what all invocations have in common.
func common() fctest.Invocation {
	return fctest.Invocation{
		Region:          "cn-hangzhou",
		AccountID:       "1234567890984321",
		AccessKeyID:     accessKeyID,
		AccessKeySecret: accessKeySecret,
		SecurityToken:   securityToken,
		Timeout:         invocationTimeout,
	}
}

// atHome gives the API the name it has in the region instead of its port on loopback, which is another each time: so the
// wants are stable, and true to what the function answers when it is deployed.
func (s *stage) atHome(reply []byte) []byte {
	const home = "elasticsearch.cn-hangzhou.aliyuncs.com"
	_, host, _ := strings.Cut(s.api.URL, "://")
	return []byte(strings.NewReplacer(s.api.URL, "https://"+home, host, home).Replace(string(reply)))
}

// close ends the function and the stand-ins, and returns what the function wrote since the last event. It may be called
// again.
func (s *stage) close() string {
	var output string
	if s.function != nil { // first: without a runtime API it would spin
		output = s.function.stop()
		s.function = nil
	}
	s.runtime.Close()
	s.api.Close()
	return output
}
