package elasticsearch

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"elasticsearch-disconnect/handler/connection"
)

// A class says what to do about an answer that is no success.
type class int

const (
	permanent class = iota // the same request would be refused again
	unknown                // refused for a reason that is not known here; permanent
	again                  // may go well the next time; may have been carried out
	refused                // may go well the next time; was not carried out
	later                  // may go well when another change has ended; was not carried out
)

// A meaning is what a code or a status stands for.
type meaning struct {
	kind  connection.Kind
	class class
}

// A row is what some codes mean.
type row struct {
	meaning
	codes []string
}

// rows are the codes that are known. DeleteConnectedCluster publishes no list of
// errors. These are of the product's other operations and of the gateway; each
// row names the list it is from: the official SDK (SDK), the Terraform provider's
// retries (TF), the API metadata (META), or the error center on help.aliyun.com
// (HELP).
func rows() []row {
	return []row{
		{meaning{connection.Throttled, refused}, []string{"Throttling", "Throttling.User", "Throttling.Api", "Rejected.Throttling", "QPS Limit Exceeded"}}, // SDK, TF, HELP
		{meaning{connection.Denied, again}, []string{"SignatureNonceUsed"}},                                                                                // HELP; the next attempt has another nonce
		{meaning{connection.Unavailable, again}, []string{"ServiceUnavailable"}},                                                                           // SDK, TF
		{meaning{connection.Upstream, again}, []string{"InternalServerError", "InternalError"}},                                                            // SDK, HELP
		{meaning{connection.Conflict, later}, []string{"ConcurrencyUpdateInstanceConflict", "InstanceStatusNotSupportCurrentAction", // TF
			"InstanceDuplicateScheduledTask", "TokenPreviousRequestProcessError", // TF
			"InstanceActivating"}}, // META
		{meaning{connection.NoInstance, permanent}, []string{"InstanceNotFound"}},           // TF
		{meaning{connection.NoConnection, permanent}, []string{"RepetitionOperationError"}}, // TF
		{meaning{connection.Denied, permanent}, []string{
			"UserNotOpen", "StsRoleAccountNoPermission", "SubAccountNoPermission", "UserUnauthorized", // META, 401
			"Forbidden", "Forbidden.RAM", "Forbidden.RiskControl", "NoPermission", // META, HELP, 403
			"InvalidSecurityToken.Expired", "InvalidAccessKeyId.NotFound", "InvalidAccessKeyId.Inactive", // HELP
			"SignatureDoesNotMatch", "InvalidTimeStamp.Expired", // HELP
		}},
		{meaning{connection.Upstream, permanent}, []string{"InvalidApi.NotFound", "InvalidProduct.NotFound"}}, // HELP
	}
}

// Codes returns every code that is known.
func Codes() []string {
	var all []string
	for _, r := range rows() {
		all = append(all, r.codes...)
	}
	return all
}

// meaningOf is what an answer that is no success means. The Code decides, and
// the HTTP status only where the Code is not known: throttling is HTTP 400
// here, and a bare 404 may be a wrong path.
func meaningOf(status int, code string) meaning {
	for _, r := range rows() {
		if slices.Contains(r.codes, code) {
			return r.meaning
		}
	}
	if strings.HasPrefix(code, "Throttling.") { // gateways have more of them
		return meaning{connection.Throttled, refused}
	}
	return meaningOfStatus(status)
}

// MayPass says whether what is refused with a code may go well the next time. STS
// shares the codes of Alibaba Cloud's gateways.
func MayPass(code string) bool {
	c := meaningOf(0, code).class
	return c == again || c == refused
}

// meaningOfStatus is for answers whose Code says nothing, as gateways make them.
func meaningOfStatus(status int) meaning {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return meaning{connection.Denied, permanent}
	case status == http.StatusTooManyRequests:
		return meaning{connection.Throttled, refused}
	case status == http.StatusServiceUnavailable:
		return meaning{connection.Unavailable, again}
	case status == http.StatusGatewayTimeout:
		return meaning{connection.Timeout, again}
	case status >= 500:
		return meaning{connection.Upstream, again}
	default:
		return meaning{connection.Upstream, unknown}
	}
}

// hint says what to do about a refusal that only a person can mend; "" for
// others. skew is how far this clock is behind the API's.
func hint(code, action string, skew func() time.Duration) string {
	switch code {
	case "InvalidSecurityToken.Expired":
		return "; the credentials of this invocation have expired: send the event again"
	case "InvalidAccessKeyId.NotFound", "InvalidAccessKeyId.Inactive":
		return "; check the function's role, or on the command line the access key"
	case "SignatureDoesNotMatch":
		return "; check the access key secret, if it is yours; in Function Compute this is a fault of the function"
	case "InvalidTimeStamp.Expired":
		return clockHint(skew())
	case "UserNotOpen":
		return "; open Elasticsearch in this account"
	case "StsRoleAccountNoPermission", "SubAccountNoPermission", "UserUnauthorized", "Forbidden", "Forbidden.RAM", "NoPermission":
		return "; allow elasticsearch:" + action + " on the instance to the function's role"
	}
	return ""
}

// clockHint says how large a skew is that was measured; zero was not.
func clockHint(skew time.Duration) string {
	switch {
	case skew > 0:
		return fmt.Sprintf("; this clock is %v behind the API's", skew)
	case skew < 0:
		return fmt.Sprintf("; this clock is %v ahead of the API's", -skew)
	}
	return "; this clock is not the API's"
}
