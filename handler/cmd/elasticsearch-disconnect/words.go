package main

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"elasticsearch-disconnect/handler/connection"
)

// explain returns a failure in full, for a person: what failed, its cause, and what to do. It
// is one line of printable ASCII.
func explain(err error) string { return ascii(inFull(err)) }

// inFull returns the same as it comes from the API, the network and certificates.
func inFull(err error) string {
	failed := (*connection.Error)(nil)
	if !errors.As(err, &failed) {
		line, _, _ := strings.Cut(err.Error(), "\n") // of a panic, which ends with the stack
		return strings.Replace(line, "panic: ", "a bug of this program: ", 1)
	}
	text := failed.Message
	if failed.Err != nil {
		text += " (" + causeOf(failed) + ")"
	}
	return text + failed.Advice.Command
}

// causeOf returns the cause of a failure, but for what its message begins with.
func causeOf(failed *connection.Error) string {
	said, _, _ := strings.Cut(failed.Message, ";")
	return withoutPassword(strings.TrimSuffix(inFull(failed.Err), ": "+said) + madeBy(failed.Err))
}

// madeBy names a certificate that is not trusted, and who made it; "" for any other cause.
func madeBy(cause error) string {
	refused := (*tls.CertificateVerificationError)(nil)
	if !errors.As(cause, &refused) || len(refused.UnverifiedCertificates) == 0 {
		return ""
	}
	c := refused.UnverifiedCertificates[0]
	return fmt.Sprintf("; the certificate is of %s, made by %s: if you trust that, name the file with its authority in SSL_CERT_FILE", cmp.Or(c.Subject.String(), "nobody"), cmp.Or(c.Issuer.String(), "nobody"))
}

// withoutPassword hides the user and the password in a URL, such as that of a proxy.
func withoutPassword(text string) string {
	return regexp.MustCompile(`//\S*@`).ReplaceAllString(text, "//***@")
}
