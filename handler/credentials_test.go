package handler_test

import (
	"strings"
	"testing"

	"github.com/aliyun/fc-runtime-go-sdk/fccontext"
)

// TestMissingCredentials: a part that is missing is named, and nothing is
// signed with what is left. It sets the environment from which credentials-go
// would fill the gap, so it is not parallel.
func TestMissingCredentials(t *testing.T) {
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "env-key")
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "env-secret")
	t.Setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "env-token")
	for missing, without := range map[string]func(*fccontext.Credentials){
		"access key id":     func(c *fccontext.Credentials) { c.AccessKeyId = "" },
		"access key secret": func(c *fccontext.Credentials) { c.AccessKeySecret = "" },
		"security token":    func(c *fccontext.Credentials) { c.SecurityToken = "" },
		"access key id and access key secret and security token": func(c *fccontext.Credentials) { *c = fccontext.Credentials{} },
	} {
		s := newStage(t)
		given := role
		without(&given)
		reply, err := s.Handle(invocation(t, given), []byte(direct))
		want := `Denied {"type":"urn:elasticsearch-disconnect:Denied","title":"Credentials or permissions do not allow it","status":403,"detail":"the invocation came without ` + missing + `: give the function a role","requestId":"fc-1"}`
		if got := posted(t, reply, err); got != want {
			t.Errorf("reply:\n got %s\nwant %s", got, want)
		}
		if n := len(s.api.Requests()); n != 0 {
			t.Errorf("%d requests were sent", n)
		}
		if strings.Contains(s.log.String(), "env-") {
			t.Errorf("the log tells the environment: %s", &s.log)
		}
	}
}
