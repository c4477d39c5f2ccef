package elasticsearch_test

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// FuzzDecode: no response makes a decoder panic. What is no success is a
// connection.Error with a kind, which tells the response's own status and no
// secret; a success has a status of the 200s; ids are valid.
func FuzzDecode(f *testing.F) {
	for _, test := range answers() {
		w := httptest.NewRecorder()
		test.answer(w, httptest.NewRequest("DELETE", "/", nil))
		if w.Body.Len() < 1<<12 { // what is large is slow to minimize
			f.Add(w.Code, w.Header().Get("Content-Type"), w.Body.Bytes())
		}
	}
	for _, body := range []string{
		`{"Result":true,"RequestId":"4EA9579E"}`,
		`{"Result":{"Result":[{"instances":"es-a","networkType":"vpc"}]}}`,
		`{"Result":[{"instanceId":"es-a"},{"instanceId":"es-b"}],"Headers":{"X-Total-Count":2}}`,
		`{"Result":[{"instances":"es-a"}],"Headers":{"X-Total-Count":"7"}}`,
		`{"Result":null}`,
		`{"Result":[],"Headers":{"X-Total-Count":-1}}`,
		`<Error><Code>a</Code><Message>the canary</Message></Error>`,
	} {
		f.Add(200, "application/json", []byte(body))
	}
	redact := strings.NewReplacer("canary", "***").Replace
	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte) {
		d := elasticsearch.Decode(status, contentType, body, redact)
		if d.Failure == nil && status/100 != 2 {
			t.Errorf("HTTP %d is a success", status)
		}
		if d.Failure != nil {
			checkFailure(t, d.Failure, status)
		}
		for _, id := range append(d.Peers, d.Page.Instances...) {
			must(connection.ParseInstanceID(id.String()))
		}
		if d.Page.Total < 0 {
			t.Errorf("%d instances in all", d.Page.Total)
		}
	})
}

func checkFailure(t *testing.T, err error, status int) {
	t.Helper()
	var failed *connection.Error
	if !errors.As(err, &failed) || failed.Kind == 0 || failed.Status != status {
		t.Fatalf("failure %#v of HTTP %d", err, status)
	}
	if strings.Contains(failed.Message+failed.Code+failed.RequestID, "canary") {
		t.Errorf("a secret is told: %+v", failed)
	}
}
