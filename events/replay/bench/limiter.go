package main

import (
	"net/http"
	"sync"
	"time"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// throttled is the code of a refused call.
const throttled = "Throttling.User"

// limit returns a hook of the stand-in that refuses the calls beyond a rate a second, and saves up the unused calls of one
// second.
func limit(rate float64) func(elasticsearchtest.Request) elasticsearchtest.Fault {
	var mu sync.Mutex
	tokens, last := rate, time.Now()
	return func(elasticsearchtest.Request) elasticsearchtest.Fault {
		mu.Lock()
		defer mu.Unlock()
		now := time.Now()
		tokens, last = min(rate, tokens+rate*now.Sub(last).Seconds()), now
		if tokens < 1 {
			return elasticsearchtest.Fault{Answer: elasticsearchtest.Refuse(http.StatusBadRequest, throttled, "Too many requests.")}
		}
		tokens--
		return elasticsearchtest.Fault{}
	}
}
