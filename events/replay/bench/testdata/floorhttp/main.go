// Command floorhttp sends the same DELETE at every event, unsigned, and answers the same. It is what the SDK and one
// request over TLS cost, whatever a function makes of the event and of the answer.
package main

import (
	"context"
	"io"
	"net/http"
	"os"

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

const path = "/openapi/instances/es-cn-n6w1o1x0w001c0001/connected-clusters" +
	"?clientToken=8ac54020-8385-536c-a137-0f4bf2773392&connectedInstanceId=es-cn-09k1rgid9000g0002"

func main() {
	url := os.Getenv("ELASTICSEARCH_ENDPOINT") + path
	transport := &http.Transport{}
	fc.Start(func(ctx context.Context, _ []byte) (any, error) {
		if err := send(ctx, transport, url); err != nil {
			return nil, err
		}
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

func send(ctx context.Context, transport *http.Transport, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodDelete, url, nil)
	if err != nil {
		return err
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.ReadAll(response.Body)
	return err
}
