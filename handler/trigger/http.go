package trigger

import (
	"net/http"
	"net/url"
	"strings"

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

// http reads an FC 3.0 HTTP trigger event and serves its path and method.
func (p *parser) http(raw []byte) {
	e := p.envelope(raw)
	method, path := e.method(), e.rawPath()
	p.event.head = method == http.MethodHead
	p.idempotencyKey, _ = e.header("Idempotency-Key")
	if len(p.refusal.Faults) > 0 {
		return
	}
	segment, isOpenAPI := instanceSegment(path)
	switch {
	case path == rootPath:
		p.root(e, method)
	case isOpenAPI:
		p.openAPI(e, method, segment)
	default:
		p.refusal = *refuse(http.StatusNotFound, "$.rawPath", "is %s; there is %s and %s{InstanceId}%s",
			quote(path), rootPath, openAPIPrefix, openAPISuffix)
	}
}

// instanceSegment finds the {InstanceId}, still escaped, in a path of the OpenAPI.
func instanceSegment(path string) (string, bool) {
	rest, hasPrefix := strings.CutPrefix(path, openAPIPrefix)
	segment, hasSuffix := strings.CutSuffix(rest, openAPISuffix)
	return segment, hasPrefix && hasSuffix && !strings.Contains(segment, "/")
}

func (p *parser) root(e envelope, method string) {
	switch method {
	case http.MethodGet, http.MethodHead:
		p.act(Info{})
	case http.MethodPost:
		p.post(e)
	default:
		p.notAllowed(method, "GET, HEAD, POST")
	}
}

// post reads POST /, whose body is the object of a direct event.
func (p *parser) post(e envelope) {
	if contentType, ok := e.header("Content-Type"); ok && !isJSON(contentType) {
		p.refusal = *refuse(http.StatusUnsupportedMediaType, "$.headers.Content-Type", "is %s, not application/json", quote(contentType))
		return
	}
	if body := e.body(); body != nil {
		p.removal("$.body", body)
	}
	e.query()
}

// openAPI reads DELETE /openapi/instances/{InstanceId}/connected-clusters, with
// the API's own query parameters and dryRun.
func (p *parser) openAPI(e envelope, method, segment string) {
	if method != http.MethodDelete {
		p.notAllowed(method, http.MethodDelete)
		return
	}
	instance := p.pathInstance(segment)
	if query := e.query("connectedInstanceId", "clientToken", "dryRun", "all"); query != nil {
		query.connections(instance, query.textFlag)
	}
	if text, _ := e.text("body"); text != "" {
		p.fault("$.body", "is not empty, and DELETE reads none: give query parameters")
	}
}

func (p *parser) pathInstance(segment string) connection.InstanceID {
	text, err := url.PathUnescape(segment)
	if err != nil {
		p.fault("$.rawPath", "has a wrong escape: %s", quote(segment))
		return connection.InstanceID{}
	}
	id, err := connection.ParseInstanceID(text)
	if err != nil {
		p.fault("$.rawPath", "{InstanceId} %v", err)
	}
	return id
}

func (p *parser) notAllowed(method, allow string) {
	p.refusal = *refuse(http.StatusMethodNotAllowed, "$.requestContext.http.method", "is %s, not one of %s", quote(method), allow)
	p.refusal.Allow = allow
}
