package trigger_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"elasticsearch-disconnect/handler/trigger"
)

// BenchmarkParse parses an event of each shape, as it is sent: not indented.
func BenchmarkParse(b *testing.B) {
	for _, name := range []string{"direct", "http-post", "eventbridge", "eventbridge-release-console", "timer-reconcile"} {
		var event bytes.Buffer
		if err := json.Compact(&event, must(os.ReadFile("../../events/"+name+".json"))); err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := trigger.Parse(event.Bytes()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
