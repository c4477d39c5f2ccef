package elasticsearchtest

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// Every tampering is of a request that would succeed, by an account with a security token, so that each code has one
// cause.
func TestTampering(t *testing.T) {
	t.Parallel()
	for _, table := range []map[string]tampering{
		signatureTamperings(), authorizationTamperings(), signedHeadersTamperings(), headerTamperings(),
		accountTamperings(),
	} {
		for name, tamper := range table {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := startConnected(t, NewServer)
				r, _ := tamper.send(t, s)
				want, status := tamper.want, http.StatusBadRequest
				switch want {
				case "":
					status = http.StatusOK
				case "InvalidAccessKeyId.NotFound", "InvalidApi.NotFound":
					status = http.StatusNotFound
				}
				if r.StatusCode != status || s.Requests()[0].Code != want {
					t.Errorf("answer:\n got %d %s\nwant %d %s", r.StatusCode, s.Requests()[0].Code, status, want)
				}
				if s.Connected("es-cn-a", "es-cn-b") != (want != "") {
					t.Errorf("connected: got %t", want == "")
				}
			})
		}
	}
}

func TestNonceIsSpentOnce(t *testing.T) {
	t.Parallel()
	s := startConnected(t, NewServer)
	refused := tampering{before: set("x-acs-signature-nonce", "n"), after: query("x=y")}
	accepted := tampering{before: set("x-acs-signature-nonce", "n")}
	otherKey := tampering{before: set("x-acs-signature-nonce", "n"), signer: func(k *signer) { k.account = plain }}
	for _, c := range []tampering{refused, accepted, accepted, otherKey} {
		c.send(t, s)
	}
	want := []string{"SignatureDoesNotMatch", "", "SignatureNonceUsed", "RepetitionOperationError"}
	if got := codes(s); !slices.Equal(got, want) {
		t.Errorf("codes:\n got %q\nwant %q", got, want)
	}
}

// The real gateway quotes what it calculated from, security token and all, and clients have logged it.
func TestRefusalQuotesCanonicalRequest(t *testing.T) {
	t.Parallel()
	s := startConnected(t, NewServer)
	tamper := tampering{before: set("x-acs-signature-nonce", "n"), after: query("connectedInstanceId=c&x=")}
	r, got := tamper.send(t, s)
	canonical := strings.Join([]string{
		"DELETE",
		"/openapi/instances/es-cn-a/connected-clusters",
		"connectedInstanceId=c&x=",
		"host:" + strings.TrimPrefix(s.URL, "http://"),
		"x-acs-accesskey-id:STS.Key",
		"x-acs-action:DeleteConnectedCluster",
		"x-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"x-acs-date:2023-10-26T10:22:32Z",
		"x-acs-security-token:Token+/==",
		"x-acs-signature-nonce:n",
		"x-acs-version:2017-06-13",
		"",
		"host;x-acs-accesskey-id;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-security-token;" +
			"x-acs-signature-nonce;x-acs-version",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	}, `\n`)
	want := `{"RequestId":"` + firstID + `","HostId":"` + r.Request.Host + `","Code":"SignatureDoesNotMatch","Message":"` +
		`Specified signature is not matched with our calculation. server StringToSign is [ACS3-HMAC-SHA256\n` +
		hexSHA256([]byte(strings.ReplaceAll(canonical, `\n`, "\n"))) + `], server CanonicalRequest is [` + canonical + `]",` +
		`"Recommend":"https://api.alibabacloud.com/troubleshoot?q=SignatureDoesNotMatch&product=elasticsearch&requestId=` +
		firstID + `"}`
	if got != want {
		t.Errorf("body:\n got %s\nwant %s", got, want)
	}
}

// send builds, tampers with and sends a deletion of the connection of es-cn-a and es-cn-b.
func (c tampering) send(t *testing.T, s *Server) (*http.Response, string) {
	t.Helper()
	k := signer{account: temporary, date: s.Now()}
	if c.signer != nil {
		c.signer(&k)
	}
	r := newRequest(t, "DELETE", s.URL+"/openapi/instances/es-cn-a/connected-clusters?connectedInstanceId=es-cn-b", "")
	k.prepare(r, "DeleteConnectedCluster")
	for i, step := range []func(*http.Request){c.before, k.sign, c.after} {
		if i == 1 || step != nil {
			step(r)
		}
	}
	return send(t, s, r)
}
