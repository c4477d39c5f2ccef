// Command main is a function for Alibaba Cloud Function Compute that removes
// the network connection between two Alibaba Cloud Elasticsearch instances, or
// all connections that an instance left behind when it was released.
//
// The command for people is handler/cmd/elasticsearch-disconnect.
package main

import (
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fc"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/elasticsearch"
)

const usage = `This is a function: Function Compute runs it, with FC_RUNTIME_API set. It takes no arguments.
The command is elasticsearch-disconnect: go install ./handler/cmd/elasticsearch-disconnect
`

func main() {
	if os.Getenv("FC_RUNTIME_API") == "" {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(handler.ExitInvalid)
	}
	config, err := handler.ReadConfig(os.Getenv)
	if err != nil {
		fmt.Fprintf(os.Stderr, "configuration: %v\n", err)
		os.Exit(handler.ExitInvalid)
	}
	transport := elasticsearch.NewTransport(os.Getenv("SSL_CERT_FILE"))
	h := &handler.Handler{
		Config:     config,
		Build:      handler.ReadBuild(),
		Log:        slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: config.LogLevel})),
		Transport:  transport,
		Invocation: handler.FunctionCompute,
	}
	time.AfterFunc(handler.WarmUpDelay, func() {
		// An instance has a fraction of a core and serves one event at a
		// time: a second processor only wakes threads (make bench, CPU).
		runtime.GOMAXPROCS(1)
		h.WarmUp(os.Getenv("FC_REGION"), transport.Open)
	})
	fc.Start(h.Handle)
}
