package elasticsearch_test

import (
	"bytes"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// FuzzDecode: no response makes a decoder panic. What is no success, and what is
// no list, is a connection.Error with a kind, with the response's own status and
// without a secret; a success has a status of the 200s; ids are valid.
func FuzzDecode(f *testing.F) {
	for _, test := range answers() {
		w := httptest.NewRecorder()
		test.answer(w, httptest.NewRequest("DELETE", "/", nil))
		f.Add(w.Code, w.Header().Get("Content-Type"), w.Body.Bytes())
	}
	for _, body := range []string{
		`{"Result":"true","RequestId":7,"Code":200}`,
		`{"Result":{"Result":[{"instances":"es-a, es-b,","instanceId":["es-c"]},null]},"Headers":{"X-Total-Count":["3"]}}`,
		`{"Result":[{"instances":"TheCanary"},{"instances":"../TheCanary"},{"instanceId":null}],"result":{}}`,
		`{"Result":[{"instanceId":"es-a","description":"of TheCanary","networkConfig":{"vpcId":"vpc-a"}},{"instanceId":"es-b","networkConfig":"vpc-a"}]}`,
		`{"Result":["es-a",1]}`,
		`{"Result":{"status":"active","Result":""}}`,
		`{"Result":true,"RequestId":"4EA9579E"}`,
		`{"Result":{"Result":[{"instances":"es-a","networkType":"vpc"}]}}`,
		`{"Result":[{"instanceId":"es-a"},{"instanceId":"es-b"}],"Headers":{"X-Total-Count":2}}`,
		`{"Result":[{"instances":"es-a"}],"Headers":{"X-Total-Count":"7"}}`,
		`{"Result":null}`,
		`{"Result":[],"Headers":{"X-Total-Count":-1}}`,
		`<Error><Code>a</Code><Message>the TheCanary</Message></Error>`,
	} {
		f.Add(200, "application/json", []byte(body))
	}
	known := acs3.Credentials{SecurityToken: acs3.NewSecret("TheCanary")}
	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte) {
		d := elasticsearch.Decode(status, contentType, bytes.NewReader(body), known)
		if d.Failure == nil && status/100 != 2 {
			t.Errorf("HTTP %d is a success", status)
		}
		for _, err := range []error{d.Failure, d.Err} {
			if err != nil {
				checkFailure(t, err, status)
			}
		}
		texts := strings.Join(d.List.Malformed, " ")
		for _, e := range d.List.Entries {
			must(connection.ParseInstanceID(e.ID.String()))
			texts += " " + e.Name + " " + e.VPC
		}
		if strings.Contains(texts, "TheCanary") {
			t.Errorf("a secret is shown: %s", texts)
		}
		if d.Err != nil && len(d.List.Entries)+len(d.List.Malformed) != 0 {
			t.Errorf("half a list %v", d.List)
		}
		if d.Total < -1 {
			t.Errorf("%d instances in all", d.Total)
		}
	})
}

func checkFailure(t *testing.T, err error, status int) {
	t.Helper()
	var failed *connection.Error
	if !errors.As(err, &failed) || failed.Kind == 0 || failed.Status != status {
		t.Fatalf("failure %#v of HTTP %d", err, status)
	}
	if strings.Contains(failed.Text()+failed.Code+failed.RequestID, "TheCanary") {
		t.Errorf("a secret is shown: %+v", failed)
	}
}
