package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// rates are the limits under which a sweep is measured, in calls a second.
func rates() []int { return []int{5, 10, 20, 50} }

// A limiter refuses the calls beyond a rate. It saves up those of one second.
type limiter struct {
	rate float64 // calls a second

	mu             sync.Mutex
	tokens         float64
	last           time.Time
	served, denied float64 // calls
}

func newLimiter(rate int) *limiter {
	return &limiter{rate: float64(rate), tokens: float64(rate), last: time.Now()}
}

// answer is a hook of the stand-in.
func (l *limiter) answer(elasticsearchtest.Request) elasticsearchtest.Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.tokens, l.last = min(l.rate, l.tokens+l.rate*now.Sub(l.last).Seconds()), now
	if l.tokens < 1 {
		l.denied++
		return elasticsearchtest.Fault{Answer: elasticsearchtest.Refuse(http.StatusBadRequest, "Throttling.User", "Too many requests.")}
	}
	l.tokens--
	l.served++
	return elasticsearchtest.Fault{}
}

func (l *limiter) counts() (served, denied float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.served, l.denied
}

// limited measures sweeps where the API limits the rate: how long they take, and how many calls are refused.
func (b *bench) limited() {
	for _, rate := range rates() {
		b.sweepAt(rate)
	}
}

func (b *bench) sweepAt(rate int) {
	api := newRegion(b.paced, b.latency)
	defer api.Close()
	api.Connect(survivor(b.paced-1), released)
	p := b.start(function, api.URL)
	defer p.stop()
	l := newLimiter(rate)
	api.OnRequest = l.answer
	event := fmt.Sprintf(`{"instanceId":%q,"all":true}`, released)
	took := p.clear(api, event, fmt.Sprintf(`"outcome":"cleaned","scanned":%d,`, b.paced))
	served, denied := l.counts()
	b.reportTime(pacedOf(rate), function, took)
	b.report(pacedOf(rate), ideal, served/l.rate*float64(time.Second), "ns/op")
	b.report(refusedOf(rate), function, denied, "calls")
	b.report(refusedOf(rate), ideal, served+denied, "calls")
}
