// Command peer removes the connection that a direct event names, as one would write it with the core client of the
// official SDK. It knows no other event, keeps no log and tries nothing twice.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"strings"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/aliyun/fc-runtime-go-sdk/fc"
	"github.com/aliyun/fc-runtime-go-sdk/fccontext"
)

// A removal is the event.
type removal struct {
	InstanceID          string `json:"instanceId"`
	ConnectedInstanceID string `json:"connectedInstanceId"`
}

func main() { fc.Start(handle) }

func handle(ctx context.Context, event []byte) (any, error) {
	var r removal
	if err := json.Unmarshal(event, &r); err != nil {
		return nil, err
	}
	invocation, ok := fccontext.FromContext(ctx)
	if !ok {
		return nil, errors.New("not in Function Compute")
	}
	client, err := newClient(invocation)
	if err != nil {
		return nil, err
	}
	answer, err := client.CallApi(deletion(r), &openapi.OpenApiRequest{Query: map[string]*string{
		"connectedInstanceId": dara.String(r.ConnectedInstanceID),
		"clientToken":         dara.String(invocation.RequestID),
	}}, &dara.RuntimeOptions{})
	if err != nil {
		return nil, err
	}
	return answer["body"], nil
}

// newClient is for one invocation, whose credentials are its own.
func newClient(invocation *fccontext.FcContext) (*openapi.Client, error) {
	return openapi.NewClient(&openapi.Config{
		AccessKeyId:     dara.String(invocation.Credentials.AccessKeyId),
		AccessKeySecret: dara.String(invocation.Credentials.AccessKeySecret),
		SecurityToken:   dara.String(invocation.Credentials.SecurityToken),
		RegionId:        dara.String(invocation.Region),
		Endpoint:        dara.String(strings.TrimPrefix(os.Getenv("ELASTICSEARCH_ENDPOINT"), "https://")),
	})
}

func deletion(r removal) *openapi.Params {
	return &openapi.Params{
		Action:      dara.String("DeleteConnectedCluster"),
		Version:     dara.String("2017-06-13"),
		Protocol:    dara.String("HTTPS"),
		Method:      dara.String("DELETE"),
		AuthType:    dara.String("AK"),
		Style:       dara.String("ROA"),
		Pathname:    dara.String("/openapi/instances/" + url.PathEscape(r.InstanceID) + "/connected-clusters"),
		ReqBodyType: dara.String("json"),
		BodyType:    dara.String("json"),
	}
}
