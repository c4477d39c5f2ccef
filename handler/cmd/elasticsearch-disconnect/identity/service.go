package identity

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"elasticsearch-disconnect/handler/acs3"
	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
)

const (
	requestTimeout  = 15 * time.Second
	maxAnswer       = 1 << 20 // bytes
	metadataAddress = "http://100.100.100.200"
)

// A service hands out credentials over HTTP, for a profile.
type service struct {
	client *http.Client
	host   string // for people
	who    string // the profile
	todo   string // if it hands out none
}

// uri is for a service whose address the profile has.
func (s Settings) uri(p profile) (acs3.Credentials, error) {
	u, err := p.url("credentials_uri")
	if err != nil {
		return acs3.Credentials{}, err
	}
	from := service{over(s.Transport), printable.Text(u.Host), p.who, "check its address"}
	answer, err := from.ask(http.MethodGet, u.String(), nil)
	if err != nil {
		return acs3.Credentials{}, err
	}
	return from.read(s, answer)
}

// roleOfMachine is for a role of this machine, whose metadata service of ECS hands it out.
func (s Settings) roleOfMachine(p profile) (acs3.Credentials, error) {
	if s.isTrue(metadataOff) {
		return acs3.Credentials{}, denied(p.who+" needs the metadata service of this machine, but "+metadataOff+" turns that off", "unset it", nil)
	}
	from := service{direct(), "the metadata service of this machine", p.who, "check that this is an ECS instance with that RAM role"}
	answer, err := s.metadata(from, p.has["ram_role_name"])
	if failed, ok := errors.AsType[*connection.Error](err); ok && p.isGuess {
		err = s.nothing(failed.Err)
	}
	if err != nil {
		return acs3.Credentials{}, err
	}
	return from.read(s, answer)
}

// metadata returns what the service answers about a role; about that which the machine has
// if it is "". The service wants a token with each request, unless it is of the first version.
func (s Settings) metadata(from service, role string) ([]byte, error) {
	address, header := cmp.Or(s.metadataURL, metadataAddress)+"/latest/", http.Header{}
	token, err := from.ask(http.MethodPut, address+"api/token", http.Header{"X-Aliyun-Ecs-Metadata-Token-Ttl-Seconds": {"300"}})
	_, isAnswer := errors.AsType[elasticsearch.Refusal](err)
	switch {
	case err == nil:
		header.Set("X-Aliyun-Ecs-Metadata-Token", string(token))
	case !isAnswer, s.isTrue("ALIBABA_CLOUD_IMDSV1_DISABLED"):
		return nil, err
	}
	address += "meta-data/ram/security-credentials/"
	if role == "" {
		name, err := from.ask(http.MethodGet, address, header)
		if err != nil {
			return nil, err
		}
		role = strings.TrimSpace(string(name))
	}
	return from.ask(http.MethodGet, address+url.PathEscape(role), header)
}

// direct is a client of the machine's own services. It uses no proxy: that would be handed
// the credentials, or give those of its machine.
func direct() *http.Client {
	const dialTimeout = 2 * time.Second // a machine without the service gives no answer at all
	return over(&http.Transport{DialContext: (&net.Dialer{Timeout: dialTimeout}).DialContext, DisableKeepAlives: true})
}

// over is a client that follows no redirect: the other address would get the token of a
// request, or hand out another identity.
func over(transport http.RoundTripper) *http.Client {
	last := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &http.Client{Transport: transport, Timeout: requestTimeout, CheckRedirect: last}
}

// ask returns the body of an answer. It is an error without the status 200.
func (f service) ask(method, address string, header http.Header) ([]byte, error) {
	request, err := http.NewRequest(method, address, nil)
	if err != nil {
		return nil, err // of metadataURL
	}
	request.Header = header
	status, body, err := send(f.client, request)
	switch {
	case err != nil:
		return nil, unavailable("no answer from "+f.host+" for "+f.who, f.todo, err)
	case status != http.StatusOK:
		return nil, denied(f.host+" gives "+f.who+" no credentials", f.todo, elasticsearch.Refusal{Status: status})
	}
	return body, nil
}

// send sends a request, and returns status and body of the answer.
func send(client *http.Client, r *http.Request) (status int, body []byte, err error) {
	response, err := client.Do(r)
	if err != nil {
		return 0, nil, reasonOfNetwork(err)
	}
	defer response.Body.Close()
	body, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	return response.StatusCode, body, err
}

// read reads the credentials in an answer: as a profile with a session.
func (f service) read(s Settings, answer []byte) (acs3.Credentials, error) {
	var found members
	what := "the answer of " + f.host + " for " + f.who
	if json.Unmarshal(answer, &found) != nil {
		return acs3.Credentials{}, denied(what+" is not JSON with credentials", "ask who runs it", nil)
	}
	if code := found["Code"]; code != "" && code != "Success" {
		return acs3.Credentials{}, denied(f.host+" gives "+f.who+" no credentials", "ask who runs it", elasticsearch.ReadRefusal(0, answer))
	}
	names := map[string]string{"access_key_id": "AccessKeyId", "access_key_secret": "AccessKeySecret", "sts_token": "SecurityToken", "sts_expiration": "Expiration"}
	has := found.renamed(names)
	has["mode"] = "StsToken"
	return s.credentials(profile{who: f.who, part: what, fix: "ask who runs it", renew: "check why " + f.host + " hands it out", has: has, names: names})
}
