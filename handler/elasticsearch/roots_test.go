package elasticsearch_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// TestRoots: reading only the bundle of root certificates accepts and refuses
// what the system's roots do. Go reads those once in a process, so each case is
// a process of its own.
func TestRoots(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the bundle is read on Linux alone")
	}
	server, _ := start(t)
	root := server.CertificatePEM()
	dir := t.TempDir()
	write := func(name string, text []byte) string {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	with, other, garbage := write("with.pem", root), write("other.pem", otherRoot(t)), write("garbage.pem", []byte("x"))
	withDir, emptyDir := filepath.Dir(write("roots/a.pem", root)), filepath.Dir(write("empty/readme", nil))
	for name, test := range map[string]struct {
		file, dir, host string
		want            string
	}{
		"in the bundle":                            {with, emptyDir, "127.0.0.1", "removed"},
		"in a directory alone":                     {other, withDir, "127.0.0.1", "removed"},
		"in a directory, and there is no bundle":   {filepath.Join(dir, "none.pem"), withDir, "127.0.0.1", "removed"},
		"in a directory, and the bundle is no PEM": {garbage, withDir, "127.0.0.1", "removed"},
		"in neither":                               {other, emptyDir, "127.0.0.1", "the API's certificate is not trusted"},
		"in both, for another name":                {with, withDir, "localhost", "the API's certificate is not trusted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRootsOfThisProcess$", "-test.v")
			url := strings.Replace(server.URL, "127.0.0.1", test.host, 1)
			child.Env = []string{"ROOTS_TEST_URL=" + url, "SSL_CERT_FILE=" + test.file, "SSL_CERT_DIR=" + test.dir}
			out, err := child.CombinedOutput()
			if want := "came to: " + test.want; err != nil || !strings.Contains(string(out), want) {
				t.Errorf("%v\n got %s\nwant %s", err, out, want)
			}
		})
	}
}

// TestBundleFiles holds the list to that of the crypto/x509 it is built with: a
// bundle that Go does not read would be trusted beyond the system's roots.
func TestBundleFiles(t *testing.T) {
	t.Parallel()
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "src", "crypto", "x509", "root_linux.go"))
	if err != nil {
		t.Skip(err) // some distributions ship no sources
	}
	_, list, _ := strings.Cut(string(source), "var certFiles = ")
	list, _, _ = strings.Cut(list, "\n}")
	var want []string
	for _, file := range regexp.MustCompile(`"(/.+?)"`).FindAllStringSubmatch(list, -1) {
		want = append(want, file[1])
	}
	if got := elasticsearch.BundleFiles(""); len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("bundle files:\n got %q\nwant %q", got, want)
	}
	if got := elasticsearch.BundleFiles("/x"); !slices.Equal(got, []string{"/x"}) {
		t.Errorf("with SSL_CERT_FILE: %q", got)
	}
}

// otherRoot is a certificate that has nothing to do with the stand-in's.
func otherRoot(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/other-root.pem")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestRootsOfThisProcess is the child of TestRoots.
func TestRootsOfThisProcess(t *testing.T) {
	url := os.Getenv("ROOTS_TEST_URL")
	if url == "" {
		t.Skip("only as a child of TestRoots")
	}
	_, client := start(t)
	client.Endpoint = must(elasticsearch.ParseEndpoint(url))
	client.Transport = elasticsearch.NewTransport(os.Getenv("SSL_CERT_FILE"))
	r := removal()
	r.MayBeDone = true // by another child
	outcome, err := client.DeleteConnectedCluster(t.Context(), r)
	if err != nil {
		t.Logf("came to: %v", err)
		return
	}
	t.Logf("came to: %s", outcome.State)
}

// TestOpen: a connection that was opened ahead is used by the first request, and
// no request is sent to open it; a failure to open one is of no consequence.
func TestOpen(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	transport := client.Transport.(*elasticsearch.Transport)
	transport.Open(t.Context(), client.Endpoint)
	if dials, requests := server.Dials(), len(server.Requests()); dials != 1 || requests != 0 {
		t.Errorf("%d connections, %d requests", dials, requests)
	}
	if _, err := client.DeleteConnectedCluster(t.Context(), removal()); err != nil || server.Dials() != 1 {
		t.Errorf("%v, over %d connections", err, server.Dials())
	}

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	transport.CloseIdleConnections()
	transport.Open(ended, client.Endpoint)
	transport.Open(t.Context(), must(elasticsearch.ParseEndpoint("http://127.0.0.1:1")))
	if outcome, err := client.DeleteConnectedCluster(t.Context(), removal()); err != nil || outcome.State != connection.Removed {
		t.Errorf("after nothing was opened: %+v, %v", outcome, err)
	}
}

// TestOpenedLongAgo: after a freeze, the connection that was opened ahead is
// replaced, and costs no attempt.
func TestOpenedLongAgo(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	transport := client.Transport.(*elasticsearch.Transport)
	transport.Open(t.Context(), client.Endpoint)
	transport.Age(time.Minute)
	outcome, err := client.DeleteConnectedCluster(t.Context(), removal())
	if err != nil || outcome.Attempts != 1 || server.Dials() != 2 {
		t.Errorf("outcome %+v, %v, over %d connections", outcome, err, server.Dials())
	}
}

// TestOpenBehindProxy: nothing is opened ahead where a proxy makes the
// connections.
func TestOpenBehindProxy(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	transport := client.Transport.(*elasticsearch.Transport)
	transport.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse("http://127.0.0.1:1") }
	transport.Open(t.Context(), client.Endpoint)
	if n := server.Dials(); n != 0 {
		t.Errorf("%d connections past the proxy", n)
	}
}

// TestOpenedForAnother: a connection that was opened ahead is used for its own
// host alone.
func TestOpenedForAnother(t *testing.T) {
	t.Parallel()
	other, client := start(t)
	server := elasticsearchtest.NewTLSServer()
	t.Cleanup(server.Close)
	server.AddAccount(account)
	server.AddInstance(instance, connected)
	server.Connect(instance, connected)
	client.Transport.(*elasticsearch.Transport).Open(t.Context(), client.Endpoint)
	client.Endpoint = must(elasticsearch.ParseEndpoint(server.URL))
	if outcome, err := client.DeleteConnectedCluster(t.Context(), removal()); err != nil || outcome.State != connection.Removed {
		t.Errorf("outcome %+v, %v", outcome, err)
	}
	if len(other.Requests()) != 0 {
		t.Error("the request went to another host")
	}
}

// TestSessionsAreResumed: after a connection is lost, the handshake is short.
func TestSessionsAreResumed(t *testing.T) {
	t.Parallel()
	server, client := start(t)
	transport := client.Transport.(*elasticsearch.Transport)
	config := elasticsearch.NewTransport("").TLSClientConfig
	config.RootCAs = transport.TLSClientConfig.RootCAs
	transport.TLSClientConfig = config
	for i, resumed := range []bool{false, true} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.TLS.DidResume != resumed {
			t.Errorf("connection %d: resumed is %t", i+1, !resumed)
		}
		transport.CloseIdleConnections()
	}
}

// BenchmarkRoots shows what it costs to read the bundle, as a process does once.
func BenchmarkRoots(b *testing.B) {
	for b.Loop() {
		elasticsearch.BundleRoots("")
	}
}
