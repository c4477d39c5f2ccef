package elasticsearchtest

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	stsVersion      = "2015-04-01"
	defaultDuration = time.Hour        // of credentials where the request does not say
	leastDuration   = 15 * time.Minute // of them
	mostDuration    = time.Hour        // of them, as a role has it when it is made
)

// An STS is a stand-in for AssumeRole and GetCallerIdentity of the Security Token Service, version 2015-04-01, over TLS.
// One serves every region of its [Cloud]. It verifies the signature of every request with code of its own, as a [Server]
// does. Its methods are safe for concurrent use; its fields are to be set before the first request.
type STS struct {
	Now func() time.Time // the clock that dates are judged by; nil: time.Now

	// OnRequest is called with every request whose signature was accepted, and may answer it instead; nil, or one that
	// returns nil: not. No lock is held, and it is called for several requests at a time. Hang, Reset and Body are
	// answers for it; it may also wait, or change the state.
	OnRequest func(STSRequest) http.HandlerFunc

	http     listener
	arrivals *atomic.Int64 // requests so far, of all stand-ins of a Cloud

	mu       sync.Mutex
	accounts map[string]Account // by access key id
	roles    map[string]Account // what each hands out, by ARN
	requests []*STSRequest
	nonces   nonces
}

// An STSRequest is one request that arrived, whether it was accepted or not, and what was answered.
type STSRequest struct {
	Method      string
	Host        string // as the client names it, such as sts.cn-hangzhou.aliyuncs.com
	Action      string
	RoleARN     string
	SessionName string
	Duration    time.Duration // zero when the request has none that can be read
	AccessKeyID string        // known or not
	Account     string        // that the access key is of; empty when that is not known
	Status      int           // HTTP status answered; 0 while there is none, and for good when the answer was none
	Code        string        // error code answered; empty when there was none
	Order       int64         // of arrival, from 1, over all stand-ins of the Cloud
}

// newSTS starts an STS. It knows no account and no role yet.
func newSTS(certificates *tls.Config, arrivals *atomic.Int64) *STS {
	s := &STS{arrivals: arrivals, accounts: map[string]Account{}, roles: map[string]Account{}, nonces: nonces{}}
	s.http = newListener(s)
	s.http.startBehindDoor(certificates)
	return s
}

// AddAccount makes an access key known, besides those known already. The same AccessKeyID again takes its place.
func (s *STS) AddAccount(a Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts[a.AccessKeyID] = a
}

// AddRole makes a role exist that hands out these credentials to every key which is known here. With the zero Account
// it trusts nobody: who assumes it is answered NoPermission. The credentials are not known anywhere by that alone.
func (s *STS) AddRole(arn string, gives Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roles[arn] = gives
}

// Requests returns copies of the requests so far, in order of arrival. A request is in it from its arrival on, and its
// Status and Code from before the client can read the answer.
func (s *STS) Requests() []STSRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	copies := make([]STSRequest, 0, len(s.requests))
	for _, r := range s.requests {
		copies = append(copies, *r)
	}
	return copies
}

// Reset forgets requests and nonces, and restarts the request ids. It keeps accounts and roles.
func (s *STS) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests, s.nonces = nil, nonces{}
}

// ServeHTTP takes one request: read, record, judge, answer.
func (s *STS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := readCall(r)
	if err != nil {
		panic(http.ErrAbortHandler) // The client went away before its request was whole.
	}
	request := s.record(w, STSRequest{
		Method:      c.method,
		Host:        r.Host,
		Action:      c.header.Get("x-acs-action"),
		RoleARN:     c.query.Get("RoleArn"),
		SessionName: c.query.Get("RoleSessionName"),
		Duration:    durationOf(c.query.Get("DurationSeconds")),
		AccessKeyID: c.authorization.accessKeyID,
	})
	answer := s.judge(c, *request)
	answer(&recorder{w, &s.mu, &request.Status, &request.Code, func() {}}, r)
}

// record keeps a request on its arrival, and numbers its answer.
func (s *STS) record(w http.ResponseWriter, r STSRequest) *STSRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Account, r.Order = s.accounts[r.AccessKeyID].ID, s.arrivals.Add(1)
	s.requests = append(s.requests, &r)
	w.Header().Set(requestIDHeader, fmt.Sprintf("A55E0000-0000-4000-8000-%012X", len(s.requests)))
	return &r
}

func (s *STS) judge(c *call, r STSRequest) http.HandlerFunc {
	s.mu.Lock()
	account, known := s.accounts[r.AccessKeyID]
	s.mu.Unlock()
	if refusal := checkAll(c, account, known, checkToken, checkDate(s.now), checkSignedHeaders, checkSignature, s.spendNonce); refusal != nil {
		return refusal
	}
	actions := map[string]func() http.HandlerFunc{
		"AssumeRole":        func() http.HandlerFunc { return s.assumeRole(r) },
		"GetCallerIdentity": func() http.HandlerFunc { return callerIdentity(s.roleOf(account), account) },
	}
	action := actions[r.Action]
	if c.method != http.MethodPost || strings.Join(c.path, "/") != "" || action == nil || c.header.Get("x-acs-version") != stsVersion {
		return refuseRPC(http.StatusNotFound, "InvalidAction.NotFound", "No action of version "+stsVersion+" has this name, method and path.")
	}
	if s.OnRequest != nil {
		if answer := s.OnRequest(r); answer != nil {
			return answer
		}
	}
	return action()
}

func (s *STS) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

func (s *STS) spendNonce(c *call, account Account) http.HandlerFunc {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nonces.spend(c, account)
}

// refuseRPC answers with the documented error body of the RPC style, which has no Recommend.
func refuseRPC(status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, status, struct{ RequestId, HostId, Code, Message string }{
			w.Header().Get(requestIDHeader), r.Host, code, message,
		})
	}
}

// The forms that are documented for a role's ARN and a session's name.
var (
	roleARN     = regexp.MustCompile(`^acs:ram::[0-9]+:role/[A-Za-z0-9.-]{1,64}$`)
	sessionName = regexp.MustCompile(`^[A-Za-z0-9.@_-]{2,64}$`)
)

func (s *STS) assumeRole(r STSRequest) http.HandlerFunc {
	s.mu.Lock()
	gives, exists := s.roles[r.RoleARN]
	s.mu.Unlock()
	switch {
	case !roleARN.MatchString(r.RoleARN):
		return refuseRPC(http.StatusBadRequest, "InvalidParameter.RoleArn", "The parameter RoleArn is wrongly formed.")
	case !sessionName.MatchString(r.SessionName):
		return refuseRPC(http.StatusBadRequest, "InvalidParameter.RoleSessionName", "The parameter RoleSessionName is wrongly formed.")
	case r.Duration < leastDuration, r.Duration > mostDuration:
		return refuseRPC(http.StatusBadRequest, "InvalidParameter.DurationSeconds", "DurationSeconds must be from 900 to 3600.")
	case !exists:
		return refuseRPC(http.StatusNotFound, "EntityNotExist.Role", "The specified Role does not exist.")
	case gives == Account{}:
		return refuseRPC(http.StatusForbidden, "NoPermission", "You are not authorized to do this action.")
	}
	return handOut(gives, r, s.now().Add(r.Duration))
}

// durationOf reads DurationSeconds; zero for what cannot be read.
func durationOf(text string) time.Duration {
	seconds, err := strconv.ParseUint(text, 10, 16)
	switch {
	case text == "":
		return defaultDuration
	case err != nil:
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// handOut answers with the credentials of a role.
func handOut(a Account, r STSRequest, expiration time.Time) http.HandlerFunc {
	type user struct{ AssumedRoleId, Arn string }
	type credentials struct{ SecurityToken, Expiration, AccessKeySecret, AccessKeyId string }
	return func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, struct {
			RequestId       string
			AssumedRoleUser user
			Credentials     credentials
		}{
			w.Header().Get(requestIDHeader),
			user{"300000000000000001:" + r.SessionName, r.RoleARN + "/" + r.SessionName},
			credentials{a.SecurityToken, expiration.UTC().Format(dateLayout), a.AccessKeySecret, a.AccessKeyID},
		})
	}
}
