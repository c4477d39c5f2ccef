package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// What an API does with a request before its answer.
const (
	constant = "constant" // nothing
	checking = "checking" // it verifies the signature
)

const (
	answer     = `{"Result":true,"RequestId":"E5C0FFEE-0000-4000-8000-000000000001"}`
	answerType = "application/json;charset=utf-8"
)

// A constantAPI answers every request with the same success, over TLS. It checks nothing, so that what it costs is
// nearly nothing and the same for all programs.
type constantAPI struct {
	*httptest.Server
	dials atomic.Int64
}

func newConstantAPI(latency time.Duration) *constantAPI {
	api := &constantAPI{}
	api.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(latency)
		w.Header().Set("Content-Type", answerType)
		w.Header().Set("X-Acs-Request-Id", "E5C0FFEE-0000-4000-8000-000000000001")
		_, _ = io.WriteString(w, answer)
	}))
	api.Config.ErrorLog = log.New(io.Discard, "", 0) // a program may be stopped while it connects
	api.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			api.dials.Add(1)
		}
	}
	api.StartTLS()
	return api
}

// newCheckingAPI verifies the signatures, as the real one does, and lets every deletion succeed.
func newCheckingAPI() *elasticsearchtest.Server {
	api := newRegion(0, 0)
	success := elasticsearchtest.Body(http.StatusOK, answerType, answer)
	api.OnRequest = func(elasticsearchtest.Request) elasticsearchtest.Fault {
		return elasticsearchtest.Fault{Answer: success}
	}
	return api
}

const released = "es-cn-released0000" // left connections behind, and is gone

func survivor(i int) string { return fmt.Sprintf("es-cn-survivor%06d", i) }

// newRegion makes a stand-in with so many instances, and a latency.
func newRegion(instances int, latency time.Duration) *elasticsearchtest.Server {
	api := elasticsearchtest.NewTLSServer()
	api.Latency = latency
	api.AddAccount(elasticsearchtest.Account{AccessKeyID: accessKeyID, AccessKeySecret: accessKeySecret, SecurityToken: securityToken})
	for i := range instances {
		api.AddInstance(survivor(i))
	}
	return api
}
