package acs3

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestWireEqualsSigned asks a real server what it received. It compares that
// with what is in the canonical request, line by line.
func TestWireEqualsSigned(t *testing.T) {
	t.Parallel()
	type received struct {
		method, uri, host string
		header            http.Header
	}
	last := make(chan received, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		last <- received{r.Method, r.RequestURI, r.Host, r.Header}
	}))
	t.Cleanup(server.Close)

	tests := map[string]struct{ target, uri string }{
		"no path, no query":          {"", "/"},
		"no query but its mark":      {"/?", "/"},
		"a query in the wrong order": {"/a?c=d&b", "/a?b=&c=d"},
		"space":                      {"/a%20b?c+d=e%20f", "/a%20b?c%20d=e%20f"},
		"plus":                       {"/a+b?c=%2B", "/a%2Bb?c=%2B"},
		"encoded slash":              {"/a%2fb?c=/", "/a%2Fb?c=%2F"},
		"asterisk and tilde":         {"/*~%7e?*=~%7e", "/%2A~~?%2A=~~"},
		"unicode":                    {"/é?名=é", "/%C3%A9?%E5%90%8D=%C3%A9"},
		"sub-delimiters":             {"/!$&'(),;=:@?a=!$'(),;:@", "/%21%24%26%27%28%29%2C%3B%3D%3A%40?a=%21%24%27%28%29%2C%3B%3A%40"},
		"repeated names":             {"/?a=2&a=1", "/?a=1&a=2"},
	}
	for name, test := range tests { // One after the other: they share the channel.
		r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, server.URL+test.target, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header["X-Acs-Several"] = []string{" b", "a\t"}
		names := Sign(r, Input{Credentials: Credentials{SecurityToken: NewSecret(" token ")}, Nonce: "nonce"})
		response, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		got := <-last

		equal(t, name+": request line", got.uri, test.uri)
		path, query, _ := strings.Cut(got.uri, "?")
		lines := []string{got.method, path, query, "host:" + got.host}
		for _, name := range names[1:] { // the first is host
			lines = append(lines, name+":"+strings.Join(got.header.Values(name), ","))
		}
		lines = append(lines, "", strings.Join(names, ";"), got.header.Get("x-acs-content-sha256"))
		equal(t, name+": canonical request", strings.Join(lines, "\n"), canonical(r))
	}
}
