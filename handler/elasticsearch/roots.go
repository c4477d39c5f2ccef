package elasticsearch

import (
	"crypto/x509"
	"os"
	"runtime"
)

// bundleRoots reads the bundle of the system's root certificates, and no other
// file: crypto/x509 reads the bundle and then every file of the certificate
// directories, where Debian has each root a second time. It returns nil where
// there is no bundle, and on systems that verify in another way.
func bundleRoots(sslCertFile string) *x509.CertPool {
	if runtime.GOOS != "linux" {
		return nil
	}
	pem := readFirst(bundleFiles(sslCertFile))
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil
	}
	return roots
}

// bundleFiles is crypto/x509's list (root_linux.go), in its order: it reads the
// first that there is. SSL_CERT_FILE takes the place of the list.
func bundleFiles(sslCertFile string) []string {
	if sslCertFile != "" {
		return []string{sslCertFile}
	}
	return []string{
		"/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/ssl/ca-bundle.pem",
		"/etc/pki/tls/cacert.pem",
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
		"/etc/ssl/cert.pem",
	}
}

func readFirst(files []string) []byte {
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil {
			return text
		}
	}
	return nil
}
