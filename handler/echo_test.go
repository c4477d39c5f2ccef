package handler_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httputil"
	"strings"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// echoes are servers that repeat all they were sent, wherever an answer has room
// for it.
func echoes() map[string]fault {
	echo := func(answer func(w http.ResponseWriter, r *http.Request, dump, token string)) fault {
		return answering(func(w http.ResponseWriter, r *http.Request) {
			dump, _ := httputil.DumpRequest(r, false)
			answer(w, r, string(dump), r.Header.Get("X-Acs-Security-Token"))
		})
	}
	body := func(status int, media, format string) fault {
		return echo(func(w http.ResponseWriter, r *http.Request, dump, _ string) {
			quoted, _ := json.Marshal(dump)
			elasticsearchtest.Body(status, media, strings.ReplaceAll(format, "DUMP", string(quoted)))(w, r)
		})
	}
	result := func(format string) fault {
		return echo(func(w http.ResponseWriter, r *http.Request, _, token string) {
			elasticsearchtest.Body(200, jsonMedia, strings.ReplaceAll(format, "TOKEN", token))(w, r)
		})
	}
	header := func(name string) fault {
		return echo(func(w http.ResponseWriter, r *http.Request, _, token string) {
			w.Header().Set(name, token)
			elasticsearchtest.Refuse(500, "InternalError", "m")(w, r)
		})
	}
	raw := func(format string) fault {
		return echo(func(w http.ResponseWriter, r *http.Request, _, token string) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			_, _ = fmt.Fprintf(connection, format, token)
			_ = connection.Close()
		})
	}
	return map[string]fault{
		"echoed in the message": echo(func(w http.ResponseWriter, r *http.Request, dump, _ string) {
			elasticsearchtest.Refuse(400, "X", dump)(w, r)
		}),
		"echoed in a message, retried": echo(func(w http.ResponseWriter, r *http.Request, dump, _ string) {
			elasticsearchtest.Refuse(500, "X", dump)(w, r)
		}),
		"echoed in the message, signed": echo(func(w http.ResponseWriter, r *http.Request, dump, _ string) {
			elasticsearchtest.Refuse(400, "SignatureDoesNotMatch", dump)(w, r)
		}),
		"echoed in XML": echo(func(w http.ResponseWriter, r *http.Request, dump, _ string) {
			elasticsearchtest.RefuseXML(400, "X", dump)(w, r)
		}),
		"echoed in the Code":             body(400, jsonMedia, `{"Code":DUMP,"Message":"m","RequestId":"r"}`),
		"echoed in the RequestId":        body(400, jsonMedia, `{"Code":"X","Message":"m","RequestId":DUMP}`),
		"echoed in the RequestId of 200": body(200, jsonMedia, `{"Result":true,"RequestId":DUMP}`),
		"echoed as a page":               body(502, "text/html", "<html>DUMP</html>"),
		"echoed as text":                 body(200, "text/plain", "DUMP"),
		"the token for an id":            result(`{"Result":[{"instances":"TOKEN","instanceId":"TOKEN"}]}`),
		"the token for a status":         result(`{"Result":{"status":"TOKEN"}}`),
		"the token for a total":          result(`{"Result":[],"Headers":{"X-Total-Count":"TOKEN"}}`),
		"the token in the Content-Type": echo(func(w http.ResponseWriter, r *http.Request, _, token string) {
			elasticsearchtest.Body(200, token, "x")(w, r)
		}),
		"the token in x-acs-request-id":   header("X-Acs-Request-Id"),
		"the token in Retry-After":        header("Retry-After"),
		"the token in Location":           header("Location"),
		"the token in Content-Encoding":   header("Content-Encoding"),
		"the token for a status line":     raw("%s\r\n\r\n"),
		"the token for a status code":     raw("HTTP/1.1 %s\r\n\r\n"),
		"the token for a protocol":        raw("HTTP/%s 200 OK\r\n\r\n"),
		"the token for a header":          raw("HTTP/1.1 200 OK\r\n%s\r\n\r\n"),
		"the token for a length":          raw("HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n"),
		"the token for a chunk":           raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%s\r\n"),
		"the token for Transfer-Encoding": raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: %s\r\n\r\n"),
	}
}
