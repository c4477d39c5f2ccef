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

// The credentials of every invocation, in the lengths that real ones have; nobody's.
const (
	accessKeyID     = "STS.NUbenchKeyId000000000000"
	accessKeySecret = "benchSecretHx7bTq2mVw9LkZ4RfY8aB3cD5eF6gH"
	securityToken   = "CAISbenchTokenq6Ft5B2yfSjIr5fYGojBu4e0oKxDg4NL1LwpXnZcVbMaSdFgHjKlQwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUiOp" +
		"1q2w3e4r5t6y7u8i9o0pAzSxDcFvGbHnJmKlPoIuYtReWqLkJhGfDsAqMnBvCxZ0987654321qazwsxedcrfvtgbyhnujmikolp=="
)

const (
	answer         = `{"Result":true,"RequestId":"E5C0FFEE-0000-4000-8000-000000000001"}`
	answerType     = "application/json;charset=utf-8"
	answerIDHeader = "X-Acs-Request-Id"
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
		if latency > 0 {
			time.Sleep(latency)
		}
		w.Header().Set("Content-Type", answerType)
		w.Header().Set(answerIDHeader, "E5C0FFEE-0000-4000-8000-000000000001")
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

// newCheckingAPI makes a stand-in that verifies signatures, and lets every deletion succeed.
func newCheckingAPI() *elasticsearchtest.Server {
	api := elasticsearchtest.NewTLSServer()
	addAccount(api)
	success := elasticsearchtest.Body(http.StatusOK, answerType, answer)
	api.OnRequest = func(elasticsearchtest.Request) elasticsearchtest.Fault {
		return elasticsearchtest.Fault{Answer: success}
	}
	return api
}

func addAccount(api *elasticsearchtest.Server) {
	api.AddAccount(elasticsearchtest.Account{
		AccessKeyID:     accessKeyID,
		AccessKeySecret: accessKeySecret,
		SecurityToken:   securityToken,
	})
}

const released = "es-cn-released0000" // left a connection behind, and is gone

func survivor(i int) string { return fmt.Sprintf("es-cn-survivor%06d", i) }

// newRegion makes a stand-in with so many instances, and a latency.
func newRegion(instances int, latency time.Duration) *elasticsearchtest.Server {
	api := elasticsearchtest.NewTLSServer()
	addAccount(api)
	api.Latency = latency
	for i := range instances {
		api.AddInstance(survivor(i))
	}
	return api
}
