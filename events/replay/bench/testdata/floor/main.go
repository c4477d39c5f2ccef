// Command floor answers every event the same. It is what the SDK of Function Compute costs, whatever a function does.
package main

import (
	"context"

	"github.com/aliyun/fc-runtime-go-sdk/fc"
)

// A report has the members of the function's, and so their size.
type report struct {
	Result              bool   `json:"Result"`
	RequestID           string `json:"RequestId"`
	InstanceID          string `json:"instanceId"`
	ConnectedInstanceID string `json:"connectedInstanceId"`
	ClientToken         string `json:"clientToken"`
	Outcome             string `json:"outcome"`
}

func main() {
	fc.Start(func(context.Context, []byte) (any, error) {
		return report{
			Result:              true,
			RequestID:           "E5C0FFEE-0000-4000-8000-000000000001",
			InstanceID:          "es-cn-n6w1o1x0w001c0001",
			ConnectedInstanceID: "es-cn-09k1rgid9000g0002",
			ClientToken:         "8ac54020-8385-536c-a137-0f4bf2773392",
			Outcome:             "removed",
		}, nil
	})
}
