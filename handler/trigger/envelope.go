package trigger

import (
	"bytes"
	"encoding/base64"
	"mime"
	"slices"
	"strings"
	"unicode/utf8"
)

// An envelope is the event of an FC 3.0 HTTP trigger. The SDK's type for it is
// not used: one header that is not a string would fail the whole event there.
type envelope struct{ *object }

func (p *parser) envelope(raw []byte) envelope {
	e := envelope{p.object("$", raw, "version", "rawPath", "headers", "queryParameters", "body", "isBase64Encoded", "requestContext")}
	if version, ok := e.text("version"); ok && version != "v1" {
		p.fault("$.version", "is %s, not v1", quote(version))
	}
	return e
}

// method is the request's method, $.requestContext.http.method.
func (e envelope) method() string {
	o := e.object
	for _, name := range []string{"requestContext", "http"} {
		if !o.required(name) {
			return ""
		}
		if o = o.parser.object(o.at(name), o.raw(name), "http", "method"); o == nil {
			return ""
		}
	}
	o.required("method")
	method, _ := o.text("method")
	return method
}

// rawPath is the request's path as it was sent, with its escapes.
func (e envelope) rawPath() string {
	path, _ := e.text("rawPath")
	if path == "" {
		return rootPath
	}
	return path
}

// header returns a header's value. Names are in the client's case, and HTTP's
// have none (RFC 9110, section 5.1).
func (e envelope) header(name string) (string, bool) {
	for key, value := range members(e.raw("headers")) {
		if value[0] == '"' && strings.EqualFold(string(key), name) {
			return string(unquote(value)), true
		}
	}
	return "", false
}

func isJSON(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	return err == nil && mediaType == "application/json"
}

// query reads the query parameters, nil when there are none to read, and
// refuses others than those named: with a misspelt dryRun, the function would
// act. Parameters such as x-fc-signature are left to the gateway.
func (e envelope) query(names ...string) *object {
	raw := e.raw("queryParameters")
	if raw == nil || string(raw) == "null" {
		raw = []byte("{}")
	}
	o := e.parser.object("$.queryParameters", raw, names...)
	if o != nil {
		o.others = slices.DeleteFunc(o.others, func(name string) bool { return strings.HasPrefix(name, "x-") })
		o.refuseOthers()
	}
	return o
}

// body returns the JSON of the request's body; nil, with a fault, when there is
// none.
func (e envelope) body() []byte {
	if !e.required("body") {
		return nil
	}
	text, ok := e.text("body")
	if !ok {
		return nil
	}
	body := []byte(text)
	if e.flag("isBase64Encoded") {
		var err error
		if body, err = base64.StdEncoding.DecodeString(text); err != nil {
			e.fault("$.body", "is not base64, though isBase64Encoded says so: %v", err)
			return nil
		}
	}
	if !utf8.Valid(body) {
		e.fault("$.body", "is not UTF-8")
		return nil
	}
	if err := syntax(body); err != nil {
		e.fault("$.body", "%v", err)
		return nil
	}
	return bytes.TrimSpace(body)
}
