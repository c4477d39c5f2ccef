package handler

import (
	"context"
	"time"

	"elasticsearch-disconnect/handler/elasticsearch"
)

// WarmUpDelay is when to warm up, counted from the start. An event that is
// waiting is handed over in less, even at a tenth of a core, where the first
// poll takes 13 ms; that event needs the processor itself.
const WarmUpDelay = 30 * time.Millisecond

// WarmUp opens a connection to the API in force before an event needs it: of a
// cold start's first request, four fifths are reading root certificates and
// shaking hands (make bench). It does nothing once an event has come, or where
// no endpoint is known; region is where the function runs.
func (h *Handler) WarmUp(region string, open func(context.Context, elasticsearch.Endpoint)) {
	s := session{Handler: h, invocation: Invocation{Region: region}}
	endpoint, err := s.endpoint()
	if err != nil || h.invoked.Load() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	open(ctx, endpoint)
}
