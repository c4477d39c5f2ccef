package soak

import (
	"encoding/base64"
	"net/http"
	"strconv"
)

// A request is an HTTP request as the trigger makes an event of it.
type request struct {
	method, path string
	body         string
	base64       bool
	headers      map[string]any
	query        map[string]any
}

func (q request) event(requestID string) []byte {
	return encode(map[string]any{
		"version": "v1", "rawPath": q.path, "headers": q.headers, "queryParameters": q.query,
		"body": q.body, "isBase64Encoded": q.base64,
		"requestContext": map[string]any{
			"accountId": "1234567890984321", "requestId": requestID, "time": "2023-09-05T06:41:11Z", "timeEpoch": "1693896071895",
			"http": map[string]any{"method": q.method, "path": q.path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.24"},
		},
	})
}

// http makes an HTTP event. Its order always has a token, or the caller could not repeat it.
func (g *generator) http() *event {
	o := g.order()
	o.token = g.id()
	asks := o.ask()
	var q request
	switch n := g.rng.IntN(10); {
	case n < 5:
		q = g.post(o)
	case n < 9:
		q = g.deletion(o)
	default:
		o = g.pairOrder(o)
		q, asks = g.wrongRequest(o), ask{malformed: true}
	}
	what := q.method + " " + o.String()
	return g.numbered(&event{what: what, door: overHTTP, text: q.event, ask: asks})
}

func (g *generator) post(o order) request {
	headers := map[string]any{"Content-Type": "application/json"}
	q := request{method: http.MethodPost, path: "/", headers: headers, query: map[string]any{}}
	if g.oneIn(2) {
		q.headers["Idempotency-Key"], o.token = o.token, ""
	}
	q.body = string(encode(o.members(g.oneIn(4))))
	if q.base64 = g.oneIn(4); q.base64 {
		q.body = base64.StdEncoding.EncodeToString([]byte(q.body))
	}
	return q
}

func (g *generator) deletion(o order) request {
	query := map[string]any{}
	for name, value := range o.members(false) {
		switch value := value.(type) {
		case bool:
			query[name] = strconv.FormatBool(value)
		default:
			query[name] = value
		}
	}
	delete(query, "instanceId")
	path := "/openapi/instances/" + o.instance + "/connected-clusters"
	return request{method: http.MethodDelete, path: path, headers: map[string]any{}, query: query}
}

// wrongRequest makes one that must be refused, though it says what to remove.
func (g *generator) wrongRequest(o order) request {
	q := g.deletion(o)
	switch g.rng.IntN(6) {
	case 0:
		q.query["dryrun"] = "true"
	case 1:
		q.path += "/"
	case 2:
		q.method = http.MethodPut
	case 3:
		q.body = "{}"
	case 4:
		q = g.post(o)
		q.headers["Content-Type"] = "application/x-www-form-urlencoded"
	default:
		q = g.post(o)
		q.base64, q.body = false, string(g.spoilt(o).text)
	}
	return q
}
