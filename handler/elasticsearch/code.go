package elasticsearch

import (
	"net/http"

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

// meaningOf tells what an answer that is no success means. The Code decides, and
// the HTTP status only where the Code is not known: throttling is HTTP 400
// here, and a bare 404 may be a wrong path.
//
// DeleteConnectedCluster publishes no list of errors. The codes are those of
// the product's other operations and of the gateway; each row names the list it
// is from: the official SDK (SDK), the Terraform provider's retries (TF), the
// API metadata (META), or the error center on help.aliyun.com (HELP).
func meaningOf(status int, code string) meaning {
	switch code {
	case "Throttling", "Throttling.User", "Throttling.Api", "Rejected.Throttling", "QPS Limit Exceeded": // SDK, TF, HELP
		return meaning{connection.Throttled, refused}
	case "SignatureNonceUsed": // HELP; the next attempt has another nonce
		return meaning{connection.Denied, again}
	case "ServiceUnavailable": // SDK, TF
		return meaning{connection.Unavailable, again}
	case "InternalServerError", "InternalError": // SDK, HELP
		return meaning{connection.Upstream, again}
	case "ConcurrencyUpdateInstanceConflict", "InstanceStatusNotSupportCurrentAction", "InstanceDuplicateScheduledTask", // TF
		"InstanceActivating",               // META
		"TokenPreviousRequestProcessError": // TF
		return meaning{connection.Conflict, later}
	case "InstanceNotFound": // TF
		return meaning{connection.NoInstance, permanent}
	case "RepetitionOperationError": // TF
		return meaning{connection.NoConnection, permanent}
	case "UserNotOpen", "StsRoleAccountNoPermission", "SubAccountNoPermission", "UserUnauthorized", // META, 401
		"Forbidden", "Forbidden.RAM", "Forbidden.RiskControl", "NoPermission", // META, HELP, 403
		"InvalidSecurityToken.Expired", "InvalidAccessKeyId.NotFound", "InvalidAccessKeyId.Inactive", // HELP
		"SignatureDoesNotMatch", "InvalidTimeStamp.Expired": // HELP
		return meaning{connection.Denied, permanent}
	case "InvalidApi.NotFound", "InvalidProduct.NotFound": // HELP
		return meaning{connection.Upstream, permanent}
	}
	return meaningOfStatus(status)
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
