package elasticsearchtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"sync"
	"time"
)

// An authority signs a certificate for each host that is asked for. It is made anew for every Cloud, so nobody trusts it
// who was not told to.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey

	mu     sync.Mutex
	leaves map[string]*tls.Certificate // by host
}

func newAuthority() *authority {
	template := certificateOf("elasticsearchtest")
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	key := newKey()
	certificate, err := x509.ParseCertificate(signCertificate(template, template, key, key))
	if err != nil {
		panic(err)
	}
	return &authority{certificate: certificate, key: key, leaves: map[string]*tls.Certificate{}}
}

// config is that of a TLS server which has every name. Of the key exchanges that a client offers it takes the one that
// costs both least: it shares the processors with what is measured, and its clients open hundreds of connections.
func (a *authority) config() *tls.Config {
	return &tls.Config{
		CurvePreferences: []tls.CurveID{tls.X25519},
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			return a.leaf(hello.ServerName), nil
		},
	}
}

// leaf makes a host's certificate when it is first asked for.
func (a *authority) leaf(host string) *tls.Certificate {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.leaves[host] == nil {
		template := certificateOf(host)
		template.DNSNames = []string{host}
		template.KeyUsage, template.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		key := newKey()
		a.leaves[host] = &tls.Certificate{Certificate: [][]byte{signCertificate(template, a.certificate, key, a.key)}, PrivateKey: key}
	}
	return a.leaves[host]
}

// certificateOf is good from yesterday, for clocks that differ, and longer than any program of this kind runs.
func certificateOf(name string) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		panic(err)
	}
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Unix(0, 0), // a synctest bubble begins in 2000
		NotAfter:     time.Now().AddDate(0, 1, 0),
	}
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

// signCertificate signs the certificate of a key in the name of another.
func signCertificate(template, parent *x509.Certificate, key, parentKey *ecdsa.PrivateKey) []byte {
	certificate, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), parentKey)
	if err != nil {
		panic(err)
	}
	return certificate
}
