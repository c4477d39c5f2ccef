package call

import (
	"encoding/json"
	"testing"
)

// TestDecode: what lacks a member of its form, or has one of another, is another program's.
func TestDecode(t *testing.T) {
	t.Parallel()
	for form, needs := range map[string][]string{
		`{"instanceId":"a","connectedInstanceId":"b","regionId":"r","outcome":"removed"}`:  {"instanceId", "connectedInstanceId", "regionId", "outcome"},
		`{"instanceId":"a","outcome":"cleaned","scanned":1,"results":[]}`:                  {"instanceId", "outcome", "scanned", "results"},
		`{"regionId":"r","outcome":"reconciled","scanned":1,"connections":1,"results":[]}`: {"regionId", "outcome", "scanned", "connections", "results"},
	} {
		if _, isOurs := decode([]byte(form)); !isOurs {
			t.Errorf("not ours: %s", form)
		}
		for _, member := range needs {
			var object map[string]any
			_ = json.Unmarshal([]byte(form), &object)
			delete(object, member)
			body, _ := json.Marshal(object)
			if _, isOurs := decode(body); isOurs {
				t.Errorf("ours: %s", body)
			}
		}
	}
	const both = `{"instanceId":"a","connectedInstanceId":"b","regionId":"r","outcome":"removed","results":[]}`
	if _, isOurs := decode([]byte(both)); isOurs {
		t.Errorf("ours: %s", both)
	}
}
