package discover_test

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/trigger"
)

// A large is an API with so many instances and connections, all with ends that are
// gone, which says 4 KiB of each besides. It measures the heap when all has been read,
// at the empty page, and again at the first question about one that is gone.
type large struct {
	instances, connections int
	heap                   uint64 // the most, in bytes
	isProving              bool
}

// RoundTrip answers as the API does.
func (l *large) RoundTrip(q *http.Request) (*http.Response, error) {
	path := strings.TrimPrefix(q.URL.Path, "/openapi/instances")
	id, isConnections := strings.CutSuffix(strings.TrimPrefix(path, "/"), "/connected-clusters")
	status, body := http.StatusOK, ""
	switch {
	case path == "":
		page, _ := strconv.Atoi(q.URL.Query().Get("page"))
		if body = l.page(page); (page-1)*100 == l.instances {
			l.heap = heap()
		}
	case isConnections:
		body = l.connected(id)
	default:
		if !l.isProving {
			l.heap, l.isProving = max(l.heap, heap()), true
		}
		status, body = http.StatusBadRequest, `{"Code":"InstanceNotFound"}`
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: q}, nil
}

const besides = 4 << 10 // bytes

func (l *large) page(number int) string {
	var entries []string
	for i := (number - 1) * 100; i < min(number*100, l.instances); i++ {
		entries = append(entries, fmt.Sprintf(`{"instanceId":"%s","status":"active","description":"search of shop %[1]s","networkConfig":{"vpcId":"vpc-bp1uag5jj38c000000000"},"dictList":"%s"}`, survivor(i), strings.Repeat("x", besides)))
	}
	return fmt.Sprintf(`{"Result":[%s],"Headers":{"X-Total-Count":%d}}`, strings.Join(entries, ","), l.instances)
}

func (l *large) connected(id string) string {
	number, _ := strconv.Atoi(strings.TrimPrefix(id, "es-"))
	var entries []string
	for i := number; i < l.connections; i += l.instances {
		entries = append(entries, fmt.Sprintf(`{"instances":"es-gone-%d","networkType":"vpc","description":"%s"}`, i/l.instances, strings.Repeat("x", besides)))
	}
	return `{"RequestId":"E5","Result":{"Result":[` + strings.Join(entries, ",") + `]}}`
}

// heap is how much is in use.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what the first finds unused in pools, the second frees
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// kept is how much more is in use when all is read than before.
func (l *large) kept(t *testing.T) int {
	t.Helper()
	finder := finderOver(l)
	before := heap()
	found := finder.Find(t.Context(), []trigger.Request{reconcile()})[0]
	if found.Err != nil || found.Scanned != l.instances || len(found.Pairs) != l.connections {
		t.Fatalf("%d instances, %d connections, %v", found.Scanned, len(found.Pairs), found.Err)
	}
	return int(l.heap) - int(before)
}

// TestMemory: of an instance its id, status, name and network are kept, of a connection its two
// ids and the type of its network, and nothing else of what the API says. It is not
// parallel to others, whose memory it would measure.
func TestMemory(t *testing.T) {
	(&large{instances: 100, connections: 100}).kept(t) // what is made once is made
	base := (&large{instances: 1000, connections: 300}).kept(t)
	instance := float64((&large{instances: 4000, connections: 300}).kept(t)-base) / 3000
	pair := float64((&large{instances: 1000, connections: 2300}).kept(t)-base) / 2000
	t.Logf("1,000 instances with 300 connections: %d bytes; %.0f more for an instance, %.0f for a connection", base, instance, pair)
	if instance > 300 {
		t.Errorf("%.0f bytes are kept of an instance", instance)
	}
	if pair > 400 {
		t.Errorf("%.0f bytes are kept of a connection", pair)
	}
}
