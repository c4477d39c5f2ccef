package printable

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Cause returns the whole text of an error on one line: of a certificate that is not
// trusted with whose it is and who made it, and of a proxy's URL without user and password.
func Cause(err error) string {
	text := err.Error()
	if untrusted, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		text += ofCertificate(untrusted)
	}
	return Text(regexp.MustCompile(`\S*@`).ReplaceAllString(text, "***@"))
}

func ofCertificate(untrusted *tls.CertificateVerificationError) string {
	if len(untrusted.UnverifiedCertificates) == 0 {
		return ""
	}
	c := untrusted.UnverifiedCertificates[0]
	const mostNames = 3
	owner := cmp.Or(c.Subject.String(), strings.Join(c.DNSNames[:min(mostNames, len(c.DNSNames))], ", "))
	return fmt.Sprintf("; the certificate is of %s, made by %s, valid until %s: if you trust that, name the file with its authority in SSL_CERT_FILE", owner, c.Issuer, c.NotAfter.UTC().Format(time.DateOnly))
}
