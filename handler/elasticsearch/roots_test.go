package elasticsearch_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
)

// TestRoots: reading only the bundle of root certificates accepts and refuses
// what the system's roots do. Go reads those once in a process, so each case is
// a process of its own.
func TestRoots(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the bundle is read on Linux alone")
	}
	server, _ := startTLS(t)
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
		want            string // of two requests, each over a connection of its own
		dials           int    // one more for each that tries the bundle in vain
	}{
		"in the bundle":                            {with, emptyDir, "127.0.0.1", "removed", 2},
		"in a directory alone":                     {other, withDir, "127.0.0.1", "removed", 3},
		"in a directory, and there is no bundle":   {filepath.Join(dir, "none.pem"), withDir, "127.0.0.1", "removed", 2},
		"in a directory, and the bundle is no PEM": {garbage, withDir, "127.0.0.1", "removed", 2},
		"in neither":                               {other, emptyDir, "127.0.0.1", "the API's certificate is not trusted; not sent", 4},
		"in neither, and there is no bundle":       {filepath.Join(dir, "none.pem"), emptyDir, "127.0.0.1", "the API's certificate is not trusted; not sent", 2},
		"in both, for another name":                {with, withDir, "localhost", "the API's certificate is not trusted; not sent", 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRootsOfThisProcess$", "-test.v")
			url := strings.Replace(server.URL, "127.0.0.1", test.host, 1)
			child.Env = []string{"ROOTS_TEST_URL=" + url, "GORACE=atexit_sleep_ms=0", "SSL_CERT_FILE=" + test.file, "SSL_CERT_DIR=" + test.dir}
			out, err := child.CombinedOutput()
			if want := fmt.Sprintf("%s %s over %d connections", test.want, test.want, test.dials); err != nil || !strings.Contains(string(out), want) {
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
	file := filepath.Join(strings.TrimSpace(string(root)), "src", "crypto", "x509", "root_linux.go")
	source, err := parser.ParseFile(gotoken.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Skip(err) // some distributions ship no sources
	}
	var want []string
	ast.Inspect(source, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Names[0].Name != "certFiles" {
			return true
		}
		for _, file := range spec.Values[0].(*ast.CompositeLit).Elts {
			want = append(want, strings.Trim(file.(*ast.BasicLit).Value, `"`))
		}
		return false
	})
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
	transport := elasticsearch.NewTransport(os.Getenv("SSL_CERT_FILE"))
	dials := 0
	transport.SetDialer(func(ctx context.Context, network, address string) (net.Conn, error) {
		dials++
		return new(net.Dialer).DialContext(ctx, network, address)
	})
	client := clientAt(t, url, transport)
	var words []string
	for range 2 {
		outcome, err := client.DeleteConnectedCluster(t.Context(), removal())
		word := string(outcome.State)
		if failed := (*connection.Error)(nil); errors.As(err, &failed) {
			word = failed.Text()
		}
		words = append(words, word)
		transport.CloseIdleConnections()
	}
	t.Logf("%s over %d connections", strings.Join(words, " "), dials)
}

// TestReadFirst: the first file that there is counts, even one of no use.
func TestReadFirst(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	for file, text := range map[string]string{a: "", b: "b"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	none := filepath.Join(dir, "none")
	for want, files := range map[string][]string{"": {none}, "b": {none, b, a}, " ": {a, b}} {
		if got := elasticsearch.ReadFirst(files); string(got) != strings.TrimSpace(want) {
			t.Errorf("the first of %q: %q", files, got)
		}
	}
}

// TestSessionsAreResumed: after a connection is lost, the handshake is short.
func TestSessionsAreResumed(t *testing.T) {
	t.Parallel()
	server, client := startTLS(t)
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
