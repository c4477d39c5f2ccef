package identity

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// serving is the address of a service that answers with a body.
func serving(t *testing.T, body string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
	t.Cleanup(server.Close)
	return server.URL
}
