package trigger_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"elasticsearch-disconnect/handler/trigger"
)

// The structs are those that a function without Parse would decode an event
// into: the members that Parse reads, too. Of an HTTP event the body is left
// in its string, which Parse reads as well.
type (
	directEvent struct {
		InstanceID          string `json:"instanceId"`
		ConnectedInstanceID string `json:"connectedInstanceId"`
		ClientToken         string `json:"clientToken"`
		DryRun              bool   `json:"dryRun"`
		All                 bool   `json:"all"`
		RegionID            string `json:"regionId"`
		AccountID           string `json:"accountId"`
	}
	httpEvent struct {
		Version         string            `json:"version"`
		RawPath         string            `json:"rawPath"`
		Headers         map[string]string `json:"headers"`
		QueryParameters map[string]string `json:"queryParameters"`
		Body            string            `json:"body"`
		IsBase64Encoded bool              `json:"isBase64Encoded"`
		RequestContext  struct {
			HTTP struct {
				Method string `json:"method"`
			} `json:"http"`
		} `json:"requestContext"`
	}
	cloudEventOfPair struct {
		SpecVersion string      `json:"specversion"`
		ID          string      `json:"id"`
		Source      string      `json:"source"`
		Type        string      `json:"type"`
		RegionID    string      `json:"aliyunregionid"`
		OriginalID  string      `json:"aliyunoriginalaccountid"`
		AccountID   string      `json:"aliyunaccountid"`
		Data        directEvent `json:"data"`
	}
)

// benchEvent is a recorded event as it is sent: not indented.
func benchEvent(b *testing.B, name string) []byte {
	b.Helper()
	content, err := os.ReadFile("../../events/" + name)
	if err != nil {
		b.Fatal(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, content); err != nil {
		b.Fatal(err)
	}
	return compact.Bytes()
}

// BenchmarkParse parses an event of each shape, and besides lets
// encoding/json read the same bytes into a struct, which is what Parse is held
// against.
func BenchmarkParse(b *testing.B) {
	for _, shape := range []struct {
		name, file string
		into       func() any
	}{
		{"direct", "direct.json", func() any { return new(directEvent) }},
		{"HTTP", "http-post.json", func() any { return new(httpEvent) }},
		{"CloudEvent", "eventbridge.json", func() any { return new(cloudEventOfPair) }},
	} {
		event := benchEvent(b, shape.file)
		b.Run(shape.name+"/Parse", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := trigger.Parse(event); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(shape.name+"/Unmarshal", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := json.Unmarshal(event, shape.into()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
