// Command floor answers every event the same. It is what the SDK of Function Compute costs, whatever a function does.
package main

import (
	"context"
	"encoding/json"

	"github.com/aliyun/fc-runtime-go-sdk/fc"
)

// reply has the members of the function's, and so its size.
const reply = `{"Result":true,"RequestId":"E5C0FFEE-0000-4000-8000-000000000001","instanceId":"es-cn-n6w1o1x0w001c0001",` +
	`"connectedInstanceId":"es-cn-09k1rgid9000g0002","clientToken":"8ac54020-8385-536c-a137-0f4bf2773392","outcome":"removed"}`

func main() {
	fc.Start(func(context.Context, []byte) (any, error) { return json.RawMessage(reply), nil })
}
