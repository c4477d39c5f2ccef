package trigger_test

import (
	"encoding/json"
	"testing"

	"elasticsearch-disconnect/handler/trigger"
)

// TestResponse: only HEAD, also a refused one, has no body.
func TestResponse(t *testing.T) {
	t.Parallel()
	const head = `{"statusCode":418,"headers":{"A":"b"},"isBase64Encoded":false,"body":`
	for event, want := range map[string]string{
		post(pair, ""):            head + `"text"}`,
		request("GET", "/", ""):   head + `"text"}`,
		request("HEAD", "/", ""):  head + `""}`,
		request("HEAD", "/x", ""): head + `""}`,
	} {
		e, _ := trigger.Parse([]byte(event))
		if got := asJSON(t, e.Response(418, map[string]string{"A": "b"}, "text")); got != want {
			t.Errorf("the response to %s:\n got %s\nwant %s", event, got, want)
		}
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
