package call

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/acs3"
)

// TestSign holds the header to a signature that was computed by other means, of
//
//	POST
//	/%24LATEST/a%20b
//	x-a=%241&x-b=
//	x-acs-date:2023-09-05T06:41:11Z
//	x-acs-security-token:token
//
//	x-acs-date;x-acs-security-token
//	(an empty line)
func TestSign(t *testing.T) {
	t.Parallel()
	r := &http.Request{Method: http.MethodPost, URL: &url.URL{Host: "url.example", Path: "/$LATEST/a b", RawQuery: "x-b&x-a=$1"}, Header: http.Header{}}
	sign(r, acs3.Credentials{
		AccessKeyID: acs3.NewSecret("YourAccessKeyId"), AccessKeySecret: acs3.NewSecret("YourAccessKeySecret"), SecurityToken: acs3.NewSecret("token"),
	}, time.Date(2023, 9, 5, 14, 41, 11, 0, time.FixedZone("", 8*60*60)))
	const want = "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=x-acs-date;x-acs-security-token,Signature=a2f79a1841729ebf96223ea1a384129bb019b95d97f1e8a06f3e7302218be5d7"
	if got := r.Header.Get("Authorization"); got != want {
		t.Errorf("Authorization:\n got %s\nwant %s", got, want)
	}
}
