package elasticsearchtest

import (
	"context"
	"net/http"
	"strings"
	"sync"
)

// String returns what was asked for, in short: the action, the instance in the path or the number of the page, and the
// connected instance. It tells an action by its name alone.
func (r Request) String() string {
	id := strings.TrimSuffix(strings.TrimPrefix(r.Path, "/openapi/instances/"), "/connected-clusters")
	if r.Action == "ListInstance" {
		id = r.Query.Get("page")
	}
	return strings.TrimSpace(r.Action + " " + id + " " + r.Query.Get("connectedInstanceId"))
}

// At makes an OnRequest that acts at the requests whose String begins with call, and is told their number from 1. They
// are taken one after the other.
func At(call string, do func(n int) Fault) func(Request) Fault {
	var mu sync.Mutex
	n := 0
	return func(r Request) Fault {
		if !strings.HasPrefix(r.String(), call) {
			return Fault{}
		}
		mu.Lock()
		defer mu.Unlock()
		n++
		return do(n)
	}
}

// Each makes one OnRequest of several: all are called, and the first fault with an Answer counts.
func Each(hooks ...func(Request) Fault) func(Request) Fault {
	return func(r Request) Fault {
		var first Fault
		for _, hook := range hooks {
			if fault := hook(r); first.Answer == nil {
				first = fault
			}
		}
		return first
	}
}

// Together makes an OnRequest that holds the first n of the requests whose String begins with call until all of them have
// come, or ctx ends: a client that sends them one after the other waits in vain.
func Together(ctx context.Context, n int, call string) func(Request) Fault {
	all := make(chan struct{})
	come := At(call, func(i int) Fault {
		if i == n {
			close(all)
		}
		return Fault{AfterEffect: i <= n}
	})
	return func(r Request) Fault {
		if come(r).AfterEffect {
			select {
			case <-all:
			case <-ctx.Done():
			}
		}
		return Fault{}
	}
}

// Page answers ListInstance with a page of instances, of a total that need not be true.
func Page(total int, ids ...string) http.HandlerFunc {
	listed := []map[string]string{}
	for _, id := range ids {
		listed = append(listed, map[string]string{"instanceId": id})
	}
	return result(reply{Result: listed, Headers: map[string]int{"X-Total-Count": total}})
}
