package elasticsearchtest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"
)

const jsonType = "application/json;charset=utf-8"

// Refuse answers with the documented error body: RequestId, HostId, Code, Message and Recommend, in JSON.
func Refuse(status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id := w.Header().Get(requestIDHeader)
		writeJSON(w, status, struct{ RequestId, HostId, Code, Message, Recommend string }{
			id, r.Host, code, message,
			"https://api.alibabacloud.com/troubleshoot?q=" + code + "&product=elasticsearch&requestId=" + id,
		})
	}
}

// RefuseXML answers with the same error in the XML form that gateways use, without a recommendation.
func RefuseXML(status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := xml.Marshal(struct {
			XMLName                          xml.Name `xml:"Error"`
			RequestId, HostId, Code, Message string
		}{RequestId: w.Header().Get(requestIDHeader), HostId: r.Host, Code: code, Message: message})
		if err != nil {
			panic(err)
		}
		Body(status, "text/xml;charset=utf-8", xml.Header+string(body))(w, r)
	}
}

// Body answers with a body as it is. The content type goes out as given; an empty one sends none.
func Body(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = nil // A nil value keeps net/http from guessing one.
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body)) // A client that went away is no concern of the gateway.
	}
}

// A reply is the body of a success.
type reply struct {
	Result    any            `json:"Result"`
	Headers   map[string]int `json:"Headers,omitempty"`
	RequestID string         `json:"RequestId"`
}

func result(body reply) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		body.RequestID = w.Header().Get(requestIDHeader)
		writeJSON(w, http.StatusOK, body)
	}
}

// writeJSON does not escape for HTML: the real gateway does not, and a leak looks the same here as there.
func writeJSON(w http.ResponseWriter, status int, body any) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		panic(err)
	}
	Body(status, jsonType, strings.TrimSuffix(b.String(), "\n"))(w, nil)
}
