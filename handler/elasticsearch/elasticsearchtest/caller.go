package elasticsearchtest

import (
	"cmp"
	"net/http"
	"strings"
)

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
