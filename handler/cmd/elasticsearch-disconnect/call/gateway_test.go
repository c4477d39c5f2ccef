package call_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/call"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// A gateway is a stand-in for Function Compute's, on loopback. It verifies the signature of an HTTP trigger with code
// of its own, written from the document, and refuses in the documented words. What it accepts is answered by the
// function.
type gateway struct {
	*httptest.Server
	function http.Handler
	now      func() time.Time
	secret   string // of the access key
	token    string // "": a plain access key

	mu       sync.Mutex
	received []string // method, request target, type and body
}

const keyID, secret = "canary-key", "canary-secret"

func newGateway(t *testing.T, function http.HandlerFunc) *gateway {
	t.Helper()
	g := unstarted(t, function)
	g.Start()
	return g
}

func newTLSGateway(t *testing.T, function http.HandlerFunc) *gateway {
	t.Helper()
	g := unstarted(t, function)
	g.StartTLS()
	return g
}

func unstarted(t *testing.T, function http.HandlerFunc) *gateway {
	t.Helper()
	g := &gateway{function: function, now: time.Now, secret: secret}
	g.Server = httptest.NewUnstartedServer(g)
	g.Config.ErrorLog = log.New(io.Discard, "", 0) // a client that does not trust the certificate is no news
	t.Cleanup(func() { g.CloseClientConnections(); g.Close() })
	return g
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || r.ContentLength != int64(len(body)) {
		panic(fmt.Sprintf("%v, of length %d", err, r.ContentLength))
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	g.mu.Lock()
	g.received = append(g.received, strings.Join([]string{r.Method, r.RequestURI, r.Header.Get("Content-Type"), string(body)}, " "))
	g.mu.Unlock()
	if refusal := g.refusal(r); refusal != "" {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		_ = json.NewEncoder(w).Encode(map[string]string{"RequestId": "1-64f6cd87", "Code": "AccessDenied", "Message": refusal})
		return
	}
	g.function.ServeHTTP(w, r)
}

func (g *gateway) requests() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.received)
}

// refusal returns why a request is refused; "" if it is accepted.
func (g *gateway) refusal(r *http.Request) string {
	given := regexp.MustCompile(`^ACS3-HMAC-SHA256 Credential=canary-key,SignedHeaders=x-acs-date;x-acs-security-token,Signature=([0-9a-f]{64})$`).
		FindStringSubmatch(r.Header.Get("Authorization"))
	date, err := time.Parse("2006-01-02T15:04:05Z", r.Header.Get("x-acs-date"))
	token, isSent := r.Header["X-Acs-Security-Token"]
	switch now := g.now(); {
	case err != nil:
		return "required HTTP header Date was not specified"
	case now.Sub(date).Abs() > 15*time.Minute:
		return fmt.Sprintf("the difference between the request time %s and the current time %s is too large", date, now)
	case given == nil, !isSent, token[0] != g.token, given[1] != g.signature(r):
		return "The request signature we calculated does not match the signature you provided: x-acs-security-token:" + strings.Join(token, "")
	}
	return ""
}

// signature is computed of the request line as it came.
func (g *gateway) signature(r *http.Request) string {
	path, query, _ := strings.Cut(r.RequestURI, "?")
	var pairs []string
	for pair := range strings.SplitSeq(query, "&") {
		if name, value, _ := strings.Cut(pair, "="); name != "" {
			pairs = append(pairs, encoded(name)+"="+encoded(value))
		}
	}
	slices.Sort(pairs)
	var segments []string
	for segment := range strings.SplitSeq(path, "/") {
		segments = append(segments, encoded(segment))
	}
	canonical := r.Method + "\n" + strings.Join(segments, "/") + "\n" + strings.Join(pairs, "&") + "\n" +
		"x-acs-date:" + r.Header.Get("x-acs-date") + "\n" + "x-acs-security-token:" + g.token + "\n" + "\n" +
		"x-acs-date;x-acs-security-token" + "\n"
	hash := sha256.Sum256([]byte(canonical))
	mac := hmac.New(sha256.New, []byte(g.secret))
	mac.Write([]byte("ACS3-HMAC-SHA256\n" + hex.EncodeToString(hash[:])))
	return hex.EncodeToString(mac.Sum(nil))
}

// encoded decodes a part of a request line and encodes it as RFC 3986 does, with $ as %24.
func encoded(part string) string {
	decoded, err := url.PathUnescape(part)
	if err != nil {
		panic(err)
	}
	var b strings.Builder
	for _, c := range []byte(decoded) {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// pair asks for one connection.
func pair(t *testing.T) call.Event {
	return call.Event{Instance: id(t, "es-a"), Connected: id(t, "es-b")}
}

func id(t *testing.T, text string) connection.InstanceID {
	t.Helper()
	id, err := connection.ParseInstanceID(text)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func beijing(t *testing.T) connection.Region {
	t.Helper()
	region, err := connection.ParseRegion("cn-beijing")
	if err != nil {
		t.Fatal(err)
	}
	return region
}

// request is one for a URL, with a transport of its own that trusts the gateway.
func (g *gateway) request(t *testing.T, path string, event call.Event) call.Request {
	t.Helper()
	u, err := call.ParseURL(g.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	transport := elasticsearch.NewTransport("")
	if roots := g.Client().Transport.(*http.Transport).TLSClientConfig; roots != nil {
		transport.TLSClientConfig.RootCAs = roots.RootCAs
	}
	t.Cleanup(transport.CloseIdleConnections)
	return call.Request{URL: u, Event: event, Transport: transport, Credentials: acs3.Credentials{
		AccessKeyID: acs3.NewSecret(keyID), AccessKeySecret: acs3.NewSecret(secret), SecurityToken: acs3.NewSecret(g.token),
	}}
}

// check compares an answer, in which the URL of the gateway is HOST. No credential is given away.
func check(t *testing.T, name, host string, got call.Answer, exit int, message string) {
	t.Helper()
	if text := strings.ReplaceAll(got.Message, host, "HOST"); text != message || got.Exit != exit {
		t.Errorf("%s:\n got %d, %s\nwant %d, %s", name, got.Exit, text, exit, message)
	}
	if strings.Contains(got.Text+got.Message, "canary") {
		t.Errorf("%s: a credential is given away: %s%s", name, got.Text, got.Message)
	}
}
