package handler_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"elasticsearch-disconnect/handler/elasticsearch"
	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// onAssume sets the answers of STS; nil is its own.
func (s *spread) onAssume(answer func() http.HandlerFunc) {
	s.cloud.STS.OnRequest = func(elasticsearchtest.STSRequest) http.HandlerFunc { return answer() }
}

// TestFaultsOfSTS: the reply if the role of another account cannot be assumed, and how often
// STS is asked.
func TestFaultsOfSTS(t *testing.T) {
	t.Parallel()
	always := func(answer http.HandlerFunc) func(int) http.HandlerFunc {
		return func(int) http.HandlerFunc { return answer }
	}
	first := func(answer http.HandlerFunc) func(int) http.HandlerFunc {
		return func(n int) http.HandlerFunc {
			if n == 1 {
				return answer
			}
			return nil
		}
	}
	refusal := func(status int, code string) http.HandlerFunc {
		return elasticsearchtest.Body(status, "application/json", `{"RequestId":"r1","HostId":"sts.aliyuncs.com","Code":"`+code+`","Message":"m"}`)
	}
	const done, denied, unavailable = `"outcome":"removed"`, "may not assume acs:ram::", "no answer from STS to assume acs:ram::"
	for name, test := range map[string]struct {
		answer func(n int) http.HandlerFunc
		want   string
		times  int
	}{
		"refused":                {always(refusal(403, "NoPermission")), denied, 1},
		"no such role":           {always(refusal(404, "EntityNotExist.Role")), denied, 1},
		"an unknown refusal":     {always(refusal(400, "Odd")), denied, 1},
		"an expired token":       {always(refusal(400, "InvalidSecurityToken.Expired")), denied, 1},
		"throttled":              {always(refusal(400, "Throttling.User")), unavailable, 3},
		"throttled once":         {first(refusal(400, "Throttling.User")), done, 2},
		"a failure of its own":   {always(refusal(500, "InternalError")), unavailable, 3},
		"out of service, once":   {first(refusal(503, "ServiceUnavailable")), done, 2},
		"a reset":                {always(elasticsearchtest.Reset()), unavailable, 3},
		"a reset, once":          {first(elasticsearchtest.Reset()), done, 2},
		"a page of a gateway":    {always(elasticsearchtest.Body(502, "text/html", "<html>{}</html>")), unavailable, 3},
		"garbage":                {always(elasticsearchtest.Body(200, "application/json", `{"Credentials":`)), unavailable, 3},
		"nothing":                {always(elasticsearchtest.Body(200, "application/json", ``)), unavailable, 3},
		"null":                   {always(elasticsearchtest.Body(200, "application/json", `null`)), unavailable, 3},
		"no credentials":         {always(elasticsearchtest.Body(200, "application/json", `{}`)), unavailable, 3},
		"no secret":              {always(elasticsearchtest.Body(200, "application/json", `{"Credentials":{"AccessKeyId":"canary-key-2","SecurityToken":"canary-token-2"}}`)), unavailable, 3},
		"no token":               {always(elasticsearchtest.Body(200, "application/json", `{"Credentials":{"AccessKeyId":"canary-key-2","AccessKeySecret":"canary-secret-2","SecurityToken":"","Expiration":"2036-01-02T03:04:05Z"}}`)), unavailable, 3},
		"secrets with a failure": {always(elasticsearchtest.Body(500, "application/json", `{"Code":"InternalError","Message":"m","Credentials":{"AccessKeyId":"canary-key-2","AccessKeySecret":"canary-secret-2","SecurityToken":"canary-token-2"}}`)), unavailable, 3},
		"an echo":                {always(echoOfSTS(400)), denied, 1},
		"an echo, repeated":      {always(echoOfSTS(500)), unavailable, 3},
		"a redirect":             {always(elasticsearchtest.Redirect(307, "https://portal.example/")), unavailable, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSpread(t)
			var asked atomic.Int32
			s.onAssume(func() http.HandlerFunc { return test.answer(int(asked.Add(1))) })
			got := s.handle(t, `{"accountId":"`+s.member.ID+`",`+pair(memberInstance, memberConnected)[1:])
			if n := int(asked.Load()); !strings.Contains(got, test.want) || n != test.times {
				t.Errorf("asked %d times, want %d; want %q\n got %s", n, test.times, test.want, got)
			}
			if test.want != done && len(s.requests()) > 0 {
				t.Errorf("sent: %q", s.requests())
			}
			if slices.Contains(s.cloud.Hosts(), "portal.example") {
				t.Error("it follows a redirect, with the token")
			}
			for _, secret := range []string{"canary", "Signature="} {
				for _, text := range []string{got, s.all.String()} {
					if i := strings.Index(text, secret); i >= 0 {
						t.Errorf("it gives away …%.200s", text[max(0, i-100):])
					}
				}
			}
		})
	}
}

// TestLogOfSTS: the answer of STS is in the log, and not in the reply.
func TestLogOfSTS(t *testing.T) {
	t.Parallel()
	s := newSpread(t)
	s.onAssume(func() http.HandlerFunc {
		return elasticsearchtest.Body(403, "application/json", `{"RequestId":"r1","Code":"NoPermission","Message":"not you, `+role.SecurityToken+`, nor POST&%2F&AccessKeyId%3Dx"}`)
	})
	got := s.handle(t, `{"accountId":"`+s.member.ID+`",`+direct[1:])
	const answer = `STS: the answer is NoPermission, request id r1"`
	if strings.Contains(got, "NoPermission") || !strings.Contains(s.log.String(), answer) {
		t.Errorf("reply %s\n log %s", got, &s.log)
	}
}

// TestEchoOfSTS: no part of a token as long as real ones is in the reply or the log, in any
// encoding in which STS repeats it.
func TestEchoOfSTS(t *testing.T) {
	t.Parallel()
	long := role
	long.SecurityToken = "CAIS" + strings.Repeat("canary+/", 80) + "=="
	own := accountOf(long)
	own.AccessKeyID, own.ID = "STS.canary-long", ownAccount
	long.AccessKeyId = own.AccessKeyID
	for name, form := range map[string]string{
		"plain":         long.SecurityToken,
		"escaped":       url.QueryEscape(long.SecurityToken),
		"escaped twice": url.QueryEscape(url.QueryEscape(long.SecurityToken)),
		"base64":        base64.StdEncoding.EncodeToString([]byte(long.SecurityToken)),
		"hex":           fmt.Sprintf("%x", long.SecurityToken),
	} {
		for _, answer := range []string{`{"Code":"NoPermission","Message":"FORM","RequestId":"r"}`, `{"Code":"FORM","RequestId":"r"}`, `{"Code":"NoPermission","RequestId":"FORM"}`} {
			s := newSpread(t)
			s.cloud.STS.AddAccount(own)
			s.onAssume(func() http.HandlerFunc {
				return elasticsearchtest.Body(403, "application/json", strings.ReplaceAll(answer, "FORM", form))
			})
			reply := s.handleAs(t, long, `{"accountId":"`+s.member.ID+`",`+direct[1:])
			for _, said := range []string{reply, s.all.String()} {
				for part := range slices.Chunk([]byte(form), 16) {
					if len(part) == 16 && strings.Contains(said, string(part)) {
						t.Fatalf("%s, in %s: it gives away %s in %s", name, answer, part, said)
					}
				}
			}
		}
	}
}

// TestRightOfMember: a right that is missing in another account is missing there, and not to the
// function's own role.
func TestRightOfMember(t *testing.T) {
	t.Parallel()
	s := newSpread(t)
	s.cloud.Region("cn-hangzhou").OnRequest = at("DeleteConnectedCluster", refuse(403, "Forbidden.RAM"))
	const want = "; allow elasticsearch:DeleteConnectedCluster on the instance to the role member of account 9000000000000001"
	if got := s.handle(t, `{"accountId":"`+s.member.ID+`",`+pair(memberInstance, memberConnected)[1:]); !strings.HasPrefix(got, "Denied ") || !strings.Contains(got, want) {
		t.Errorf("reply %s", got)
	}
}

// TestSwappedCredentials: a role whose credentials are the function's own is none.
func TestSwappedCredentials(t *testing.T) {
	t.Parallel()
	s := newSpread(t)
	s.onAssume(func() http.HandlerFunc {
		return elasticsearchtest.Body(200, "application/json", `{"Credentials":{"AccessKeyId":"`+role.AccessKeyId+`","AccessKeySecret":"`+role.AccessKeySecret+`","SecurityToken":"`+role.SecurityToken+`","Expiration":"2036-01-02T03:04:05Z"}}`)
	})
	if got := s.handle(t, `{"accountId":"`+s.member.ID+`",`+direct[1:]); !strings.HasPrefix(got, "Unavailable ") || len(s.requests()) > 0 {
		t.Errorf("reply %s, sent %q", got, s.requests())
	}
}

// TestMembersDoNotLeak: the credentials of an assumed role are redacted like the function's
// own, in every part of an answer.
func TestMembersDoNotLeak(t *testing.T) {
	t.Parallel()
	for name, echo := range echoes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSpread(t)
			api := s.cloud.Region("cn-hangzhou")
			events := eventsOf(t, place{account: s.member.ID}, memberInstance, memberConnected)
			for _, kind := range []string{"direct", "direct, all", "ActionTrail", "ActionTrail, unsure"} {
				event := events[kind]
				for _, call := range []string{"", "ListInstance", "DescribeInstance", "ListConnectedClusters " + memberInstance} {
					api.OnRequest = at(call, echo)
					got := s.handle(t, event) + s.all.String()
					if i := strings.Index(strings.ToLower(got), "canary"); i >= 0 {
						t.Fatalf("%s, %q: it gives away …%.200s", kind, call, got[max(0, i-100):])
					}
				}
			}
		})
	}
}

// TestHungSTS: the reply comes within the time of the invocation.
func TestHungSTS(t *testing.T) {
	t.Parallel()
	s := newSpread(t)
	s.cloud.STS.Now = nil // it takes a second of the real clock
	s.onAssume(func() http.HandlerFunc {
		return func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	})
	ctx, cancel := context.WithTimeout(invocation(t, role), time.Second)
	defer cancel()
	reply, err := s.Handle(ctx, []byte(`{"accountId":"`+s.member.ID+`",`+direct[1:]))
	if got := posted(t, reply, err); !strings.HasPrefix(got, "Unavailable ") && !strings.HasPrefix(got, "Timeout ") {
		t.Errorf("reply %s", got)
	}
	if len(s.requests()) > 0 {
		t.Errorf("sent: %q", s.requests())
	}
}

// TestAssumesAsConfigured: STS is asked in the function's own region and network.
func TestAssumesAsConfigured(t *testing.T) {
	t.Parallel()
	for network, host := range map[string]string{"public": "sts.cn-hangzhou.aliyuncs.com", "vpc": "sts-vpc.cn-hangzhou.aliyuncs.com"} {
		s := newSpread(t)
		s.Config.Network = elasticsearch.Network(network)
		if got := s.handle(t, `{"accountId":"`+s.member.ID+`",`+pair(memberInstance, memberConnected)[1:]); !strings.Contains(got, `"outcome":"removed"`) {
			t.Errorf("%s: reply %s", network, got)
		}
		for _, r := range s.cloud.STS.Requests() {
			if r.Host != host || r.SessionName != "elasticsearch-disconnect" || r.Duration != 15*time.Minute || r.AccessKeyID != role.AccessKeyId {
				t.Errorf("%s: %+v", network, r)
			}
		}
	}
}

// echoOfSTS repeats its request in the message.
func echoOfSTS(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		dump, _ := httputil.DumpRequest(r, true)
		message, _ := json.Marshal(string(dump))
		elasticsearchtest.Body(status, "application/json", `{"Code":"SignatureDoesNotMatch","Message":`+string(message)+`,"RequestId":"r"}`)(w, r)
	}
}
