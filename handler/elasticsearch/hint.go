package elasticsearch

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// hint says what to do about a refusal that only a person can mend; "" for
// others. skew is how far this clock is behind the API's.
func hint(code, action string, skew func() time.Duration) string {
	switch code {
	case "InvalidSecurityToken.Expired":
		return "; the credentials of this invocation have expired: send the event again"
	case "InvalidAccessKeyId.NotFound", "InvalidAccessKeyId.Inactive":
		return "; check the function's role, or at the desk the access key"
	case "SignatureDoesNotMatch":
		return "; check the access key secret at the desk; in Function Compute this is a fault of the function"
	case "InvalidTimeStamp.Expired":
		return clockHint(skew())
	case "UserNotOpen":
		return "; open Elasticsearch in this account"
	case "StsRoleAccountNoPermission", "SubAccountNoPermission", "UserUnauthorized", "Forbidden", "Forbidden.RAM", "NoPermission":
		return "; allow elasticsearch:" + action + " on the instance to the function's role"
	}
	return ""
}

// clockHint tells a skew that was measured; zero was not.
func clockHint(skew time.Duration) string {
	switch {
	case skew > 0:
		return fmt.Sprintf("; this clock is %v behind the API's", skew)
	case skew < 0:
		return fmt.Sprintf("; this clock is %v ahead of the API's", -skew)
	}
	return "; this clock is not the API's"
}

// retryAfter reads how long the API asks to wait, from the first that says it:
//
//   - x-acs-retry-after, milliseconds (as aliyun-cli reads it);
//   - Retry-After, seconds or a date (RFC 9110, section 10.2.3);
//   - x-ratelimit-user-api or x-ratelimit-user, TimeLeft in milliseconds when
//     Remain is 0: "Limit:1,Remain:0,TimeLeft:2000,Reset:1234" (official SDK).
func retryAfter(h http.Header, now time.Time) time.Duration {
	if wait, ok := number(h.Get("X-Acs-Retry-After"), time.Millisecond); ok {
		return wait
	}
	after := h.Get("Retry-After")
	if wait, ok := number(after, time.Second); ok {
		return wait
	}
	if date, err := http.ParseTime(after); err == nil {
		return min(max(0, date.Sub(now)), waitMax)
	}
	for _, name := range []string{"X-Ratelimit-User-Api", "X-Ratelimit-User"} {
		if wait, ok := timeLeft(h.Get(name)); ok {
			return wait
		}
	}
	return 0
}

func number(text string, unit time.Duration) (time.Duration, bool) {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 31)
	return time.Duration(n) * unit, err == nil
}

func timeLeft(limits string) (wait time.Duration, ok bool) {
	remain := ""
	for limit := range strings.SplitSeq(limits, ",") {
		switch name, value, _ := strings.Cut(strings.TrimSpace(limit), ":"); name {
		case "Remain":
			remain = value
		case "TimeLeft":
			wait, ok = number(value, time.Millisecond)
		}
	}
	return wait, ok && remain == "0"
}
