package main

import (
	"net/http"
	"sync"
	"time"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// A limiter refuses the calls beyond a rate, and saves up the unused calls of one second.
type limiter struct {
	rate float64 // calls a second

	mu              sync.Mutex
	tokens          float64
	last            time.Time
	served, refused float64 // calls
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
		l.refused++
		return elasticsearchtest.Fault{Answer: elasticsearchtest.Refuse(http.StatusBadRequest, "Throttling.User", "Too many requests.")}
	}
	l.tokens--
	l.served++
	return elasticsearchtest.Fault{}
}

func (l *limiter) counts() (served, refused float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.served, l.refused
}
