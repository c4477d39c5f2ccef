package call_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/call"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

const removedPair = `{"Result":true,"RequestId":"r","instanceId":"es-a","connectedInstanceId":"es-b","regionId":"cn-hangzhou","clientToken":"c","outcome":"removed"}`

var removes = elasticsearchtest.Body(200, "application/json", removedPair)

// TestSignature: the gateway accepts what is signed, whatever the URL is, and gets the event once.
func TestSignature(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		token, url, target string
		start              func(*testing.T, http.HandlerFunc) *gateway
	}{
		"without STS":              {"", "", "/", newGateway},
		"with STS, over https":     {"canary+token/==", "/", "/", newTLSGateway},
		"a path":                   {"", "/es/remove", "/es/remove", newGateway},
		"a path with $ and spaces": {"", "/$LATEST/a%20b/c%2Fd/*~", "/%24LATEST/a%20b/c%2Fd/%2A~", newGateway},
		"a query":                  {"canary+token/==", "/es?x-b=2&x-a=$1+0&x-c&x-a=%E4%BA%91", "/es?x-a=%241%200&x-a=%E4%BA%91&x-b=2&x-c=", newGateway},
		"a query without a path":   {"", "?x-a=1", "/?x-a=1", newGateway},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := test.start(t, removes)
			g.token = test.token
			check(t, "answer", g.URL, g.request(t, test.url, pair(t)).Send(t.Context()), handler.ExitDone, "1 removed")
			want := "POST " + test.target + ` application/json {"instanceId":"es-a","connectedInstanceId":"es-b"}`
			if got := strings.Join(g.requests(), "\n"); got != want {
				t.Errorf("requests:\n got %s\nwant %s", got, want)
			}
		})
	}
}

// without is a proxy on the way that takes a header away.
type without struct {
	http.RoundTripper
	header string
}

func (w without) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Del(w.header)
	return w.RoundTripper.RoundTrip(r)
}

// TestRefusedSignature: the documented refusals are quoted, with what to do.
func TestRefusedSignature(t *testing.T) {
	t.Parallel()
	const begin = `HOST answered HTTP 403, and not as this function does: { "Code": "AccessDenied", "Message": "`
	for name, test := range map[string]struct {
		spoil func(*gateway, *call.Request)
		want  string
	}{
		"another secret": {func(g *gateway, _ *call.Request) { g.secret = "other" },
			begin + `The request signature we calculated does not match the signature you provided: x-acs-security-token:***", "RequestId": "1-64f6cd87" }; if the access key is right, ` + "`s invoke` is another way: it signs in its own form"},
		"a clock that is wrong": {func(g *gateway, _ *call.Request) {
			g.now = func() time.Time { return time.Date(2023, 9, 5, 6, 41, 11, 0, time.UTC) }
		}, begin + "the difference between the request time DATE and the current time 2023-09-05 06:41:11 +0000 UTC is too large\", \"RequestId\": \"1-64f6cd87\" }; check the clock of this machine"},
		"a header is taken away": {func(_ *gateway, r *call.Request) { r.Transport = without{r.Transport, "X-Acs-Date"} },
			begin + `required HTTP header Date was not specified", "RequestId": "1-64f6cd87" }; if the access key is right, ` + "`s invoke` is another way: it signs in its own form"},
	} {
		g := newGateway(t, removes)
		g.token = "canary+token/=="
		r := g.request(t, "", pair(t))
		test.spoil(g, &r)
		got := r.Send(t.Context())
		if before, after, found := strings.Cut(got.Message, "request time "); found {
			got.Message = before + "request time DATE and the " + after[strings.Index(after, "current"):]
		}
		check(t, name, g.URL, got, handler.ExitFailed, test.want)
	}
}

// TestRedirect: it is not followed, and nothing goes to the other host.
func TestRedirect(t *testing.T) {
	t.Parallel()
	other := newGateway(t, removes)
	for _, status := range []int{301, 302, 303, 307, 308} {
		g := newGateway(t, elasticsearchtest.Redirect(status, other.URL+"/?canary-secret"))
		got := g.request(t, "", pair(t)).Send(t.Context())
		got.Message = strings.Replace(got.Message, other.URL, "OTHER", 1)
		check(t, "answer", g.URL, got, handler.ExitFailed, "HOST answered HTTP "+strconv.Itoa(status)+", a redirect to OTHER/?***, which is not followed")
	}
	g := newGateway(t, raw("HTTP/1.1 302 Found\r\nLocation: \u202e/\r\n\r\n"))
	check(t, "controls", g.URL, g.request(t, "", pair(t)).Send(t.Context()), handler.ExitFailed, `HOST answered HTTP 302, a redirect to "\u202e/", which is not followed`)
	if got := other.requests(); len(got) > 0 {
		t.Errorf("the other host got %q", got)
	}
}

// TestParseURL: a text that may hold a password is not repeated. TestParseEndpoint has the forms of a host.
func TestParseURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://x.cn-hangzhou.fcapp.run":   "",
		"https://es.example.com/a/b?x-a=1":  "",
		"http://127.0.0.1:8080/":            "",
		"http://es.example.com/":            "is plain http, which only a loopback address may use",
		"es.example.com":                    "is not of the form https://HOST",
		"":                                  "is not of the form https://HOST",
		"https://u:canary@es.example.com/":  "has a user name or a password: the request is signed with your credentials, and needs none",
		"https://u:canary%@es.example.com/": "is not a URL",
		"https://es.example.com/#x":         "has a fragment (#), which cannot be sent",
	} {
		u, err := call.ParseURL(text)
		switch {
		case want == "" && (err != nil || u.String() != text):
			t.Errorf("ParseURL(%q) = %v, %v", text, u, err)
		case want != "" && (err == nil || err.Error() != want):
			t.Errorf("ParseURL(%q): error %v, want %s", text, err, want)
		}
	}
}
