package identity

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

const metadataAddress = "http://100.100.100.200"

// A nobody is why a machine has no role: there is no metadata service, or it knows of none.
type nobody struct{ error }

// metadata is the origin of a role of the machine; "" is the one that it has.
func (s Settings) metadata(who, role string) origin {
	m := machine{direct(), cmp.Or(s.Metadata, metadataAddress), who, s.isTrue("ALIBABA_CLOUD_IMDSV1_DISABLED")}
	return func() (grant, error) {
		token, err := m.token()
		if err != nil {
			return grant{}, err
		}
		name := role
		if name == "" {
			if name, err = m.get(token, ""); err != nil {
				return grant{}, err
			}
		}
		body, err := m.get(token, strings.TrimSpace(name))
		if err != nil {
			return grant{}, err
		}
		return read([]byte(body), "the metadata service", who)
	}
}

// A machine is the metadata service of ECS, asked for who.
type machine struct {
	client  *http.Client
	address string
	who     string
	strict  bool // without the first version of the service, which wants no token
}

// token returns what the second version of the service wants with each request; "" if there
// is only the first.
func (m machine) token() (string, error) {
	status, body, err := m.ask(http.MethodPut, "/latest/api/token", http.Header{"X-Aliyun-Ecs-Metadata-Token-Ttl-Seconds": {"300"}})
	switch {
	case err != nil:
		return "", err
	case status == http.StatusOK:
		return string(body), nil
	case m.strict:
		return "", m.refused(status)
	}
	return "", nil
}

// get returns the credentials of a role; of "" the name of the role that the machine has.
func (m machine) get(token, role string) (string, error) {
	header := http.Header{}
	if token != "" {
		header.Set("X-Aliyun-Ecs-Metadata-Token", token)
	}
	status, body, err := m.ask(http.MethodGet, "/latest/meta-data/ram/security-credentials/"+url.PathEscape(role), header)
	switch {
	case err != nil:
		return "", err
	case status == http.StatusNotFound && role == "":
		return "", denied("this machine has no RAM role for "+m.who, "attach one", nobody{errors.New("the metadata service of this machine knows of no RAM role")})
	case status == http.StatusNotFound:
		return "", denied(fmt.Sprintf("this machine has no RAM role %q for %s", role, m.who), "attach it, or correct the name", nil)
	case status != http.StatusOK:
		return "", m.refused(status)
	}
	return string(body), nil
}

func (m machine) ask(method, path string, header http.Header) (int, []byte, error) {
	u, err := url.Parse(m.address + path)
	if err != nil {
		return 0, nil, denied("the address of the metadata service is not a URL", "correct it", nil)
	}
	status, body, err := fetch(m.client, method, u, header)
	if err != nil {
		return 0, nil, unavailable("the metadata service of this machine does not answer for "+m.who, "use another source of credentials if this is no ECS instance", nobody{reasonOfNetwork(err)})
	}
	return status, body, nil
}

func (m machine) refused(status int) error {
	return denied("the metadata service of this machine gives "+m.who+" no credentials", "check the role of the instance", refusal{status: status})
}
