package trigger

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/aliyun/fc-runtime-go-sdk/events"

	"elasticsearch-disconnect/handler/connection"
)

// The paths served: the function's own, and the OpenAPI's for
// DeleteConnectedCluster, so that a script made for the API needs only another
// host.
const (
	rootPath      = "/"
	openAPIPrefix = "/openapi/instances/"
	openAPISuffix = "/connected-clusters"
)

// An httpRequest is the event of an FC 3.0 HTTP trigger. The SDK's own type would
// refuse the whole event for one header that is not a string.
type httpRequest struct {
	*object
	method string
	path   string // as it was sent, with its escapes
	key    string // the Idempotency-Key, or ""
}

// overHTTP reads the event of an HTTP trigger.
func overHTTP(path string, event []byte) ([]Request, error) {
	return readHTTP(path, event).requests()
}

func readHTTP(path string, event []byte) httpRequest {
	o := new(reader).readObject(path, event, "version", "rawPath", "headers", "queryParameters", "body", "isBase64Encoded", "requestContext")
	if version, ok := o.text("version"); ok && version != "v1" {
		o.fault("$.version", "is %s, not v1", quote(version))
	}
	method := methodIn(o)
	rawPath, _ := o.text("rawPath")
	key := header(o.value("headers"), "Idempotency-Key")
	return httpRequest{o, method, cmp.Or(rawPath, rootPath), key}
}

// Response returns the struct that FC 3.0 takes for an HTTP response. The response to
// HEAD has no content (RFC 9110, section 9.3.2).
func (e Event) Response(status int, headers map[string]string, body string) events.HTTPTriggerResponse {
	if e.head {
		body = ""
	}
	return events.HTTPTriggerResponse{StatusCode: status, Headers: headers, Body: body}
}

// IsAnswered reports whether the reply is an HTTP response that somebody reads.
func (e Event) IsAnswered() bool { return e.Shape == HTTP && !e.Async }

// isAsync reports whether the event is an HTTP request whose caller got 202 already.
func isAsync(event []byte) bool {
	return strings.EqualFold(header(lookup(event, "headers"), "X-Fc-Invocation-Type"), "Async")
}

// isHEAD reports whether the event is the HTTP request whose response has no body.
func isHEAD(event []byte) bool {
	return string(lookup(lookup(lookup(event, "requestContext"), "http"), "method")) == `"HEAD"`
}

// methodIn reads $.requestContext.http.method.
func methodIn(o *object) string {
	for _, name := range []string{"requestContext", "http"} {
		if !o.required(name) {
			return ""
		}
		if o = o.readObject(o.at(name), o.value(name), "http", "method"); o == nil {
			return ""
		}
	}
	o.required("method")
	method, _ := o.text("method")
	return method
}

// requests routes the request by its method and path.
func (h httpRequest) requests() ([]Request, error) {
	segment, isOpenAPI := instanceSegment(h.path)
	isRoot := h.path == rootPath
	switch {
	case len(h.faults) > 0:
		return Request{}.asking(h.faults)
	case isRoot && (h.method == http.MethodGet || h.method == http.MethodHead):
		return Request{}.asking(nil, Request{Action: Info{}})
	case isRoot && h.method == http.MethodPost:
		return h.post()
	case isRoot:
		return nil, h.notAllowed("GET, HEAD, POST")
	case isOpenAPI && h.method == http.MethodDelete:
		return h.delete(segment)
	case isOpenAPI:
		return nil, h.notAllowed(http.MethodDelete)
	default:
		return nil, refuse(http.StatusNotFound, "$.rawPath", "is %s; the paths are %s and %s{InstanceId}%s",
			quote(h.path), rootPath, openAPIPrefix, openAPISuffix)
	}
}

// instanceSegment finds the {InstanceId}, still escaped, in a path of the OpenAPI.
func instanceSegment(path string) (string, bool) {
	rest, hasPrefix := strings.CutPrefix(path, openAPIPrefix)
	segment, hasSuffix := strings.CutSuffix(rest, openAPISuffix)
	return segment, hasPrefix && hasSuffix && !strings.Contains(segment, "/")
}

func (h httpRequest) notAllowed(allow string) error {
	e := refuse(http.StatusMethodNotAllowed, "$.requestContext.http.method", "is %s, not one of %s", quote(h.method), allow)
	e.Allow = allow
	return e
}

// post reads POST /, whose body is the object of a direct event.
func (h httpRequest) post() ([]Request, error) {
	if err := checkContentType(header(h.value("headers"), "Content-Type")); err != nil {
		return nil, err
	}
	var asked []Request
	if body := h.body(); body != nil {
		asked = requests(h.reader, "$.body", body, h.key, true)
	}
	h.query()
	return Request{}.asking(h.faults, asked...)
}

// delete reads DELETE /openapi/instances/{InstanceId}/connected-clusters. Its query
// has the API's own parameters and the members of a direct event.
func (h httpRequest) delete(segment string) ([]Request, error) {
	var request Request
	instance := h.instance(segment)
	if query := h.query("connectedInstanceId", "clientToken", "dryRun", "all", "force", "regionId", "accountId"); query != nil {
		request = connections(query, instance, query.textFlag, h.key)
	}
	if text, _ := h.text("body"); text != "" {
		h.fault("$.body", "must be empty: a DELETE takes query parameters")
	}
	return Request{}.asking(h.faults, request)
}

func (h httpRequest) instance(segment string) connection.InstanceID {
	text, err := url.PathUnescape(segment)
	if err != nil {
		h.fault("$.rawPath", "has an invalid escape: %s", quote(segment))
		return connection.InstanceID{}
	}
	id, err := connection.ParseInstanceID(text)
	if err != nil {
		h.fault("$.rawPath", "{InstanceId} %v", err)
	}
	return id
}

// header returns the values of a header, joined by commas as the gateway does. Names
// are in any letter case (RFC 9110, section 5.1).
func header(headers []byte, name string) string {
	var values []string
	for key, value := range members(headers) {
		if value[0] == '"' && strings.EqualFold(string(key), name) {
			values = append(values, string(unquote(value)))
		}
	}
	return strings.Join(values, ",")
}

// checkContentType refuses a body that is not JSON. Without a type it is taken for JSON.
func checkContentType(text string) error {
	const path = "$.headers.Content-Type"
	mediaType, _, err := mime.ParseMediaType(text)
	switch {
	case text == "":
		return nil
	case mediaType != "application/json":
		return refuse(http.StatusUnsupportedMediaType, path, "is %s, not application/json", quote(text))
	case err != nil:
		return refuse(http.StatusUnsupportedMediaType, path, "has malformed parameters: %s", quote(text))
	}
	return nil
}

// query reads the named query parameters and refuses all others: with a misspelt
// dryRun, the function would act. Parameters such as x-fc-signature belong to the
// gateway. It returns nil if the parameters are not an object.
func (h httpRequest) query(names ...string) *object {
	raw := h.value("queryParameters")
	if raw == nil || raw[0] == 'n' {
		raw = []byte("{}")
	}
	o := h.readObject("$.queryParameters", raw, names...)
	if o != nil {
		o.refuseOthers(func(name []byte) bool { return !bytes.HasPrefix(name, []byte("x-")) })
	}
	return o
}

// body returns the JSON of the request's body; nil, with a fault, if it has none.
func (h httpRequest) body() []byte {
	text, ok := h.text("body")
	if !h.required("body") || !ok {
		return nil
	}
	body := []byte(text)
	if h.flag("isBase64Encoded") {
		var err error
		if body, err = base64.StdEncoding.DecodeString(text); err != nil {
			h.fault("$.body", "is not base64, although isBase64Encoded is true: %v", err)
			return nil
		}
	}
	body = trim(body)
	if err := syntax(body); err != nil {
		h.fault("$.body", "%v", err)
		return nil
	}
	return body
}
