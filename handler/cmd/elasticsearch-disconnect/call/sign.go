package call

import (
	"net/http"
	"strings"
	"time"

	"elasticsearch-disconnect/handler/acs3"
)

// sign adds the signature that an HTTP trigger with authType function wants, as the samples
// of "Configure signature authentication for HTTP triggers" (help.aliyun.com) make it. Of
// the headers it covers these two alone, and the token is sent without STS too, empty. In
// the place of the body's hash is nothing.
func sign(r *http.Request, c acs3.Credentials, now time.Time) {
	date, token := now.UTC().Format("2006-01-02T15:04:05Z"), c.SecurityToken.Reveal()
	r.Header.Set("X-Acs-Date", date)
	r.Header.Set("X-Acs-Security-Token", token)
	acs3.SetURL(r.URL)
	names := []string{"x-acs-date", "x-acs-security-token"}
	canonical := strings.Join([]string{
		r.Method,
		r.URL.EscapedPath(),
		r.URL.RawQuery,
		"x-acs-date:" + date,
		"x-acs-security-token:" + token,
		"",
		strings.Join(names, ";"),
		"",
	}, "\n")
	r.Header.Set("Authorization", acs3.Authorization(c, canonical, names))
}
