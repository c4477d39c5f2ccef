package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// bundles are where Linux systems keep their root certificates in one file, in the order in which Go looks for it.
func bundles() []string {
	return []string{
		"/etc/ssl/certs/ca-certificates.crt",                // Debian, and the custom runtimes of Function Compute
		"/etc/pki/tls/certs/ca-bundle.crt",                  // Fedora
		"/etc/ssl/ca-bundle.pem",                            // openSUSE
		"/etc/pki/tls/cacert.pem",                           // OpenELEC
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // CentOS
		"/etc/ssl/cert.pem",                                 // Alpine
	}
}

// writeRoots writes the file that SSL_CERT_FILE names: the machine's own root certificates, as many as a function has to
// load where it is deployed, and that of the stand-ins. SSL_CERT_DIR is not set, so that Go reads the directories too,
// as it does there.
func writeRoots(dir string) (string, error) {
	bundle, err := systemBundle()
	if err != nil {
		return "", err
	}
	api := elasticsearchtest.NewTLSServer() // all servers of httptest have one certificate
	defer api.Close()
	file := filepath.Join(dir, "roots.pem")
	return file, os.WriteFile(file, bytes.Join([][]byte{bundle, api.CertificatePEM()}, []byte("\n")), 0o600)
}

func systemBundle() ([]byte, error) {
	for _, file := range bundles() {
		if content, err := os.ReadFile(file); err == nil {
			return content, nil
		}
	}
	return nil, errors.New("this machine has no root certificates in one file")
}
