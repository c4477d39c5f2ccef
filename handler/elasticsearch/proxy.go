package elasticsearch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// CheckProxy returns what is wrong with a text of HTTPS_PROXY; nil if nothing is, or if it
// is empty. net/http passes over a text that is no URL, and connects without a proxy. An
// error does not repeat the text, which may hold a password.
func CheckProxy(text string) error {
	if text == "" {
		return nil
	}
	if !strings.Contains(text, "://") { // net/http takes HOST:PORT for http://HOST:PORT
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || !isPort(u.Port()) || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) {
		return errors.New("is not the address of a proxy, such as http://HOST:PORT")
	}
	return nil
}

// isPort reports whether a text is a port, or empty, which stands for the scheme's.
func isPort(text string) bool {
	port, err := strconv.ParseUint(text, 10, 16)
	return text == "" || err == nil && port > 0
}

// A proxyRefusal is a proxy's answer to CONNECT that is not a success.
type proxyRefusal struct {
	proxy  string // its host and port
	status int
}

// readProxyAnswer is called with each answer to CONNECT. net/http's own error would have
// the words of the proxy alone.
func readProxyAnswer(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyRefusal{proxy.Host, answer.StatusCode}
}

func (r *proxyRefusal) Error() string {
	return strings.TrimSpace(fmt.Sprintf("the proxy %s answered HTTP %d %s", r.proxy, r.status, http.StatusText(r.status)))
}

// isFinal reports whether the proxy would refuse every other request too: it does not
// take our name and password, or does not let us through to the API.
func (r *proxyRefusal) isFinal() bool {
	return r.status == http.StatusProxyAuthRequired || r.status == http.StatusForbidden
}
