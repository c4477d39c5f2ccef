package elasticsearch

import (
	"errors"
	"net"
	"net/url"
	"strings"

	"elasticsearch-disconnect/handler/connection"
)

// An Endpoint is the scheme and host of the OpenAPI. The zero Endpoint is invalid.
type Endpoint struct{ scheme, host string }

// ParseEndpoint accepts https://HOST, and http://HOST for a loopback host; HOST may
// have a port. It refuses user information, a path, a query and a fragment, which
// could not be signed.
func ParseEndpoint(text string) (Endpoint, error) {
	u, err := url.Parse(text)
	if err != nil {
		return Endpoint{}, errors.New("is not a URL") // url.Parse repeats the text, which may hold a password
	}
	e := Endpoint{u.Scheme, u.Host}
	switch {
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return Endpoint{}, errors.New("is not of the form https://HOST")
	case *u != url.URL{Scheme: e.scheme, Host: e.host} && *u != url.URL{Scheme: e.scheme, Host: e.host, Path: "/"}:
		return Endpoint{}, errors.New("has more than a scheme and a host")
	case e.scheme == "http" && !isLoopback(u.Hostname()):
		return Endpoint{}, errors.New("is plain http, which only a loopback address may use")
	}
	return e, nil
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// Region returns the region that the host of the API names, in any case and with a port or a
// final dot; "" if the host is another.
func (e Endpoint) Region() string {
	u := url.URL{Host: strings.ToLower(e.host)}
	name, isAPI := strings.CutSuffix(strings.TrimSuffix(u.Hostname(), "."), ".aliyuncs.com")
	service, region, _ := strings.Cut(name, ".")
	if !isAPI || service != "elasticsearch" && service != "elasticsearch-vpc" {
		return ""
	}
	return region
}

// String returns the endpoint as a URL without a path.
func (e Endpoint) String() string { return e.scheme + "://" + e.host }

// address is the host with its port, for dialling.
func (e Endpoint) address() string {
	u := url.URL{Host: e.host}
	port := u.Port()
	if port == "" {
		port = "443"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// A Network says from where the OpenAPI is called.
type Network string

const (
	Public Network = "public" // the internet
	VPC    Network = "vpc"    // a VPC of the same region
)

// ParseNetwork accepts "public" and "vpc".
func ParseNetwork(text string) (Network, error) {
	if n := Network(text); n == Public || n == VPC {
		return n, nil
	}
	return "", errors.New("is neither public nor vpc")
}

// STS returns the host of the Security Token Service in a region. Two patterns fit all
// regions (STS, endpoints).
func (n Network) STS(region connection.Region) string {
	if n == VPC {
		return "sts-vpc." + region.String() + ".aliyuncs.com"
	}
	return "sts." + region.String() + ".aliyuncs.com"
}

// Endpoint is the OpenAPI's endpoint in a region. All regions follow the two
// patterns without exception (Alibaba Cloud's endpoint list of the product).
func (n Network) Endpoint(region connection.Region) Endpoint {
	service := "elasticsearch"
	if n == VPC {
		service = "elasticsearch-vpc"
	}
	return Endpoint{"https", service + "." + region.String() + ".aliyuncs.com"}
}
