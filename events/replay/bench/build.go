package main

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// prepare builds the programs, and reads and writes what they are run with.
func (b *bench) prepare(programs []program) {
	root := b.output(".", "go", "list", "-m", "-f", "{{.Dir}}")
	recipe := b.recipe(root)
	for _, p := range programs {
		b.build(p, root, recipe)
	}
	b.readDirect(root)
	api := newRegion(0, 0) // all servers of httptest have one certificate
	defer api.Close()
	b.roots = b.writeRoots("roots.pem", api.CertificatePEM())
}

// recipe returns the command of make build, with its first argument as the name of the binary. So all programs are built
// with the flags of the function, except ownTags.
func (b *bench) recipe(root string) string {
	const target = "target/main"
	recipe := b.output(root, "env", "MAKEFLAGS=", "MAKELEVEL=", "make", "--no-print-directory", "--dry-run", "build")
	if strings.Count(recipe, target) != 1 {
		b.check(fmt.Errorf("make --dry-run build: %s does not occur once: %s", target, recipe))
	}
	return strings.Replace(recipe, target, `"$1"`, 1)
}

// ownTags leave HTTP/2 out of the function, which is an achievement of the function alone.
const ownTags = "-tags nethttpomithttp2 "

// build builds a program, and reports the sizes of its binary and of the zip that is uploaded.
func (b *bench) build(p program, root, recipe string) {
	folder, file := root, filepath.Join(b.dir, string(p))
	if p != function {
		folder = filepath.Join(root, "events", "replay", "bench", "testdata", string(p))
		recipe = strings.Replace(recipe, ownTags, "", 1)
	}
	if p == peer && exec.CommandContext(b.failed, "go", "-C", folder, "mod", "download").Run() != nil {
		b.note("without the peer, whose modules cannot be downloaded")
		return
	}
	b.output(folder, "sh", "-c", recipe, "sh", file)
	content, err := os.ReadFile(file)
	b.check(err)
	b.built, b.binaries[p] = append(b.built, p), file
	b.reportSize(binary, p, len(content))
	b.reportSize(zipped, p, deflatedSize(content, b.level))
}

// output returns what a command prints when it runs in a folder.
func (b *bench) output(dir, name string, args ...string) string {
	cmd := exec.CommandContext(b.failed, name, args...)
	var stderr strings.Builder
	cmd.Dir, cmd.Stderr = dir, &stderr
	out, err := cmd.Output()
	if err != nil {
		b.check(fmt.Errorf("%s in %s: %w\n%s", cmd, dir, err, &stderr))
	}
	return strings.TrimSpace(string(out))
}

// deflatedSize returns the size of the zip without its names and dates, some hundred bytes.
func deflatedSize(content []byte, level int) int {
	var deflated bytes.Buffer // so only a wrong level is an error
	w, _ := flate.NewWriter(&deflated, level)
	_, _ = w.Write(content)
	_ = w.Close()
	return deflated.Len()
}

// readDirect reads the recorded event, and takes out the white space that is there for people.
func (b *bench) readDirect(root string) {
	content, err := os.ReadFile(filepath.Join(root, "events", "direct.json"))
	b.check(err)
	var compact bytes.Buffer
	b.check(json.Compact(&compact, content))
	b.direct = compact.String()
}

// writeRoots writes a file for SSL_CERT_FILE: a certificate, and the machine's own root certificates, because a deployed
// function loads as many. SSL_CERT_DIR is not set, so Go reads the directories, too, as it does there.
func (b *bench) writeRoots(name string, certificate []byte) (file string) {
	file = filepath.Join(b.dir, name)
	for _, bundle := range []string{ // in the order in which Go looks for one
		"/etc/ssl/certs/ca-certificates.crt", // Debian, and the custom runtimes of Function Compute
		"/etc/pki/tls/certs/ca-bundle.crt",   // Fedora
		"/etc/ssl/ca-bundle.pem",             // openSUSE
		"/etc/ssl/cert.pem",                  // Alpine
	} {
		if content, err := os.ReadFile(bundle); err == nil {
			b.check(os.WriteFile(file, slices.Concat(content, []byte("\n"), certificate), 0o600))
			return file
		}
	}
	b.check(errors.New("this machine has no root certificates in one file"))
	return file
}
