package call

import (
	"errors"
	"net/url"

	"elasticsearch-disconnect/handler/elasticsearch"
)

// ParseURL reads the URL of an HTTP trigger, which may have a path and a query: that of a
// custom domain has. It is https, or http for a loopback host. An error is worded to
// follow the name of what holds the text, and does not repeat it: it may hold a password.
func ParseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("is not a URL")
	case u.User != nil:
		return nil, errors.New("has a user name or a password: the request is signed with your credentials, and needs none")
	case u.Fragment != "":
		return nil, errors.New("has a fragment (#), which cannot be sent")
	}
	_, err = elasticsearch.ParseEndpoint((&url.URL{Scheme: u.Scheme, Host: u.Host}).String())
	return u, err
}
