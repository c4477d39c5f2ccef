// Command floorhttp sends the same DELETE at every event, unsigned, and answers the same. It is what the SDK and one
// request over TLS cost, whatever a function makes of the event and of the answer.
package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"

	"github.com/aliyun/fc-runtime-go-sdk/fc"
)

// reply has the members of the function's, and so its size.
const reply = `{"Result":true,"RequestId":"E5C0FFEE-0000-4000-8000-000000000001","instanceId":"es-cn-n6w1o1x0w001c0001",` +
	`"connectedInstanceId":"es-cn-09k1rgid9000g0002","clientToken":"8ac54020-8385-536c-a137-0f4bf2773392","outcome":"removed"}`

const path = "/openapi/instances/es-cn-n6w1o1x0w001c0001/connected-clusters" +
	"?clientToken=8ac54020-8385-536c-a137-0f4bf2773392&connectedInstanceId=es-cn-09k1rgid9000g0002"

func main() {
	url := os.Getenv("ELASTICSEARCH_ENDPOINT") + path
	transport := &http.Transport{}
	fc.Start(func(ctx context.Context, _ []byte) (any, error) {
		return json.RawMessage(reply), send(ctx, transport, url)
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
