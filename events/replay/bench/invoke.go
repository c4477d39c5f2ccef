package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"elasticsearch-disconnect/events/replay/fctest"
)

// timeout bounds what takes milliseconds, and a large sweep, which takes seconds.
const timeout = time.Minute

// The shapes of an event, and the recorded event of each.
const (
	direct     = "direct"
	overHTTP   = "HTTP"
	cloudEvent = "CloudEvent"
)

func shapes() []string { return []string{direct, overHTTP, cloudEvent} }

// readPayloads reads the recorded events. They are indented for people; what is sent is not.
func readPayloads(folder string) (map[string][]byte, error) {
	payloads := map[string][]byte{}
	for shape, file := range map[string]string{direct: "direct.json", overHTTP: "http-post.json", cloudEvent: "eventbridge.json"} {
		content, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			return nil, err
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, content); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		payloads[shape] = compact.Bytes()
	}
	return payloads, nil
}

var invocations atomic.Int64 // so far, for their request ids

// invoke invokes a process, and returns what it replied and how long that took.
func (p *process) invoke(payload []byte) (reply string, took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(p.running, timeout)
	defer cancel()
	inv := fctest.Invocation{
		RequestID:       fmt.Sprintf("1-64f6cd87-e591d597472b-%012x", invocations.Add(1)),
		Payload:         payload,
		Region:          region,
		AccountID:       "1234567890984321",
		AccessKeyID:     accessKeyID,
		AccessKeySecret: accessKeySecret,
		SecurityToken:   securityToken,
		Timeout:         timeout,
	}
	begun := time.Now()
	r, err := p.runtime.Invoke(ctx, inv)
	took = time.Since(begun)
	switch {
	case err != nil:
		return "", 0, fmt.Errorf("%w\n%s", err, &p.output)
	case r.Failed:
		return "", 0, fmt.Errorf("function error %s\n%s", r.Payload, &p.output)
	}
	return string(r.Payload), took, nil
}

// removes invokes a process to remove one connection: fast, but not done, does not count.
func (p *process) removes(payload []byte) (time.Duration, error) {
	reply, took, err := p.invoke(payload)
	if err == nil && !strings.Contains(reply, `Result":true`) && !strings.Contains(reply, `Result\":true`) {
		err = fmt.Errorf("reply %s", reply)
	}
	return took, err
}
