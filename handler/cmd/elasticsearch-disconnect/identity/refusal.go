package identity

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"elasticsearch-disconnect/handler/cmd/elasticsearch-disconnect/printable"
	"elasticsearch-disconnect/handler/connection"
	"elasticsearch-disconnect/handler/elasticsearch"
)

const checkNetwork = "check the network, and HTTPS_PROXY"

// failure makes the errors of credentials-go ours, and leaves out their text. todo is what
// to do about a refusal, and signer whose session an expired one is.
func (p profile) failure(host, todo string, signer profile) func(error) error {
	host = printable.Text(host)
	return func(err error) error {
		if connection.KindOf(err) != 0 {
			return err // of ours, from within
		}
		why, answered := explain(err)
		switch {
		case !answered:
			return unavailable("no answer from "+host+" for "+p.who, checkNetwork, why)
		case elasticsearch.IsExpired(why.reason):
			return expired(signer.who, time.Time{}, signer.renew())
		case why.isPassing():
			return unavailable("no credentials from "+host+" for "+p.who, "try again", why)
		}
		return denied(host+" gives "+p.who+" no credentials", todo, why)
	}
}

// A refusal is an answer without what was asked for. Its message is left out: it may quote
// the request. Without a code it is an answer that makes no sense.
type refusal struct {
	reason    string // the code of the answer; "" for none
	requestID string
	status    int   // of HTTP; 0 if it is not known
	cause     error // of a request without an answer
}

// isPassing reports whether the same request may succeed within moments.
func (r refusal) isPassing() bool {
	return elasticsearch.MayPass(r.reason) || r.status/100 == 5 || r.reason == "" && r.status == 0
}

func (r refusal) Unwrap() error { return r.cause }

func (r refusal) Error() string {
	text := "the answer makes no sense"
	switch {
	case r.cause != nil:
		return r.cause.Error()
	case r.reason != "":
		text = "the answer is " + r.reason
	case r.status != 0:
		text = fmt.Sprintf("the answer is HTTP %d %s", r.status, http.StatusText(r.status))
	}
	if r.requestID != "" {
		text += ", request id " + r.requestID
	}
	return strings.TrimSpace(text)
}

// explain finds in an error of credentials-go what may be shown of it.
func explain(err error) (why refusal, answered bool) {
	if network := net.Error(nil); errors.As(err, &network) {
		return refusal{cause: reasonOfNetwork(err)}, false
	}
	text := err.Error()
	if status := regexp.MustCompile(`status code: ([1-5][0-9][0-9])$`).FindStringSubmatch(text); status != nil {
		_, _ = fmt.Sscan(status[1], &why.status)
		return why, true
	}
	if at := strings.IndexByte(text, '{'); at >= 0 {
		why.read([]byte(text[at:]))
	}
	return why, true
}

// read takes code and request id from an answer, if they can be ones.
func (r *refusal) read(body []byte) {
	var found struct{ Code, ErrorCode, Error, RequestID string } // of STS, CloudSSO and OAuth
	_ = json.Unmarshal(body, &found)                             // what cannot be read has no code
	if code := cmp.Or(found.Code, found.ErrorCode, found.Error); isName(code) {
		r.reason = code
	}
	if isName(found.RequestID) {
		r.requestID = found.RequestID
	}
}

// isName reports whether a text can be a code or a request id.
func isName(text string) bool { return regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`).MatchString(text) }

// reasonOfNetwork returns why a request has no answer: without its URL, which may be signed,
// and without the address of a proxy, which may have a password.
func reasonOfNetwork(err error) error {
	if request := (*url.Error)(nil); errors.As(err, &request) {
		err = request.Err
	}
	if strings.Contains(err.Error(), "invalid proxy address") {
		return errors.New("the address of the proxy cannot be used: check HTTPS_PROXY and HTTP_PROXY")
	}
	return err
}
