package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// prepare deploys the function with an API of its own. By default it makes one request at a time: else they come in
// another order each time, and their ids with them.
func prepare(ctx context.Context, binary, dir string, variables ...string) (*function, error) {
	api := newAPI()
	api.OnRequest = askToWait
	f, err := deploy(ctx, binary, dir, api, append([]string{"SWEEP_CONCURRENCY=1"}, variables...)...)
	if err != nil {
		api.Close()
	}
	return f, err
}

// close ends both, and returns all that the function wrote. It may be called again.
func (f *function) close() string {
	defer f.api.Close()
	return f.stop()
}

// play invokes the function with an event. The API is as it was for every other event, so their order means nothing.
func (f *function) play(ctx context.Context, e event) (*result, error) {
	reset(f.api)
	return f.deliver(ctx, e)
}

// deliver invokes the function with an event, and leaves the API as the events before have made it.
func (f *function) deliver(ctx context.Context, e event) (*result, error) {
	payload, err := os.ReadFile(e.path)
	if err != nil {
		return nil, err
	}
	ctx, release := f.whileRunning(ctx)
	defer release()
	invocation := common()
	invocation.RequestID, invocation.Payload = e.requestID(), payload
	reply, err := f.runtime.Invoke(ctx, invocation)
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", e.name(), err, f.close())
	}
	return &result{event: e, Name: e.name(), Requests: lines(f.api.Requests()), Failed: reply.Failed, Reply: f.atHome(reply.Payload)}, nil
}

// lines describe the requests and their answers.
func lines(requests []elasticsearchtest.Request) (list []string) {
	for _, r := range requests {
		target := r.Path
		if len(r.Query) > 0 {
			target += "?" + r.Query.Encode()
		}
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s %s  %d %s", r.Method, target, r.Status, r.Code)))
	}
	return list
}

// atHome gives the API the name it has in the region instead of its port on loopback, which is another each time: so the
// wants are stable, and true to what the function answers when it is deployed.
func (f *function) atHome(reply []byte) []byte {
	const home = "elasticsearch.cn-hangzhou.aliyuncs.com"
	_, host, _ := strings.Cut(f.api.URL, "://")
	return []byte(strings.NewReplacer(f.api.URL, "https://"+home, host, home).Replace(string(reply)))
}
