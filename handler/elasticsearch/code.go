package elasticsearch

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"elasticsearch-disconnect/handler/connection"
)

// A class says what to do about an answer that is not a success.
type class int

const (
	final          class = iota // the same request would be refused again
	finalForAll                 // so would every other with these credentials, in this scope
	unclassified                // refused with a code that is not in the table; final
	retryMaybeDone              // again after 0.2 to 5 s; may have been carried out
	retryNotDone                // again after 0.2 to 5 s, or when the pace allows it if throttled; was not carried out
	retryWhenIdle               // again after 3 to 30 s, once another change has ended; was not carried out
)

func (c class) isRetried() bool { return c >= retryMaybeDone }

// A meaning is what a code or a status stands for.
type meaning struct {
	kind  connection.Kind
	class class
}

// A row has the codes of one meaning.
type row struct {
	meaning
	codes []string
}

// rows is the table of codes. DeleteConnectedCluster publishes no list of errors.
// These come from the product's other operations and from the gateway; each row
// names its sources: the official SDK (SDK), the Terraform provider's retries
// (TF), the API metadata (META), the error center on help.aliyun.com (HELP).
func rows() []row {
	return []row{
		{meaning{connection.Throttled, retryNotDone}, []string{"Throttling", "Throttling.User", "Throttling.Api", "Rejected.Throttling", "QPS Limit Exceeded"}}, // SDK, TF, HELP
		{meaning{connection.Denied, retryMaybeDone}, []string{"SignatureNonceUsed"}},                                                                            // HELP; the next attempt has another nonce
		{meaning{connection.Unavailable, retryMaybeDone}, []string{"ServiceUnavailable"}},                                                                       // SDK, TF
		{meaning{connection.Upstream, retryMaybeDone}, []string{"InternalServerError", "InternalError"}},                                                        // SDK, HELP
		{meaning{connection.Conflict, retryWhenIdle}, []string{"ConcurrencyUpdateInstanceConflict", "InstanceStatusNotSupportCurrentAction", // TF
			"InstanceDuplicateScheduledTask", "TokenPreviousRequestProcessError", // TF
			"InstanceActivating"}}, // META
		{meaning{connection.NoInstance, final}, []string{"InstanceNotFound"}},           // TF
		{meaning{connection.NoConnection, final}, []string{"RepetitionOperationError"}}, // TF
		{meaning{connection.Denied, final}, []string{
			"StsRoleAccountNoPermission", "SubAccountNoPermission", "UserUnauthorized", // META, 401
			"Forbidden", "Forbidden.RAM", "Forbidden.RiskControl", "NoPermission", // META, HELP, 403
		}},
		{meaning{connection.Denied, finalForAll}, []string{
			"UserNotOpen",                                                                                                        // META, 401
			"InvalidSecurityToken.Expired", "MissingSecurityToken", "InvalidAccessKeyId.NotFound", "InvalidAccessKeyId.Inactive", // HELP
			"SignatureDoesNotMatch", "InvalidTimeStamp.Expired", // HELP
		}},
		{meaning{connection.Upstream, final}, []string{"InvalidApi.NotFound", "InvalidProduct.NotFound"}}, // HELP
	}
}

// Codes returns every code of the table.
func Codes() []string {
	var all []string
	for _, r := range rows() {
		all = append(all, r.codes...)
	}
	return all
}

// meaningOf returns the meaning of an answer that is not a success. The Code
// decides, and only for a Code outside the table the HTTP status: throttling is
// HTTP 400 here, and a bare 404 may be a wrong path.
func meaningOf(status int, code, message string) meaning {
	for _, r := range rows() {
		if slices.Contains(r.codes, code) {
			return r.meaning
		}
	}
	switch {
	case familyOf(code) == "Throttling": // gateways have more of them
		return meaning{connection.Throttled, retryNotDone}
	case isAboutKey(code), isAboutToken(code, message):
		return meaning{connection.Denied, finalForAll}
	}
	return meaningOfStatus(status)
}

// familyOf returns the part of a code before its first dot.
func familyOf(code string) string {
	family, _, _ := strings.Cut(code, ".")
	return family
}

func isAboutKey(code string) bool { return familyOf(code) == "InvalidAccessKeyId" }

// isAboutToken knows the three ways in which gateways refuse a security token. No
// document lists the suffixes of the first.
func isAboutToken(code, message string) bool {
	return familyOf(code) == "InvalidSecurityToken" || code == "MissingSecurityToken" ||
		code == "InvalidParameter" && strings.Contains(strings.ToLower(message), "securitytoken")
}

// meaningOfStatus is for answers without a Code of the table, as gateways make them.
func meaningOfStatus(status int) meaning {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return meaning{connection.Denied, final}
	case status == http.StatusTooManyRequests:
		return meaning{connection.Throttled, retryNotDone}
	case status == http.StatusServiceUnavailable:
		return meaning{connection.Unavailable, retryMaybeDone}
	case status == http.StatusGatewayTimeout:
		return meaning{connection.Timeout, retryMaybeDone}
	case status >= 500:
		return meaning{connection.Upstream, retryMaybeDone}
	default:
		return meaning{connection.Upstream, unclassified}
	}
}

// advice says what a person can do about a refusal. role is the Reader's. skew is how
// far this clock is behind the API's.
func advice(code, message, action, role string, skew func() time.Duration) connection.Advice {
	switch code {
	case "InvalidSecurityToken.Expired":
		return connection.Advice{
			Function: "; the credentials of this invocation have expired: send the event again",
			Command:  "; your session has expired: log in again, or get new credentials",
		}
	case "SignatureDoesNotMatch":
		return connection.Advice{Function: "; this is a bug of the function", Command: "; check your access key secret"}
	case "InvalidTimeStamp.Expired":
		return connection.Advise(clockHint(skew()))
	case "UserNotOpen":
		return connection.Advise("; open Elasticsearch in this account")
	case "StsRoleAccountNoPermission", "SubAccountNoPermission", "UserUnauthorized", "Forbidden", "Forbidden.RAM", "NoPermission":
		allow := "; allow elasticsearch:" + action + " on the instance to "
		return connection.Advice{Function: allow + cmp.Or(role, "the function's role"), Command: allow + cmp.Or(role, "your credentials")}
	}
	switch {
	case isAboutKey(code):
		return connection.Advice{Function: "; check the function's role", Command: "; check your access key"}
	case isAboutToken(code, message):
		return connection.Advice{
			Function: "; the security token is refused: check the function's role",
			Command:  "; the security token is refused: check your credentials",
		}
	}
	return connection.Advice{}
}

// clockHint tells a measured skew; zero means that it was not measured.
func clockHint(skew time.Duration) string {
	switch {
	case skew > 0:
		return fmt.Sprintf("; this clock is %v behind the API's", skew)
	case skew < 0:
		return fmt.Sprintf("; this clock is %v ahead of the API's", -skew)
	}
	return "; this clock and the API's differ"
}
