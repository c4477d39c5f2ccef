package elasticsearchtest

import (
	"cmp"
	"net/http"
	"strings"
	"time"
)

// serveSigned takes one request with an ACS3 signature, of which there is one: GetCallerIdentity. It needs no right, so
// every key that is known may ask.
func (s *STS) serveSigned(w http.ResponseWriter, r *http.Request) {
	c, err := readCall(r)
	if err != nil {
		panic(http.ErrAbortHandler) // The client went away before its request was whole.
	}
	request := s.record(w, STSRequest{
		Method:      c.method,
		Host:        r.Host,
		Action:      c.header.Get("x-acs-action"),
		AccessKeyID: c.authorization.accessKeyID,
	})
	answer := s.judgeSigned(c, *request)
	answer(&recorder{w, &s.mu, &request.Status, &request.Code, func() {}}, r)
}

func (s *STS) judgeSigned(c *call, r STSRequest) http.HandlerFunc {
	s.mu.Lock()
	account, known := s.accounts[r.AccessKeyID]
	s.mu.Unlock()
	switch refusal := checkAll(c, account, known, checkToken, checkDate(time.Now), checkSignedHeaders, checkSignature, s.spendNonce); {
	case refusal != nil:
		return refusal
	case c.method != http.MethodPost, strings.Join(c.path, "/") != "", r.Action != "GetCallerIdentity", c.header.Get("x-acs-version") != stsVersion:
		return refuseRPC(http.StatusNotFound, "InvalidAction.NotFound", "No action of version "+stsVersion+" has this name, method and path.")
	}
	if s.OnRequest != nil {
		if answer := s.OnRequest(r); answer != nil {
			return answer
		}
	}
	return callerIdentity(s.roleOf(account), account)
}

func (s *STS) spendNonce(c *call, account Account) http.HandlerFunc {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nonces.spend(c, account)
}

// roleOf returns the ARN of the role that hands out an account's credentials; "" if none does.
func (s *STS) roleOf(account Account) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for arn, gives := range s.roles {
		if gives == account {
			return arn
		}
	}
	return ""
}

// callerIdentity answers who an account is: a session of the role that hands out its credentials, else a RAM user.
func callerIdentity(role string, a Account) http.HandlerFunc {
	const number = "200000000000000001" // of users and roles alike
	who := map[string]string{"IdentityType": "RAMUser", "Arn": "acs:ram::" + a.ID + ":user/" + cmp.Or(a.User, "somebody"), "PrincipalId": number, "UserId": number}
	if role != "" {
		arn := strings.Replace(role, ":role/", ":assumed-role/", 1) + "/a-session"
		who = map[string]string{"IdentityType": "AssumedRoleUser", "Arn": arn, "PrincipalId": number + ":a-session", "RoleId": number}
	}
	who["AccountId"] = a.ID
	return func(w http.ResponseWriter, _ *http.Request) {
		who["RequestId"] = w.Header().Get(requestIDHeader)
		writeJSON(w, http.StatusOK, who)
	}
}
