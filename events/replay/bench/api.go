package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// newConstantAPI answers every request with the same success, over TLS. It checks nothing, so its cost is small and the
// same for all programs.
func newConstantAPI() *httptest.Server {
	api := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json;charset=utf-8")
		w.Header().Set("X-Acs-Request-Id", "E5C0FFEE-0000-4000-8000-000000000001")
		_, _ = io.WriteString(w, `{"Result":true,"RequestId":"E5C0FFEE-0000-4000-8000-000000000001"}`)
	}))
	api.Config.ErrorLog = log.New(io.Discard, "", 0) // a program may be stopped while it connects
	api.StartTLS()
	return api
}

const released = "es-cn-released0000" // does not exist, but left connections behind

func survivor(i int) string { return fmt.Sprintf("es-cn-survivor%06d", i) }

// newRegion starts the API of a region with n instances, which takes latency to answer.
func newRegion(n int, latency time.Duration) *elasticsearchtest.Server {
	api := elasticsearchtest.NewTLSServer()
	fill(api, n, latency)
	return api
}

func fill(api *elasticsearchtest.Server, n int, latency time.Duration) {
	api.Latency = latency
	api.AddAccount(elasticsearchtest.Account{AccessKeyID: accessKeyID, AccessKeySecret: accessKeySecret, SecurityToken: securityToken})
	for i := range n {
		api.AddInstance(survivor(i))
	}
}
