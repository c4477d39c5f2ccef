package elasticsearch

import (
	"net/http"

	"elasticsearch-disconnect/handler/connection"
)

// kindOf tells what an answer that is no success means. The Code decides, and
// the HTTP status only where the Code is not known: throttling is HTTP 400
// here, and a bare 404 may be a wrong path.
//
// DeleteConnectedCluster publishes no list of errors. The codes are those of
// the product's other operations and of the gateway (Alibaba Cloud error
// center, API metadata, and the official SDK's and Terraform provider's lists).
func kindOf(status int, code string) connection.Kind {
	switch code {
	case "Throttling", "Throttling.User", "Throttling.Api", "Rejected.Throttling", "QPS Limit Exceeded":
		return connection.Throttled
	case "ServiceUnavailable":
		return connection.Unavailable
	case "ConcurrencyUpdateInstanceConflict", "InstanceStatusNotSupportCurrentAction", "InstanceActivating",
		"InstanceDuplicateScheduledTask", "TokenPreviousRequestProcessError":
		return connection.Conflict
	case "InstanceNotFound", "RepetitionOperationError":
		return connection.Absent
	case "UserNotOpen", "StsRoleAccountNoPermission", "SubAccountNoPermission", "UserUnauthorized",
		"Forbidden", "Forbidden.RAM", "Forbidden.RiskControl", "NoPermission",
		"InvalidSecurityToken.Expired", "InvalidAccessKeyId.NotFound", "InvalidAccessKeyId.Inactive",
		"SignatureDoesNotMatch", "InvalidTimeStamp.Expired":
		return connection.Denied
	}
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return connection.Denied
	case http.StatusTooManyRequests:
		return connection.Throttled
	case http.StatusServiceUnavailable:
		return connection.Unavailable
	case http.StatusGatewayTimeout:
		return connection.Timeout
	default:
		return connection.Upstream
	}
}
