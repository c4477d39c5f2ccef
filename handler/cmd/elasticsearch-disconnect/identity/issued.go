package identity

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
)

const (
	issueTimeout = 15 * time.Second // of one request, as in credentials-go
	maxIssue     = 1 << 20          // bytes of an answer
)

// issued are credentials as ECS metadata and a credentials URI hand them out.
type issued struct {
	State                                                   string `json:"Code"` // Success, or empty
	AccessKeyID, AccessKeySecret, SecurityToken, Expiration string
}

// grant checks an answer of a host for who.
func (i issued) grant(host, who string) (grant, error) {
	var missing []string
	for _, part := range []struct{ name, value string }{
		{"AccessKeyId", i.AccessKeyID}, {"AccessKeySecret", i.AccessKeySecret}, {"SecurityToken", i.SecurityToken},
	} {
		if part.value == "" {
			missing = append(missing, part.name)
		}
	}
	ends, err := time.Parse(time.RFC3339, i.Expiration)
	switch {
	case i.State != "" && i.State != "Success":
		return grant{}, denied(host+" gives "+who+" no credentials", "ask who runs it", i.refusal())
	case len(missing) > 0:
		return grant{}, denied("the answer of "+host+" for "+who+" has no "+strings.Join(missing, " and no "), "ask who runs it", nil)
	case err != nil && i.Expiration != "":
		return grant{}, denied("the answer of "+host+" for "+who+" has an Expiration that is no time", "ask who runs it", nil)
	case err == nil && !ends.After(time.Now()):
		return grant{}, expired(who, ends, "check why "+host+" hands it out")
	}
	return grant{credentials(i.AccessKeyID, i.AccessKeySecret, i.SecurityToken), ends}, nil
}

func (i issued) refusal() (r refusal) {
	if isName(i.State) {
		r.reason = i.State
	}
	return r
}

// uri is the origin of a service that hands out credentials. Its address may hold a secret.
func (s Settings) uri(who, address string) (origin, error) {
	u, err := uriOf(who, address)
	if err != nil {
		return nil, err
	}
	client, host := &http.Client{Transport: s.Transport, Timeout: issueTimeout}, printable.Text(u.Host)
	return func() (grant, error) {
		status, body, err := fetch(client, http.MethodGet, u, nil)
		switch {
		case err != nil:
			return grant{}, unavailable("no answer from "+host+" for "+who, "check its address", reasonOfNetwork(err))
		case status != http.StatusOK:
			return grant{}, denied(host+" gives "+who+" no credentials", "check its address", refusal{status: status})
		}
		return read(body, host, who)
	}, nil
}

// read reads an answer of a host for who.
func read(body []byte, host, who string) (grant, error) {
	var answer issued
	if json.Unmarshal(body, &answer) != nil {
		return grant{}, denied("the answer of "+host+" for "+who+" is not JSON with credentials", "ask who runs it", nil)
	}
	return answer.grant(host, who)
}

// fetch sends one request, and returns status and body of the answer.
func fetch(client *http.Client, method string, u *url.URL, header http.Header) (status int, body []byte, err error) {
	request := (&http.Request{Method: method, URL: u, Header: header}).WithContext(context.Background())
	if header == nil {
		request.Header = http.Header{}
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(io.LimitReader(response.Body, maxIssue))
	return response.StatusCode, body, err
}

// direct is a client of the machine's own services. It uses no proxy, whatever the
// environment says: that would be handed the credentials, or give those of its machine.
func direct() *http.Client {
	const dialTimeout = 2 * time.Second // a machine without the service gives no answer at all
	return &http.Client{
		Transport: &http.Transport{
			DialContext:       (&net.Dialer{Timeout: dialTimeout}).DialContext,
			DisableKeepAlives: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       issueTimeout,
	}
}
