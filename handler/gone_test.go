package handler_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// TestWhatIsGone: where nobody documents what the API says of an instance that
// is gone, the connection that it left behind is removed under every answer.
func TestWhatIsGone(t *testing.T) {
	t.Parallel()
	body := func(text string) fault {
		return fault{Answer: elasticsearchtest.Body(http.StatusOK, "application/json", text)}
	}
	unheard := fault{Answer: elasticsearchtest.Refuse(400, "OperationDenied.Unheard", "m")}
	pairEvent := strings.Replace(event, `"data":`+direct, `"data":`+pair(gone, instance), 1)
	for name, test := range map[string]struct {
		event string
		when  string // the call
		says  fault
	}{
		"a pair, the gone one first, unknown refusal": {pairEvent, "DeleteConnectedCluster " + gone, unheard},
		"a pair, the gone one first, Result is false": {pairEvent, "DeleteConnectedCluster " + gone, body(`{"Result":false}`)},
		"a release, it lists nothing":                 {released(gone), "ListConnectedClusters " + gone, body(`{"Result":[]}`)},
		"a release, it lists null":                    {released(gone), "ListConnectedClusters " + gone, body(`{"Result":{"Result":null}}`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.api.RemoveInstance(gone)
			s.api.OnRequest = elasticsearchtest.At(test.when, func(int) fault { return test.says })
			reply := s.handle(t, test.event)
			if left := s.api.Connections(); len(left) != 0 {
				t.Errorf("left: %v, after the reply %s", left, reply)
			}
		})
	}
}

// TestInvalidInstance: an instance that lists nothing and is "invalid" does not
// exist or cannot be reached; the others are asked.
func TestInvalidInstance(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.api.SetStatus(gone, "invalid")
	s.api.OnRequest = elasticsearchtest.At("ListConnectedClusters "+gone, func(int) fault {
		return fault{Answer: elasticsearchtest.Body(http.StatusOK, "application/json", `{"Result":[]}`)}
	})
	reply := s.handle(t, released(gone))
	if left := s.api.Connections(); len(left) != 0 {
		t.Errorf("left: %v, after the reply %s", left, reply)
	}
}

// TestSweepOutOfTime: what a sweep has found when its time is up is removed, so
// that each delivery gets further.
func TestSweepOutOfTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newTimed(t)
		s.api.AddInstance("es-a")
		s.api.Connect("es-a", gone)
		s.api.RemoveInstance(gone)
		s.api.OnRequest = at("ListConnectedClusters "+instance, answering(elasticsearchtest.Hang()))
		ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
		defer cancel()
		ctx = fccontext.NewContext(ctx, &fccontext.FcContext{RequestID: "fc-1", Credentials: role})
		reply, err := s.Handle(ctx, []byte(released(gone)))
		if got, want := posted(t, reply, err), `"done":[{"instanceId":"es-a","connectedInstanceId":"`+gone+`","eventId":"e1","outcome":"removed"}]`; !strings.Contains(got, want) {
			t.Errorf("reply:\n got %s\nwant %s", got, want)
		}
		if s.api.Connected("es-a", gone) {
			t.Error("the connection that was found is left")
		}
	})
}
